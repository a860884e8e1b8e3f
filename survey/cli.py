"""The command line: `flask survey …`. It reads arguments, calls one use case, prints; nothing else."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from survey.accounts import sign_in as accounts
from survey.fieldwork import demo
from survey.instrument import codec
from survey.instrument.node import InstrumentError
from survey.reports import score_file
from survey.reports.export import FORMATS, exported
from survey.reports.results import campaign_results
from survey.store import fieldwork, migrate, people, questionnaires, rollups
from survey.store.people import Role
from survey.web.context import database, now, office, this_morning, today
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES

bp = Blueprint("survey_cli", __name__, cli_group="survey")
_DEMO_SEED = 20180824
_FILE = click.Path(path_type=Path)  # a file that is not there is a refused input like any other


def refused(message: str) -> NoReturn:
    """End with one line that says what was found, where, and what to do."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(1)


@bp.cli.command("setup")
@click.option("--demo", "with_demo", is_flag=True, help="Also make the demonstration campaigns and sign-ins.")
@click.option("--admin", default="admin", show_default=True, help="Sign-in name of the first administrator.")
def setup(*, with_demo: bool, admin: str) -> None:
    """Bring the database up to date, publish the default questionnaire, make the first administrator."""
    migrate.upgrade(database())
    at = now()
    database().write(lambda s: questionnaires.publish(s, questionnaires.shipped(), now=at))
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
        wanted["viewer"] = ("Lãnh đạo (chỉ xem)", Role.VIEWER)
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
        if fieldwork.campaign_by_key(session, "demo") is None:
            demo.make_demo(session, today=day, rng=np.random.default_rng(_DEMO_SEED))

    database().write(make)


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


@bp.cli.command("export")
@click.argument("campaign")
@click.option("--format", "name", required=True, type=click.Choice(sorted(FORMATS)))
@click.option("--lang", type=click.Choice(sorted(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, allow_dash=True))
def export(campaign: str, *, name: str, lang: str, out: str) -> None:
    """Write a campaign's summary to a file, the same bytes as the web's; `-` is standard output."""

    def found(session: Session) -> Any:
        row = fieldwork.campaign_by_key(session, campaign)
        return campaign_results(session, row, computed_at=this_morning()) if row else None

    results = database().read(found)
    if results is None:
        known = ", ".join(c.key for c in database().read(fieldwork.campaigns)) or "none"
        refused(f"no campaign has the key {campaign!r}; known: {known}")
    content = exported(results, name, lang)
    if out == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        refused(f"{out} cannot be written: {error.strerror}")


@bp.cli.command("recount")
@click.argument("campaign")
def recount(campaign: str) -> None:
    """Count a campaign's responses anew; say whether the kept counts were right, and put them right."""
    zone = office().time_zone

    def put_right(session: Session) -> bool | None:
        row = fieldwork.campaign_by_key(session, campaign)
        if row is None:
            return None
        was_exact = rollups.is_exact(session, row, zone)
        if not was_exact:
            rollups.start_anew(session, row, zone)
        return was_exact

    was_exact = database().write(put_right)
    if was_exact is None:
        known = ", ".join(c.key for c in database().read(fieldwork.campaigns)) or "none"
        refused(f"no campaign has the key {campaign!r}; known: {known}")
    click.echo("the kept counts were right" if was_exact else "the kept counts were wrong and are put right")
