"""Helpers of tests stand in modules of their own; values of the product have types."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
# Modules of survey/ that may write `Any`, each with the library whose values have no better type.
ANY_AT_EDGES: dict[str, str] = {}


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_module_imports_from_a_test_module(path: Path) -> None:
    imports = [
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    ]
    assert [module for module in imports if module.rpartition(".")[2].startswith("test_")] == []


def test_any_stands_only_at_the_edge_of_a_named_library() -> None:
    modules = (path for path in sorted((ROOT / "survey").rglob("*.py")) if _names_any(path))
    assert {str(path.relative_to(ROOT)) for path in modules} == ANY_AT_EDGES.keys(), (
        "parse the value into a type, or use object, a TypeVar, a Protocol or survey.json_value"
    )


def _names_any(path: Path) -> bool:
    """Whether a module imports `Any`, or names it through a module as in `typing.Any`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.alias(name="Any") | ast.Attribute(attr="Any") | ast.Constant(value="Any"):
                return True
    return False
