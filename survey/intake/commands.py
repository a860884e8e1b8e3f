"""Commands of the questionnaire."""

import click

from survey.intake.deletion import DeletionWorker
from survey.web.background import background
from survey.web.command_line import command


@command("purge")
def purge() -> None:
    """Delete what is due now, as a serving process does each minute, and say how much it was; for cron."""
    n = background(DeletionWorker).worker.run_due()
    click.echo(f"saved forms that were sent or had expired: {n}")
