"""What the folder offers the application."""

from survey.scorecards import commands, pages, task_pages, value_pages
from survey.web.feature import Feature

FEATURE = Feature(blueprints=(pages.bp, value_pages.bp, task_pages.bp), commands=(commands.scorecard,))
