"""The scoring rules of a questionnaire: where what is asked meets what it means."""

from survey.instrument.questionnaire import Questionnaire
from survey.scoring.rules import Rules, ScoredCriterion, Target


def rules_of(questionnaire: Questionnaire) -> Rules:
    """The rules that one version of a questionnaire lays down."""
    settings = questionnaire.scoring
    return Rules(
        total_points=settings.total_points,
        criteria=tuple(
            ScoredCriterion(criterion.key, criterion.max_points, section.key, criterion.groups)
            for section in questionnaire.sections
            for criterion in section.criteria
            if criterion.max_points > 0
        ),
        shares={option.value: option.share for option in questionnaire.scale.options},
        target=Target(settings.target_low, settings.target_high),
        group_rule=settings.group_rule,
        group_weights={group.key: group.weight for group in questionnaire.groups if group.scored},
        when_unscored=settings.when_unscored,
        min_valid_per_cell=settings.min_valid_per_cell,
        min_group_n_for_verdict=settings.min_group_n_for_verdict,
        small_cell_suppression=settings.small_cell_suppression,
        satisfied_answers=questionnaire.scale.satisfied_values,
    )
