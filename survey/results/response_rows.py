"""The product's own response files as data of `flask survey score`: codes become answers and groups.

Only valid forms are scored. Where the forms have weights, the office knows how many people each respondent
group has, and the sample is stratified by them, as on the page of results.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from survey.instrument.checks import FORM_COLUMNS, NO_ANSWER_CODES
from survey.instrument.questionnaire import GROUP_QUESTION
from survey.results.score_inputs import DataFile, DesignKeys, Instrument
from survey.results.score_problems import Problems, ScoreFileError

_VALID, _WEIGHT = FORM_COLUMNS[0], FORM_COLUMNS[-1]
_ID, _PEOPLE = "row", "people of the group"
_NO_ANSWER = frozenset(map(str, NO_ANSWER_CODES))


def is_response_file(table: DataFile) -> bool:
    """Whether the table is a file of responses that the product wrote."""
    return _VALID in table.header


def scored_rows(table: DataFile, instrument: Instrument) -> DataFile:
    """The valid forms of a response file: each with its row as id, its group by name and the group's people.

    Raises
    ------
    ScoreFileError
        The instrument is no questionnaire, so that it does not say what the codes of groups are; or a cell
        holds no code of its column.
    """
    if instrument.groups and not instrument.group_options:
        raise ScoreFileError(
            f"{table.name} is a file of responses, and the questionnaire says what its codes are; give the"
            " questionnaire's YAML or JSON as --instrument"
        )
    names = _own_names(table.header, instrument)
    forms, problems = [], Problems()
    for position, (number, cells) in enumerate(table.rows, 1):
        form = dict(zip(names, (cell.strip() for cell in cells), strict=True))
        if form[_VALID] not in ("0", "1"):
            problems.add(
                f"{table.describe_cell(position, _VALID)}: found {form[_VALID][:60]!r}; write 1 for a valid"
                " form, 0 for another"
            )
        if form[_VALID] == "1":
            problems.note(partial(_decode, form, instrument, f"{table.name}, row {number}"))
            forms.append((number, form))
    problems.refuse_any()
    people = _people_by_group([form for _number, form in forms])
    rows = tuple(
        (number, [str(number), *form.values(), people.get(form.get(GROUP_QUESTION, ""), "")])
        for number, form in forms
    )
    return DataFile(table.name, (_ID, *names, _PEOPLE), rows)


def design_of(table: DataFile) -> DesignKeys:
    """The design that the page of results has, of what `scored_rows` made: strata where people are known."""
    is_weighted = any(cells[-1] for _number, cells in table.rows)
    columns = {"strata": GROUP_QUESTION, "weights": _WEIGHT, "fpc": _PEOPLE} if is_weighted else {}
    return DesignKeys(columns, lonely_psu="adjust")


def _own_names(header: tuple[str, ...], instrument: Instrument) -> tuple[str, ...]:
    """The columns by the keys of the questionnaire; SPSS files have a `_` behind words of its language."""
    keys = {criterion.key for criterion in instrument.rules.criteria} - set(header)
    return tuple(name.rstrip("_") if name.rstrip("_") in keys else name for name in header)


def _decode(form: dict[str, str], instrument: Instrument, where: str) -> None:
    """Put answers and the group for their codes."""
    for criterion in instrument.rules.criteria:
        if form.get(criterion.key) in _NO_ANSWER:
            form[criterion.key] = ""
    code = form.get(GROUP_QUESTION)
    if not instrument.groups or code is None:
        return
    if not code.isdecimal() or not 1 <= int(code) <= len(instrument.group_options):
        raise ScoreFileError(
            f"{where}, column {GROUP_QUESTION!r}: found {code!r}; the questionnaire has the codes 1 to"
            f" {len(instrument.group_options)}"
        )
    form[GROUP_QUESTION] = instrument.group_options[int(code) - 1]


def _people_by_group(forms: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The people of each group: a form's weight times the group's forms; empty without weights."""
    weights = {form[GROUP_QUESTION]: form.get(_WEIGHT, "") for form in forms if GROUP_QUESTION in form}
    counts = Counter(form[GROUP_QUESTION] for form in forms if GROUP_QUESTION in form)
    return {group: str(round(float(w) * counts[group])) for group, w in weights.items() if w}
