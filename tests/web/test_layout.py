"""The rules of docs/architecture.md that no linter knows: sizes, folders, templates, static files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SURVEY = ROOT / "survey"
TEMPLATES = SURVEY / "templates"
SOURCES = sorted(SURVEY.rglob("*.py"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_LINES_OF_A_TEMPLATE = 400, 40, 100


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_and_its_functions_can_be_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    long = {f.name: lines_of_code(f) for f in functions(path) if lines_of_code(f) > MOST_LINES_OF_A_FUNCTION}
    assert long == {}


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.name == "__init__.py" and p.parent != SURVEY], ids=name
)
def test_a_folder_begins_with_a_sentence_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize(
    "path", [p for p in sorted(SURVEY.glob("*/pages.py")) if (TEMPLATES / p.parent.name).is_dir()], ids=name
)
def test_a_blueprint_renders_only_its_own_templates(path: Path) -> None:
    rendered = re.findall(r'render_template\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    assert rendered
    assert {Path(template).parts[0] for template in rendered} <= {path.parent.name, "_parts"}


def test_every_template_is_rendered_or_shared() -> None:
    rendered = {
        template
        for path in SOURCES
        for template in re.findall(r'"([a-z_]+/[a-z_]+\.html)"', path.read_text(encoding="utf-8"))
    }
    shared = {
        template
        for page in PAGES
        for template in re.findall(
            r'(?:extends|import|from|include) "([^"]+)"', page.read_text(encoding="utf-8")
        )
    }
    assert {str(page.relative_to(TEMPLATES)) for page in PAGES} == rendered | shared


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_template_is_short_and_leaves_escaping_on(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES_OF_A_TEMPLATE
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_template_has_no_inline_style_or_handler_and_no_foreign_address(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)\s*=", text)
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", text):
        assert "nonce=" in tag or "src=" in tag
    addresses = re.findall(r"(?:href|src|action)=\"((?:https?:)?//[^\"]*)\"", text)
    assert addresses == []


def test_every_static_file_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*SOURCES, *PAGES)]
    for path in sorted((SURVEY / "static").rglob("*.*")):
        assert any(path.name in text for text in texts), name(path)
