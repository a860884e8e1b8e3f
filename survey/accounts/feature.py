"""What the folder offers the application."""

from survey.accounts import (
    account_pages,
    audit_pages,
    commands,
    confirm_pages,
    factor_pages,
    import_pages,
    invitation_pages,
    link_pages,
    log_commands,
    openid_pages,
    own_pages,  # noqa: F401 — its routes are those of pages.bp
    pages,
    passkey_pages,
    role_pages,
    second_step_pages,
    sign_in_pages,  # noqa: F401 — the same
    token_pages,
    unit_pages,
)
from survey.accounts.link_letters import LOOK_EVERY_SECONDS, LinkLetterWorker
from survey.web.background import BackgroundThread
from survey.web.context import database, now, settings
from survey.web.feature import Feature


def _letters_thread() -> BackgroundThread[LinkLetterWorker]:
    office = settings()
    worker = LinkLetterWorker(database(), office.time_zone, office.mail, office.public_url, now)
    return BackgroundThread(worker, every_seconds=LOOK_EVERY_SECONDS)


FEATURE = Feature(
    blueprints=(
        pages.bp,
        account_pages.bp,
        link_pages.bp,
        invitation_pages.bp,
        import_pages.bp,
        role_pages.bp,
        unit_pages.bp,
        token_pages.bp,
        audit_pages.bp,
        second_step_pages.bp,
        confirm_pages.bp,
        factor_pages.bp,
        passkey_pages.bp,
        openid_pages.bp,
    ),
    background=(_letters_thread,),
    commands=(commands.renew_secrets, log_commands.log_head, log_commands.verify_log),
)
