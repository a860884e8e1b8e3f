"""Scorecards are parsed from documents. A broken document is refused with the field and the reason."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey.instrument import codec
from survey.instrument.node import InstrumentError, Node
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
    plain = from_node(Node(_DOCUMENT, "x"))
    reordered = from_node(Node(dict(reversed(_DOCUMENT.items())), "x"))
    renamed = from_node(Node(change(*FIRST, "vi", to="Khác"), "x"))
    assert digest(plain) == digest(reordered) != digest(renamed)


def test_another_total_another_floor_and_a_decision_are_accepted() -> None:
    document = change(*FIRST, "max_points", to=14)
    document |= {"total_points": 110, "decision": "Quyết định 01/QĐ-UBND"}
    document["components"][0]["indicators"][0]["rule"] = "ratio_70"
    card = from_node(Node(document, "x"))
    assert (card.total_points, card.decision) == (110, "Quyết định 01/QĐ-UBND")
    assert card.indicators[0].rule.floor == 70


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (change(*FIRST, "max_points", to=5), "max_points sum to 101, total_points is 100"),
        (change(*FIRST, "max_points", to=-1), "components[0].indicators[0].max_points: -1 is outside"),
        (change(*FIRST, "max_points", to=float("nan")), "max_points: nan is outside"),
        (change(*FIRST, "rule", to="ratio_120"), "rule: a rule is ratio_80"),
        (change(*FIRST, "rule", to="boolean"), "unit: the rule boolean takes boolean, found 'percent'"),
        (change(*FIRST, "target", to=101), "target: 101 is outside 0 to 100"),
        (change(*FIRST, "target", to="100"), "target: a number is needed, found '100'"),
        (change(*FIRST, "stretch", to=90), "stretch: the upper end of the target lies below"),
        (change(*FIRST, "key", to="propaganda_rate"), "two indicators are named 'propaganda_rate'"),
        (change(*FIRST, "key", to="rank"), "the key 'rank' is kept"),
        (change("components", 1, "key", to="leadership"), "two components are named 'leadership'"),
        (change(*FIRST, "vi", to=...), "the field 'vi' is missing"),
        (change(*FIRST, "weight", to=1), "unknown field 'weight'"),
        (change("components", to=[]), "components: a list with at least one element"),
        (change("rank_target", to={"max_rank": 30, "of": 20}), "rank_target.max_rank: 30 is outside"),
        (change("components", 6, "indicators", 0, "target", to=39), "39 is more than the 38 points"),
    ],
)
def test_a_broken_rule_is_refused_with_its_field(document: dict[str, Any], message: str) -> None:
    with pytest.raises(InstrumentError) as refused:
        from_node(Node(document, "par_scorecard"))
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "a: 1", "\x00", "{{", "par_scorecard: 1"])
def test_a_text_that_holds_no_scorecard_is_refused(text: str) -> None:
    with pytest.raises(InstrumentError):
        scorecard_from_text(text)
