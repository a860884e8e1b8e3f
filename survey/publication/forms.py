"""The form of the weekly summaries."""

import re
from typing import Any

from wtforms import SelectChoice, SelectField, TextAreaField, ValidationError

from survey.mail_server import is_address
from survey.web.forms import ListedChoice, OfficeForm, Required, lazy_gettext
from survey.web.locale import LANGUAGES
from survey.web.templates import gettext as _

MOST_RECIPIENTS = 20
_BETWEEN = re.compile(r"[\s,;]+")


def recipients_typed(text: str) -> list[str]:
    """The addresses typed, between them commas, semicolons, spaces or line breaks; each once."""
    typed = [address for address in _BETWEEN.split(text) if address]
    return list({address.casefold(): address for address in typed}.values())


class WeeklyForm(OfficeForm):
    """The language of the weekly summaries and who gets them by mail."""

    language = SelectField(
        lazy_gettext(lambda: _("Language of the summary")),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        validators=[Required(), ListedChoice()],
    )
    recipients = TextAreaField(lazy_gettext(lambda: _("Send it to")))

    def validate_recipients(self, field: Any) -> None:
        """Some plain addresses, or none."""
        addresses = recipients_typed(field.data or "")
        if len(addresses) > MOST_RECIPIENTS:
            words = _("There are %(n)s addresses; the most is %(most)s")
            raise ValidationError(words % {"n": len(addresses), "most": MOST_RECIPIENTS})
        for address in addresses:
            if not is_address(address):
                words = _("“%(found)s” is no e-mail address; write it like name@example.vn")
                raise ValidationError(words % {"found": address[:60]})
