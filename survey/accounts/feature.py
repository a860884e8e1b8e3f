"""What the folder offers the application."""

from survey.accounts import (
    commands,
    confirm_pages,
    factor_pages,
    openid_pages,
    own_pages,  # noqa: F401 — its routes are those of pages.bp
    pages,
    passkey_pages,
    second_step_pages,
    sign_in_pages,  # noqa: F401 — the same
    token_pages,
    unit_pages,
)
from survey.web.feature import Feature

FEATURE = Feature(
    blueprints=(
        pages.bp,
        unit_pages.bp,
        token_pages.bp,
        second_step_pages.bp,
        confirm_pages.bp,
        factor_pages.bp,
        passkey_pages.bp,
        openid_pages.bp,
    ),
    commands=(commands.renew_secrets,),
)
