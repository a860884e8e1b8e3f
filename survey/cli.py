"""The command line: `flask survey …`. It reads arguments, calls one use case, prints; nothing else."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from survey.accounts import sign_in as accounts
from survey.fieldwork import demo
from survey.instrument import codec
from survey.instrument.node import InstrumentError
from survey.publication.summary_pages import dispatch
from survey.reports.export import FORMATS, exported
from survey.reports.microdata import responses_for_a_sheet
from survey.reports.response_export import (
    RESPONSE_FORMATS,
    Circumstances,
    campaign_microdata,
    write_responses,
)
from survey.results import certificate, score_file, verification
from survey.results.campaign import campaign_results
from survey.scorecards import demo as scorecard_demo
from survey.scorecards.score_file import ScorecardFileError, score_scorecard
from survey.store import fieldwork, migrate, people, questionnaires, rollups, scorecards
from survey.store.fieldwork import CampaignNotFoundError
from survey.store.people import Role
from survey.web.context import database, now, office, this_morning, today
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    import numpy as np

bp = Blueprint("survey_cli", __name__, cli_group="survey")
_DEMO_SEED = 20180824
_CERTIFICATE = "certificate"
_EVERY_FORMAT = sorted({*FORMATS, *RESPONSE_FORMATS, _CERTIFICATE})
_FILE = click.Path(path_type=Path)  # a file that is not there is a refused input like any other


def refused(message: str) -> NoReturn:
    """End with one line that says what was found, where, and what to do."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(1)


@contextmanager
def _refuse_unknown_campaign() -> Iterator[None]:
    """Refuse a key that no campaign has, and name the keys that exist."""
    try:
        yield
    except CampaignNotFoundError as error:
        known = ", ".join(c.key for c in database().read(fieldwork.campaigns)) or "none"
        refused(f"no campaign has the key {error.key!r}; known: {known}")


@bp.cli.command("setup")
@click.option("--demo", "with_demo", is_flag=True, help="Also make the demonstration campaigns and sign-ins.")
@click.option("--admin", default="admin", show_default=True, help="Sign-in name of the first administrator.")
def setup(*, with_demo: bool, admin: str) -> None:
    """Bring the database up to date, publish the default questionnaire, make the first administrator."""
    migrate.upgrade(database())
    at = now()
    database().write(lambda s: questionnaires.publish(s, questionnaires.shipped(), now=at))
    database().write(lambda s: scorecards.publish(s, scorecards.shipped(), now=at))
    made = _first_people(admin, with_demo=with_demo)
    if with_demo:
        _make_demo()
    for username, password in made.items():
        click.echo(f"{username}\t{password}")
    if made:
        click.echo("These passwords are shown once. Change them after the first sign-in.", err=True)


def _first_people(admin: str, *, with_demo: bool) -> dict[str, str]:
    """The people made, with their passwords; nobody where somebody can administer already."""
    wanted = {admin: ("Quản trị viên", Role.ADMINISTRATOR)}
    if with_demo:
        wanted["officer"] = ("Chuyên viên cải cách hành chính", Role.OFFICER)
        wanted["leader"] = ("Lãnh đạo (duyệt số liệu)", Role.LEADER)
        wanted["viewer"] = ("Người xem", Role.VIEWER)
    passwords = {username: accounts.new_password() for username in wanted}
    at = now()

    def add(session: Session) -> bool:
        if people.there_is_an_administrator(session):
            return False
        for username, (full_name, role) in wanted.items():
            accounts.add_person(session, username, full_name, role, password=passwords[username], now=at)
        return True

    return passwords if database().write(add) else {}


def _make_demo() -> None:
    import numpy as np

    day = today()

    def make(session: Session) -> None:
        if not fieldwork.has_campaign(session, "demo"):
            demo.make_demo(session, today=day, rng=np.random.default_rng(_DEMO_SEED))
        if not scorecards.cards(session):
            _make_demo_scorecards(session, np.random.default_rng(_DEMO_SEED))

    database().write(make)


def _make_demo_scorecards(session: Session, rng: "np.random.Generator") -> None:
    """Entered by an officer and approved by a leader, or by administrators where there are none."""
    everyone = people.people(session)
    (officer, *_others) = _first_of(everyone, Role.OFFICER)
    leaders = [number for number in _first_of(everyone, Role.LEADER) if number != officer]
    scorecard_demo.make_demo(session, officer=officer, leader=next(iter(leaders), None), rng=rng)


