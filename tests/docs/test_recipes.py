"""The recipes of docs/CONTRIBUTING.md, followed to the letter in a copy of the project."""

import re
from pathlib import Path

import pytest

from tests.docs.copies import run_in
from tests.docs.pages import ROOT, section, text_of

GUIDE = "docs/CONTRIBUTING.md"
_STEP = re.compile(
    r"^(?:New `(?P<new>[^`]+)`"
    r"|In `(?P<path>[^`]+)`, after `(?P<line>[^`]+)`(?P<under> and the line under it)?):\n\n"
    r"```\w+\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"`((?:survey|tests|docs|migrations)/[\w./]+\.\w+)`")
# Each looks at the copy as its users would: through the application, its pages and its command line.
CHECKS = {
    "A format of the files of results": """
for page in ("/office/campaigns/demo", "/office/campaigns/demo/downloads"):
    assert "/office/campaigns/demo/summary.txt?in=vi" in client.get(page).text, page
sent = client.get("/office/campaigns/demo/summary.txt?in=en")
assert sent.status_code == 200 and b"Target band" in sent.data and sent.mimetype == "text/plain"
written = runner.invoke(args=["survey", "export", "demo", "--format", "txt", "--lang", "en", "--out", "-"])
assert written.stdout_bytes == sent.data and sent.data.startswith(b"DEMONSTRATION DATA")
""",
    "A setting": """
assert app.extensions["settings"].help_desk == "0255 3825 825"
with app.app_context():
    from survey.web.context import settings
    assert settings().help_desk == "0255 3825 825"
""",
    "A role": """
page = client.get("/office/people?lang=en").text
assert 'value="auditor"' in page and "Auditor: results and the log" in page
person = {"username": "thanhtra", "full_name": "Thanh tra", "role": "auditor", "csrf_token": token(page)}
added = client.post("/office/people?lang=en", data=person).text
import re
link = re.search(r'class="secret">http://localhost([^<]+)<', added).group(1)
inspector = app.test_client()
chosen = {"new": "four words of no one", "csrf_token": token(inspector.get(link).text)}
assert inspector.post(link, data=chosen).status_code == 303
assert inspector.get("/office/audit").status_code == 200
assert inspector.get("/office/people").status_code == 403
""",
    "A statistic": """
import json
for name in ("json", "csv", "pdf", "docx", "xlsx"):
    assert client.get(f"/office/campaigns/demo/summary.{name}?in=en").status_code == 200
assert "answered_share" in client.get("/office/campaigns/demo/summary.csv?in=en").text
assert "Forms with a rating" in client.get("/office/campaigns/demo/numbers/whole/score?lang=en").text
""",
    "An office page": """
assert "<h1>Opening hours</h1>" in client.get("/office/appearance/hours?lang=en").text
assert app.test_client().get("/office/appearance/hours").status_code == 302
""",
}


def follow(recipe: str, project: Path) -> set[str]:
    """Take every step of a recipe; the files that were touched."""
    touched = set()
    for step in _STEP.finditer(section(GUIDE, f"## {recipe}")):
        name = step["new"] or step["path"]
        path = project / name
        touched.add(name)
        if step["new"]:
            assert not path.exists(), f"{name} exists"
            path.write_text(step["code"], encoding="utf-8")
            continue
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        positions = [n for n, line in enumerate(lines) if line.rstrip("\n") == step["line"]]
        assert len(positions) == 1, f"{name} has {len(positions)} lines {step['line']!r}"
        after = positions[0] + (2 if step["under"] else 1)
        path.write_text("".join([*lines[:after], step["code"], *lines[after:]]), encoding="utf-8")
    return touched


@pytest.mark.slow
@pytest.mark.parametrize("recipe", CHECKS)
def test_a_recipe_works_as_it_stands(recipe: str, copy: Path) -> None:
    assert follow(recipe, copy)
    run_in(copy, CHECKS[recipe])


def test_a_change_touches_few_files(copy: Path) -> None:
    limits = {
        "A format of the files of results": 2,
        "A setting": 2,
        "A role": 2,
        "A statistic": 3,
        "An office page": 2,
    }
    for recipe, limit in limits.items():
        assert len(follow(recipe, copy)) <= limit, recipe


def test_every_file_a_recipe_names_exists() -> None:
    new = {step["new"] for step in _STEP.finditer(text_of(GUIDE))}
    named = set(_FILE.findall(text_of(GUIDE)))
    assert {name for name in named - new if not (ROOT / name).exists()} == set()
