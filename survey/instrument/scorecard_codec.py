"""Scorecard ⇄ document. The digest of the document is the identity of a version."""

import re
from collections.abc import Iterable

from survey.instrument import document
from survey.instrument.node import Node
from survey.instrument.problem import DocumentProblem, DocumentRule, InstrumentError
from survey.instrument.questionnaire import DEFAULT_LANGUAGE, Text
from survey.instrument.scorecard import (
    Baseline,
    Component,
    Indicator,
    RankTarget,
    Rule,
    RuleKind,
    Scorecard,
    Unit,
)
from survey.instrument.scorecard_checks import problems_of
from survey.json_value import JsonObject

DEFAULT_KEY = "par_index"
_TITLE = {"vi": "Bảng điểm chỉ số cải cách hành chính", "en": "Scorecard of administrative reform"}
_RATIO = re.compile(r"ratio_([0-9]{1,2}|100)")
_BASELINE = re.compile(r"baseline_([0-9]{4})")
_LANGUAGE = re.compile(r"[a-z]{2}")
_ALL_UNITS: tuple[Unit, ...] = ("percent", "number", "boolean", "points")
_UNITS: dict[RuleKind, tuple[Unit, ...]] = {
    "ratio": ("percent",),
    "linear": ("percent", "number"),
    "boolean": ("boolean",),
    "from_survey": ("points",),
}


def scorecard_from_text(text: str) -> Scorecard:
    """The scorecard of a YAML or JSON text; an InstrumentError has all problems of it.

    A questionnaire in the same text is ignored.
    """
    root = document.parse(text)
    if not isinstance(root.value, dict) or "par_scorecard" not in root.value:
        raise InstrumentError([*root.problems, DocumentProblem(DocumentRule.NO_SCORECARD)])
    return from_node(Node(root.value["par_scorecard"], ("par_scorecard",), root.problems))


def from_node(node: Node) -> Scorecard:
    """The scorecard of the value of `par_scorecard`, checked as a whole."""
    years = _baseline_names(node)
    head = node.fields(
        required=("total_points", "components"),
        optional=("key", "version", "title", "decision", "rank_target", *years),
    )
    card = Scorecard(
        key=head["key"].key() if "key" in head else DEFAULT_KEY,
        version=head["version"].integer(1, 1_000_000) if "version" in head else 1,
        title=_text(head["title"]) if "title" in head else Text(_TITLE),
        decision=head["decision"].text() if "decision" in head else None,
        total_points=head["total_points"].number(0.01, 10_000),
        components=tuple(_component(node) for node in head["components"].list()),
        rank_target=_rank_target(head["rank_target"]) if "rank_target" in head else None,
        baselines=tuple(_baseline(int(name[-4:]), head[name]) for name in sorted(years)),
    )
    if problems := [*node.problems, *problems_of(card, node.problems)]:
        raise InstrumentError(problems)
    return card


def _baseline_names(node: Node) -> list[str]:
    names = node.value if isinstance(node.value, dict) else ()
    return [name for name in names if isinstance(name, str) and _BASELINE.fullmatch(name)]


def _text(node: Node) -> Text:
    """A wording: Vietnamese, and any other language by its two letters."""
    names = node.value if isinstance(node.value, dict) else ()
    return _wording(node.fields(required=(DEFAULT_LANGUAGE,), optional=_languages(names)))


def _languages(names: Iterable[object]) -> list[str]:
    return sorted(name for name in names if isinstance(name, str) and _LANGUAGE.fullmatch(name))


def _wording(fields: dict[str, Node]) -> Text:
    others = [name for name in _languages(fields) if name != DEFAULT_LANGUAGE]
    return Text({language: fields[language].text() for language in (DEFAULT_LANGUAGE, *others)})


def _component(node: Node) -> Component:
    names = node.value if isinstance(node.value, dict) else ()
    fields = node.fields(required=("key", DEFAULT_LANGUAGE, "indicators"), optional=_languages(names))
    indicators = tuple(_indicator(node) for node in fields["indicators"].list())
    return Component(fields["key"].key(), _wording(fields), indicators)