def _first_of(everyone: list[people.Person], role: Role) -> list[int]:
    """Those of a role, then the administrators, who may do the same."""
    return [p.id for wanted in (role, Role.ADMINISTRATOR) for p in everyone if p.role == wanted]


@bp.cli.command("publish-questionnaire")
@click.argument("file", type=_FILE)
@click.option("--check", is_flag=True, help="Store nothing; only say whether the file is in order.")
def publish_questionnaire(file: Path, *, check: bool) -> None:
    """Publish a questionnaire from its YAML or JSON file and print its digest."""
    try:
        questionnaire = codec.questionnaire_from_yaml(file.read_text(encoding="utf-8-sig"))
    except InstrumentError as error:
        refused(f"{file}: {error}")
    except UnicodeDecodeError as error:
        refused(f"{file}: not UTF-8 text at byte {error.start}; save it as UTF-8")
    except OSError as error:
        refused(f"{file} cannot be read: {error.strerror}")
    at = now()
    if not check:
        database().write(lambda s: questionnaires.publish(s, questionnaire, now=at))
    click.echo(codec.digest(questionnaire))


@bp.cli.command("score")
@click.argument("data", type=_FILE)
@click.option("--instrument", required=True, type=_FILE, help="Criteria and points, JSON or YAML.")
@click.option("--design", type=_FILE, help="Sample design, JSON.")
@click.option("--compare", type=_FILE, help="A second data file, to take the first from.")
@click.option("--interval", type=click.Choice(["tilted-beta", "t", "logit-t"]), default="tilted-beta")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def score(data: Path, *, as_json: bool, **how: Any) -> None:
    """Score a file of answers, with no database."""
    try:
        scored = score_file.score_files(data, **how)
    except score_file.ScoreFileError as error:
        refused(str(error))
    if as_json:
        click.echo(json.dumps(scored, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        click.echo(_in_short(scored))


def _in_short(scored: dict[str, Any]) -> str:
    if scored["score"] is None:
        return f"no score ({scored['n_respondents']} respondents): {scored['verdict']}"
    low, high = scored["ci"]
    limits = f"{scored['score']:.4f} of {scored['max']:g}, 95% interval {low:.4f} to {high:.4f}"
    provisional = f", provisional from {scored['scored_max']:g} points" if scored["provisional"] else ""
    difference = _difference_in_short(scored.get("difference"))
    return f"{limits}: {scored['verdict']} (n = {scored['n_respondents']}{provisional}){difference}"


def _difference_in_short(difference: dict[str, Any] | None) -> str:
    if difference is None:
        return ""
    if difference["ci"] is None:
        return "\nno difference: one of the files has no score"
    low, high = difference["ci"]
    return f"\nsecond minus first {difference['estimate']:+.4f}, 95% interval {low:+.4f} to {high:+.4f}"


@bp.cli.command("scorecard")
@click.argument("definition", type=_FILE)
@click.option("--values", required=True, type=_FILE, help="The values, CSV or XLSX.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def scorecard(definition: Path, *, values: Path, as_json: bool) -> None:
    """Score a scorecard from its definition and a file of values, with no database."""
    try:
        report: dict[str, Any] = score_scorecard(definition, values)
    except ScorecardFileError as error:
        refused(str(error))
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False))
        return
    earned = "no points" if report["points"] is None else f"{report['points']:.4f} points"
    scored = f", provisional: scored from {report['max_scored']:g}" if report["provisional"] else ""
    click.echo(f"{earned} of {report['total']:g}{scored}")


@bp.cli.command("export")
@click.argument("campaign")
@click.option("--format", "name", required=True, type=click.Choice(_EVERY_FORMAT))
@click.option("--responses", "by_form", is_flag=True, help="A row a form (csv; sav and parquet always are).")
@click.option("--lang", type=click.Choice(sorted(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, allow_dash=True))
def export(campaign: str, *, name: str, by_form: bool, lang: str, out: str) -> None:
    """Write a campaign's summary or responses, the same bytes as the web's; `-` is standard output."""
    if by_form and name not in (*RESPONSE_FORMATS, _CERTIFICATE):
        raise click.UsageError(
            f"--responses goes with {', '.join(RESPONSE_FORMATS)} or certificate, not with {name}"
        )
    write = _write_summary if name in FORMATS and not by_form else _write_responses
    if name == _CERTIFICATE:
        write = _write_audit_certificate if by_form else _write_certificate
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        with _refuse_unknown_campaign():
            database().read(lambda session: write(session, campaign, name, lang, path))
        try:
            if out == "-":
                with path.open("rb") as file:
                    shutil.copyfileobj(file, sys.stdout.buffer)
            else:
                shutil.copyfile(path, out)
        except OSError as error:
            refused(f"{out} cannot be written: {error.strerror}")


def _write_summary(session: Session, key: str, name: str, lang: str, path: Path) -> None:
    """Write the file of a format with all an administrator sees."""
    campaign = fieldwork.campaign_by_key(session, key)
    at, address = this_morning(), office().public_url
    results = campaign_results(session, campaign, computed_at=at, office_address=address)
    responses = None
    if name == "xlsx":
        responses = responses_for_a_sheet(session, campaign_microdata(session, campaign, _around()))
    path.write_bytes(exported(results, name, lang, responses))


def _write_certificate(session: Session, key: str, name: str, lang: str, path: Path) -> None:
    """Write the certificate for everybody."""
    campaign = fieldwork.campaign_by_key(session, key)
    results = campaign_results(session, campaign, computed_at=this_morning())
    try:
        document = certificate.public_certificate(session, campaign, results)
    except certificate.CertificateWithheldError as error:
        refused(str(error))
    path.write_bytes(certificate.as_bytes(document))


def _write_audit_certificate(session: Session, key: str, name: str, lang: str, path: Path) -> None:
    """Write the certificate with what each form counted."""
    campaign = fieldwork.campaign_by_key(session, key)
    results = campaign_results(session, campaign, computed_at=this_morning())
    document = certificate.certificate(session, campaign, results, with_rows=True)
    path.write_bytes(certificate.as_bytes(document))


def _write_responses(session: Session, key: str, name: str, lang: str, path: Path) -> None:
    """Write a response file, telling the progress to a terminal."""
    campaign = fieldwork.campaign_by_key(session, key)

    def progress(done: int, n: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} / {n:,}", err=True, nl=done == n)

    write_responses(session, campaign, name, lang, path, _around(), progress=progress)


def _around() -> Circumstances:
    return Circumstances(office().secret_keys[0], office().time_zone, this_morning())


@bp.cli.command("verify")
@click.argument("file", type=_FILE)
@click.option("--campaign", help="Also compare with the responses this database holds of a campaign.")
def verify(file: Path, *, campaign: str | None) -> None:
    """Recompute a published result from its certificate; exit 0 only if all numbers and hashes hold."""
    try:
        document = verification.read_certificate(file)
        checks = list(verification.verify(document))
    except verification.CertificateError as error:
        refused(str(error) if str(error).startswith(str(file)) else f"{file}: {error}")
    if campaign is not None:
        checks.append(_against_the_database(document, campaign))
    for check in checks:
        click.echo(f"{'holds' if check.problem is None else 'DOES NOT HOLD'}: {check.subject}")
    problems = [check.problem for check in checks if check.problem is not None]
    if problems:
        refused(f"{file}: {problems[0]}; do not rely on it, ask the office for the published certificate")


def _against_the_database(document: dict[str, Any], key: str) -> verification.Check:
    def leaves(session: Session) -> list[str]:
        return certificate.stored_leaves(session, fieldwork.campaign_by_key(session, key))

    try:
        return verification.against(document, database().read(leaves))
    except CampaignNotFoundError:
        refused(f"no campaign has the key {key!r}; see the campaigns in the office's list")


@bp.cli.command("recount")
@click.argument("campaign")
def recount(campaign: str) -> None:
    """Count a campaign's responses anew; say whether the kept counts were right, and put them right."""
    zone = office().time_zone

    def put_right(session: Session) -> bool:
        row = fieldwork.campaign_by_key(session, campaign)
        was_exact = rollups.is_exact(session, row, zone)
        if not was_exact:
            rollups.start_anew(session, row, zone)
        return was_exact

    with _refuse_unknown_campaign():
        was_exact = database().write(put_right)
    click.echo("the kept counts were right" if was_exact else "the kept counts were wrong and are put right")


@bp.cli.command("weekly")
def weekly() -> None:
    """Make the weekly summaries that are due, send them, and say what was done; for cron."""
    outcomes = dispatch().work_off()
    for outcome in outcomes:
        if outcome.succeeded:
            click.echo(outcome.words)
    failed = [outcome.words for outcome in outcomes if not outcome.succeeded]
    if failed:
        refused("; ".join(failed))
    if not outcomes:
        click.echo("nothing was due")
