"""Divides a questionnaire into pages of a few items, in the order a respondent sees them."""

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
        """The name of the page, unique in the questionnaire."""
        name = self.section.key if self.section else self.kind
        return f"{name}-{self.part}" if self.parts > 1 else name


def pages(questionnaire: Questionnaire) -> tuple[Page, ...]:
    """The pages: the visit, the ratings by section, then the last questions (with the comment)."""
    visit = [question for question in questionnaire.questions if not question.on_last_page]
    last = [question for question in questionnaire.questions if question.on_last_page]
    result = [Page("visit", part, parts, items) for part, parts, items in _parts(visit)]
    for section in questionnaire.sections:
        result += [
            Page("ratings", part, parts, items, section) for part, parts, items in _parts(section.criteria)
        ]
    return (*result, Page("last", 1, 1, (*questionnaire.unscored, *last)))


def _parts(items: Sequence[Question | Criterion]) -> list[tuple[int, int, tuple[Question | Criterion, ...]]]:
    """Even chunks of at most ITEMS_A_PAGE items: number of the chunk, number of chunks, items."""
    chunks = max(1, -(-len(items) // ITEMS_A_PAGE))
    size = -(-len(items) // chunks)
    return [(n + 1, chunks, tuple(items[n * size : (n + 1) * size])) for n in range(chunks)]
