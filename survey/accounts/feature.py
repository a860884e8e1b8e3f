"""What the folder offers the application."""

from survey.accounts import (
    audit_pages,
    commands,
    confirm_pages,
    factor_pages,
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
from survey.web.feature import Feature

FEATURE = Feature(
    blueprints=(
        pages.bp,
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
    commands=(commands.renew_secrets, log_commands.log_head, log_commands.verify_log),
)
