"""What the folder offers the application."""

from survey.api import routes
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(routes.bp,))
