"""Reading the instrument of `flask survey score`: the short JSON of the cases, or a questionnaire."""

import difflib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from survey.json_value import JsonValue
from survey.results.score_inputs import (
    DesignKeys,
    Instrument,
    is_number,
    json_object,
    read_choice,
    read_text,
)
from survey.results.score_problems import Problems, ScoreFileError, show_value
from survey.scoring.borders import is_equal
from survey.scoring.rules import Rules, ScoredCriterion, Target, WhenUnscored

_KEYS = (
    "scale",
    "na",
    "total_points",
    "criteria",
    "group_rule",
    "groups",
    "when_unscored",
    "min_valid_per_cell",
    "target",
    "group_column",
    "min_group_n_for_verdict",
    "small_cell_suppression",
)
_WHEN_UNSCORED: tuple[WhenUnscored, ...] = ("undefined", "rescale")
_GROUP_RULES: tuple[Literal["pooled", "fixed"], ...] = ("pooled", "fixed")
_COUNTS = {"min_valid_per_cell": 1, "min_group_n_for_verdict": 10, "small_cell_suppression": 5}
_TARGET = Target(28, 30)
_GROUP_NAMES = ("id", "key", "name")


def read_instrument(path: Path, design: DesignKeys) -> Instrument:
    """The instrument, with the answer map that the design's `rule` names, where it names one.

    Raises
    ------
    ScoreFileError
        The file is neither form of instrument, or breaks one of its rules; the message says where.
    """
    text = read_text(path)
    if not text.strip():
        raise ScoreFileError(f"{path.name}: the file is empty; give an instrument")
    instrument = _short_form(path, text) if _is_short_form(text) else _questionnaire(path, text)
    if design.share_rule is None:
        return instrument
    shares = _shares(tuple(instrument.rules.shares), design.share_rule)
    return replace(instrument, rules=replace(instrument.rules, shares=shares))


def _is_short_form(text: str) -> bool:
    try:
        stated = json.loads(text)  # keys that stand twice are refused by whoever reads the form
    except (ValueError, RecursionError):
        return text.lstrip().startswith("{")
    return not isinstance(stated, dict) or "schema_version" not in stated


def _questionnaire(path: Path, text: str) -> Instrument:
    from survey.instrument.codec import questionnaire_from_yaml
    from survey.instrument.problem import InstrumentError
    from survey.instrument.questionnaire import GROUP_QUESTION
    from survey.results.scoring_rules import rules_of
    from survey.web.document_problems import problem_messages
    from survey.web.locale import SOURCE_LANGUAGE, gettext_in

    try:
        questionnaire = questionnaire_from_yaml(text)
    except InstrumentError as error:
        messages = problem_messages(error, text, gettext_in(SOURCE_LANGUAGE))
        raise ScoreFileError(*(f"{path.name}: {message}" for message in messages)) from None
    question = next((q for q in questionnaire.questions if q.key == GROUP_QUESTION), None)
    return Instrument(
        rules_of(questionnaire),
        frozenset(),
        tuple(group.key for group in questionnaire.groups),
        group_options=tuple(option.key for option in question.options) if question else (),
    )


def _short_form(path: Path, text: str) -> Instrument:
    stated, problems = json_object(path, text), Problems()
    problems.note(lambda: _refuse_misspelt(path, stated))
    criteria = problems.note(lambda: _criteria(path, stated.get("criteria")))
    if criteria is not None:
        problems.note(lambda: _check_total(path, stated, criteria))
    groups = problems.note(lambda: _groups(path, stated.get("groups")))
    rule = problems.note(lambda: read_choice(path, stated, "group_rule", _GROUP_RULES))
    if rule == "fixed" and groups is not None and not any(weight > 0 for weight in groups.values()):
        problems.add(f"{path.name}, key 'groups': the rule 'fixed' needs a weight above 0 for some group")
    answers = problems.note(lambda: _scale(path, stated.get("scale", [1, 5])))
    target = problems.note(lambda: _target(path, stated.get("target")))
    when_unscored = problems.note(lambda: read_choice(path, stated, "when_unscored", _WHEN_UNSCORED))
    counts = {
        key: problems.note(partial(_count, path, stated, key, default)) for key, default in _COUNTS.items()
    }
    column = problems.note(lambda: _group_column(path, stated.get("group_column")))
    if problems.messages or criteria is None or groups is None or answers is None or target is None:
        problems.refuse()
    rules = Rules(
        total_points=sum(criterion.max_points for criterion in criteria),
        criteria=criteria,
        shares=_shares(answers, "linear"),
        target=target,
        group_rule=rule or "pooled",
        group_weights=groups,
        when_unscored=when_unscored or "undefined",
        min_valid_per_cell=counts["min_valid_per_cell"] or 0,
        min_group_n_for_verdict=counts["min_group_n_for_verdict"] or 0,
        small_cell_suppression=counts["small_cell_suppression"] or 0,
    )
    no_answer = stated.get("na")
    texts = frozenset() if no_answer in (None, "blank") else frozenset({str(no_answer)})
    return Instrument(rules, texts, tuple(groups), column)


def _group_column(path: Path, stated: JsonValue) -> str | None:
    if stated is not None and not isinstance(stated, str):
        raise ScoreFileError(
            f"{path.name}, key 'group_column': found {show_value(stated)}; name a column or write null"
        )
    return stated


