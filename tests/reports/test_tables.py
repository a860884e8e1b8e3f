import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from survey.reports import tables
from survey.results.campaign import CampaignResults, satisfied_share
from tests.reports import builders
from tests.reports.builders import EVERY


@pytest.mark.parametrize("build", EVERY)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_row_has_a_cell_for_every_column(build: Callable[[], CampaignResults], language: str) -> None:
    for table in tables.all_tables(build(), language):
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        assert len(table.keys) == len(table.rows)


def test_the_three_weakest_criteria_are_numbered() -> None:
    results = builders.normal()
    ratios = {c.key: c.ratio or 0.0 for c in results.score.criteria}
    assert list(tables.weakest(results)) == sorted(ratios, key=ratios.__getitem__)[:3]


def test_a_hidden_part_has_no_numbers_and_a_note() -> None:
    table = tables.breakdown(builders.normal(), "desk", "vi")
    assert table.rows[2] == ("Quầy KCN Quảng Phú", 4, None, None, None, None, None, None)
    assert table.notes == ("Không hiển thị điểm của phần có dưới 5 phiếu và của phần có thể làm lộ phần đó.",)


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("en", "because too few new forms came here or beside it: “"),
        ("vi", "vì ở đây hoặc ở phần bên cạnh có quá ít phiếu mới: “"),
    ],
)
def test_a_part_of_an_earlier_hour_says_that_another_may_be_why(language: str, reason: str) -> None:
    results = builders.normal()
    first, second, *others = results.parts("desk")
    earlier = tuple(replace(part, as_of=results.computed_at) for part in (first, second))
    results = replace(results, breakdowns={**results.breakdowns, "desk": (*earlier, *others)})
    note = tables.breakdown(results, "desk", language).notes[-1]
    assert note.endswith(f"{reason}{first.label.to(language)}”; “{second.label.to(language)}”")
    assert note in [text for _view, text in tables.earlier_notes(results, language)]


def test_an_undefined_number_is_none_and_never_nan() -> None:
    results = builders.normal()
    results = replace(results, score=replace(results.score, se=math.nan))
    assert tables.whole(results, "vi").rows[0][5] is None


def test_people_served_are_shown_where_the_office_entered_them() -> None:
    table = tables.breakdown(builders.provisional(), "group", "en")
    assert table.columns[-1].label == "People served"
    assert [row[-1] for row in table.rows] == [5400, None]


def test_satisfied_answers_are_those_on_the_satisfied_side() -> None:
    results = builders.normal()
    row = results.answers[0]
    assert satisfied_share(row, results) == pytest.approx(sum(row.counts[3:]) / sum(row.counts))
