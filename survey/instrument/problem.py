"""What is wrong with a document, as values without a language: the rule, the path and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto

PROBLEMS_LIMIT = 1000  # of a document: the first so many are named or counted
Path = tuple[str | int, ...]  # ("factors", 2, "criteria", 0) is factors[2].criteria[0]; () is the whole


class DocumentRule(StrEnum):
    """A rule that a document breaks. `survey/web/document_problems.py` has a sentence for each."""

    # of the text
    EMPTY = auto()
    TOO_LONG = auto()
    TOO_MANY_VALUES = auto()
    TOO_MANY_NAMES = auto()
    TOO_MANY_MERGES = auto()
    TOO_DEEP = auto()
    NOT_PARSED = auto()
    NO_SUCH_VALUE = auto()
    TAB = auto()
    STRAY_COLON = auto()
    INDENTATION = auto()
    OPEN_QUOTE = auto()
    OPEN_BRACKET = auto()
    UNKNOWN_ALIAS = auto()
    UNKNOWN_TAG = auto()
    UNPRINTABLE = auto()
    SEVERAL_DOCUMENTS = auto()
    FIELD_TWICE = auto()
    # of a value
    NOT_MAPPING = auto()
    NOT_LIST = auto()
    UNKNOWN_FIELD = auto()
    MISSING_FIELD = auto()
    NOT_TEXT = auto()
    CONTROL_CHARACTERS = auto()
    NOT_KEY = auto()
    NOT_NUMBER = auto()
    OUT_OF_RANGE = auto()
    NOT_WHOLE = auto()
    NOT_FLAG = auto()
    NOT_CHOICE = auto()
    # of a part of a questionnaire
    CONSENT_PRESELECTED = auto()
    CONSENT_OPTIONAL = auto()
    COMMENT_REQUIRED = auto()
    CONDITION_FORM = auto()
    LABEL_WITHOUT_ANSWER = auto()
    SUBSTITUTE_MISSING = auto()
    # of a questionnaire as a whole
    KEY_TWICE = auto()
    KEY_RESERVED = auto()
    POINTS_SUM = auto()
    TARGET_ORDER = auto()
    UNSCORED_POINTS = auto()
    SCALE_VALUES = auto()
    SCALE_ORDER = auto()
    SATISFIED_VALUE = auto()
    GROUP_QUESTION = auto()
    UNKNOWN_GROUP = auto()
    WEIGHTS_SUM = auto()
    NO_WEIGHT = auto()
    CONDITION_QUESTION = auto()
    CONDITION_ANSWER = auto()
    PLACEHOLDERS = auto()
    NO_PLACEHOLDERS = auto()
    TOO_FEW_ASKED = auto()
    GROUP_NEVER_ASKED = auto()
    CRITERION_NEVER_ASKED = auto()
    CONDITIONS_TOO_DEEP = auto()
    CONDITIONS_TOO_MANY = auto()
    # of a scorecard
    NO_SCORECARD = auto()
    RULE_NAME = auto()
    UNIT_OF_RULE = auto()
    TARGET_ABOVE_POINTS = auto()
    STRETCH_BELOW_TARGET = auto()
    RANK_RESERVED = auto()
    SEVERAL_SURVEYS = auto()
    # of a file to publish
    VERSION_TAKEN = auto()


@dataclass(frozen=True)
class DocumentProblem:
    """One problem of a document. `line` and `column` count from 1, None where only the path is known.

    `arguments` fill the sentence of the rule: numbers, texts, tuples of names; `found` is a value of the
    document as it stands there.
    """

    rule: DocumentRule
    path: Path = ()
    arguments: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields that lead to it."""
        return frozenset(step for step in self.path if isinstance(step, str))


class InstrumentError(ValueError):
    """A document breaks rules: all of them that could be checked, in the order in which they were read."""

    def __init__(self, problems: Sequence[DocumentProblem]) -> None:
        super().__init__(
            "; ".join(f"{path_text(p.path)}: {p.rule} {dict(p.arguments)}" for p in problems[:3])
        )
        self.problems = tuple(problems)


def path_text(path: Path) -> str:
    """The path as it is shown: `factors[2].criteria[0].max_points`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_printable(step)}" for step in path)
    return "".join(steps).lstrip(".")


def _printable(text: str) -> str:
    """The text with escapes for what a terminal would obey or hide."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
