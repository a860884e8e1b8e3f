"""`flask survey renew-secrets`: encrypt stored secrets with the newest key."""

import click

from survey.accounts import second_factors
from survey.web.command_line import command, exit_with_error
from survey.web.context import database, settings


@command("renew-secrets")
def renew_secrets() -> None:
    """Encrypt the secrets of authenticator apps with the newest SECRET_KEY, so that older ones can go."""
    keys = settings().secret_keys
    n_renewed, n_unreadable = database().write(lambda session: second_factors.reseal_all(session, keys))
    click.echo(f"{n_renewed} renewed")
    if n_unreadable:
        exit_with_error(
            f"{n_unreadable} secrets of authenticator apps cannot be read with any key of SECRET_KEY; add the"
            " lost key, or remove the second step of these people on their pages"
        )
