"""A campaign with more of everything than a page holds: 60 questions, 20 factors, 200 desks, 40 fields."""

from dataclasses import replace

from survey.instrument.questionnaire import Text
from survey.results.campaign import AnswerCounts, Breakdown, CampaignResults
from survey.results.quality import CriterionQuality, ScaleQuality
from survey.scoring.interval import Interval
from survey.scoring.rates import SatisfiedRate
from survey.scoring.reliability import Alpha
from survey.scoring.results import CriterionScore, SectionScore
from tests.reports.builders import counts_of, normal, ratio_of

N_QUESTIONS, N_FACTORS, N_DESKS, N_FIELDS = 60, 20, 200, 40
_LONG = (
    "Tiêu chí {n}: công chức hướng dẫn đầy đủ, rõ ràng, một lần, không yêu cầu thêm giấy tờ ngoài quy định",
    "Criterion {n}: officials explain everything at once and clearly, and ask for no paper beyond the rules",
)


def _text(vi: str, en: str, n: int) -> Text:
    return Text({"vi": vi.format(n=n), "en": en.format(n=n)})


def big() -> CampaignResults:
    """Sixty criteria of twenty factors, one in three with a long name; parts with names of their numbers."""
    results = normal()
    sample = results.questionnaire.criteria[0]
    criteria = [
        replace(
            sample,
            key=f"c{n}",
            text=_text(*_LONG, n) if n % 3 == 0 else _text("Tiêu chí {n}", "Criterion {n}", n),
            max_points=38 / N_QUESTIONS,
        )
        for n in range(1, N_QUESTIONS + 1)
    ]
    of_a_factor = N_QUESTIONS // N_FACTORS
    sections = tuple(
        replace(
            results.questionnaire.sections[0],
            key=f"s{f}",
            text=_text("Yếu tố {n}", "Factor {n}", f),
            criteria=tuple(criteria[of_a_factor * (f - 1) : of_a_factor * f]),
        )
        for f in range(1, N_FACTORS + 1)
    )
    answers = tuple(AnswerCounts(c, counts_of(p % 20), p % 4, 3, 6) for p, c in enumerate(criteria))
    return replace(
        results,
        questionnaire=replace(results.questionnaire, sections=sections),
        answers=answers,
        score=replace(
            results.score,
            criteria=tuple(
                _criterion(s.key, row) for s in sections for row in answers if row.criterion in s.criteria
            ),
            sections=tuple(_section(s.key) for s in sections),
            design_effect=1.31,
            effective_respondents=229.0,
        ),
        breakdowns={
            "group": results.breakdowns["group"],
            "desk": _parts(results, "Quầy {n}", "Desk {n}", N_DESKS),
            "field": _parts(results, "Lĩnh vực {n}", "Field {n}", N_FIELDS),
        },
        quality=_quality(answers),
    )


def _criterion(section: str, row: AnswerCounts) -> CriterionScore:
    maximum, ratio = row.criterion.max_points, ratio_of(row.counts)
    around = Interval(maximum * ratio - 0.02, maximum * ratio + 0.01)
    return CriterionScore(
        row.criterion.key, section, maximum, ratio, maximum * ratio, 0.01, row.n_valid, 1.0, around
    )


def _section(key: str) -> SectionScore:
    around = Interval(1.2, 1.5)
    return SectionScore(key, 1.9, 1.9, 1.4, 0.1, around, around, around, 300)


def _parts(results: CampaignResults, vi: str, en: str, n_parts: int) -> tuple[Breakdown, ...]:
    part = results.breakdowns["desk"][0]
    return tuple(replace(part, key=str(n), label=_text(vi, en, n), n=10 + n) for n in range(1, n_parts + 1))


def _quality(answers: tuple[AnswerCounts, ...]) -> ScaleQuality:
    rate = SatisfiedRate(230, 297, 230 / 297, 0.72, 0.82)
    return ScaleQuality(
        Alpha(0.93, 0.92, 0.94, 240, len(answers)),
        rate,
        tuple(CriterionQuality(row.criterion.key, 0.61, rate) for row in answers),
    )
