"""Names say what a thing is: words that hide a concept are not used as names, and functions are verbs.

The lists here are the one place of this rule. `CLEAN` names the folders that keep it.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLEAN = (
    "survey/__init__.py",
    "survey/accounts",
    "survey/api",
    "survey/authoring",
    "survey/cli.py",
    "survey/comments",
    "survey/doctor.py",
    "survey/drawing",
    "survey/fieldwork",
    "survey/instrument",
    "survey/publication",
    "survey/reports",
    "survey/results",
    "survey/retention",
    "survey/scorecards",
    "survey/intake",
    "survey/scoring",
    "survey/store",
    "survey/web",
    "tests",
    "benchmarks",
    "migrations",
)
# Names that several classes of survey/ share; the set only shrinks.
INSTEAD = {
    "found": "what it is: campaign, rows, matches",
    "words": "message, label, text",
    "said": "message, label, text, answer",
    "speak": "translate()",
    "told": "message, text",
    "at": "now, or a column …_at",
    "by": "person_id",
    "place": "index, position, column",
    "kept": "cached, stored, or the thing's name",
    "made": "created, or the thing's name",
    "asked": "requested, or the thing's name",
    "given": "provided, or the thing's name",
    "each": "the thing's name",
    "most": "limit, maximum",
    "fewest": "minimum",
    "Workshop": "ExportWorker",
    "Circumstances": "ExportContext",
    "Way": "SubmissionMode",
    "Carried": "HiddenFields",
    "Standing": "LineStatus",
    "Holder": "CursorScope",
}
VERB = "a verb: load_, parse_, render_, build_, count_, format_; is_ or has_ for a claim"
IRREGULAR = (
    "begun|bound|brought|built|done|drawn|found|given|held|kept|known|left|lost|made|meant|met|paid|"
    "said|seen|sent|shown|spoken|taken|told|typed|written"
)
PARTICIPLE = rf"(?:un)?(?:[^\W_]*[^e\W_]ed|{IRREGULAR})"
PARTICLE = "aside|around|at|away|by|down|for|from|in|into|of|off|on|out|over|right|to|under|up|with"
BARE_PARTICIPLE = re.compile(rf"_*{PARTICIPLE}(?:_(?:{PARTICLE}))?_*")


@pytest.mark.parametrize("folder", CLEAN)
def test_no_name_hides_what_it_stands_for(folder: str) -> None:
    problems = [problem for path in _modules(folder) for problem in _problems_of(path)]
    assert problems == [], "\n".join(problems)


def test_a_class_name_has_one_meaning() -> None:
    names = Counter(
        node.name.strip("_")
        for path in _modules("survey")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, n in names.items() if n > 1} == set()


def _modules(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def _problems_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in _names_bound_by(node):
            if name.strip("_") in INSTEAD:
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}; write {INSTEAD[name.strip('_')]}"  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef) and _is_bare_participle(node):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}(); write {VERB}"


def _names_bound_by(node: ast.AST) -> list[str]:
    """The names that a node gives to a variable, parameter, field, attribute, function, class or import."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return [name]
        case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.alias(asname=str(name)) | ast.MatchAs(name=str(name)) | ast.ExceptHandler(name=str(name)):
            return [name]
    return []


def _is_bare_participle(function: ast.FunctionDef) -> bool:
    """Whether a function that is no claim is named by a participle; a property or a bool reads as a claim."""
    if isinstance(function.returns, ast.Name) and function.returns.id == "bool":
        return False
    if any("property" in ast.unparse(decorator) for decorator in function.decorator_list):
        return False
    return BARE_PARTICIPLE.fullmatch(function.name) is not None
