"""The scoring rules of a scorecard: where what is measured meets what it means."""

from survey.instrument.scorecard import RANK, Indicator, Rule, Scorecard
from survey.scoring.par_index import ComponentRules, IndicatorRule
from survey.web.locale import in_every_language as _


def rules_of(card: Scorecard) -> tuple[ComponentRules, ...]:
    """The rules that one version of a scorecard lays down."""
    return tuple(
        ComponentRules(
            component.key,
            tuple(
                IndicatorRule(i.key, i.max_points, i.rule.kind, i.target, i.rule.floor)
                for i in component.indicators
            ),
        )
        for component in card.components
    )


def lines_of(card: Scorecard) -> tuple[Indicator, ...]:
    """Everything that is entered: the indicators and, where a rank is aimed at, the rank the council gave."""
    if card.rank_target is None:
        return card.indicators
    best = float(card.rank_target.max_rank)
    return (
        *card.indicators,
        Indicator(RANK, _("Rank among the departments"), "number", best, None, 0.0, Rule("linear")),
    )