def _indicator(node: Node) -> Indicator:
    names = node.value if isinstance(node.value, dict) else ()
    fields = node.fields(
        required=("key", DEFAULT_LANGUAGE, "unit", "target", "max_points", "rule"),
        optional=("stretch", *_languages(names)),
    )
    n_before = len(node.problems)
    rule, unit = _rule(fields["rule"]), fields["unit"].choice(*_ALL_UNITS)
    points, target, stretch = fields["max_points"].number(0.01, 10_000), None, None
    is_missing = fields["rule"].is_refused or fields["unit"].is_refused
    if (
        len(node.problems) == n_before and not is_missing
    ):  # else a target would be refused for another's fault
        if unit not in _UNITS[rule.kind]:
            units = _UNITS[rule.kind]
            fields["unit"].refuse(DocumentRule.UNIT_OF_RULE, name=rule.name, units=units, found=unit)
        target = _target(fields["target"], rule)
        if rule.kind == "from_survey" and target is not None and target > points:
            fields["target"].refuse(DocumentRule.TARGET_ABOVE_POINTS, target=target, points=points)
        stretch = _stretch(fields, rule, target)
    return Indicator(fields["key"].key(), _wording(fields), unit, target, stretch, points, rule)


def _stretch(fields: dict[str, Node], rule: Rule, target: float | None) -> float | None:
    """The upper end of a target that is a band."""
    if "stretch" not in fields:
        return None
    stretch = _target(fields["stretch"], rule)
    if stretch is not None and (target is None or stretch < target):
        fields["stretch"].refuse(DocumentRule.STRETCH_BELOW_TARGET)
    return stretch


def _rule(node: Node) -> Rule:
    if isinstance(node.value, str) and (ratio := _RATIO.fullmatch(node.value)):
        return Rule("ratio", float(ratio[1]))
    if node.value in ("linear", "boolean", "from_survey"):
        return Rule(node.value)
    node.refuse(DocumentRule.RULE_NAME, found=node.value)
    return Rule("linear")


def _target(node: Node, rule: Rule) -> float | None:
    """A target in the indicator's unit; null while none is set."""
    if node.value is None:
        return None
    if rule.kind == "boolean":
        return float(node.flag())
    if rule.kind == "ratio":
        return node.number(0, 100)
    return node.number(1e-6, 1e9)


def _rank_target(node: Node) -> RankTarget:
    fields = node.fields(required=("max_rank", "of"))
    of = fields["of"].integer(1, 10_000)
    return RankTarget(fields["max_rank"].integer(1, of), of)


def _baseline(year: int, node: Node) -> Baseline:
    fields = node.fields(required=("rank", "of", "components_at_max", "components_total"))
    of, total = fields["of"].integer(1, 10_000), fields["components_total"].integer(1, 1000)
    rank, at_max = fields["rank"].integer(1, of), fields["components_at_max"].integer(0, total)
    return Baseline(year, rank, of, at_max, total)


def to_document(card: Scorecard) -> JsonObject:
    """The document that `from_node` reads back as the same scorecard."""
    head: JsonObject = {"key": card.key, "version": card.version, "title": dict(card.title.translations)}
    if card.decision is not None:
        head["decision"] = card.decision
    head["total_points"] = card.total_points
    if card.rank_target is not None:
        head["rank_target"] = {"max_rank": card.rank_target.max_rank, "of": card.rank_target.of}
    for b in card.baselines:
        head[f"baseline_{b.year}"] = {
            "rank": b.rank,
            "of": b.of,
            "components_at_max": b.components_at_max,
            "components_total": b.components_total,
        }
    head["components"] = [
        {"key": c.key, **c.text.translations, "indicators": [_indicator_document(i) for i in c.indicators]}
        for c in card.components
    ]
    return {"par_scorecard": head}


def _indicator_document(indicator: Indicator) -> JsonObject:
    fields: JsonObject = {
        "key": indicator.key,
        **indicator.text.translations,
        "unit": indicator.unit,
        "target": _target_value(indicator, indicator.target),
        "max_points": indicator.max_points,
        "rule": indicator.rule.name,
    }
    if indicator.stretch is not None:
        fields["stretch"] = _target_value(indicator, indicator.stretch)
    return fields


def _target_value(indicator: Indicator, target: float | None) -> float | bool | None:
    return bool(target) if target is not None and indicator.rule.kind == "boolean" else target


def to_json(card: Scorecard) -> str:
    """The canonical document as JSON."""
    return document.canonical_json(to_document(card))


def digest(card: Scorecard) -> str:
    """The identity of a version."""
    return document.digest(to_document(card))
