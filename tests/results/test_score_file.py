"""`flask survey score` without the command: files in, a JSON-able report out, refusals with their place."""

import json
from pathlib import Path
from typing import Any

import pytest

from survey.instrument import codec
from survey.results.score_file import ScoreFileError, score_files
from tests.cases import CASES
from tests.scoring.builders import REFERENCE_CASES, TWO_QUESTIONS

EVERY_CASE = pytest.mark.parametrize("name", REFERENCE_CASES)
FIXED = {**TWO_QUESTIONS, "group_rule": "fixed", "groups": {"citizen": 0.5, "business": 0.5}}
DATA = "id,q1,q2\na,4,5\nb,3,\nc,5,4\nd,2,3\ne,4,4\nf,4,3\n"


class Folder:
    """The three files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def score(
        self, data: str | bytes = DATA, instrument: Any = TWO_QUESTIONS, design: Any = None, **options: Any
    ) -> dict[str, Any]:
        (self.path / "data.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
        (self.path / "instrument.json").write_text(_text(instrument))
        if design is not None:
            (self.path / "design.json").write_text(_text(design))
        design_path = None if design is None else self.path / "design.json"
        files = (self.path / "data.csv", self.path / "instrument.json", design_path)
        return score_files(*files, **options).to_json()

    def refusal(self, *arguments: Any, **options: Any) -> str:
        with pytest.raises(ScoreFileError) as caught:
            self.score(*arguments, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def same(value: Any, expected: Any) -> None:
    assert value == pytest.approx(expected, abs=1e-6, rel=0)


def cut(limits: list[float], total: float) -> list[float]:
    return [max(limits[0], 0), min(limits[1], total)]


@EVERY_CASE
def test_a_reference_case_gives_the_figures_of_r(name: str) -> None:
    case = CASES / "scoring" / name
    report: Any = score_files(case / "data.csv", case / "instrument.json", case / "design.json").to_json()
    expected = json.loads((case / "expected.json").read_text())
    for key in ("score", "se", "max", "df", "n_respondents", "sum_weights", "p_ge_28_t"):
        same(report[key], expected[key])
    same(report["ci_t"], cut(expected["ci95_t"], 38))
    same(report["ci_logit_t"], expected["ci95_logit_t"])
    for key, criterion in expected["criteria"].items():
        same({name: report["criteria"][key][name] for name in criterion}, criterion)
    for key, section in expected["sections"].items():
        for name in ("score", "se", "max", "df"):
            same(report["sections"][key][name], section[name])
        same(report["sections"][key]["ci95_t"], cut(section["ci95_t"], section["max"]))
        same(report["sections"][key]["ci95_logit_t"], section["ci95_logit_t"])


@EVERY_CASE
def test_the_domains_of_a_reference_case_are_those_of_r(name: str) -> None:
    case = CASES / "scoring" / name
    report: Any = score_files(case / "data.csv", case / "instrument.json", case / "design.json").to_json()
    expected = json.loads((case / "expected.json").read_text())
    assert report["domain_variable"] == expected["domain_variable"]
    for key, domain in expected["domains"].items():
        entry = report["domains"][key]
        for name in ("score", "se", "max", "n_respondents", "sum_weights", "df_design", "df_domain"):
            same(entry[name], domain[name])
        for name in ("ci95_t_df_domain", "ci95_logit_t_df_domain", "ci95_t_df_design"):
            same(entry[name], cut(domain[name], 38))
        for section, figures in domain["sections"].items():
            same({name: entry["sections"][section][name] for name in figures}, figures)


def test_the_worked_example_with_the_yaml_instrument() -> None:
    instrument = Path(codec.__file__).parent / "library" / "dungquat_38.yaml"
    report: Any = score_files(CASES / "worked_example.csv", instrument, None).to_json()
    same(report["score"], 28.228048)
    same(report["se"], 1.790587)
    same(report["df_satterthwaite"], 16.264562)
    same(report["ci_t"], [24.437184, 32.018911])
    assert (report["verdict"], report["reading"], report["provisional"]) == ("inconclusive", "within", True)
    assert report["criteria"]["fb_response"]["points"] is None


def test_a_report_is_json_without_nan(folder: Folder) -> None:
    for data in ("id,q1,q2\n", "id,q1,q2\na,4,\n", "id,q1,q2\na,5,5\nb,5,5\n", DATA):
        json.dumps(folder.score(data), allow_nan=False)


def test_a_header_alone_is_no_score(folder: Folder) -> None:
    report = folder.score("id,q1,q2\n")
    assert (report["score"], report["ci"], report["verdict"]) == (None, [0, 38], "withheld")


def test_a_byte_order_mark_and_windows_lines_change_nothing(folder: Folder) -> None:
    plain = folder.score(DATA)
    marked = folder.score(b"\xef\xbb\xbf" + DATA.replace("\n", "\r\n").encode() + b"\r\n")
    assert marked == plain


def test_spaces_around_an_answer_are_no_matter(folder: Folder) -> None:
    assert folder.score(DATA.replace("a,4,5", "a, 4 ,5 ")) == folder.score(DATA)


def test_columns_nobody_names_are_left_alone(folder: Folder) -> None:
    wide = 'id,comment,q1,q2\na,"tốt, lắm",4,5\nb,,3,4\n'
    assert folder.score(wide)["n_respondents"] == 2


def test_the_interval_asked_for_is_in_ci_and_makes_the_verdict(folder: Folder) -> None:
    report = folder.score(DATA, interval="t")
    assert (report["ci"], report["interval"]) == (report["ci_t"], "t")
    assert folder.score(DATA, interval="logit-t")["ci"] == report["ci_logit_t"]


def test_a_logit_interval_of_perfect_forms_is_null(folder: Folder) -> None:
    perfect = "id,q1,q2\n" + "".join(f"r{i},5,5\n" for i in range(12))
    assert folder.score(perfect, interval="logit-t")["ci"] is None


def test_the_design_may_count_only_fours_and_fives(folder: Folder) -> None:
    report = folder.score(DATA, design={"rule": "percent"})
    assert report["criteria"]["q1"]["ratio"] == pytest.approx(4 / 6)


def test_groups_may_say_that_one_is_not_scored(folder: Folder) -> None:
    groups = {"citizen": {"weight": 1.0, "scored": True}, "staff": {"weight": 5.0, "scored": False}}
    data = "id,group,q1,q2\na,citizen,4,4\nb,citizen,4,4\nc,staff,1,1\n"
    report = folder.score(data, {**FIXED, "groups": groups})
    assert (report["score"], report["n_respondents"]) == (pytest.approx(28.5), 2)


def test_groups_may_stand_in_a_column_of_another_name(folder: Folder) -> None:
    data = "id,who,q1,q2\na,citizen,4,4\nb,business,2,2\n"
    report = folder.score(data, FIXED, {"group_column": "who"})
    assert report["score"] == pytest.approx(19)


def test_a_text_for_not_applicable_is_no_answer(folder: Folder) -> None:
    data = "id,q1,q2\na,NA,4\nb,3,4\n"
    assert folder.score(data, {**TWO_QUESTIONS, "na": "NA"})["criteria"]["q1"]["n_valid"] == 1


def test_two_files_have_a_difference(folder: Folder) -> None:
    second = folder.path / "second.csv"
    second.write_text(DATA.replace("4", "5"))
    report = folder.score(DATA, compare=second)
    difference = report["difference"]
    alone: Any = score_files(second, folder.path / "instrument.json", None).to_json()
    assert difference["estimate"] == pytest.approx(alone["score"] - report["score"])
    assert difference["se"] == pytest.approx((report["se"] ** 2 + alone["se"] ** 2) ** 0.5)
    assert 5 <= difference["df"] <= 10
    assert difference["ci"][0] < difference["estimate"] < difference["ci"][1]


def test_a_difference_from_nobody_is_null(folder: Folder) -> None:
    second = folder.path / "second.csv"
    second.write_text("id,q1,q2\n")
    assert folder.score(DATA, compare=second)["difference"] == {
        "estimate": None,
        "se": None,
        "df": None,
        "ci": None,
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "data.csv: the file is empty; the first row must name the columns"),
        ("\n\n", "data.csv: the file is empty"),
        ("id;q1;q2\na;4;5\n", "row 1: there is one column, 'id;q1;q2'; it is separated by semicolons"),
        ("id,q1,Q2_\na,4,5\n", "data.csv, row 1: the column 'q2' is missing; add it"),
        ("id,q1,q22\na,4,5\n", "data.csv, row 1: the column 'q2' is missing; is 'q22' meant?"),
        ("id,q1\na,4\n", "data.csv, row 1: the column 'q2' is missing; add it"),
        ("id,q1,q1,q2\na,4,4,4\n", "data.csv, row 1: the column 'q1' is named twice; keep one"),
        ("id,q1,q2\na,4,5\nb,6,1\n", "data.csv, row 3, column 'q1': found '6'; write one of 1, 2, 3, 4, 5"),
        ("id,q1,q2\na,4,4.0\n", "data.csv, row 2, column 'q2': found '4.0'; write one of 1, 2, 3, 4, 5"),
        ("id,q1,q2\na,4,５\n", "data.csv, row 2, column 'q2': found '５'"),
        ("id,q1,q2\na,4,5\na,3,3\n", "data.csv, row 3, column 'id': the id 'a' stands in row 2 too"),
        ("id,q1,q2\n,4,5\n", "data.csv, row 2, column 'id': the id is empty"),
        ("id,q1,q2\na,4,5\nb,4\n", "data.csv, row 3: 2 cells under 3 columns"),
        ("id,q1,q2\na,4,5\n\nb,4,9\n", "data.csv, row 4, column 'q2': found '9'"),
        ('id,q1,q2\n"a"b,4,5\n', "data.csv: this is not CSV"),
        ("id,q1,q2\na,Tốt,5\n".encode("cp1258", "replace"), "data.csv, row 2, column 'q1'"),
        (
            "id,q1,q2\nHải,4,5\n".encode("utf-16"),
            "data.csv, row 1: the byte 0xff is not UTF-8; save it as UTF-8",
        ),
        (b"id,q1,q2\na,4,5\nD\xfbng,4,4\n", "data.csv, row 3: the byte 0xfb is not UTF-8; save it as UTF-8"),
    ],
)
def test_data_that_cannot_be_used_are_refused_with_their_place(
    folder: Folder, data: str | bytes, message: str
) -> None:
    assert message in folder.refusal(data)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ({"wieghts": "w"}, "design.json: the key 'wieghts' is unknown; known are rule, ids, strata"),
        ({"weights": "weight"}, "data.csv, row 1: the column 'weight' is missing"),
        ({"weights": "w"}, "data.csv, row 3, column 'w': found 'x'; write a number with a decimal point"),
        ({"weights": "neg"}, "data.csv, row 2, column 'neg': weights is -1.0"),
        ({"strata": "h"}, "data.csv, row 2, column 'h': stratum '1' has one sampling unit"),
        ({"strata": "empty"}, "data.csv, row 2, column 'empty': the cell is empty"),
        ({"fpc": "one"}, "data.csv, row 2, column 'one': 'all' has 2 sampled units in a population of 1"),
        ({"ids": 3}, "design.json, key 'ids': found 3; name a column or write null"),
        ({"nest": "yes"}, "design.json, key 'nest': found 'yes'; write true or false"),
        ({"lonely_psu": "remove"}, "found 'remove'; write one of fail, adjust, certainty, average"),
        ({"rule": "cubic"}, "found 'cubic'; write one of linear, percent"),
        ({"calibration": {"type": "magic"}}, "give a type out of poststratify, rake, linear"),
        (
            {"calibration": {"type": "rake", "margins": {"h": {}}}},
            "a number of people for each of its levels",
        ),
        (
            {"calibration": {"type": "poststratify", "variable": "h", "population": {"1": 10}}},
            "data.csv, row 3, column 'h': h is '2', which has no population total",
        ),
        (
            {"calibration": {"type": "linear", "margins": {"h": {"1": 1, "2": 1}}, "bounds": [1]}},
            "found bounds [1]; write [low, high] or null",
        ),
        ("", "design.json: the file is empty"),
        ("{", "design.json: this is not JSON"),
        ("[]", "design.json: found a list; write one JSON object"),
    ],
)
def test_a_design_that_cannot_be_used_is_refused_with_its_place(
    folder: Folder, design: Any, message: str
) -> None:
    data = "id,q1,q2,w,neg,h,empty,one\na,4,5,1.5,-1,1,,1\nb,4,5,x,1,2,,1\n"
    assert message in folder.refusal(data, TWO_QUESTIONS, design)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"total_points": 40}, "key 'total_points': found 40, but the criteria sum to 38; make them equal"),
        ({"criteria": []}, "key 'criteria': found []; list at least one criterion"),
        ({"criteria": [{"id": "q1"}]}, "criterion 1, 'max_points': found None"),
        ({"criteria": [{"max_points": 1}]}, "criterion 1: found {'max_points': 1}; give it an id"),
        ({"criteria": [{"id": "q", "max_points": 19}] * 2}, "the id 'q' stands twice"),
        ({"scale": [5, 1]}, "key 'scale': found [5, 1]; write the two ends, such as [1, 5]"),
        ({"target": {"low": 30, "high": 28}}, "write low and high, low first"),
        ({"group_rule": "fixed"}, "the rule 'fixed' needs a weight above 0 for some group"),
        ({"group_rule": "fxied"}, "key 'group_rule': found 'fxied'; write one of pooled, fixed"),
        ({"groups": {"citizen": -1}}, "group 'citizen': found weight -1; write a number, 0 or more"),
        ({"when_unscored": "ignore"}, "write one of undefined, rescale"),
        ({"when_unscord": "rescale"}, "the key 'when_unscord' is unknown; is 'when_unscored' meant?"),
        ({"group_column": 7}, "key 'group_column': found 7; name a column or write null"),
        ({"min_valid_per_cell": 2.5}, "key 'min_valid_per_cell': found 2.5; write a whole number"),
    ],
)
def test_an_instrument_that_cannot_be_used_is_refused_with_its_place(
    folder: Folder, changes: dict[str, Any], message: str
) -> None:
    refused = folder.refusal(DATA, {**TWO_QUESTIONS, **changes})
    assert refused.startswith("instrument.json")
    assert message in refused


def test_a_group_the_instrument_does_not_know_is_refused(folder: Folder) -> None:
    data = "id,group,q1,q2\na,citizen,4,4\nb,bussiness,2,2\n"
    message = (
        "data.csv, row 3, column 'group': found 'bussiness'; the instrument's groups are citizen, business"
    )
    assert message in folder.refusal(data, FIXED)


def test_fixed_without_a_group_column_is_refused(folder: Folder) -> None:
    assert "the column 'group' is missing" in folder.refusal(DATA, FIXED)


def test_a_yaml_that_is_no_questionnaire_is_refused(folder: Folder) -> None:
    assert folder.refusal(DATA, "schema_version: 1\nscale: 5\n").startswith("instrument.json: ")


def test_an_empty_instrument_is_refused(folder: Folder) -> None:
    assert "instrument.json: the file is empty" in folder.refusal(DATA, "")
    assert "instrument.json: the file is empty" in folder.refusal(DATA, "# later\n")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ScoreFileError, match=r"the file cannot be read \(No such file or directory\); check its name"
    ):
        score_files(tmp_path / "data.csv", tmp_path / "instrument.json", None)


def test_an_unknown_interval_is_refused(folder: Folder) -> None:
    assert "choose one of tilted-beta, t, logit-t" in folder.refusal(DATA, interval="wald")
