"""The months, quarters and years a scorecard is kept for: `2018`, `2018-Q3`, `2018-09`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from survey.web.locale import gettext_in

_PERIOD = re.compile(r"(20[0-9]{2})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Period:
    """One period; `number` counts quarters or months from 1 and is 0 for a year."""

    year: int
    kind: Literal["year", "quarter", "month"]
    number: int

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        month = {"year": 1, "quarter": 3 * self.number - 2, "month": self.number}[self.kind]
        return date(self.year, month, 1)

    @property
    def last_day(self) -> date:
        """The day after which its values are due."""
        month = {"year": 12, "quarter": 3 * self.number, "month": self.number}[self.kind]
        return date(self.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

    @property
    def code(self) -> str:
        """The period as it is stored and addressed."""
        parts = {"year": "", "quarter": f"-Q{self.number}", "month": f"-{self.number:02}"}
        return f"{self.year}{parts[self.kind]}"

    def name_in(self, language: str) -> str:
        """The period in words: Quý 3 năm 2018."""
        _ = gettext_in(language)
        names = {
            "year": _("Year {year}"),
            "quarter": _("Quarter {n} of {year}"),
            "month": _("Month {n}, {year}"),
        }
        return names[self.kind].format(n=self.number, year=self.year)


def read_period(text: str) -> Period | None:
    """The period a text names; None where it names none."""
    match = _PERIOD.fullmatch(text.strip().upper())
    if match is None:
        return None
    year, quarter, month = match.groups()
    if quarter:
        return Period(int(year), "quarter", int(quarter))
    return Period(int(year), "month", int(month)) if month else Period(int(year), "year", 0)
