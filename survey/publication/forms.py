"""The form of the weekly summaries."""

import re

from wtforms import Field, SelectChoice, SelectField, TextAreaField, ValidationError

from survey.mail_server import is_address
from survey.web.forms import ListedChoice, OfficeForm, Required, lazy_gettext, refuse_more_than
from survey.web.locale import LANGUAGES
from survey.web.templates import gettext as _

MAX_RECIPIENTS = 20
_SEPARATORS = re.compile(r"[\s,;]+")


def parse_recipients(text: str) -> list[str]:
    """The typed addresses, separated by commas, semicolons, spaces or line breaks, without repetitions."""
    typed = [address for address in _SEPARATORS.split(text) if address]
    return list({address.casefold(): address for address in typed}.values())


class WeeklyForm(OfficeForm):
    """The language of the weekly summaries, and their recipients by mail."""

    language = SelectField(
        lazy_gettext(lambda: _("Language of the summary")),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        validators=[Required(), ListedChoice()],
    )
    recipients = TextAreaField(lazy_gettext(lambda: _("Send it to")))

    def validate_recipients(self, field: Field) -> None:
        """Refuse too many recipients, and what is no address."""
        addresses = parse_recipients(field.data or "")
        message = _("There are %(n)s addresses; the most is %(most)s")
        refuse_more_than(MAX_RECIPIENTS, len(addresses), message)
        for address in addresses:
            if not is_address(address):
                message = _("“%(found)s” is no e-mail address; write it like name@example.vn")
                raise ValidationError(message % {"found": address[:60]})
