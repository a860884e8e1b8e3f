"""A questionnaire as frozen values. One object is one published version, its digest its identity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Literal, TypeVar

GROUP_QUESTION = "respondent_group"
CONSENT = "consent"
T = TypeVar("T")


@dataclass(frozen=True)
class Text:
    """One wording in every language of the questionnaire, its default language first."""

    translations: Mapping[str, str]

    def to(self, language: str) -> str:
        """The wording in `language`, or in the first where the questionnaire does not speak it."""
        return self.translations.get(language) or next(iter(self.translations.values()))


@dataclass(frozen=True)
class Condition:
    """What must hold for an item to be asked: the answer to `question` is (or is not) one of `values`."""

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
    """A question about the respondent's visit. It earns no points; its answers route and break down."""

    key: str
    text: Text
    options: tuple[Option, ...]
    required: bool
    show_if: tuple[Condition, ...]
    on_last_page: bool


@dataclass(frozen=True)
class Substitution:
    """The answer whose label is set into a criterion's wording in lower case; `instead` replaces some."""

    question: str
    instead: Mapping[str, Text]


@dataclass(frozen=True)
class Criterion:
    """One thing to rate on the scale. `max_points` is 0 for one that is asked and not scored.

    `not_applicable` is the label of its "not applicable" answer, None where that answer is not offered.
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
    """A factor: criteria that are asked and scored together."""

    key: str
    text: Text
    criteria: tuple[Criterion, ...]

    @property
    def max_points(self) -> float:
        """The section's own maximum, in points of the total."""
        return sum(criterion.max_points for criterion in self.criteria)


@dataclass(frozen=True)
class ScaleOption:
    """One answer of the rating scale and the share (0..1) of a criterion's maximum it earns."""

    value: int
    share: float
    text: Text


@dataclass(frozen=True)
class Scale:
    """The scale all criteria share; `options` run from worst to best, `best_first` is how they are read."""

    stem: Text
    options: tuple[ScaleOption, ...]
    not_applicable: Text
    satisfied_values: tuple[int, ...]
    best_first: bool

    @property
    def as_offered(self) -> tuple[ScaleOption, ...]:
        """The answers in the order a respondent reads them."""
        return self.options[::-1] if self.best_first else self.options


@dataclass(frozen=True)
class Group:
    """A kind of respondent. `weight` is its part in the score under the rule `fixed`."""

    key: str
    text: Text
    scored: bool
    weight: float


@dataclass(frozen=True)
class Consent:
    """What a respondent agrees to before the first question."""

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
    """The parts of the scoring rule that an office decides."""

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
        """The language a page opens in."""
        return self.languages[0]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion in the order it is asked, the unscored ones last."""
        return tuple(c for section in self.sections for c in section.criteria) + self.unscored

    @property
    def scored_criteria(self) -> tuple[Criterion, ...]:
        """The criteria that earn points, in the order they are asked."""
        return tuple(c for section in self.sections for c in section.criteria if c.max_points > 0)

    def items(self) -> Iterator[Question | Criterion]:
        """Every question and criterion in the order a respondent meets it."""
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
        """The groups a respondent can choose, in the order offered."""
        return tuple(option.key for option in self.question(GROUP_QUESTION).options)


def once(work_out: Callable[[Questionnaire], T]) -> Callable[[Questionnaire], T]:
    """Work something out once for each questionnaire, which never changes, and keep it with it."""
    name = f"_{work_out.__module__}.{work_out.__qualname__}"

    @wraps(work_out)
    def kept(questionnaire: Questionnaire) -> T:
        known = vars(questionnaire)
        if name not in known:
            known[name] = work_out(questionnaire)
        found: T = known[name]
        return found

    return kept
