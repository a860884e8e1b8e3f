"""Scorecards are parsed from documents. A broken document is refused with the field and the reason."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey.instrument import codec
from survey.instrument.node import Node
from survey.instrument.problem import InstrumentError, path_text
from survey.instrument.scorecard_codec import digest, from_node, scorecard_from_text, to_document, to_json

SHIPPED = Path(codec.__file__).parent / "library" / "par_index.yaml"
_DOCUMENT = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["par_scorecard"]


def change(*path: Any, to: Any) -> dict[str, Any]:
    """The default document with one field changed; `...` deletes the field."""
    document: dict[str, Any] = copy.deepcopy(_DOCUMENT)
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    if to is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = to
    return document


FIRST = ("components", 0, "indicators", 0)


def test_the_default_scorecard_has_seven_components_that_make_100_points() -> None:
    card = scorecard_from_text(SHIPPED.read_text(encoding="utf-8"))
    assert [component.max_points for component in card.components] == [12, 8, 16, 8, 8, 10, 38]
    assert len(card.indicators) == 20
    assert card.rank_target is not None
    assert (card.rank_target.max_rank, card.rank_target.of) == (10, 20)
    assert (card.baselines[0].year, card.baselines[0].rank) == (2017, 13)
    assert all("en" in indicator.text.translations for indicator in card.indicators)


def test_a_scorecard_survives_its_own_document() -> None:
    card = scorecard_from_text(SHIPPED.read_text(encoding="utf-8"))
    assert scorecard_from_text(to_json(card)) == card
    assert scorecard_from_text(yaml.safe_dump(to_document(card), allow_unicode=True)) == card


def test_the_digest_changes_with_a_point_and_not_with_the_order_of_fields() -> None:
    plain = from_node(Node(_DOCUMENT))
    reordered = from_node(Node(dict(reversed(_DOCUMENT.items()))))
    renamed = from_node(Node(change(*FIRST, "vi", to="Khác")))
    assert digest(plain) == digest(reordered) != digest(renamed)


def test_another_total_another_floor_and_a_decision_are_accepted() -> None:
    document = change(*FIRST, "max_points", to=14)
    document |= {"total_points": 110, "decision": "Quyết định 01/QĐ-UBND"}
    document["components"][0]["indicators"][0]["rule"] = "ratio_70"
    card = from_node(Node(document))
    assert (card.total_points, card.decision) == (110, "Quyết định 01/QĐ-UBND")
    assert card.indicators[0].rule.floor == 70


IN_FIRST = "par_scorecard.components[0].indicators[0]"


@pytest.mark.parametrize(
    ("document", "path", "rule"),
    [
        (change(*FIRST, "max_points", to=5), "par_scorecard.total_points", "points_sum"),
        (change(*FIRST, "max_points", to=-1), f"{IN_FIRST}.max_points", "out_of_range"),
        (change(*FIRST, "max_points", to=float("nan")), f"{IN_FIRST}.max_points", "out_of_range"),
        (change(*FIRST, "rule", to="ratio_120"), f"{IN_FIRST}.rule", "rule_name"),
        (change(*FIRST, "rule", to=...), f"{IN_FIRST}.rule", "missing_field"),
        (change(*FIRST, "target", to=101), f"{IN_FIRST}.target", "out_of_range"),
        (change(*FIRST, "target", to="100"), f"{IN_FIRST}.target", "not_number"),
        (change(*FIRST, "stretch", to=90), f"{IN_FIRST}.stretch", "stretch_below_target"),
        (change(*FIRST, "key", to="rank"), f"{IN_FIRST}.key", "rank_reserved"),
        (change("components", 1, "key", to="leadership"), "par_scorecard.components[1].key", "key_twice"),
        (change(*FIRST, "vi", to=...), f"{IN_FIRST}.vi", "missing_field"),
        (change(*FIRST, "weight", to=1), f"{IN_FIRST}.weight", "unknown_field"),
        (change("components", to=[]), "par_scorecard.components", "not_list"),
        (
            change("rank_target", to={"max_rank": 30, "of": 20}),
            "par_scorecard.rank_target.max_rank",
            "out_of_range",
        ),
    ],
)
def test_a_broken_rule_is_refused_with_its_path_and_nothing_else(
    document: dict[str, Any], path: str, rule: str
) -> None:
    assert problems_of(document) == [(path, rule)]


def test_a_target_beyond_the_points_of_the_survey_is_refused() -> None:
    document = change("components", 6, "indicators", 0, "target", to=39)
    document["components"][6]["indicators"][0]["stretch"] = 40
    path = "par_scorecard.components[6].indicators[0].target"
    assert problems_of(document) == [(path, "target_above_points")]


def problems_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The path and the rule of each problem."""
    with pytest.raises(InstrumentError) as refused:
        from_node(Node(document, ("par_scorecard",)))
    return [(path_text(problem.path), problem.rule) for problem in refused.value.problems]


def test_all_problems_of_a_scorecard_are_found_in_one_reading() -> None:
    document = change(*FIRST, "unit", to="number")
    document["components"][0]["indicators"][1]["key"] = document["components"][0]["indicators"][0]["key"]
    document["rank_target"]["of"] = "twenty"
    document["total_points"] = 99
    assert problems_of(document) == [
        (f"{IN_FIRST}.unit", "unit_of_rule"),
        ("par_scorecard.rank_target.of", "not_number"),
        ("par_scorecard.components[0].indicators[1].key", "key_twice"),
        ("par_scorecard.total_points", "points_sum"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "a: 1", "\x00", "{{", "par_scorecard: 1"])
def test_a_text_that_holds_no_scorecard_is_refused(text: str) -> None:
    with pytest.raises(InstrumentError):
        scorecard_from_text(text)
