"""Commands of publication."""

import click

from survey.publication.weekly_worker import WeeklyWorker
from survey.web.background import background
from survey.web.command_line import command, exit_with_error


@command("weekly")
def send_weekly_summaries() -> None:
    """Make the weekly summaries that are due, send them, and say what was done; for cron."""
    outcomes = background(WeeklyWorker).worker.run_due()
    for outcome in outcomes:
        if outcome.succeeded:
            click.echo(outcome.message)
    failed = [outcome.message for outcome in outcomes if not outcome.succeeded]
    if failed:
        exit_with_error("; ".join(failed))
    if not outcomes:
        click.echo("nothing was due")
