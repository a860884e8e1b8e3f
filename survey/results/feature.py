"""What the folder offers the application."""

from survey.results import commands
from survey.web.feature import Feature

FEATURE = Feature(commands=(commands.score, commands.verify, commands.recount))
