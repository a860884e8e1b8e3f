"""The command that deletes what is due."""

import click

from survey.intake.deletion import DeletionWorker
from survey.retention.worker import RetentionWorker
from survey.store import erasure
from survey.store.retention import DeletionTrigger
from survey.web.background import background
from survey.web.command_line import command, exit_with_error
from survey.web.context import database

_NONE_DUE = "single responses: none are due"


@command("purge")
@click.option("--dry-run", is_flag=True, help="Only say what is due.")
def purge(*, dry_run: bool) -> None:
    """Delete what is due now, as a serving process does by itself, and say what was done; for cron."""
    forms = background(DeletionWorker).worker
    responses = background(RetentionWorker).worker.with_trigger(DeletionTrigger.COMMAND)
    if dry_run:
        _print_due(forms, responses)
        return
    click.echo(f"saved forms that were sent or had expired: {forms.run_due()}")
    if not responses.due():
        click.echo(_NONE_DUE)
    outcomes = responses.run_due()
    for outcome in outcomes:
        if outcome.succeeded:
            click.echo(outcome.message)
    failed = [outcome.message for outcome in outcomes if not outcome.succeeded]
    if failed:
        exit_with_error("; ".join(failed))


def _print_due(forms: DeletionWorker, responses: RetentionWorker) -> None:
    """Print what would be deleted, one line a campaign."""
    click.echo(f"saved forms that were sent or had expired: {forms.count_due()} are due")
    campaigns = responses.due()
    if not campaigns:
        click.echo(_NONE_DUE)
    for campaign in campaigns:
        n = database().read(lambda session, campaign=campaign: erasure.count_responses(session, campaign.id))  # type: ignore[misc]
        click.echo(f"{campaign.key}: {n} single responses are due since {campaign.responses_due_on}")
