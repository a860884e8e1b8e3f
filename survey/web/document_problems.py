"""Problems of questionnaire and scorecard files as sentences in the reader's language, with their places."""

from collections.abc import Mapping
from dataclasses import replace

from survey.instrument.document import lines_of
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError, path_text
from survey.web.file_problems import LISTED_LIMIT, list_in_line
from survey.web.locale import N_, SOURCE_LANGUAGE, Gettext, gettext_in

_MAX_BITS_SHOWN = 256
_FOUND_CHARS = 60
_NAMES_SHOWN = 60

SENTENCES: Mapping[DocumentRule, str] = {
    DocumentRule.EMPTY: N_("the file is empty or has only comments; choose the file that has the content"),
    DocumentRule.TOO_LONG: N_(
        "the number of characters is %(n)s, the most is %(limit)s; shorten the document"
    ),
    DocumentRule.TOO_MANY_VALUES: N_(
        "the number of values is %(n)s, the most is %(limit)s; shorten the document"
    ),
    DocumentRule.TOO_MANY_NAMES: N_(
        "names and values are too many, the most is %(limit)s; shorten the document"
    ),
    DocumentRule.TOO_MANY_MERGES: N_(
        "merge keys (<<) copy too many values, the most is %(limit)s; write the values out"
    ),
    DocumentRule.TOO_DEEP: N_("values lie too deep inside one another; check the brackets"),
    DocumentRule.NOT_PARSED: N_("this is not YAML or JSON; check the colons, quotes and brackets"),
    DocumentRule.NO_SUCH_VALUE: N_(
        "a value looks like a day, a time or a number but is none; put it in quotes"
    ),
    DocumentRule.TAB: N_("the indentation has a tab; use spaces"),
    DocumentRule.STRAY_COLON: N_(
        "a colon is not expected here; check the indentation, and put a text that has a colon in quotes"
    ),
    DocumentRule.INDENTATION: N_(
        "the line does not fit the lines above it; check its indentation and its colon"
    ),
    DocumentRule.OPEN_QUOTE: N_(
        "a text in quotes cannot be read; check its closing quote and its backslashes"
    ),
    DocumentRule.OPEN_BRACKET: N_("brackets cannot be read; check the commas and the closing bracket"),
    DocumentRule.UNKNOWN_ALIAS: N_("the name after an asterisk (*) is not defined; put a text in quotes"),
    DocumentRule.UNKNOWN_TAG: N_("tags (!) are not allowed; put a text in quotes"),
    DocumentRule.UNPRINTABLE: N_("a character cannot be printed; delete it"),
    DocumentRule.SEVERAL_DOCUMENTS: N_("a second document begins here (---); keep one"),
    DocumentRule.FIELD_TWICE: N_(
        "%(key)s is written twice: on line %(first_line)s, column %(first_column)s, and on line %(line)s, "
        "column %(column)s; keep one of the two"
    ),
    DocumentRule.NOT_MAPPING: N_("fields (name: value) are needed, found %(found)s"),
    DocumentRule.NOT_LIST: N_("a list with at least one element is needed, found %(found)s"),
    DocumentRule.UNKNOWN_FIELD: N_("unknown field; known here: %(known)s"),
    DocumentRule.MISSING_FIELD: N_("the field is missing; add it"),
    DocumentRule.NOT_TEXT: N_("a text is needed, found %(found)s"),
    DocumentRule.CONTROL_CHARACTERS: N_("control characters are not allowed in a text; delete them"),
    DocumentRule.NOT_KEY: N_(
        "%(found)s is not a key: use a letter, then letters a-z, digits and _, 40 at most"
    ),
    DocumentRule.NOT_NUMBER: N_("a number is needed, found %(found)s"),
    DocumentRule.OUT_OF_RANGE: N_("%(found)s is outside %(low)s to %(high)s"),
    DocumentRule.NOT_WHOLE: N_("a whole number is needed, found %(found)s"),
    DocumentRule.NOT_FLAG: N_("true or false is needed, found %(found)s"),
    DocumentRule.NOT_CHOICE: N_("%(found)s is not one of %(allowed)s"),
    DocumentRule.CONSENT_PRESELECTED: N_(
        "consent is never preselected; remove this field or set it to false"
    ),
    DocumentRule.CONSENT_OPTIONAL: N_("consent is always asked; remove this field or set it to true"),
    DocumentRule.COMMENT_REQUIRED: N_("the comment is always optional; remove this field or set it to false"),
    DocumentRule.CONDITION_FORM: N_(
        "write a condition as {q: …, in: […]}, {q: …, not_in: […]} or {group: […]}"
    ),
    DocumentRule.LABEL_WITHOUT_ANSWER: N_(
        "the answer that this label is for is not offered; set na_allowed to true or remove the label"
    ),
    DocumentRule.SUBSTITUTE_MISSING: N_(
        "add the field `substitute`, the question whose answer is put into the wording"
    ),
    DocumentRule.KEY_TWICE: N_("the key %(key)s is used twice; give one of the two another key"),
    DocumentRule.KEY_RESERVED: N_("the key %(key)s is reserved for the form itself; use another"),
    DocumentRule.POINTS_SUM: N_(
        "max_points sum to %(points)s, total_points is %(total)s; they must be equal"
    ),
    DocumentRule.TARGET_ORDER: N_("low (%(low)s) must be below high (%(high)s)"),
    DocumentRule.UNSCORED_POINTS: N_("%(key)s is not scored, so its max_points is 0, found %(points)s"),
    DocumentRule.SCALE_VALUES: N_("values must be 1, 2, 3 … from worst to best, found %(values)s"),
    DocumentRule.SCALE_ORDER: N_(
        "answer %(better)s earns less (%(share)s) than answer %(worse)s; a better answer earns no less"
    ),
    DocumentRule.SATISFIED_VALUE: N_("%(value)s is not an answer of the scale; remove it"),
    DocumentRule.GROUP_QUESTION: N_("%(key)s must be the first question, required and always shown"),
    DocumentRule.UNKNOWN_GROUP: N_("%(key)s is not among the groups: %(known)s"),
    DocumentRule.WEIGHTS_SUM: N_("the weights of the scored groups sum to %(sum)s; they must sum to 1"),
    DocumentRule.NO_WEIGHT: N_(
        "%(key)s is asked of no scored group with a weight, so it never earns points; add a group"
    ),
    DocumentRule.CONDITION_QUESTION: N_(
        "%(key)s is not a question of context_questions that is asked before this"
    ),
    DocumentRule.CONDITION_ANSWER: N_("%(answer)s is not an answer of %(question)s: %(known)s"),
    DocumentRule.PLACEHOLDERS: N_("the placeholders must be %(needed)s, found %(names)s"),
    DocumentRule.NO_PLACEHOLDERS: N_(
        "%(names)s is only replaced with the field `substitute`; add it, or write the text without braces"
    ),
    DocumentRule.TOO_FEW_ASKED: N_(
        "min_valid_items is %(minimum)s, but the group %(group)s is asked %(largest)s at most, so its forms "
        "are never scored; write %(largest)s or less, or ask the group more criteria"
    ),
    DocumentRule.GROUP_NEVER_ASKED: N_(
        "the group %(group)s is scored but never asked a criterion with points; ask it one, or set scored "
        "to false"
    ),
    DocumentRule.CRITERION_NEVER_ASKED: N_(
        "%(key)s is never asked of a scored group (%(groups)s), so it never earns points; correct its "
        "groups or show_if"
    ),
    DocumentRule.CONDITIONS_TOO_DEEP: N_(
        "%(key)s is asked at the end of a chain of questions of which each depends on the one before; its "
        "length is %(n)s, the most is %(limit)s; let show_if name the questions themselves that decide"
    ),
    DocumentRule.CONDITIONS_TOO_MANY: N_(
        "the conditions in show_if depend on one another in too many ways, so nobody can prove that every "
        "group is asked min_valid_items criteria and that every criterion with points is asked; use fewer "
        "conditions, or let them name fewer questions"
    ),
    DocumentRule.NO_SCORECARD: N_("the field par_scorecard is missing; put the scorecard under it"),
    DocumentRule.RULE_NAME: N_(
        "%(found)s is not a rule: write ratio_80 (or another floor, 0 to 100), linear, boolean or from_survey"
    ),
    DocumentRule.UNIT_OF_RULE: N_("the rule %(name)s takes %(units)s, found %(found)s"),
    DocumentRule.TARGET_ABOVE_POINTS: N_(
        "%(target)s is more than the max_points of the indicator, %(points)s"
    ),
    DocumentRule.STRETCH_BELOW_TARGET: N_(
        "the upper end of the target lies below the target; correct one of them"
    ),
    DocumentRule.RANK_RESERVED: N_("the key %(key)s is reserved for the rank that is entered; use another"),
    DocumentRule.SEVERAL_SURVEYS: N_("%(keys)s are all from_survey; one campaign feeds one, so keep one"),
    DocumentRule.VERSION_TAKEN: N_(
        "version %(version)s of %(key)s is published already with another text (digest %(digest)s); "
        "give this text another number in `version`"
    ),
}