def _refuse_misspelt(path: Path, stated: Mapping[str, JsonValue]) -> None:
    """Refuse keys that look like one we know: left unread, they would change the score in silence."""
    close = {key: difflib.get_close_matches(key[:60], _KEYS, 1, 0.8) for key in stated if key not in _KEYS}
    meant = [(key, matches[0]) for key, matches in close.items() if matches]
    if meant:
        message = "{name}: the key {key!r} is unknown; is {known!r} meant?"
        raise ScoreFileError(
            *(message.format(name=path.name, key=key[:60], known=known) for key, known in meant)
        )


def _criteria(path: Path, stated: JsonValue) -> tuple[ScoredCriterion, ...]:
    if not isinstance(stated, list) or not stated:
        raise ScoreFileError(
            f"{path.name}, key 'criteria': found {show_value(stated)}; list at least one criterion"
        )
    problems, criteria = Problems(), list[ScoredCriterion]()
    for i, entry in enumerate(stated, 1):
        criterion = problems.note(partial(_criterion, f"{path.name}, criterion {i}", entry))
        if criterion is not None:
            criteria.append(criterion)
    for key, n in Counter(criterion.key for criterion in criteria).items():
        if n > 1:
            problems.add(f"{path.name}, key 'criteria': the id {key[:60]!r} stands twice; keep one")
    problems.refuse_any()
    return tuple(criteria)


def _criterion(where: str, entry: JsonValue) -> ScoredCriterion:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        raise ScoreFileError(f"{where}: found {show_value(entry)}; give it an id")
    points = entry.get("max_points")
    if not is_number(points) or not 0 < points < float("inf"):
        raise ScoreFileError(f"{where}, 'max_points': found {show_value(points)}; write points above 0")
    section = entry.get("section", "all")
    groups = entry.get("groups") or []
    if not isinstance(section, str) or not isinstance(groups, list):
        raise ScoreFileError(f"{where}: 'section' must be a text and 'groups' a list of texts")
    return ScoredCriterion(entry["id"], float(points), section, tuple(str(group) for group in groups))


def _check_total(path: Path, stated: Mapping[str, JsonValue], criteria: tuple[ScoredCriterion, ...]) -> None:
    sum_of_maxima = sum(criterion.max_points for criterion in criteria)
    total = stated.get("total_points", sum_of_maxima)
    if not is_number(total) or not is_equal(total, sum_of_maxima):
        raise ScoreFileError(
            f"{path.name}, key 'total_points': found {show_value(total)}, but the criteria sum to "
            f"{sum_of_maxima:g}; make them equal"
        )


def _scale(path: Path, stated: JsonValue) -> tuple[int, ...]:
    ends = [end for end in stated if type(end) is int] if isinstance(stated, list) else []
    if not isinstance(stated, list) or not len(stated) == len(ends) == 2 or not 0 < ends[1] - ends[0] <= 100:
        raise ScoreFileError(
            f"{path.name}, key 'scale': found {show_value(stated)}; write the two ends, such as [1, 5]"
        )
    return tuple(range(ends[0], ends[1] + 1))


def _shares(answers: tuple[int, ...], rule: str) -> dict[int, float]:
    """Share of the maximum each answer earns: by equal steps, or all of it for the two best answers."""
    low, high = min(answers), max(answers)
    if rule == "percent":
        return {answer: float(answer >= high - 1) for answer in answers}
    return {answer: (answer - low) / (high - low) for answer in answers}


def _target(path: Path, stated: JsonValue) -> Target:
    if stated is None:
        return _TARGET
    fields = stated if isinstance(stated, dict) else {}
    low, high = fields.get("low"), fields.get("high")
    if not is_number(low) or not is_number(high) or not low <= high:
        raise ScoreFileError(
            f"{path.name}, key 'target': found {show_value(stated)}; write low and high, low first"
        )
    return Target(float(low), float(high))


def _groups(path: Path, stated: JsonValue) -> dict[str, float]:
    """Weight of each group; 0 for one that is not scored. A list of names gives each the same weight."""
    where = f"{path.name}, key 'groups'"
    if stated is None:
        return {}
    if isinstance(stated, list):
        stated = dict(_listed_group(where, entry) for entry in stated)
    if not isinstance(stated, dict):
        raise ScoreFileError(f"{where}: found {show_value(stated)}; write a weight for each group")
    weights, problems = {}, Problems()
    for name, entry in stated.items():
        weight = entry.get("weight", 1.0) if isinstance(entry, dict) else entry
        if not is_number(weight) or not 0 <= weight < float("inf"):
            problems.add(
                f"{where}, group {name!r}: found weight {show_value(weight)}; write a number, 0 or more"
            )
            continue
        is_scored = entry.get("scored", True) if isinstance(entry, dict) else True
        weights[name] = float(weight) if is_scored else 0.0
    problems.refuse_any()
    return weights


def _listed_group(where: str, entry: JsonValue) -> tuple[str, JsonValue]:
    if isinstance(entry, str):
        return entry, 1.0
    name = (
        next((entry[key] for key in _GROUP_NAMES if key in entry), None) if isinstance(entry, dict) else None
    )
    if not isinstance(name, str):
        raise ScoreFileError(f"{where}: found {show_value(entry)}; give the group an id")
    return name, entry


def _count(path: Path, stated: Mapping[str, JsonValue], key: str, default: int) -> int:
    value = stated.get(key)
    if value is None:
        return default
    if type(value) is not int or value < 0:
        raise ScoreFileError(
            f"{path.name}, key {key!r}: found {show_value(value)}; write a whole number, 0 or more"
        )
    return value
