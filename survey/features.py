"""The folders of the application that offer pages, commands or background work."""

from survey.accounts import feature as accounts
from survey.api import feature as api
from survey.authoring import feature as authoring
from survey.comments import feature as comments
from survey.fieldwork import feature as fieldwork
from survey.intake import feature as intake
from survey.publication import feature as publication
from survey.reports import feature as reports
from survey.results import feature as results
from survey.retention import feature as retention
from survey.scorecards import feature as scorecards
from survey.web import metrics
from survey.web.feature import Feature

FEATURES = (
    Feature(blueprints=(metrics.bp,)),
    accounts.FEATURE,
    api.FEATURE,
    authoring.FEATURE,
    comments.FEATURE,
    fieldwork.FEATURE,
    intake.FEATURE,
    publication.FEATURE,
    reports.FEATURE,
    results.FEATURE,
    retention.FEATURE,
    scorecards.FEATURE,
)
