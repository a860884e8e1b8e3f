"""What the folder offers the application."""

from survey.accounts import audit_pages, commands, pages, role_pages, token_pages, unit_pages
from survey.web.feature import Feature

FEATURE = Feature(
    blueprints=(pages.bp, role_pages.bp, unit_pages.bp, token_pages.bp, audit_pages.bp),
    commands=(commands.log_head, commands.verify_log),
)
