"""Form fields → Answers, or errors that a respondent can correct; and Answers ⇄ stored JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from survey.instrument.questionnaire import Criterion, Question, Questionnaire
from survey.instrument.routing import asked_keys

NOT_APPLICABLE_FIELD = "na"


class Missing(Enum):
    """Why an item has no answer on its scale. The three reasons are counted separately."""

    NOT_APPLICABLE = "not applicable"
    BLANK = "left blank"
    NOT_ASKED = "not asked"


Answer = int | str | Missing


class AnswerProblem(StrEnum):
    """The error of one field; the page has the messages."""

    REQUIRED = "required"
    NOT_OFFERED = "not_offered"
    ANSWERED_TWICE = "answered_twice"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class AnswerError:
    """An error that a respondent corrects before the form is accepted; `value` is the value sent."""

    item: str
    problem: AnswerProblem
    value: str = ""


@dataclass(frozen=True)
class Answers:
    """The answers of one respondent, one for every item. `comment` is None when blank."""

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
class ParsedForm:
    """The answers of a form, and the errors of the fields that have none."""

    answers: Answers
    errors: tuple[AnswerError, ...]


def parse_form(questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]) -> ParsedForm:
    """Parse the fields of a form. Unknown fields and answers to items that are not asked are dropped.

    `form` maps the name of a field to its values; "" counts as not sent.
    """
    errors: list[AnswerError] = []
    parsed = {
        item.key: _parse_field(questionnaire, item, _field_values(form, item.key))
        for item in questionnaire.items()
    }
    on_path = asked_keys(
        questionnaire, {key: value for key, value in parsed.items() if isinstance(value, str)}
    )
    values: dict[str, Answer] = {}
    for key, value in parsed.items():
        if key not in on_path:
            values[key] = Missing.NOT_ASKED
        elif isinstance(value, AnswerError):
            errors.append(value)
            values[key] = Missing.BLANK
        else:
            values[key] = value
    comment, comment_error = _parse_comment(questionnaire, form)
    errors += comment_error
    return ParsedForm(Answers(values, comment), tuple(errors))


def _field_values(form: Mapping[str, Sequence[str]], key: str) -> list[str]:
    """The distinct values of a field without empty ones."""
    return sorted({value for value in form.get(key, ()) if value})


def _parse_field(
    questionnaire: Questionnaire, item: Question | Criterion, values: list[str]
) -> Answer | AnswerError:
    if not values:
        is_required = isinstance(item, Question) and item.required
        return AnswerError(item.key, AnswerProblem.REQUIRED) if is_required else Missing.BLANK
    if len(values) > 1:
        return AnswerError(item.key, AnswerProblem.ANSWERED_TWICE, ", ".join(values))
    answer = _answer(questionnaire, item, values[0])
    return AnswerError(item.key, AnswerProblem.NOT_OFFERED, values[0]) if answer is None else answer


def _answer(questionnaire: Questionnaire, item: Question | Criterion, value: str) -> Answer | None:
    """The answer that a field's value stands for, None for a value that the form does not offer."""
    if isinstance(item, Question):
        return value if any(option.key == value for option in item.options) else None
    if value == NOT_APPLICABLE_FIELD:
        return None if item.not_applicable is None else Missing.NOT_APPLICABLE
    return questionnaire.scale.values_by_text.get(value)


def _parse_comment(
    questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]
) -> tuple[str | None, list[AnswerError]]:
    """The comment, unchanged. A browser sends a line break as two characters; it counts as one."""
    key = questionnaire.comment.key
    text = next(iter(form.get(key, ())), "")
    if not text.strip():
        return None, []
    length = len(text.replace("\r\n", "\n"))
    if length > questionnaire.comment.max_chars:
        return text, [AnswerError(key, AnswerProblem.TOO_LONG, str(length))]
    return text, []


def count_answered(questionnaire: Questionnaire, answers: Answers) -> int:
    """How many criteria were answered, on the scale or as not applicable where that is offered."""
    values = (answers.values.get(criterion.key) for criterion in questionnaire.criteria)
    return sum(isinstance(value, int) or value is Missing.NOT_APPLICABLE for value in values)


def is_complete(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether the form has enough answers to be scored. A form with fewer is stored and not scored.

    The judgement is stored with a form when it comes in; read it there for a stored one.

    Source
    ------
    docs/statistics.md#complete-forms.
    """
    return count_answered(questionnaire, answers) >= questionnaire.scoring.min_valid_items


def to_stored(answers: Answers) -> dict[str, int | str | None]:
    """The JSON of answers: "na" for not applicable, null for a blank; an item not asked is absent."""
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
    """The answers of the JSON that `to_stored` returned, under the same version of the questionnaire."""
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
