"""How a questionnaire falls into pages of a few items each, in the order a respondent meets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from survey.instrument.questionnaire import Criterion, Question, Questionnaire, Section

ITEMS_A_PAGE = 5


@dataclass(frozen=True)
class Page:
    """A few items asked together. `part` counts pages of one kind; `section` is set on a page of ratings."""

    kind: Literal["visit", "ratings", "last"]
    part: int
    parts: int
    items: tuple[Question | Criterion, ...]
    section: Section | None = None

    @property
    def key(self) -> str:
        """A name for the page that is unique in the questionnaire."""
        name = self.section.key if self.section else self.kind
        return f"{name}-{self.part}" if self.parts > 1 else name


def pages(questionnaire: Questionnaire) -> tuple[Page, ...]:
    """First the visit, then each section's ratings, last what is asked at the end (with the comment)."""
    visit = [question for question in questionnaire.questions if not question.on_last_page]
    last = [question for question in questionnaire.questions if question.on_last_page]
    found = [Page("visit", part, parts, items) for part, parts, items in _parts(visit)]
    for section in questionnaire.sections:
        found += [
            Page("ratings", part, parts, items, section) for part, parts, items in _parts(section.criteria)
        ]
    return (*found, Page("last", 1, 1, (*questionnaire.unscored, *last)))


def _parts(items: Sequence[Question | Criterion]) -> list[tuple[int, int, tuple[Question | Criterion, ...]]]:
    """The items in even chunks of at most ITEMS_A_PAGE: which chunk, of how many, its items."""
    chunks = max(1, -(-len(items) // ITEMS_A_PAGE))
    size = -(-len(items) // chunks)
    return [(n + 1, chunks, tuple(items[n * size : (n + 1) * size])) for n in range(chunks)]
