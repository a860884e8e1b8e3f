"""A certificate is checked by our core and by a page of plain Python; whatever is changed in it is found."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import set_populations
from survey.results import certificate, certificate_file, verification
from survey.results.campaign import campaign_results
from survey.store import commitments, fieldwork
from survey.store.responses import ResponseRow, withdraw
from survey.web.context import database
from tests.builders import BUSINESS, NOW, QUESTIONNAIRE, Change, a_form, results_of, send, send_forms, set_at
from tests.command_line import refusal, run

SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "verify_certificate.py"


def issue(app: Flask, key: str, *, with_rows: bool = False) -> dict[str, Any]:
    """The certificate of a campaign, as its file holds it."""

    def compute(session: Session) -> dict[str, Any]:
        row = fieldwork.campaign_by_key(session, key)
        results = campaign_results(session, row, computed_at=NOW)
        return certificate.certificate(session, row, results, with_rows=with_rows)

    with app.app_context():
        document: dict[str, Any] = json.loads(certificate.as_bytes(database().read(compute)))
    return document


def problems(document: dict[str, Any]) -> list[str]:
    """What does not hold in a certificate; one thing where nothing can be recomputed at all."""
    try:
        checks = verification.verify(certificate_file.parse_certificate(document))
        return [check.problem for check in checks if check.problem is not None]
    except certificate_file.CertificateError as error:
        return [str(error)]


def by_plain_python(document: dict[str, Any], folder: Path, *code: str) -> subprocess.CompletedProcess[str]:
    """What the stand-alone script says, in a Python that sees no package."""
    file = folder / "certificate.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file), *code]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — our own script


def agrees(app: Flask, key: str, folder: Path) -> None:
    for with_rows in (False, True):
        document = issue(app, key, with_rows=with_rows)
        assert problems(document) == []
        output = by_plain_python(document, folder)
        assert output.returncode == 0, output.stdout + output.stderr


def test_the_script_is_under_a_hundred_lines_of_plain_python() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_the_demonstration_is_recomputed_by_both(demo_app: Flask, tmp_path: Path) -> None:
    agrees(demo_app, "demo", tmp_path)
    agrees(demo_app, "demo-truoc", tmp_path)


@pytest.mark.parametrize(("citizens", "businesses"), [(0, 0), (5, 0), (3, 2), (12, 6)])
def test_a_campaign_of_few_forms_is_recomputed_by_both(
    app: Flask, campaign: tuple[str, str], tmp_path: Path, citizens: int, businesses: int
) -> None:
    key, code = campaign
    send_forms(app, code, citizens, "5")
    send_forms(app, code, businesses, "3", **BUSINESS)
    agrees(app, key, tmp_path)


@pytest.mark.parametrize("served", [{"citizen": 40, "business": 90}, {"citizen": 12, "business": 6}])
def test_people_served_are_part_of_the_certificate(
    app: Flask, campaign: tuple[str, str], tmp_path: Path, served: dict[str, int]
) -> None:
    key, code = campaign
    for rating, n in (("5", 7), ("2", 5)):
        send_forms(app, code, n, rating)
    for rating, n in (("4", 4), ("1", 2)):
        send_forms(app, code, n, rating, **BUSINESS)

    def keep(session: Session) -> None:
        row = fieldwork.campaign_by_key(session, key)
        set_populations(session, row.id, served)

    with app.app_context():
        database().write(keep)
    agrees(app, key, tmp_path)


def not_applicable_form() -> dict[str, str]:
    """A form filled in with "not applicable" wherever it is offered, and five ratings."""
    offered = [c.key for c in QUESTIONNAIRE.criteria if c.not_applicable is not None]
    others = [c.key for c in QUESTIONNAIRE.criteria if c.not_applicable is None]
    answers = {**dict.fromkeys(offered, "na"), **dict.fromkeys(others[5:], "")}
    return a_form(QUESTIONNAIRE, "2", **answers)


def test_a_form_completed_with_not_applicable_is_scored_by_every_path(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key, code = campaign
    send_forms(app, code, 11, "5")
    send_forms(app, code, 11, "3", **BUSINESS)
    receipt = send(app.test_client(), not_applicable_form(), code)
    agrees(app, key, tmp_path)  # rows, sums and the script, with one more form
    document = issue(app, key, with_rows=True)
    assert document["responses"]["n"] == 23
    page = app.test_client().post("/receipt?lang=en", data={"code": receipt}, follow_redirects=True).text
    assert any(leaf in page for leaf in document["responses"]["leaves"])
    counts = results_of(app, key)
    assert (counts.forms.valid, counts.forms.incomplete, counts.score.n_respondents) == (23, 0, 23)


def test_a_receipt_names_the_leaf_by_the_judgement_that_was_stored(
    app: Flask, campaign: tuple[str, str]
) -> None:
    key, code = campaign
    receipt = send(app.test_client(), not_applicable_form(), code)
    leaf = issue(app, key)["responses"]["leaves"][0]
    with app.app_context():
        database().write(lambda s: s.execute(update(ResponseRow).values(is_complete=False)).close())
    assert issue(app, key)["responses"]["leaves"] == []
    page = app.test_client().post("/receipt?lang=en", data={"code": receipt}, follow_redirects=True).text
    assert leaf not in page


CHANGES: dict[str, Change] = {
    "a response": set_at("responses", "leaves", 3, to="0" * 64),
    "a response taken out": lambda c: c["responses"]["leaves"].pop(7),
    "a response put in": lambda c: c["responses"]["leaves"].append("f" * 64),
    "a rule": set_at("instrument", "document", "factors", 0, "criteria", 0, "max_points", to=1.75),
    "the band": set_at("instrument", "document", "instrument", "target", "low", to=27),
    "the weight of a group": set_at("instrument", "document", "groups", "citizen", "weight", to=0.6),
    "a sum": set_at("sums", "cells", 0, "criteria", QUESTIONNAIRE.scored_criteria[0].key, to=[170, 160.0]),
    "a variance": set_at("sums", "strata", 0, "sum_z2", to=0.001),
    "the score": set_at("result", "score", to=30.0),
    "a limit": set_at("result", "interval", to=[28.5, 30.5]),
    "the verdict": set_at("result", "verdict", to="exceeds"),
    "the root": set_at("responses", "root", to="ab" * 32),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_is_found_even_when_sealed_again(
    demo_app: Flask, what: str, tmp_path: Path
) -> None:
    document = issue(demo_app, "demo")
    CHANGES[what](document)
    assert problems(document)
    document.pop("digest")
    forged = certificate.seal(document)
    assert problems(forged)
    assert by_plain_python(forged, tmp_path).returncode == 1


@pytest.mark.parametrize("what", ["rating", "group", "removed"])
def test_an_auditor_finds_a_changed_form_behind_a_new_root(demo_app: Flask, what: str) -> None:
    document = issue(demo_app, "demo", with_rows=True)
    forms = document["responses"]
    row = forms["rows"][0]
    if what == "rating":
        row[2][0] = 1 if row[2][0] != 1 else 5
    if what == "group":
        row[1] = "business" if row[1] == "citizen" else "citizen"
    if what == "removed":
        forms["rows"].pop(0)
    forms["rows"].sort(key=lambda r: commitments.leaf_of(r[0], r[1], r[2]))
    forms["leaves"] = [commitments.leaf_of(*form) for form in forms["rows"]]
    forms["root"], forms["n"] = commitments.root_of(forms["leaves"]), len(forms["leaves"])
    document.pop("digest")
    assert problems(certificate.seal(document))


def test_the_database_is_compared_with_what_was_published(demo_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(issue(demo_app, "demo")), encoding="utf-8")
    assert run(demo_app, "verify", file, "--campaign", "demo").exit_code == 0

    def one_leaves(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        counted = select(ResponseRow).where(ResponseRow.is_complete, ResponseRow.campaign_id == campaign.id)
        row = session.scalars(counted).first()
        assert row is not None
        withdraw(session, row.id, now=NOW)

    with demo_app.app_context():
        database().write(one_leaves)
    changed = run(demo_app, "verify", file, "--campaign", "demo")
    assert changed.exit_code == 1
    assert "1 of its forms are not stored as they were" in changed.stderr
    other = run(demo_app, "verify", file, "--campaign", "demo-truoc")
    assert other.exit_code == 1
    assert "forms are not stored as they were" in other.stderr


def test_a_respondent_finds_the_form_by_its_receipt(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key, code = campaign
    send_forms(app, code, 12)
    receipt = send(app.test_client(), a_form(QUESTIONNAIRE, "2"), code)
    page = app.test_client().post("/receipt?lang=en", data={"code": receipt}).text
    leaf = page.partition('id="leaf">')[2].partition("<")[0]
    document = issue(app, key)
    assert by_plain_python(document, tmp_path, leaf).returncode == 0
    assert by_plain_python(document, tmp_path, "0" * 64).returncode == 1
    leaves, root = document["responses"]["leaves"], document["responses"]["root"]
    steps = commitments.proof_of(leaves, leaf)
    assert steps is not None
    assert commitments.leads_to(leaf, steps, root)
    assert not commitments.leads_to("0" * 64, steps, root)


@pytest.mark.parametrize("n", range(10))
def test_every_leaf_of_a_tree_of_any_size_leads_to_its_root(n: int) -> None:
    leaves = sorted(commitments.leaf_of(str(i), "citizen", [i % 5 + 1]) for i in range(n))
    root = commitments.root_of(leaves)
    for leaf in leaves:
        assert commitments.leads_to(leaf, commitments.proof_of(leaves, leaf) or (), root)
    assert len({root, *(commitments.root_of(leaves[:k]) for k in range(n))}) == n + 1


def test_the_public_certificate_has_no_answer_of_anybody(demo_app: Flask, viewer: FlaskClient) -> None:
    document = json.loads(viewer.get("/office/campaigns/demo/certificate.json").data)
    assert "rows" not in document["responses"]
    assert viewer.get("/office/campaigns/demo/certificate-for-audit.json").status_code == 403
    assert problems(document) == []


def test_a_group_of_few_has_no_certificate_for_everybody(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key, code = campaign
    send_forms(app, code, 20)
    send_forms(app, code, 3, **BUSINESS)
    out = tmp_path / "c.json"
    line = refusal(run(app, "export", key, "--format", "certificate", "--out", out))
    assert "'business' has 3 forms and 5 are needed" in line


def test_a_criterion_that_few_of_a_group_rated_has_no_certificate_for_everybody(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    """Six forms a group, one rating of a criterion: its cell would be that person's answer."""
    key, code = campaign
    rated = QUESTIONNAIRE.scored_criteria[0].key
    send_forms(app, code, 5, **{rated: ""})
    send_forms(app, code, 1)
    send_forms(app, code, 6, **BUSINESS)
    line = refusal(run(app, "export", key, "--format", "certificate", "--out", tmp_path / "c.json"))
    assert f"the criterion '{rated}' has 1 ratings from the group 'citizen'" in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"[]", "not a certificate"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"format": "survey-certificate", "version": 9}', "version 9"),
        (b'{"format": "survey-certificate", "version": 1}', "a part is missing"),
        (
            b'{"format": "survey-certificate", "version": 1, "digest": "", "instrument": 7}',
            "instrument: found 7",
        ),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused_in_one_line(
    app: Flask, tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(content)
    assert message in refusal(run(app, "verify", file))
    assert "cannot be read" in refusal(run(app, "verify", tmp_path / "missing.json"))


ODD: tuple[Any, ...] = (None, [], {}, "x", 7)


def test_a_part_of_another_kind_is_refused_in_one_line(demo_app: Flask, tmp_path: Path) -> None:
    whole = issue(demo_app, "demo", with_rows=True)
    for part in ("instrument", "responses", "sums", "result", "design"):
        for odd in ODD:
            document = copy.deepcopy(whole)
            document[part] = odd
            file = tmp_path / "c.json"
            file.write_text(json.dumps(document), encoding="utf-8")
            result = run(demo_app, "verify", file)
            assert result.exit_code == 1
            assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("responses", "leaves"), None, "responses.leaves: found null, but it must be a list"),
        (("responses", "leaves", 3), "x" * 80, "responses.leaves[3]: found"),
        (("responses", "rows", 0), [], "responses.rows[0]: found [], but it must be a list of 3"),
        (("responses", "rows", 0, 2, 0), "5", "responses.rows[0][2][0]: found"),
        (("sums", "cells", 0, "weight"), True, "sums.cells[0].weight: found true, but it must be a number"),
        (("sums", "cells", 0, "group"), "none", "sums.cells[0].group: found"),
        (("sums", "cells", 0, "criteria"), {}, "is missing"),
        (("sums", "strata", 0, "n"), 10**400, "sums.strata[0].n: found 1"),
        (("sums", "strata", 0, "sum_z"), float("nan"), "sums.strata[0].sum_z: found NaN"),
        (("design", "populations"), {"citizen": 0.5}, "design.populations.citizen: found 0.5"),
        (("result", "level"), "0.95", "result.level: found"),
        (("sums", "cells", 0, "weight"), 1e300, "a part is missing or of another kind"),
    ],
)
def test_a_refusal_names_the_path(
    demo_app: Flask, path: tuple[str | int, ...], value: Any, message: str
) -> None:
    document = issue(demo_app, "demo", with_rows=True)
    set_at(*path, to=value)(document)
    assert message in problems(document)[0]
