"""Results built by hand, with numbers that are easy to recognise."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from survey.instrument.codec import questionnaire_from_yaml
from survey.instrument.questionnaire import Criterion, Questionnaire, Section, Text
from survey.results.campaign import AnswerCounts, Breakdown, CampaignFacts, CampaignResults, Tally
from survey.results.form_counts import FormCounts
from survey.scoring.interval import Interval
from survey.scoring.results import CriterionScore, Score, SectionScore
from survey.scoring.verdict import BandPosition, FormsNeeded, Verdict

_LIBRARY = Path(__file__).resolve().parents[2] / "survey" / "instrument" / "library" / "dungquat_38.yaml"
HOSTILE = (
    "=cmd|' /C calc'!A0 <script>alert(1)</script> ]]> &amp; #sys.inputs $x^2$ *b* _i_ \\u{41} "
    "\ufeff\u200b\u202e\x00\x0b\ud800\ue000\uffff 漢字 😀 " + "W" * 300
)


@cache
def the_questionnaire() -> Questionnaire:
    return questionnaire_from_yaml(_LIBRARY.read_text(encoding="utf-8"))


def counts_of(position: int) -> tuple[int, ...]:
    """Five counts that differ from criterion to criterion: 297 answers or a little fewer."""
    return (4 + position % 3, 11 + position % 5, 52 - position, 150 + 2 * position % 7, 80 - position % 11)


def ratio_of(counts: tuple[int, ...]) -> float:
    return sum(n * position / 4 for position, n in enumerate(counts)) / sum(counts)


def normal() -> CampaignResults:
    """A finished campaign of 300 forms: 28.96 points, inconclusive."""
    questionnaire = the_questionnaire()
    answers = tuple(
        AnswerCounts(criterion, counts_of(position), position % 4, 3, 6)
        for position, criterion in enumerate(questionnaire.criteria)
    )
    score = _score(questionnaire, answers)
    part = replace(score, criteria=(), sections=())
    return CampaignResults(
        campaign=CampaignFacts(
            key="2026",
            name="Đợt khảo sát năm 2026",
            opens_on=date(2026, 9, 1),
            closes_on=date(2026, 11, 23),
            is_demo=False,
            instrument_digest="a1" * 32,
        ),
        questionnaire=questionnaire,
        score=score,
        forms_needed=FormsNeeded(
            412, 712, {"citizen": 200, "business": 212}, can_decide=True, distance=0.96, half_width=None
        ),
        forms=FormCounts(valid=300, incomplete=7, withdrawn=2, declined=31),
        breakdowns={
            "group": (
                Breakdown(
                    "citizen", questionnaire.group("citizen").text, 180, replace(part, score=28.125, se=0.4)
                ),
                Breakdown("business", questionnaire.group("business").text, 120, replace(part, score=29.8)),
            ),
            "desk": (
                Breakdown("1", text("Quầy số 1 – Trụ sở Ban Quản lý", "Desk 1 – Board office"), 190, part),
                Breakdown(
                    "2", text("Quầy KCN Tịnh Phong", "Tinh Phong desk"), 106, replace(part, score=27.4)
                ),
                Breakdown("3", text("Quầy KCN Quảng Phú", "Quang Phu desk"), 4, None),
            ),
        },
        channels=(
            Tally("board_desk", text("Tại quầy của Ban", "At the Board's desk"), 170),
            Tally("online", text("Trực tuyến", "Online"), 130),
        ),
        languages=(("vi", 288), ("en", 12)),
        answers=answers,
        satisfied_rate=0.76545,
        populations={},
        computed_at=datetime(2026, 11, 24, 3, 5, tzinfo=UTC),
        digest="5f3c9a" + "0" * 58,
    )


def provisional() -> CampaignResults:
    """The worked example of docs/statistics.md#worked-example: 36 of 38 points could be scored."""
    results = normal()
    score = results.score
    criteria = tuple(
        replace(c, ratio=None, points=None, se_points=None, n_valid=2) if c.key == "fb_response" else c
        for c in score.criteria
    )
    sections = tuple(replace(s, scored_max=2.0) if s.key == "feedback" else s for s in score.sections)
    worked = replace(
        score,
        score=28.228048,
        se=1.790587,
        df=18.0,
        df_satterthwaite=16.264562,
        scored_max=36.0,
        provisional=True,
        interval=Interval(24.437184, 32.018911),
        criteria=criteria,
        sections=sections,
        n_respondents=20,
        unscored=("fb_response",),
        p_ge_low=0.5512,
    )
    needed = FormsNeeded(137, 157, {}, can_decide=False, distance=0.228, half_width=1.0)
    return replace(
        results,
        score=worked,
        forms_needed=needed,
        forms=FormCounts(20, 1, 0, 3),
        populations={"citizen": 5400},
    )


def withheld() -> CampaignResults:
    """Too few businesses for a verdict."""
    results = normal()
    score = replace(
        results.score,
        score=31.5,
        verdict=Verdict.WITHHELD,
        withheld_because=("small_group:business:7",),
        interval=Interval(28.75, 34.0625),
        reading=BandPosition.ABOVE,
    )
    return replace(results, score=score, forms_needed=None, forms=FormCounts(24, 0, 0, 0))


