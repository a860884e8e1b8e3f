"""What the folder offers the application."""

from survey.fieldwork import contact_pages, look_pages, pages, poster_pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp, poster_pages.bp, contact_pages.bp, look_pages.bp))
