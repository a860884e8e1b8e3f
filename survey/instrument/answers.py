"""Form fields → Answers, or the errors a respondent can mend; and Answers ⇄ what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from survey.instrument.questionnaire import Criterion, Question, Questionnaire, once
from survey.instrument.routing import asked_keys

NOT_APPLICABLE_FIELD = "na"


class Missing(Enum):
    """Why an item has no answer on its scale. The three are different facts and are kept apart."""

    NOT_APPLICABLE = "not applicable"
    BLANK = "left blank"
    NOT_ASKED = "not asked"


Answer = int | str | Missing


class Problem(StrEnum):
    """What is wrong with one field; the page has the words for it."""

    REQUIRED = "required"
    NOT_OFFERED = "not_offered"
    ANSWERED_TWICE = "answered_twice"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class AnswerError:
    """One thing a respondent has to mend before the form can be taken; `found` is what came in."""

    item: str
    problem: Problem
    found: str = ""


@dataclass(frozen=True)
class Answers:
    """One respondent's answers: every item of the questionnaire has one, and `comment` is None when blank."""

    values: Mapping[str, Answer]
    comment: str | None = None

    def rating(self, key: str) -> int | None:
        """The answer on the scale to a criterion, None without one."""
        value = self.values.get(key)
        return value if isinstance(value, int) else None

    def option(self, key: str) -> str | None:
        """The option chosen in a context question, None without one."""
        value = self.values.get(key)
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Reading:
    """What a form said: the answers that could be read, and what is wrong with the rest."""

    answers: Answers
    errors: tuple[AnswerError, ...]


def read(questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]) -> Reading:
    """The answers in a form's fields. Unknown fields and answers off the respondent's path are dropped.

    `form` maps a field's name to the values sent for it; "" counts as not sent.
    """
    errors: list[AnswerError] = []
    found = {field.key: _read_field(field, _sent(form, field.key)) for field in _fields(questionnaire)}
    asked = asked_keys(questionnaire, {key: said for key, said in found.items() if isinstance(said, str)})
    values: dict[str, Answer] = {}
    for key, said in found.items():
        if key not in asked:
            values[key] = Missing.NOT_ASKED
        elif isinstance(said, AnswerError):
            errors.append(said)
            values[key] = Missing.BLANK
        else:
            values[key] = said
    comment, comment_error = _read_comment(questionnaire, form)
    errors += comment_error
    return Reading(Answers(values, comment), tuple(errors))


def _sent(form: Mapping[str, Sequence[str]], key: str) -> list[str]:
    """The different values sent for a field; an empty one counts as not sent."""
    return sorted({value for value in form.get(key, ()) if value})


@dataclass(frozen=True)
class _Field:
    """An item as a form offers it."""

    key: str
    is_required: bool
    offered: Mapping[str, Answer]


@once
def _fields(questionnaire: Questionnaire) -> tuple[_Field, ...]:
    """Every item as a form offers it, in the order they are asked."""
    return tuple(
        _Field(item.key, isinstance(item, Question) and item.required, offered(questionnaire, item))
        for item in questionnaire.items()
    )


def _read_field(field: _Field, sent: list[str]) -> Answer | AnswerError:
    if not sent:
        return AnswerError(field.key, Problem.REQUIRED) if field.is_required else Missing.BLANK
    if len(sent) > 1:
        return AnswerError(field.key, Problem.ANSWERED_TWICE, ", ".join(sent))
    answer = field.offered.get(sent[0])
    return AnswerError(field.key, Problem.NOT_OFFERED, sent[0]) if answer is None else answer


def offered(questionnaire: Questionnaire, item: Question | Criterion) -> dict[str, Answer]:
    """The answers a form offers for an item, by the value its field sends."""
    if isinstance(item, Question):
        return {option.key: option.key for option in item.options}
    answers: dict[str, Answer] = {str(option.value): option.value for option in questionnaire.scale.options}
    if item.not_applicable is not None:
        answers[NOT_APPLICABLE_FIELD] = Missing.NOT_APPLICABLE
    return answers


def _read_comment(
    questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]
) -> tuple[str | None, list[AnswerError]]:
    """The comment as it was written. A browser sends each line break as two characters; it counts as one."""
    key = questionnaire.comment.key
    text = next(iter(form.get(key, ())), "")
    if not text.strip():
        return None, []
    length = len(text.replace("\r\n", "\n"))
    if length > questionnaire.comment.max_chars:
        return text, [AnswerError(key, Problem.TOO_LONG, str(length))]
    return text, []


def ratings_given(questionnaire: Questionnaire, answers: Answers) -> int:
    """How many criteria were answered on the scale."""
    return sum(answers.rating(criterion.key) is not None for criterion in questionnaire.criteria)


def is_complete(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether the form has enough ratings to be scored; one with fewer is kept and not scored."""
    return ratings_given(questionnaire, answers) >= questionnaire.scoring.min_valid_items


def to_stored(answers: Answers) -> dict[str, int | str | None]:
    """An answer as itself, "not applicable" as its word, a blank as null; what was not asked is absent."""
    stored: dict[str, int | str | None] = {}
    for key, value in answers.values.items():
        if value is Missing.BLANK:
            stored[key] = None
        elif value is Missing.NOT_APPLICABLE:
            stored[key] = NOT_APPLICABLE_FIELD
        elif not isinstance(value, Missing):
            stored[key] = value
    return stored


def from_stored(
    questionnaire: Questionnaire, stored: Mapping[str, int | str | None], comment: str | None = None
) -> Answers:
    """The answers that `to_stored` stored, under the version they were given to."""
    criteria = {criterion.key for criterion in questionnaire.criteria}
    values: dict[str, Answer] = {}
    for item in questionnaire.items():
        value = stored.get(item.key, Missing.NOT_ASKED)
        if value is None:
            value = Missing.BLANK
        elif value == NOT_APPLICABLE_FIELD and item.key in criteria:
            value = Missing.NOT_APPLICABLE
        values[item.key] = value
    return Answers(values, comment)
