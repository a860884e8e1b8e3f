"""Commands that score, verify and count."""

import json
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.results import certificate, score_file, verification
from survey.results.certificate_file import Certificate, CertificateError, read_certificate
from survey.results.refuse_deleted import ResponsesDeletedError, refuse_deleted
from survey.scoring.difference import Difference
from survey.scoring.interval import Interval
from survey.scoring.rounding import decimals_beside
from survey.store import fieldwork, releases, retention, rollups
from survey.store.fieldwork import CampaignNotFoundError
from survey.web.command_line import FILE, command, exit_with_error, refuse_unknown_campaign
from survey.web.context import database, settings


@command("score")
@click.argument("data", type=FILE)
@click.option("--instrument", required=True, type=FILE, help="Criteria and points, JSON or YAML.")
@click.option("--design", type=FILE, help="Sample design, JSON.")
@click.option("--compare", type=FILE, help="A second data file, to take the first from.")
@click.option("--interval", type=click.Choice(["tilted-beta", "t", "logit-t"]), default="tilted-beta")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def score(
    data: Path, *, instrument: Path, design: Path | None, compare: Path | None, interval: str, as_json: bool
) -> None:
    """Score a file of answers, with no database."""
    try:
        report = score_file.score_files(data, instrument, design, interval=interval, compare=compare)
    except score_file.ScoreFileError as error:
        exit_with_error(str(error))
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        click.echo(_in_short(report))


def _in_short(report: score_file.ScoreReport) -> str:
    score = report.whole
    if score.score is None:
        return f"no score ({score.n_respondents} respondents): {report.verdict.value}"
    borders = (report.instrument.rules.target.low, report.instrument.rules.target.high)
    number = _in_decimals(score.score, borders)
    limits = f"{number} of {score.max_points:g}, {_interval_in_short(report.interval, borders)}"
    provisional = f", provisional from {score.scored_max:g} points" if score.provisional else ""
    difference = "" if report.second is None else _difference_in_short(report.difference)
    return f"{limits}: {report.verdict.value} (n = {score.n_respondents}{provisional}){difference}"


def _interval_in_short(interval: Interval | None, borders: tuple[float, ...]) -> str:
    if interval is None:
        return "no interval"
    return f"95% interval {_in_decimals(interval.low, borders)} to {_in_decimals(interval.high, borders)}"


def _in_decimals(value: float, borders: tuple[float, ...], sign: str = "") -> str:
    """A number with four decimals, or more beside a border."""
    return f"{value:{sign}.{decimals_beside(value, borders, 4)}f}"


def _difference_in_short(difference: Difference | None) -> str:
    if difference is None:
        return "\nno difference: one of the files has no score"
    estimate = f"\nsecond minus first {_in_decimals(difference.estimate, (0.0,), '+')}"
    if difference.interval is None:
        return f"{estimate}, no interval: one of the files has too few respondents for one"
    low, high = (
        _in_decimals(value, (0.0,), "+") for value in (difference.interval.low, difference.interval.high)
    )
    return f"{estimate}, 95% interval {low} to {high}"


@command("verify")
@click.argument("file", type=FILE)
@click.option("--campaign", help="Also compare with the responses this database holds of a campaign.")
def verify(file: Path, *, campaign: str | None) -> None:
    """Recompute a published result from its certificate; exit 0 only if all numbers and hashes hold."""
    try:
        document = read_certificate(file)
        checks = list(verification.verify(document))
    except CertificateError as error:
        exit_with_error(str(error) if str(error).startswith(str(file)) else f"{file}: {error}")
    if campaign is not None:
        checks.append(_against_the_database(document, campaign))
    for check in checks:
        click.echo(f"{'holds' if check.problem is None else 'DOES NOT HOLD'}: {check.subject}")
    problems = [check.problem for check in checks if check.problem is not None]
    if problems:
        exit_with_error(
            f"{file}: {problems[0]}; do not rely on it, ask the office for the published certificate"
        )


def _against_the_database(document: Certificate, key: str) -> verification.Check:
    def compare(session: Session) -> verification.Check:
        campaign = fieldwork.campaign_by_key(session, key)
        if (day := retention.day_of(session, campaign.id)) is None:
            return verification.against(document, certificate.stored_leaves(session, campaign))
        number = releases.progress_of(session, campaign.id).number
        return verification.against_stored(
            document, releases.certificate_of(session, campaign.id, number), deleted_on=day
        )

    try:
        return database().read(compare)
    except CampaignNotFoundError:
        exit_with_error(f"no campaign has the key {key!r}; see the campaigns in the office's list")


@command("recount")
@click.argument("campaign")
def recount(campaign: str) -> None:
    """Count a campaign's responses anew; say whether the stored counts were correct, and correct them."""
    zone = settings().time_zone

    def put_right(session: Session) -> bool:
        row = fieldwork.campaign_by_key(session, campaign)
        refuse_deleted(session, row.id)
        was_exact = rollups.is_exact(session, row, zone)
        if not was_exact:
            rollups.reset(session, row, zone)
        return was_exact

    try:
        with refuse_unknown_campaign():
            was_exact = database().write(put_right)
    except ResponsesDeletedError as error:
        exit_with_error(
            f"{campaign}: {error}, and nothing is left to count; its stored counts stay as they are"
        )
    click.echo(
        "The stored counts were correct." if was_exact else "The stored counts were wrong and are corrected."
    )
