"""The units of one period side by side, where their scorecards can be compared."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from survey.scorecards.periods import Period
from survey.scorecards.results import CardResults
from survey.scoring.interval import Interval
from survey.scoring.ranking import Contender, Placing, rank_units

_HALF = 2


@dataclass(frozen=True)
class Placed:
    """A unit's place, with the points and interval it rests on, rescaled to the whole total."""

    placing: Placing
    card: CardResults
    points: float
    interval: Interval | None


@dataclass(frozen=True)
class Ranking:
    """The placed units, best first, and those that could not be placed. Places are among `n_placed` units.

    `alone` is the only unit that could be compared: one unit has no rank.
    """

    period: Period
    top: int
    placed: tuple[Placed, ...]
    not_placed: tuple[CardResults, ...]
    n_placed: int
    alone: CardResults | None = None

    def limit_to(self, unit_ids: Collection[int]) -> "Ranking":
        """The ranking with these units only, at their places among all."""
        alone = self.alone if self.alone and self.alone.unit_id in unit_ids else None
        return replace(
            self,
            placed=tuple(unit for unit in self.placed if unit.card.unit_id in unit_ids),
            not_placed=tuple(card for card in self.not_placed if card.unit_id in unit_ids),
            alone=alone,
        )

    @property
    def is_demo(self) -> bool:
        """Whether any of it is a demonstration."""
        return any(card.is_demo for card in (*self.cards, *self.not_placed))

    @property
    def cards(self) -> tuple[CardResults, ...]:
        """The scorecards whose points are shown."""
        alone = () if self.alone is None else (self.alone,)
        return (*(unit.card for unit in self.placed), *alone)

    @property
    def has_top(self) -> bool:
        """Whether being among the best `top` says anything: there are more units than that."""
        return self.n_placed > self.top


def ranking_of(cards: Sequence[CardResults]) -> Ranking:
    """The ranking of the cards that share the commonest definition.

    Places compare the share of what could be scored: a unit where something is still missing is neither
    punished nor favoured for it, and the table says from how many points it was scored. Demonstrations have
    places only where no card is real.
    """
    real = [card for card in cards if not card.is_demo] or cards
    digest = Counter(card.digest for card in real).most_common(1)[0][0]
    alike = {
        str(card.unit_id): card for card in real if card.digest == digest and card.scored.points is not None
    }
    definition = next(card.definition for card in cards if card.digest == digest)
    top = definition.rank_target.max_rank if definition.rank_target else max(1, len(alike) // _HALF)
    is_alone, placed_ids = len(alike) == 1, {card.card_id for card in alike.values()}
    contenders = {} if is_alone else {key: _contender(card) for key, card in alike.items()}
    return Ranking(
        period=cards[0].period,
        top=top,
        placed=tuple(
            Placed(
                placing, alike[placing.key], contenders[placing.key].points, contenders[placing.key].interval
            )
            for placing in rank_units(list(contenders.values()), top)
        ),
        not_placed=tuple(card for card in cards if card.card_id not in placed_ids),
        n_placed=len(contenders),
        alone=next(iter(alike.values())) if is_alone else None,
    )


def _contender(card: CardResults) -> Contender:
    scored = card.scored
    scale = scored.total / scored.max_scored
    limits = None if scored.interval is None else scored.interval.scale(scale)
    return Contender(str(card.unit_id), (scored.points or 0.0) * scale, limits)
