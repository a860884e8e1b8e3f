"""The forms of authoring."""

from wtforms import FileField

from survey.web.forms import OfficeForm


class QuestionnaireForm(OfficeForm):
    """A questionnaire file to publish."""

    file = FileField()
