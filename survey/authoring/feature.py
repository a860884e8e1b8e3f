"""What the folder offers the application."""

from survey.authoring import commands, pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp,), commands=(commands.publish_questionnaire,))
