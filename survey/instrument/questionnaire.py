"""A questionnaire as frozen values. One object is one version, identified by its digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

GROUP_QUESTION = "respondent_group"
CONSENT = "consent"


DEFAULT_LANGUAGE = "vi"  # of the office: names, scorecards and the interface have it always, and first


@dataclass(frozen=True)
class Text:
    """One wording in every language of the questionnaire, its default language first."""

    translations: Mapping[str, str]

    def to(self, language: str) -> str:
        """The wording in `language`, or in the default language where it is not translated."""
        return self.translations.get(language) or next(iter(self.translations.values()), "")

    def __hash__(self) -> int:
        """The wordings make the hash; a mapping has none."""
        return hash(frozenset(self.translations.items()))


@dataclass(frozen=True)
class Condition:
    """A condition for asking an item: the answer to `question` is (or is not, if negated) in `values`."""

    question: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Option:
    """One answer of a context question."""

    key: str
    text: Text


@dataclass(frozen=True)
class Question:
    """A question about the visit. It earns no points; its answers decide the path and divide the results."""

    key: str
    text: Text
    options: tuple[Option, ...]
    required: bool
    show_if: tuple[Condition, ...]
    on_last_page: bool


@dataclass(frozen=True)
class Substitution:
    """Puts the label of an answer into a criterion's wording in lower case; `instead` replaces some."""

    question: str
    instead: Mapping[str, Text]


@dataclass(frozen=True)
class Criterion:
    """One item to rate on the scale. `max_points` is 0 for an item that is not scored.

    `not_applicable` is the label of the "not applicable" answer, None where that answer is not offered.
    """

    key: str
    text: Text
    max_points: float
    groups: tuple[str, ...]
    not_applicable: Text | None
    show_if: tuple[Condition, ...]
    substitution: Substitution | None = None


@dataclass(frozen=True)
class Section:
    """A factor: criteria that stand together in the form and in the score."""

    key: str
    text: Text
    criteria: tuple[Criterion, ...]

    @property
    def max_points(self) -> float:
        """The maximum points of the section."""
        return sum(criterion.max_points for criterion in self.criteria)


@dataclass(frozen=True)
class ScaleOption:
    """One answer of the rating scale and the share (0..1) of a criterion's maximum that it earns."""

    value: int
    share: float
    text: Text


@dataclass(frozen=True)
class Scale:
    """The scale of all criteria. `options` run from worst to best; `best_first` is the order on the page."""

    stem: Text
    options: tuple[ScaleOption, ...]
    not_applicable: Text
    satisfied_values: tuple[int, ...]
    best_first: bool

    @property
    def as_offered(self) -> tuple[ScaleOption, ...]:
        """The answers in their order on the page."""
        return self.options[::-1] if self.best_first else self.options

    @cached_property
    def values_by_text(self) -> dict[str, int]:
        """The value of each answer, by the text that a form sends for it."""
        return {str(option.value): option.value for option in self.options}


@dataclass(frozen=True)
class Group:
    """A group of respondents. `weight` is its weight in the score under the rule `fixed`."""

    key: str
    text: Text
    scored: bool
    weight: float


@dataclass(frozen=True)
class Consent:
    """The consent that a respondent gives before the first question: `text` has a block a line."""

    text: Text
    agree: Text
    decline: Text


@dataclass(frozen=True)
class Comment:
    """The open question at the end."""

    key: str
    text: Text
    max_chars: int


@dataclass(frozen=True)
class ScoringSettings:
    """The settings of the scoring rule that an office chooses."""

    total_points: float
    target_low: float
    target_high: float
    group_rule: Literal["pooled", "fixed"]
    when_unscored: Literal["rescale", "undefined"]
    min_valid_per_cell: int
    min_group_n_for_verdict: int
    small_cell_suppression: int
    min_valid_items: int


@dataclass(frozen=True)
class Questionnaire:
    """One published version of a questionnaire."""

    key: str
    version: int
    languages: tuple[str, ...]
    title: Text
    organisation: Text
    expected_minutes: int
    scoring: ScoringSettings
    scale: Scale
    groups: tuple[Group, ...]
    consent: Consent
    questions: tuple[Question, ...]
    sections: tuple[Section, ...]
    unscored: tuple[Criterion, ...]
    comment: Comment
    thanks: Text

    @property
    def default_language(self) -> str:
        """The language of a page before a respondent chooses one."""
        return self.languages[0]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion in its order in the form, the unscored ones last."""
        return tuple(c for section in self.sections for c in section.criteria) + self.unscored

    @property
    def scored_criteria(self) -> tuple[Criterion, ...]:
        """The criteria that earn points, in their order in the form."""
        return tuple(c for section in self.sections for c in section.criteria if c.max_points > 0)

    def items(self) -> Iterator[Question | Criterion]:
        """Every question and criterion in its order in the form."""
        yield from (q for q in self.questions if not q.on_last_page)
        yield from self.criteria
        yield from (q for q in self.questions if q.on_last_page)

    def question(self, key: str) -> Question:
        """The context question named `key`."""
        return next(q for q in self.questions if q.key == key)

    def group(self, key: str) -> Group:
        """The respondent group named `key`."""
        return next(g for g in self.groups if g.key == key)

    def offered_groups(self) -> tuple[str, ...]:
        """The groups that a respondent can choose, in their order in the form."""
        return tuple(option.key for option in self.question(GROUP_QUESTION).options)

    def conditions(self, item: Question | Criterion) -> tuple[Condition, ...]:
        """Every condition for asking `item`: its own and its respondent groups.

        A condition on a question that was not asked, or left blank, does not hold; negated, it does.
        """
        if isinstance(item, Question) or set(self.offered_groups()) <= set(item.groups):
            return item.show_if
        return (Condition(GROUP_QUESTION, item.groups), *item.show_if)

    @cached_property
    def conditions_by_key(self) -> tuple[tuple[str, tuple[Condition, ...]], ...]:
        """The key and conditions of every item, in the order of the items."""
        return tuple((item.key, self.conditions(item)) for item in self.items())
