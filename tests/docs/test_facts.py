"""Settings, commands, permissions, paths, files and statistics of the documents and of the code."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from survey.config import Settings
from survey.store.people import Role
from survey.web.permissions import ROLE_PERMISSIONS
from tests.conftest import on_sqlite
from tests.docs.pages import PAGES, ROOT, section, table_columns, text_of

_ARCHITECTURE = ROOT / "docs" / "architecture.md"
_COMMAND = re.compile(r"flask (?:--app wsgi )?survey ([a-z][a-z-]*)([^\n`]*)")
_PATH = re.compile(r"`(/[^` ]*)`")
_FOLDERS = {path.name for folder in (ROOT, ROOT / "survey") for path in folder.iterdir() if path.is_dir()}
_FILE = re.compile(rf"`((?:{'|'.join(_FOLDERS - {'instance'})})/[\w./-]*)`")


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _settings_read_by(name: str) -> set[str]:
    """The variables of the environment that a file reads."""
    return set(
        re.findall(r"""(?:environ[^"'\n]{0,9}["']|_or_exit\(["']|\$\{)([A-Z_]{4,})["':]""", text_of(name))
    )


def test_operations_lists_every_setting() -> None:
    rows = table_columns(section("docs/operations.md", "## Start"))
    documented = {name for row in rows for name in _code(row[0])}
    files = ("survey/config.py", "gunicorn.conf.py", "bin/serve")
    assert documented == {name for file in files for name in _settings_read_by(file)}


def test_the_docstring_of_the_settings_has_each_of_them() -> None:
    docstring = Settings.__doc__ or ""
    assert re.findall(r"^    (\w+)$", docstring, re.MULTILINE)[1:] == [
        field.name for field in fields(Settings)
    ]
    assert _settings_read_by("survey/config.py") <= set(_code(docstring))


@on_sqlite
def test_the_contract_lists_every_command_and_option(app: Flask) -> None:
    group = app.cli.commands["survey"]
    commands = group.commands  # type: ignore[attr-defined]
    rows = table_columns(section("docs/contract.md", "## Command line"))
    documented = {_code(row[0])[0].split()[0]: _code(row[0])[0] for row in rows}
    assert documented.keys() == commands.keys()
    for name, usage in documented.items():
        options = {o for p in commands[name].params for o in p.opts if o.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", usage)) == options, name
    formats = next(p for p in commands["export"].params if "--format" in p.opts).type.choices
    assert set(_code(next(row[1] for row in rows if "`export" in row[0]))) >= set(formats)


@on_sqlite
def test_a_document_names_no_command_or_option_that_is_missing(app: Flask) -> None:
    commands = app.cli.commands["survey"].commands  # type: ignore[attr-defined]
    for page in PAGES:
        for name, rest in _COMMAND.findall(page.read_text(encoding="utf-8")):
            assert name in commands, f"{page.name}: flask survey {name}"
            options = {o for parameter in commands[name].params for o in parameter.opts}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options, f"{page.name}: {name}{rest}"
    coming = {
        name for row in table_columns(section("docs/contract.md", "## Coming")) for name in _code(row[0])
    }
    assert not coming & commands.keys(), "built: move it from Coming to the table of commands"


@on_sqlite
@pytest.mark.parametrize(
    "name", ["docs/contract.md", "docs/operations.md", "docs/security.md", "docs/api.md"]
)
def test_every_path_of_a_document_exists(app: Flask, name: str) -> None:
    text = text_of(name).partition("## Coming")[0]
    adapter = app.url_map.bind("")
    for path in {re.sub(r"<\w+>", "1", path) for path in _PATH.findall(text) if "…" not in path}:
        prefixes = (path, f"/s/1{path}", f"/results/1{path}")
        assert any(_exists(adapter, candidate) for candidate in prefixes), f"{name}: {path}"


def _exists(adapter: object, path: str) -> bool:
    try:
        return path == "/api" or bool(adapter.allowed_methods(path))  # type: ignore[attr-defined]
    except NotFound:
        return False


@on_sqlite
def test_the_contract_names_the_beginning_of_every_path(app: Flask) -> None:
    text = section("docs/contract.md", "## Pages")
    assistants = {"/static", "/sw.js", "/accessibility", "/shared"}
    beginnings = {f"/{rule.rule.split('/')[1]}" for rule in app.url_map.iter_rules()} - assistants
    assert {beginning for beginning in beginnings if f"`{beginning}" not in text} == set()


def test_security_lists_every_permission_of_every_role() -> None:
    rows = table_columns(section("docs/security.md", "## Roles"))
    heading = re.search(
        r"^\| permission \| allows \| (.*) \|$", section("docs/security.md", "## Roles"), re.MULTILINE
    )
    assert heading is not None
    roles = heading[1].split(" | ")
    assert set(roles) == set(Role)
    for n, role in enumerate(roles, 2):
        assert {_code(row[0])[0] for row in rows if row[n] == "yes"} == set(ROLE_PERMISSIONS[Role(role)]), (
            role
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_document_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    made_by_recipes = set(re.findall(r"^New `([^`]+)`:$", text, re.MULTILINE))
    for path in set(_FILE.findall(text)) - made_by_recipes:
        candidates = [folder / path for folder in (ROOT, ROOT / "survey", page.parent)]
        assert any(candidate.exists() for candidate in candidates), f"{page.name}: {path}"


def test_the_architecture_lists_every_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "survey").glob("*/__init__.py")}
    rows = table_columns(_ARCHITECTURE.read_text(encoding="utf-8"))
    assert {_code(row[0])[0].rstrip("/") for row in rows} == folders


def test_every_statistic_is_reached_or_named_as_coming() -> None:
    """A public function of scoring/ that nothing calls stands under Coming, or is a fixed name of Python."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "survey").rglob("*.py")}
    names = [
        node.id if isinstance(node, ast.Name) else node.attr
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    ]
    unreached = {
        function.name
        for path, tree in modules.items()
        if path.parent.name == "scoring"
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if function.name not in names
    }
    coming = section("docs/statistics.md", "## Beside the score").partition("### Coming")[2]
    fixed = section("docs/contract.md", "## Python")
    named = {name.split("(")[0].rpartition(".")[2] for name in _code(coming + fixed)}
    assert unreached <= named
    assert set(_code(coming)) & set(names) == set(), "reached: no longer coming"
