"""`flask survey …`: the commands of every folder, and `setup`, which needs them all."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts.passwords import new_password
from survey.doctor import FindingState, examine
from survey.fieldwork import demo
from survey.scorecards import demo as scorecard_demo
from survey.store import fieldwork, installation, migrate, people, questionnaires, scorecards
from survey.store.people import Role
from survey.web.command_line import command, exit_with_error
from survey.web.context import database, now, settings, today
from survey.web.feature import Feature

if TYPE_CHECKING:
    import numpy as np

_ADMIN = "admin"
_DEMO_SEED = 20180824


def command_group(features: tuple[Feature, ...]) -> AppGroup:
    """The group `survey` with every command."""
    group = AppGroup("survey")
    for feature_command in (
        setup,
        accept_secret,
        doctor,
        *(offered for feature in features for offered in feature.commands),
    ):
        group.add_command(feature_command)
    return group


@command("setup")
@click.option("--demo", "with_demo", is_flag=True, help="Also make the demonstration campaigns and sign-ins.")
@click.option("--admin", help="Sign-in name of the first administrator; admin without it.")
def setup(*, with_demo: bool, admin: str | None) -> None:
    """Bring the database up to date, publish the default questionnaire, make the first administrator."""
    if admin is not None and not officials.is_sign_in_name(admin):
        exit_with_error(
            f"--admin is {admin[:70]!r}; a sign-in name has 2 to 60 letters a-z, digits, dots, dashes or @"
        )
    if migrate.is_of_a_newer_release(database()):
        exit_with_error(str(migrate.schema_problem(database())))
    migrate.upgrade(database())
    if problem := installation.secret_problem(database(), settings().secret_keys):
        exit_with_error(problem)
    published_at = now()
    database().write(lambda s: questionnaires.publish(s, questionnaires.load_shipped(), now=published_at))
    database().write(lambda s: scorecards.publish(s, scorecards.load_shipped(), now=published_at))
    passwords = _add_first_people(admin or _ADMIN, with_demo=with_demo)
    if with_demo:
        _make_demo()
    for username, password in passwords.items():
        click.echo(f"{username}\t{password}")
    if passwords and sys.stdout.isatty():
        click.echo("These passwords are shown once. Change them after the first sign-in.", err=True)
    if admin is not None and not passwords:
        _refuse_second_first(admin)


@command("accept-secret")
def accept_secret() -> None:
    """Use this database with the present secret although it was made with another, which is lost."""
    accepted_at, keys = now(), settings().secret_keys
    database().write(lambda session: installation.accept(session, keys, now=accepted_at))
    click.echo("The present secret is accepted. Receipts and links made with another one are not valid.")


@command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(*, as_json: bool) -> None:
    """Check the installation: a line a check with what was found and what to do; exit status 1 on a fail."""
    findings = examine(database(), settings(), now=now())
    if as_json:
        click.echo(json.dumps({"checks": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            advice = f". {finding.advice[:1].upper()}{finding.advice[1:]}" if finding.advice else ""
            click.echo(f"{finding.state:<5} {finding.check:<17} {finding.observed}{advice}")
    if any(finding.state is FindingState.FAIL for finding in findings):
        sys.exit(1)


def _add_first_people(admin: str, *, with_demo: bool) -> dict[str, str]:
    """Add the first officials and return their passwords; none where there is an administrator."""
    wanted = {admin: ("Quản trị viên", Role.ADMINISTRATOR)}
    if with_demo:
        wanted["officer"] = ("Chuyên viên cải cách hành chính", Role.OFFICER)
        wanted["leader"] = ("Lãnh đạo (duyệt số liệu)", Role.LEADER)
        wanted["viewer"] = ("Người xem", Role.VIEWER)
    passwords = {username: new_password() for username in wanted}
    created_at = now()

    def add(session: Session) -> bool:
        if people.has_administrator(session):
            return False
        for username, (full_name, role) in wanted.items():
            officials.add_person(
                session, username, full_name, role, password=passwords[username], now=created_at
            )
        return True

    return passwords if database().write(add) else {}


def _refuse_second_first(admin: str) -> None:
    """End with one line where somebody else than the administrators there are was to be the first."""
    everyone = database().read(lambda session: people.with_role(session, Role.ADMINISTRATOR))
    administrators = [person.username for person in everyone]
    if admin.strip().lower() not in administrators:
        exit_with_error(
            f"--admin {admin}: nobody was added, because there are administrators already"
            f" ({', '.join(administrators)}); sign in as one of them and add {admin} under People"
        )


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
    (officer, *_others) = _first_of(session, Role.OFFICER)
    leaders = [number for number in _first_of(session, Role.LEADER) if number != officer]
    scorecard_demo.make_demo(session, officer=officer, leader=next(iter(leaders), None), rng=rng)


def _first_of(session: Session, role: Role) -> list[int]:
    """The officials of a role, then the administrators, who may do the same."""
    return [p.id for wanted in (role, Role.ADMINISTRATOR) for p in people.with_role(session, wanted)]
