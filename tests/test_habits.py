"""Habits: helpers of tests in modules of their own, types for values, `ruff format` for all but tables."""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
UNFORMATTED = "# fmt: "  # the comments that switch `ruff format` off begin with it
# Modules of survey/ that may write `Any`, each with the library whose values have no better type.
ANY_AT_EDGES = {"survey/server_worker.py": "waitress keeps servers, connections and triggers in one map"}


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_module_imports_from_a_test_module(path: Path) -> None:
    imports = [
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    ]
    assert [module for module in imports if module.rpartition(".")[2].startswith("test_")] == []


def test_only_tables_of_numbers_are_left_as_they_were_typed() -> None:
    folders = ("benchmarks", "migrations", "survey", "tests")
    paths = [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    problems = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(paths)
        for line in unformatted_lines(path.read_text(encoding="utf-8"))
    ]
    assert problems == [], "remove the comment and run `ruff format`"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("ROWS = [(1, 2.5), (-3, 4),\n  (5, 6)]  # fmt: skip\n", []),
        ("ROWS = [(a, 1, 2), (b, 3, 4)]  # fmt: skip\n", []),
        ('ROWS = [("a", 1), ("b", 2)]  # fmt: skip\n', [1]),
        ("call(a,\n  b)  # fmt: skip\n", [2]),
        ("for a in (1, 2, 3, 4, 5):  # fmt: skip\n    call(a)\n", []),
        ("# fmt: off\nROWS = [(1, 2), (3, 4)]\n# fmt: on\n", [1, 3]),
        ("TEXT = '# fmt: skip'\n", []),
    ],
)
def test_a_table_has_more_numbers_than_names_and_texts(source: str, lines: list[int]) -> None:
    assert list(unformatted_lines(source)) == lines


def unformatted_lines(source: str) -> Iterator[int]:
    """Lines with a comment for `ruff format` in a statement that is not made mostly of numbers."""
    kinds: Counter[int] = Counter()
    comments: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kinds[token.type] += 1
        if token.type == tokenize.COMMENT and token.string.startswith(UNFORMATTED):
            comments.append(token.start[0])
        # A comment on a line of its own belongs to no statement.
        if token.type == tokenize.NEWLINE or (token.type == tokenize.NL and not is_begun(kinds)):
            if kinds[tokenize.NUMBER] <= kinds[tokenize.NAME] + kinds[tokenize.STRING]:
                yield from comments
            kinds.clear()
            comments.clear()


def is_begun(kinds: Counter[int]) -> bool:
    """Whether these tokens are more than comments and white space."""
    return any(kinds[kind] for kind in (tokenize.NAME, tokenize.STRING, tokenize.NUMBER, tokenize.OP))


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