def no_data() -> CampaignResults:
    """A campaign that opened a minute ago."""
    results = normal()
    criteria = tuple(
        replace(c, ratio=None, points=None, se_points=None, n_valid=0) for c in results.score.criteria
    )
    sections = tuple(
        replace(s, scored_max=0.0, score=None, se=None, interval=None, n_respondents=0)
        for s in results.score.sections
    )
    score = replace(
        results.score,
        score=None,
        se=None,
        df=None,
        df_satterthwaite=None,
        scored_max=0.0,
        provisional=False,
        interval=Interval(0.0, 38.0),
        interval_t=None,
        interval_logit_t=None,
        verdict=Verdict.WITHHELD,
        withheld_because=("no_answers",),
        reading=None,
        p_ge_low=None,
        n_respondents=0,
        criteria=criteria,
        sections=sections,
    )
    return replace(
        results,
        score=score,
        forms_needed=None,
        forms=FormCounts(0, 0, 0, 0),
        breakdowns={},
        channels=(),
        languages=(),
        satisfied_rate=None,
        answers=tuple(
            replace(row, counts=(0, 0, 0, 0, 0), not_applicable=0, blank=0) for row in results.answers
        ),
    )


def demo() -> CampaignResults:
    """The normal campaign as a demonstration."""
    results = normal()
    return replace(results, campaign=replace(results.campaign, is_demo=True))


def hostile() -> CampaignResults:
    """Every text that a person may type is an attack."""
    results = demo()
    questionnaire = results.questionnaire
    attack = text(HOSTILE, HOSTILE)
    sections = tuple(_hostile_section(section, attack) for section in questionnaire.sections)
    questionnaire = replace(questionnaire, title=attack, organisation=attack, sections=sections)
    return replace(
        results,
        campaign=replace(results.campaign, name=HOSTILE),
        questionnaire=questionnaire,
        breakdowns={
            view: tuple(replace(part, label=attack) for part in parts)
            for view, parts in results.breakdowns.items()
        },
        channels=tuple(replace(tally, label=attack) for tally in results.channels),
        answers=tuple(replace(row, criterion=replace(row.criterion, text=attack)) for row in results.answers),
    )


def text(vi: str, en: str) -> Text:
    return Text({"vi": vi, "en": en})


def _hostile_section(section: Section, attack: Text) -> Section:
    return replace(section, text=attack, criteria=tuple(replace(c, text=attack) for c in section.criteria))


def _score(questionnaire: Questionnaire, answers: tuple[AnswerCounts, ...]) -> Score:
    counted = {row.criterion.key: row for row in answers}
    criteria = tuple(
        _criterion(section, criterion, counted[criterion.key])
        for section in questionnaire.sections
        for criterion in section.criteria
    )
    sections = tuple(_section(section, criteria) for section in questionnaire.sections)
    value = sum(c.points for c in criteria if c.points is not None)
    return Score(
        score=value,
        se=0.4567,
        df=298.0,
        df_satterthwaite=251.5,
        max_points=38.0,
        scored_max=38.0,
        provisional=False,
        interval=Interval(value - 0.98, value + 1.125),
        interval_t=Interval(value - 1, value + 1),
        interval_logit_t=Interval(value - 1.01, value + 1.01),
        verdict=Verdict.INCONCLUSIVE,
        withheld_because=(),
        reading=BandPosition.WITHIN,
        p_ge_low=0.9613,
        n_respondents=300,
        sum_weights=300.0,
        criteria=criteria,
        sections=sections,
    )


def _criterion(section: Section, criterion: Criterion, row: AnswerCounts) -> CriterionScore:
    ratio = ratio_of(row.counts)
    points = criterion.max_points * ratio
    around = Interval(points - 0.11, min(points + 0.09, criterion.max_points))
    return CriterionScore(
        criterion.key,
        section.key,
        criterion.max_points,
        ratio,
        points,
        0.031 * points,
        row.n_valid,
        1.0,
        around,
    )


def _section(section: Section, criteria: tuple[CriterionScore, ...]) -> SectionScore:
    value = sum(c.points for c in criteria if c.section == section.key and c.points is not None)
    around = Interval(value - 0.2, value + 0.225)
    return SectionScore(
        section.key, section.max_points, section.max_points, value, 0.1, around, around, around, 300
    )


EVERY = [normal, provisional, withheld, no_data, demo, hostile]


def beside_the_border() -> CampaignResults:
    """The lower limit 27.9965 is just under the target 28, so the verdict is open; the upper is over 30."""
    results = normal()
    score = replace(results.score, score=29.9962, interval=Interval(27.9965, 30.0041), p_ge_low=0.97498)
    parts = (replace(results.breakdowns["group"][0], score=score), *results.breakdowns["group"][1:])
    return replace(results, score=score, breakdowns={**results.breakdowns, "group": parts})
