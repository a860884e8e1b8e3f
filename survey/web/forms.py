"""Fields and checks of the office's forms."""

import re
import unicodedata
from collections.abc import Callable
from typing import cast

from flask_wtf import FlaskForm
from werkzeug.local import LocalProxy
from wtforms import Field, IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, StopValidation

from survey.instrument.questionnaire import Text
from survey.web.locale import LANGUAGES, language_name, text_of
from survey.web.templates import gettext as _
from survey.web.templates import language

# As browsers send a day, and as people type it where a browser has no calendar.
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
FIRST_YEAR, LAST_YEAR = 2000, 2099

_PLAIN_DIGITS = re.compile(r"[0-9]{1,15}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,' \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")


def lazy_gettext(translate: Callable[[], str]) -> str:
    """A label in the language of the page it is shown on: a form's class is made before any page is."""
    return cast(str, LocalProxy(translate))


class OfficeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A form of the office: CSRF token, messages in the page's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """The messages of WTForms are English and are not shown: every check here has its own."""

        locales = False

    name_fields: tuple[str, ...] = ()  # of a form that `with_names` extends

    def problems(self) -> dict[str, str]:
        """The message of each wrong field, from its last check, which is one of ours."""
        return {name: str(errors[-1]) for name, errors in self.errors.items() if name and errors}


class Required(InputRequired):  # type: ignore[misc]  # nor has WTForms
    """The field must be filled in. No further check runs on an empty field."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse an empty field."""
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors = []
            raise StopValidation(_("Fill in: %(field)s") % {"field": field.label.text})


class DayInRange:
    """A day that an office plans with. Without it, the message for what is no day is ours."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse what is no day, and a day whose neighbours or whose hours in another zone do not exist."""
        if field.data is None:
            raise ValidationError(_("Enter a date: %(field)s") % {"field": field.label.text})
        if not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(
                _("Enter a day in a year from %(first)s to %(last)s: %(field)s")
                % {"first": FIRST_YEAR, "last": LAST_YEAR, "field": field.label.text}
            )


class ListedChoice:
    """The value must be in the list. WTForms checks it; the message is ours."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse a value that is not in the list."""
        if field.errors:
            raise ValidationError(_("Choose from the list: %(field)s") % {"field": field.label.text})


def parse_whole_number(text: str) -> int | None:
    """A whole number as people write it: 1250, 1.250, 1,250 or 1 250; None for anything else."""
    plain = text.strip()
    if _GROUPED.fullmatch(plain):
        plain = "".join(c for c in plain if c.isdecimal())
    return int(plain) if _PLAIN_DIGITS.fullmatch(plain) else None


class WholeNumberField(IntegerField):  # type: ignore[misc]  # nor has WTForms
    """A whole number, also with separators between thousands."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        self.data = parse_whole_number(valuelist[0]) if valuelist else None


def refuse_more_than(limit: int, n: int, message: str) -> None:
    """Refuse n of something where the limit is less; the message has blanks for both, `n` and `most`."""
    if n > limit:
        raise ValidationError(message % {"n": n, "most": limit})


def with_names(
    label: Callable[[], str], label_in: Callable[[], str], max_chars: int
) -> Callable[[type[OfficeForm]], type[OfficeForm]]:
    """Add the fields of a name: `name`, and `name_en` and so on for further languages of the interface.

    `label_in` is the label of a further language, with a blank for it.
    """

    def label_for(code: str) -> Callable[[], str]:
        return lambda: label_in() % {"language": language_name(code, language())}

    _default, *further = LANGUAGES
    name = StringField(lazy_gettext(label), validators=[Required(), PlainText(max_chars)])
    fields = {"name": name} | {
        f"name_{code}": StringField(lazy_gettext(label_for(code)), validators=[PlainText(max_chars)])
        for code in further
    }

    def add_fields(form: type[OfficeForm]) -> type[OfficeForm]:
        for field_name, field in fields.items():
            setattr(form, field_name, field)
        form.name_fields = tuple(fields)
        return form

    return add_fields


def parse_names(form: OfficeForm) -> Text:
    """The name that was typed, in every language of the interface."""
    return text_of(*((form[field_name].data or "").strip() for field_name in form.name_fields))


def is_plain(text: str) -> bool:
    """Whether a text is one line of characters without control characters."""
    return not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)


class PlainText:
    """A text on one line of at most `max_chars` characters."""

    def __init__(self, max_chars: int) -> None:
        self.max_chars = max_chars

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse control characters and overlong text."""
        text = field.data or ""
        if len(text) > self.max_chars:
            message = _("%(field)s has %(n)s characters; the most is %(most)s")
            raise ValidationError(
                message % {"field": field.label.text, "n": len(text), "most": self.max_chars}
            )
        if not is_plain(text):
            message = _("%(field)s holds a character that cannot be printed; type it again")
            raise ValidationError(message % {"field": field.label.text})
