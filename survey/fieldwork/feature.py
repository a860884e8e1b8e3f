"""What the folder offers the application."""

from survey.fieldwork import look_pages, pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp, look_pages.bp))
