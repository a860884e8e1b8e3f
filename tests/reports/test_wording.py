from dataclasses import replace

import pytest

from survey.drawing.formatting import format_count, format_percent, format_points, quote
from survey.reports import cautions, wording
from survey.results.cautions import Caution, cautions_of
from survey.results.trend import NotCompared
from survey.scoring.verdict import Verdict
from tests.reports import builders


def test_the_verdict_sentence_has_score_verdict_interval_and_band() -> None:
    results = builders.provisional()
    assert wording.verdict_sentence(results, "vi") == (
        "28,23 / 38 điểm — chưa đủ căn cứ kết luận (khoảng tin cậy 95%: 24,44 – 32,02)."
        " Khung mục tiêu 28 – 30."
    )
    assert wording.verdict_sentence(results, "en") == (
        "28.23 / 38 points — not enough evidence to conclude (95% confidence interval: 24.44 – 32.02)."
        " Target band 28 – 30."
    )


def test_a_provisional_score_says_from_how_many_points() -> None:
    sentence = cautions.sentence(Caution.PROVISIONAL, builders.provisional(), "vi")
    assert sentence is not None
    assert sentence.startswith("Tạm tính, quy đổi từ 36/38 điểm.")
    assert "Phản ánh, kiến nghị được trả lời" in sentence
    assert Caution.PROVISIONAL not in cautions_of(builders.normal())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_lists_of_names_that_hold_semicolons_are_unambiguous(language: str) -> None:
    results = builders.provisional()
    section = results.questionnaire.sections[0]
    criterion = replace(section.criteria[0], text=builders.text("A; B", "A; B"))
    named = replace(section, text=builders.text("C; D", "C; D"), criteria=(criterion, *section.criteria[1:]))
    questionnaire = replace(results.questionnaire, sections=(named, *results.questionnaire.sections[1:]))
    scored = tuple(
        replace(c, points=None, ratio=None) if c.key == criterion.key else c for c in results.score.criteria
    )
    results = replace(
        results,
        questionnaire=questionnaire,
        score=replace(results.score, criteria=scored),
        left_out=(criterion, section.criteria[1]),
        criteria_as_of={section.key: results.computed_at},
    )
    second = quote(cautions.criterion_label(section.criteria[1], language), language)
    assert "“A; B”" in cautions.sentence(Caution.PROVISIONAL, results, language)
    assert f"“A; B”; {second}" in cautions.sentence(Caution.FEW_RATINGS, results, language)
    assert "“C; D” (" in cautions.sentence(Caution.OLDER_CRITERIA, results, language)
    reason = NotCompared.NO_SCORE
    assert wording.not_compared_sentence(reason, ["E; F", "G"], language).endswith("“E; F”; “G”")


def test_a_withheld_score_says_why() -> None:
    sentence = cautions.sentence(Caution.WITHHELD, builders.withheld(), "vi")
    assert sentence == (
        "Chưa kết luận vì: nhóm “Doanh nghiệp, tổ chức, nhà đầu tư” mới có 7 phiếu hợp lệ,"
        " cần ít nhất 10 phiếu."
    )
    assert Caution.WITHHELD not in cautions_of(builders.normal())


def test_many_criteria_without_a_score_are_counted_and_not_listed() -> None:
    results = builders.withheld()
    codes = (*(f"unscored:{c.key}" for c in results.questionnaire.scored_criteria), "few_respondents:1")
    results = replace(results, score=replace(results.score, withheld_because=codes))
    sentence = cautions.sentence(Caution.WITHHELD, results, "en")
    assert sentence == "No conclusion yet: 19 criteria could not be scored; there is only 1 valid form."


@pytest.mark.parametrize(
    "code", ["no_answers", "unscored:acc_info", "few_respondents:1", "small_group:gone:3"]
)
def test_every_reason_has_words(code: str) -> None:
    results = builders.withheld()
    results = replace(results, score=replace(results.score, withheld_because=(code,)))
    for language in ("vi", "en"):
        sentence = cautions.sentence(Caution.WITHHELD, results, language)
        assert "{" not in sentence


def test_the_plan_for_more_forms_names_the_groups() -> None:
    sentence = wording.forms_needed_sentence(builders.normal(), "en")
    assert sentence is not None
    assert "about 412 more forms are needed (712 in all)" in sentence
    assert "“Individual or household” 200" in sentence


def test_a_score_too_close_to_the_edge_gets_another_plan() -> None:
    sentence = wording.forms_needed_sentence(builders.provisional(), "vi")
    assert sentence is not None
    assert "±\u00a01 điểm" in sentence
    assert wording.forms_needed_sentence(builders.withheld(), "vi") is None


def test_without_data_the_first_sentence_says_so() -> None:
    sentences = wording.summary_sentences(builders.no_data(), "vi")
    assert sentences[0] == "Chưa có điểm. Khung mục tiêu 28 – 30."
    assert "Chưa kết luận vì: chưa có câu trả lời hợp lệ nào." in sentences


def test_the_band_sentences_are_the_specifications_numbers() -> None:
    narrow, needed = wording.band_sentences(builders.normal(), "vi")
    assert "rộng 2 điểm" in narrow
    assert "rộng 5,6 điểm" in narrow
    assert "trên 170 phiếu" in needed


def test_every_verdict_has_a_name_in_both_languages() -> None:
    for language in ("vi", "en"):
        assert len({wording.verdict_name(verdict, language) for verdict in Verdict}) == len(Verdict)


@pytest.mark.parametrize(
    ("value", "printed"), [(1.125, "1,13"), (1.1249999999999998, "1,13"), (2.675, "2,68"), (28.0, "28,00")]
)
def test_points_round_half_up_as_a_spreadsheet_shows_them(value: float, printed: str) -> None:
    assert format_points(value, "vi") == printed


def test_what_is_undefined_is_a_dash() -> None:
    assert format_points(None, "vi") == format_percent(None, "vi") == format_count(None, "vi") == "–"


def test_a_substituted_answer_becomes_an_ellipsis() -> None:
    criterion = next(c for c in builders.the_questionnaire().criteria if c.key == "imp_ez_procedure")
    assert "lĩnh vực “…” cho doanh nghiệp" in wording.criterion_label(criterion, "vi")


def test_a_wording_without_the_language_falls_back_to_its_first() -> None:
    assert builders.text("Quầy", "").to("en") == "Quầy"