def problem_messages(error: InstrumentError, text: str, translate: Gettext) -> list[str]:
    """The problems of a document, those that are listed in the order of its lines.

    `text` is what the document was read from; "" where it is not at hand: then no line is named.
    """
    listed, further = error.problems[:LISTED_LIMIT], error.problems[LISTED_LIMIT:]
    lines = lines_of(text, [problem.path for problem in listed])
    placed = [replace(p, line=p.line or line) for p, line in zip(listed, lines, strict=True)]
    in_order = [*sorted(placed, key=lambda p: p.line or 0), *further]
    return [_sentence(problem, translate) for problem in in_order]


def problem_line(error: InstrumentError, text: str = "") -> str:
    """The problems in English on one line, as commands print them."""
    return list_in_line(problem_messages(error, text, gettext_in(SOURCE_LANGUAGE)))


def _sentence(problem: DocumentProblem, translate: Gettext) -> str:
    arguments = {name: _argument(value, translate) for name, value in problem.arguments.items()}
    if "found" in problem.arguments:
        arguments["found"] = _show_value(problem.arguments["found"], translate)
    sentence = translate(SENTENCES[problem.rule]) % arguments
    path, line = path_text(problem.path), problem.line
    if line and problem.column:
        pattern = translate(N_("line %(line)s, column %(column)s: %(problem)s"))
    elif path and line:
        pattern = translate(N_("%(path)s, line %(line)s: %(problem)s"))
    elif path or line:
        pattern = translate(N_("%(path)s: %(problem)s") if path else N_("line %(line)s: %(problem)s"))
    else:
        return sentence
    return pattern % {"path": path, "line": line, "column": problem.column, "problem": sentence}


def _argument(value: object, translate: Gettext) -> str:
    """Names as a list, of many the first; numbers as the file writes them."""
    if isinstance(value, tuple):
        names = [*value[:_NAMES_SHOWN], *(["…"] if len(value) > _NAMES_SHOWN else [])]
        return ", ".join(map(str, names)) or translate(N_("none"))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _show_value(value: object, translate: Gettext) -> str:
    """A value of the document, short enough for a line."""
    if isinstance(value, (dict, list)) and value:
        return translate(N_("several fields") if isinstance(value, dict) else N_("a list"))
    if value in (None, "", [], {}):
        return translate(N_("nothing"))
    if isinstance(value, int) and value.bit_length() > _MAX_BITS_SHOWN:
        return translate(N_("a number that is too long"))  # Python refuses to print the longest
    return str(value).lower() if isinstance(value, bool) else repr(value)[:_FOUND_CHARS]
