"""Commands of scorecards."""

import json
from pathlib import Path

import click

from survey.scorecards.score_file import ScorecardFileError, score_scorecard
from survey.web.command_line import FILE, command, exit_with_error


@command("scorecard")
@click.argument("definition", type=FILE)
@click.option("--values", required=True, type=FILE, help="The values, CSV or XLSX.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def scorecard(definition: Path, *, values: Path, as_json: bool) -> None:
    """Score a scorecard from its definition and a file of values, with no database."""
    try:
        report = score_scorecard(definition, values)
    except ScorecardFileError as error:
        exit_with_error(str(error))
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1, allow_nan=False))
        return
    points = report.scored
    earned = "no points" if points.points is None else f"{points.points:.4f} points"
    scored = f", provisional: scored from {points.max_scored:g}" if points.provisional else ""
    click.echo(f"{earned} of {points.total:g}{scored}")
