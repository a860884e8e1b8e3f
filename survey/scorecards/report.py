"""A scorecard with what stands around it, as page and files show it: the trend, and the tasks of the plan."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.scorecards.periods import read_period
from survey.scorecards.results import CardResults, results_of_cards
from survey.scorecards.tasks import Progress, progress_of
from survey.store import scorecards
from survey.store.scorecards import Task, UnitCard


@dataclass(frozen=True)
class CardReport:
    """One scorecard; `trend` are the unit's periods of the same kind, oldest first, itself among them."""

    results: CardResults
    trend: tuple[CardResults, ...]
    tasks: tuple[Task, ...]
    progress: Progress
    today: date


def card_report(session: Session, row: UnitCard, *, computed_at: datetime, today: date) -> CardReport:
    """The report of a card."""
    kind = _kind(row.card.period)
    alike = [
        other for other in scorecards.cards(session, unit_id=row.unit.id) if _kind(other.card.period) == kind
    ]
    trend = results_of_cards(session, alike[::-1], computed_at=computed_at)
    results = next(card for card in trend if card.card_id == row.card.id)
    tasks = tuple(scorecards.tasks(session, unit_id=row.unit.id, year=results.period.year))
    return CardReport(results, trend, tasks, progress_of(tasks, today), today)


def _kind(text: str) -> str | None:
    period = read_period(text)
    return period.kind if period else None
