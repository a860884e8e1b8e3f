"""The forms of fieldwork."""

import re
from dataclasses import fields

from wtforms import (
    DateField,
    Field,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from survey.fieldwork.campaigns import ConsentContradictedError, find_desk_twice, parse_desks
from survey.store.fieldwork import (
    DEFAULT_RETENTION_MONTHS,
    MAX_RETENTION_MONTHS,
    MIN_RETENTION_MONTHS,
    Contact,
)
from survey.web.forms import (
    DAY_FORMATS,
    DayInRange,
    ListedChoice,
    OfficeForm,
    PlainText,
    Required,
    WholeNumberField,
    is_plain,
    lazy_gettext,
    with_names,
)
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.unit_choices import UnitOfNewField

_MAX_DESKS = 200
_MAX_DESK_NAME = 200
_MAX_QUOTA = 1_000_000
_A_DAY = (Required(), DayInRange())
_MIN_PHONE_DIGITS = 3


def _check_desks(lines: str) -> None:
    desks = parse_desks(lines)
    if len(desks) > _MAX_DESKS:
        raise ValidationError(_("A campaign has at most %(n)s desks") % {"n": _MAX_DESKS})
    if twice := find_desk_twice(lines):
        message = _("Lines %(first)s and %(second)s name the same desk, “%(name)s”: change or delete one")
        places = {"first": twice.first_line, "second": twice.line}
        raise ValidationError(message % {**places, "name": twice.name[:60]})
    for desk in desks:
        for name in desk.translations.values():
            if len(name) > _MAX_DESK_NAME or not is_plain(name):
                message = _("This desk's name is too long or cannot be printed: %(name)s")
                raise ValidationError(message % {"name": name[:60]})


class PlanForm(OfficeForm):
    """What a new campaign asks, where and when."""

    name = StringField(lazy_gettext(lambda: _("Campaign name")), validators=[Required(), PlainText(200)])
    unit = UnitOfNewField(
        lazy_gettext(lambda: _("Unit")), Permission.FIELDWORK_WRITE, validators=[ListedChoice()]
    )
    instrument_digest = SelectField(
        lazy_gettext(lambda: _("Questionnaire")), validators=[Required(), ListedChoice()]
    )
    opens_on = DateField(lazy_gettext(lambda: _("First day")), format=DAY_FORMATS, validators=_A_DAY)
    closes_on = DateField(lazy_gettext(lambda: _("Last day")), format=DAY_FORMATS, validators=_A_DAY)
    desks = TextAreaField(lazy_gettext(lambda: _("Desks")), validators=[Required()])

    def validate_closes_on(self, field: Field) -> None:
        """Refuse a day before the first."""
        if self.opens_on.data and field.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day is before the first day"))

    def validate_desks(self, field: Field) -> None:
        """Refuse a list without desks, and names that cannot be printed."""
        if not parse_desks(field.data or ""):
            raise ValidationError(_("Enter at least one desk, one per line"))
        _check_desks(field.data)


class ContactForm(OfficeForm):
    """Whom citizens ask about a survey. All of it is required: the consent promises it."""

    office = StringField(
        lazy_gettext(lambda: _("Office that is responsible for the survey")),
        validators=[Required(), PlainText(200)],
    )
    address = StringField(lazy_gettext(lambda: _("Address")), validators=[Required(), PlainText(200)])
    phone = StringField(lazy_gettext(lambda: _("Phone number")), validators=[Required(), PlainText(40)])
    email = StringField(lazy_gettext(lambda: _("E-mail address")), validators=[Required(), PlainText(100)])
    responsible = StringField(
        lazy_gettext(lambda: _("Person or unit in charge of personal data")),
        validators=[Required(), PlainText(200)],
    )

    def validate_phone(self, field: Field) -> None:
        """Refuse what nobody can dial."""
        if sum(c.isdigit() for c in field.data or "") < _MIN_PHONE_DIGITS:
            raise ValidationError(
                _("Enter a phone number with at least %(n)s digits") % {"n": _MIN_PHONE_DIGITS}
            )

    def validate_email(self, field: Field) -> None:
        """Refuse what is no address."""
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", (field.data or "").strip()):
            raise ValidationError(_("Enter an e-mail address like name@example.gov.vn"))

    def contact(self) -> Contact:
        """What was typed."""
        return Contact(**{f.name: str(self[f.name].data).strip() for f in fields(Contact)})


class RetentionForm(OfficeForm):
    """How long single responses are stored."""

    retention_months = WholeNumberField(
        lazy_gettext(lambda: _("Months after the last day until single responses are deleted")),
        default=DEFAULT_RETENTION_MONTHS,
    )

    def validate_retention_months(self, field: Field) -> None:
        """Refuse what is no whole number in the range; a form without the field gets the default."""
        if not field.raw_data:
            return
        if field.data is None or not MIN_RETENTION_MONTHS <= field.data <= MAX_RETENTION_MONTHS:
            raise ValidationError(
                _("Enter a whole number of months from %(least)s to %(most)s")
                % {"least": MIN_RETENTION_MONTHS, "most": MAX_RETENTION_MONTHS}
            )

    def months(self) -> int:
        """What was typed, or the default."""
        return self.retention_months.data or DEFAULT_RETENTION_MONTHS


def contradiction_message(error: ConsentContradictedError) -> str:
    """What to do about a consent that names another time than the campaign."""
    message = _(
        "The consent of this questionnaire promises another time: %(times)s. Enter that, or publish a "
        "version whose consent has {retention} in the place of the time."
    )
    return message % {"times": ", ".join(error.times)}


class CampaignForm(PlanForm, ContactForm, RetentionForm):
    """A new campaign: its plan, then whom citizens ask and for how long, in the order of the page."""


@with_names(lambda: _("Desk's name"), lambda: _("Desk's name in %(language)s"), _MAX_DESK_NAME)
class DeskForm(OfficeForm):
    """A new desk."""

    quota = WholeNumberField(lazy_gettext(lambda: _("Maximum number of forms")), validators=[Optional()])

    def validate_quota(self, field: Field) -> None:
        """Refuse what is no whole number in the range."""
        if field.data is None or not 1 <= field.data <= _MAX_QUOTA:
            raise ValidationError(_("A limit is a whole number from 1 to 1,000,000"))
