"""What the folder offers the application."""

from survey.accounts import (
    own_pages,  # noqa: F401 — its routes are those of pages.bp
    pages,
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
    )
)
