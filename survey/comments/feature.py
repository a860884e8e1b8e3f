"""What the folder offers the application."""

from survey.comments import pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp,))
