"""The forms of scorecards, values and tasks."""

from collections.abc import Sequence

from wtforms import (
    DateField,
    Field,
    FileField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from survey.scorecards.entries import TypedLine, parts
from survey.scorecards.periods import read_period
from survey.store.fieldwork import Campaign
from survey.web.forms import (
    DAY_FORMATS,
    FIRST_YEAR,
    LAST_YEAR,
    DayInRange,
    ListedChoice,
    OfficeForm,
    PlainText,
    Required,
    lazy_gettext,
)
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.unit_choices import UnitField

TYPED = "typed"  # satisfaction points that come from no campaign


def sources(campaigns: Sequence[Campaign]) -> list[tuple[str, str]]:
    """Every campaign, and that the points are typed, as choices."""
    return [(str(campaign.id), campaign.name) for campaign in campaigns] + [
        (TYPED, _("typed in, from no campaign"))
    ]


def campaign_chosen(choice: str) -> int | None:
    """The campaign a choice stands for."""
    return None if choice == TYPED else int(choice)


class CardForm(OfficeForm):
    """A new scorecard."""

    unit_id = UnitField(
        lazy_gettext(lambda: _("Unit")),
        Permission.SCORECARD_ENTER,
        validators=[Required(), ListedChoice()],
    )
    period = StringField(lazy_gettext(lambda: _("Reporting period")), validators=[Required(), PlainText(20)])
    digest = SelectField(lazy_gettext(lambda: _("Definition")), validators=[Required(), ListedChoice()])
    campaign = SelectField(lazy_gettext(lambda: _("Satisfaction points from")), validators=[ListedChoice()])

    def validate_period(self, field: Field) -> None:
        """A year, a quarter or a month."""
        if read_period(field.data or "") is None:
            message = _("Found %(found)s; write a period like 2018, 2018-Q3 or 2018-09")
            raise ValidationError(message % {"found": (field.data or "")[:20]})


class SourceForm(OfficeForm):
    """Where the satisfaction points come from."""

    campaign = SelectField(
        lazy_gettext(lambda: _("Satisfaction points from")), validators=[Required(), ListedChoice()]
    )


class ValueForm(OfficeForm):
    """One value with its evidence; what the numbers say is read by `entries`."""

    value = StringField(lazy_gettext(lambda: _("Value")), validators=[PlainText(40)])
    numerator = StringField(
        lazy_gettext(lambda: _("Numerator: cases that count")), validators=[PlainText(40)]
    )
    denominator = StringField(lazy_gettext(lambda: _("Denominator: all cases")), validators=[PlainText(40)])
    low = StringField(lazy_gettext(lambda: _("95% interval, lower")), validators=[PlainText(40)])
    high = StringField(lazy_gettext(lambda: _("95% interval, upper")), validators=[PlainText(40)])
    evidence_ref = StringField(
        lazy_gettext(lambda: _("Document: number and sign")), validators=[PlainText(200)]
    )
    note = StringField(lazy_gettext(lambda: _("Note")), validators=[PlainText(500)])
    reason = StringField(lazy_gettext(lambda: _("Reason for the correction")), validators=[PlainText(500)])
    file = FileField(lazy_gettext(lambda: _("File of the document")))

    def read_line(self) -> TypedLine:
        """The numbers as they were typed."""
        return TypedLine(**{part: (self[part].data or "").strip() for part in parts()})


class ImportForm(OfficeForm):
    """A file of values."""

    file = FileField()


class DecisionForm(OfficeForm):
    """What a leader says about a value."""

    note = StringField(lazy_gettext(lambda: _("Note")), validators=[PlainText(500)])


class DefinitionForm(OfficeForm):
    """A definition's file."""

    file = FileField()


class DefinitionTextForm(OfficeForm):
    """A definition as text, to change in the page."""

    text = TextAreaField(lazy_gettext(lambda: _("Definition")), validators=[Required()])


class TaskForm(OfficeForm):
    """A new task of the plan."""

    unit_id = UnitField(
        lazy_gettext(lambda: _("Unit")),
        Permission.SCORECARD_ENTER,
        validators=[Required(), ListedChoice()],
    )
    year = IntegerField(lazy_gettext(lambda: _("Year of the plan")), validators=[Required()])
    title = StringField(lazy_gettext(lambda: _("Task")), validators=[Required(), PlainText(300)])
    responsible = StringField(lazy_gettext(lambda: _("Responsible")), validators=[PlainText(200)])
    due_on = DateField(
        lazy_gettext(lambda: _("Due")), format=DAY_FORMATS, validators=[Required(), DayInRange()]
    )

    def validate_year(self, field: Field) -> None:
        """A year that plans are made for."""
        if field.data is None or not FIRST_YEAR <= field.data <= LAST_YEAR:
            raise ValidationError(_("Give a year: %(field)s") % {"field": field.label.text})


class DoneForm(OfficeForm):
    """When a task was done, by which document; without a day it is open again."""

    done_on = DateField(
        lazy_gettext(lambda: _("Done on")), format=DAY_FORMATS, validators=[Optional(), DayInRange()]
    )
    evidence_ref = StringField(
        lazy_gettext(lambda: _("Document: number and sign")), validators=[PlainText(200)]
    )

    def validate_done_on(self, field: Field) -> None:
        """A day, or nothing."""
        if field.raw_data and str(field.raw_data[0]).strip() and field.data is None:
            field.errors = []
            raise ValidationError(_("Enter a date: %(field)s") % {"field": field.label.text})
