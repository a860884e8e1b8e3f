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
STATIC = [path for path in sorted((SURVEY / "static").rglob("*")) if path.suffix in {".js", ".css"}]
WRITTEN_BY_HAND = [*PAGES, *TEMPLATES.rglob("*.svg"), *STATIC]
FILE_LINES, FUNCTION_LINES, LINE_CHARS = 400, 40, 120
BLUEPRINTS = [
    path
    for path in SOURCES
    if (TEMPLATES / path.parent.name).is_dir() and "render_template(" in path.read_text(encoding="utf-8")
]
HTTP_MODULES = {"flask", "werkzeug", "wtforms", "flask_wtf", "flask_login"}
HTTP_FILES = re.compile(r"((\w+_)?pages|forms|feature|rendering)\.py")


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
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES
    long = {f.name: lines_of_code(f) for f in functions(path) if lines_of_code(f) > FUNCTION_LINES}
    assert long == {}


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.name == "__init__.py" and p.parent != SURVEY], ids=name
)
def test_a_folder_begins_with_a_sentence_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("path", BLUEPRINTS, ids=name)
def test_a_blueprint_renders_only_its_own_templates(path: Path) -> None:
    templates = re.findall(r'"([a-z_]+)/[a-z_]+\.(?:html|svg)"', path.read_text(encoding="utf-8"))
    assert templates
    assert set(templates) <= {path.parent.name, "_parts"}


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_a_line_of_a_template_script_or_style_is_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert {n: len(line) for n, line in enumerate(lines, 1) if len(line) > LINE_CHARS} == {}


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
def test_a_template_leaves_escaping_on(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
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


def imported_modules(path: Path) -> set[str]:
    """The top-level modules that a file imports, inside functions too."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_pages_and_forms_know_about_http(path: Path) -> None:
    folder = path.relative_to(SURVEY).parts[0]
    knows_http = folder in {"web", "api", "cli.py", "startup.py", "__init__.py"} or bool(
        HTTP_FILES.fullmatch(path.name)
    )
    assert knows_http or not imported_modules(path) & HTTP_MODULES
