"""The editions of published results as readers see them: when, and what is new in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from survey.drawing.formatting import format_count, format_interval, format_points
from survey.instrument.questionnaire import Questionnaire
from survey.scoring.interval import Interval
from survey.store.editions import Edition
from survey.web.locale import gettext_in


@dataclass(frozen=True)
class EditionRow:
    """One edition; `changes` are sentences, none for the first."""

    number: int
    published_at: datetime
    changes: tuple[str, ...]


def edition_rows(
    editions: Sequence[Edition], questionnaire: Questionnaire, language: str
) -> list[EditionRow]:
    """The editions in their order, the newest first."""
    changed = [_changes(before, after, questionnaire, language) for after, before in pairwise(editions)]
    return [
        EditionRow(edition.number, edition.published_at, changes)
        for edition, changes in zip(editions, [*changed, ()], strict=False)
    ]


def _changes(before: Edition, after: Edition, questionnaire: Questionnaire, language: str) -> tuple[str, ...]:
    _ = gettext_in(language)
    pairs = [
        (
            _("People served, {group}").format(group=questionnaire.group(key).text.to(language)),
            _count(before.populations.get(key), language),
            _count(after.populations.get(key), language),
        )
        for key in questionnaire.offered_groups()
    ]
    pairs += [
        (_("Forms issued"), _count(before.forms_issued, language), _count(after.forms_issued, language)),
        (_("Valid forms"), _count(before.n_valid, language), _count(after.n_valid, language)),
        (_("Score"), _score(before, language), _score(after, language)),
    ]
    sentence = _("{what}: {before} before, {after} now")
    changes = [sentence.format(what=what, before=old, after=new) for what, old, new in pairs if old != new]
    return tuple(changes) or (_("Figures of parts or criteria moved"),)


def _count(n: int | None, language: str) -> str:
    _ = gettext_in(language)
    return _("not known") if n is None else format_count(n, language)


def _score(edition: Edition, language: str) -> str:
    _ = gettext_in(language)
    if edition.score is None or edition.low is None or edition.high is None:
        return _("withheld")
    limits = format_interval(Interval(edition.low, edition.high), language)
    return f"{format_points(edition.score, language)} ({limits})"
