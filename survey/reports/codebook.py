"""The variables of the response files: names, labels and codes, the same in every kind of file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from survey.instrument.answers import NOT_APPLICABLE_FIELD
from survey.instrument.checks import FORM_COLUMNS, NO_ANSWER_CODES
from survey.instrument.questionnaire import Criterion, Question, Questionnaire, Text
from survey.reports import wording
from survey.results.campaign import CampaignResults
from survey.web.locale import LANGUAGES
from survey.web.locale import in_every_language as _

NOT_APPLICABLE, NOT_ASKED, BLANK = NO_ANSWER_CODES
VALID, DESK, UNIT, DAY, LANGUAGE, MODE, WEIGHT = FORM_COLUMNS
NO_UNIT = 0


@dataclass(frozen=True)
class Code:
    """A number that stands for an answer. `key` is the answer's name in the questionnaire."""

    value: int
    key: str
    label: Text
    is_missing: bool = False


@dataclass(frozen=True)
class Variable:
    """One column of the response files."""

    name: str
    label: Text
    kind: Literal["code", "text", "day", "number"]
    codes: tuple[Code, ...] = ()
    is_scale: bool = False
    max_points: float = 0.0

    @property
    def missing(self) -> tuple[int, ...]:
        """The codes that are no answer."""
        return tuple(code.value for code in self.codes if code.is_missing)


def variables(
    questionnaire: Questionnaire, desks: Mapping[str, Text], units: Mapping[str, Text]
) -> tuple[Variable, ...]:
    """Every variable in the order of the columns; `desks` and `units` are the campaign's, by number."""
    return (*_of_the_form(desks, units), *_of_the_questions(questionnaire))


def languages(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The languages of the labels: those of the interface, then others of the questionnaire."""
    return tuple(dict.fromkeys([*LANGUAGES, *questionnaire.languages]))


def of_results(results: CampaignResults) -> tuple[Variable, ...]:
    """The variables of the forms that a result is of."""
    desks, units = (
        {part.key: part.label for part in parts} for parts in (results.parts("desk"), results.parts("unit"))
    )
    return variables(results.questionnaire, desks, units)


def _of_the_form(desks: Mapping[str, Text], units: Mapping[str, Text]) -> Iterator[Variable]:
    yes_no = (Code(0, "no", _("No")), Code(1, "yes", _("Yes")))
    yield Variable(VALID, _("Valid form (scored)"), "code", yes_no)
    yield Variable(DESK, _("Desk"), "code", _codes_by_number(desks))
    if units:
        none = Code(NO_UNIT, "", _("No unit"), is_missing=True)
        yield Variable(UNIT, _("Unit"), "code", (*_codes_by_number(units), none))
    yield Variable(DAY, _("Day received, where a desk had enough forms that day"), "day")
    yield Variable(LANGUAGE, _("Language of the form"), "text")
    yield Variable(MODE, _("How the form was filled in"), "text")
    yield Variable(WEIGHT, _("People a valid form stands for"), "number")


def _codes_by_number(names: Mapping[str, Text]) -> tuple[Code, ...]:
    """Codes of desks or units: their numbers in the database, which a new one does not change."""
    return tuple(Code(int(key), key, label) for key, label in names.items())


def _of_the_questions(questionnaire: Questionnaire) -> Iterator[Variable]:
    scale = tuple(
        Code(option.value, str(option.value), option.text) for option in questionnaire.scale.options
    )
    for item in questionnaire.items():
        if isinstance(item, Question):
            options = tuple(
                Code(number, option.key, option.text) for number, option in enumerate(item.options, 1)
            )
            yield Variable(item.key, item.text, "code", (*options, *_no_answer(item)))
        else:
            label = Text({code: wording.criterion_label(item, code) for code in questionnaire.languages})
            codes = (*scale, *_no_answer(item))
            yield Variable(item.key, label, "code", codes, is_scale=True, max_points=item.max_points)


def _no_answer(item: Question | Criterion) -> Iterator[Code]:
    """Why there may be no answer: three facts that are kept apart."""
    if isinstance(item, Criterion) and item.not_applicable is not None:
        yield Code(NOT_APPLICABLE, NOT_APPLICABLE_FIELD, item.not_applicable, is_missing=True)
    yield Code(NOT_ASKED, "", _("Not asked"), is_missing=True)
    yield Code(BLANK, "", _("Left blank"), is_missing=True)


def encoders(variable: Variable) -> Mapping[int | str | None, int]:
    """The code of each stored answer to a question; one that is not stored was not asked."""
    codes_by_answer: dict[int | str | None, int] = {None: BLANK}
    for code in variable.codes:
        if code.key:
            codes_by_answer[code.value if variable.is_scale and not code.is_missing else code.key] = (
                code.value
            )
    return codes_by_answer
