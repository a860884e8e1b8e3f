"""Commands about the log of the office."""

import json
import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey.accounts.log_check import HeadFileError, LogCheck, head_to_json, read_heads
from survey.store import audit
from survey.web.command_line import FILE, command, exit_with_error
from survey.web.context import database, now, settings


@command("log-head")
def log_head() -> None:
    """Print the end of the log as a line of JSON, to be stored on another machine."""
    head = database().read(audit.head)
    click.echo(json.dumps({**head_to_json(head), "exported_at": now().isoformat(timespec="seconds")}))


@command("verify-log")
@click.option("--head", "head_file", type=FILE, help="Heads that `log-head` printed, one a line.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def verify_log(*, head_file: Path | None, as_json: bool) -> None:
    """Check that no entry of the log was changed, removed or put in; exit status 1 where one was."""
    try:
        heads = read_heads(head_file) if head_file is not None else []
    except HeadFileError as error:
        exit_with_error(str(error))
    check = LogCheck(heads, settings().time_zone)

    def run(session: Session) -> None:
        check.note_unprotected(audit.missing_triggers(session))
        check.run(audit.entries_in_order(session))

    database().read(run)
    if as_json:
        click.echo(json.dumps(check.to_json(), ensure_ascii=False, indent=1))
    else:
        _print_outcome(check)
    if check.n_problems:
        sys.exit(1)


def _print_outcome(check: LogCheck) -> None:
    for problem in check.problems:
        click.echo(f"DOES NOT HOLD: {problem.message}")
    if check.n_problems > len(check.problems):
        click.echo(f"DOES NOT HOLD: {check.n_problems - len(check.problems)} more problems of this kind")
    if check.n_problems:
        exit_with_error(
            f"the log was changed outside of the product ({check.n_problems} problems among {check.n_entries}"
            " entries); keep this database as it is and compare it with a backup"
        )
    confirmed = f", {check.confirmed} of them as the exported head has them" if check.heads else ""
    click.echo(f"holds: {check.n_entries} entries{confirmed}; last hash {check.last.hash}")
