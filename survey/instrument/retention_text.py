"""What the consent of a questionnaire says about when single responses are deleted.

The time is the campaign's. A consent leaves a blank for it, `{retention}`; one without the blank that names a
time by itself can only be used by a campaign with this time.
"""

import re
from collections.abc import Iterator

from survey.instrument.questionnaire import Questionnaire

BLANK = "{retention}"
_TIME = re.compile(
    r"(\d+)\s*-?\s*(days?|weeks?|months?|years?|ngày|tuần|tháng|năm)\b",
    re.IGNORECASE,
)
_ABOUT_DELETION = re.compile(
    r"\b(delet|eras|destroy|remov|retain|retention|kept|keep|stor|xóa|xoá|hủy|huỷ|lưu|giữ)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.;:!?\n]")
_MONTHS = {"month": 1, "months": 1, "tháng": 1, "year": 12, "years": 12, "năm": 12}


def named_times(consent: str) -> list[tuple[str, int | None]]:
    """The times that sentences about storing or deleting name, none in a text with the blank.

    Each is as it is written, and in months; None where it is in days or weeks.
    """
    return [] if BLANK in consent else list(_times(consent))


def contradictions(questionnaire: Questionnaire, months: int) -> list[str]:
    """The times that the consent names in a language of its own, where none of them is `months`."""
    for text in questionnaire.consent.text.translations.values():
        times = named_times(text)
        if times and months not in [n for _written, n in times]:
            return [written for written, _n in times]
    return []


def _times(consent: str) -> Iterator[tuple[str, int | None]]:
    for sentence in _SENTENCE_END.split(consent):
        if _ABOUT_DELETION.search(sentence):
            for match in _TIME.finditer(sentence):
                factor = _MONTHS.get(match[2].lower())
                yield match[0], int(match[1]) * factor if factor else None
