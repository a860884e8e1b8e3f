"""Fields and checks the office's forms share."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.validators import InputRequired

from survey.web.templates import gettext as _


class OfficeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A form of the office: CSRF token, messages in the page's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """The words of WTForms itself are not used: every check here brings its own."""

        locales = False

    def problems(self) -> dict[str, str]:
        """The first problem of each field, for the error summary."""
        return {name: str(found[0]) for name, found in self.errors.items() if name and found}


class Needed(InputRequired):  # type: ignore[misc]  # nor has WTForms
    """The field must be filled in; says which."""

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse an empty field."""
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors = []
            raise ValidationError(_("Fill in: %(field)s") % {"field": field.label.text})


class PlainText:
    """Words on one line, of at most so many characters."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse control characters and overlong text."""
        text = field.data or ""
        if len(text) > self.most:
            words = _("%(field)s has %(n)s characters; the most is %(most)s")
            raise ValidationError(words % {"field": field.label.text, "n": len(text), "most": self.most})
        if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
            words = _("%(field)s holds a character that cannot be printed; type it again")
            raise ValidationError(words % {"field": field.label.text})
