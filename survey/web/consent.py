"""The consent as a campaign asks it: with the time after which it deletes single responses."""

from survey.instrument.questionnaire import Questionnaire
from survey.instrument.retention_text import BLANK, named_times
from survey.web.locale import format_months, gettext_in


def consent_text(questionnaire: Questionnaire, language: str, months: int) -> str:
    """The consent, a block a line; a text that says nothing about the time gets a line of its own.

    `months` is how many months after the campaign's last day single responses are deleted.
    """
    text = questionnaire.consent.text.to(language)
    time = format_months(months, language)
    if BLANK in text:
        return text.replace(BLANK, time)
    if named_times(text):
        return text
    _ = gettext_in(language)
    line = _("Deletion: single forms are deleted %(time)s after the last day of the survey.") % {"time": time}
    return f"{text}\n{line}"
