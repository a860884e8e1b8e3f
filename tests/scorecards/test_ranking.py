"""One unit has no rank, and a demonstration has none among real units."""

from dataclasses import replace

from flask import Flask

from survey.scorecards import tables
from survey.scorecards.ranking import ranking_of
from tests.conftest import sign_in_as
from tests.scorecards.builders import OF_ANOTHER_UNIT, QUARTER, results_of


def test_a_unit_alone_has_no_rank(demo_app: Flask) -> None:
    card = results_of(demo_app, QUARTER)
    ranking = ranking_of([card])
    assert ranking.placed == ()
    assert ranking.alone is card
    page = (
        sign_in_as(demo_app, "admin")
        .get(f"/office/scorecards/ranking?period={card.period.code}&lang=en")
        .text
    )
    alone = "Only one unit can be compared in this period, so there is no rank." in page
    assert alone == ('id="t-ranking"' not in page)


def test_the_chance_of_the_top_needs_more_units_than_the_top(demo_app: Flask) -> None:
    one, other = results_of(demo_app, QUARTER), results_of(demo_app, OF_ANOTHER_UNIT)
    ranking = ranking_of([one, replace(other, digest=one.digest, definition=one.definition)])
    assert len(ranking.placed) == 2
    table = tables.ranking(ranking, "en")
    column = [c.key for c in table.columns].index("chance")
    if ranking.top >= 2:
        assert [row[column] for row in table.rows] == [None, None]
    narrow = tables.ranking(replace(ranking, top=1), "en")
    assert all(row[column] is not None for row in narrow.rows)


def test_a_demonstration_has_no_place_among_real_units(demo_app: Flask) -> None:
    one, other = results_of(demo_app, QUARTER), results_of(demo_app, OF_ANOTHER_UNIT)
    ranking = ranking_of([replace(one, is_demo=False), other])
    assert ranking.placed == ()
    assert ranking.alone is not None
    assert ranking.alone.card_id == one.card_id
    assert [card.card_id for card in ranking.not_placed] == [other.card_id]
