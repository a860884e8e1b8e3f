"""Demonstration data: the board's plan of 2018 as it might have gone, beside nineteen made-up units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from sqlalchemy.orm import Session

from survey.fieldwork.demo import BOARD, unit_called
from survey.instrument.scorecard import Indicator
from survey.scorecards import cards as work
from survey.scorecards.cards import EvidenceFile, NewCard, NewEntry
from survey.scorecards.periods import Period
from survey.scoring.interval import Interval
from survey.scoring.par_index import Observed
from survey.store import fieldwork, scorecards
from survey.store.scorecards import Card, Task
from survey.store.units import Unit

YEAR = 2018
_OTHERS = 19
# Cases that count and all cases, in the quarters 1 to 3 and in the year.
_COUNTED: Mapping[str, tuple[tuple[int, int], ...]] = {
    "plan_completion_rate": ((9, 12), (13, 15), (17, 18), (24, 25)),
    "propaganda_rate": ((2, 2), (3, 3), (3, 3), (10, 10)),
    "discipline_check_rate": ((1, 1), (1, 1), (2, 2), (5, 5)),
    "check_followup_rate": ((0, 0), (2, 2), (3, 3), (6, 6)),
    "legal_docs_due_process_rate": ((4, 4), (6, 6), (5, 5), (19, 19)),
    "faulty_docs_fixed_rate": ((1, 1), (0, 0), (2, 2), (4, 4)),
    "tthc_ontime_rate": ((391, 419), (446, 468), (502, 525), (1792, 1871)),
    "tthc_control_rate": ((3, 4), (4, 4), (4, 4), (15, 15)),
    "tthc_published_rate": ((118, 121), (121, 121), (121, 121), (121, 121)),
    "late_apology_rate": ((19, 28), (20, 22), (23, 23), (75, 79)),
    "decentralisation_rate": ((5, 6), (6, 6), (6, 6), (6, 6)),
    "unit_autonomy_rate": ((2, 3), (3, 3), (3, 3), (3, 3)),
    "leaders_standard_rate": ((0, 0), (2, 2), (3, 3), (7, 7)),
    "job_position_rate": ((82, 88), (85, 88), (87, 88), (88, 88)),
    "edoc_interlinked_rate": ((1804, 2110), (2011, 2204), (2188, 2301), (8120, 8702)),
    "online_service_rate": ((31, 121), (38, 121), (46, 121), (52, 121)),
    "online_dossier_rate": ((88, 419), (131, 468), (189, 525), (660, 1871)),
}
_MISSING_IN_THE_LAST = frozenset({"check_followup_rate", "unit_autonomy_rate"})
_WAITING_IN_THE_LAST = frozenset({"tthc_ontime_rate", "edoc_interlinked_rate"})
_TASKS = (
    ("Ban hành kế hoạch cải cách hành chính năm 2018", "Văn phòng", (1, 31), (1, 25), "12/KH-BQL"),
    ("Kiểm tra kỷ luật, kỷ cương hành chính quý I", "Văn phòng", (3, 31), (3, 28), "45/BC-BQL"),
    ("Rà soát, công bố thủ tục hành chính lĩnh vực đầu tư", "Phòng Đầu tư", (4, 30), (5, 4), "61/QĐ-BQL"),
    ("Tuyên truyền dịch vụ công trực tuyến cho doanh nghiệp", "Văn phòng", (5, 31), (5, 30), "78/BC-BQL"),
    ("Báo cáo cải cách hành chính 6 tháng đầu năm", "Văn phòng", (6, 15), (6, 14), "96/BC-BQL"),
    ("Nâng mức độ 3, 4 cho thủ tục lĩnh vực lao động", "Phòng Lao động", (7, 31), (8, 10), "131/QĐ-BQL"),
    ("Khảo sát mức độ hài lòng của người dân, doanh nghiệp", "Văn phòng", (9, 30), (9, 28), "150/BC-BQL"),
    ("Kiểm tra việc phân cấp, ủy quyền", "Văn phòng", (10, 31), None, ""),
    ("Xây dựng đề án vị trí việc làm", "Văn phòng", (11, 30), None, ""),
    ("Báo cáo tự đánh giá chỉ số cải cách hành chính năm", "Văn phòng", (12, 20), None, ""),
)


@dataclass(frozen=True)
class _Makers:
    """Who enters and who approves; without a leader every value waits."""

    officer: int
    leader: int | None


def make_demo(session: Session, *, officer: int, leader: int | None, rng: np.random.Generator) -> None:
    """Add the units, the board's quarters and year, the other units' year, and the tasks of the plan."""
    digest = scorecards.publish(
        session, scorecards.load_shipped(), now=_entry_moment(Period(YEAR, "month", 1))
    )
    makers = _Makers(officer, leader)
    board = unit_called(session, *BOARD)
    campaigns = {c.key: c.id for c in fieldwork.campaigns(session)}
    periods = [Period(YEAR, "quarter", n) for n in (1, 2, 3)] + [Period(YEAR, "year", 0)]
    sources = ("demo-truoc", "demo-truoc", "demo", "demo")
    for index, (period, source) in enumerate(zip(periods, sources, strict=True)):
        card = _open_card(session, board, period, digest, campaigns.get(source))
        _enter_board(session, card, period, index, makers)
    for number in range(2, _OTHERS + 2):
        other = unit_called(session, f"Sở, ngành minh họa {number:02}", f"Made-up department {number:02}")
        _enter_other(session, _open_card(session, other, periods[-1], digest, None), makers, rng)
    for title, responsible, due, done, evidence_ref in _TASKS:
        done_on = date(YEAR, *done) if done else None
        task = Task(
            unit_id=board.id,
            year=YEAR,
            title=title,
            responsible=responsible,
            due_on=date(YEAR, *due),
            done_on=done_on,
            evidence_ref=evidence_ref,
        )
        scorecards.add_task(session, task)


def _entry_moment(period: Period) -> datetime:
    """When the values of a period were entered: a few days after its end."""
    return datetime.combine(period.last_day + timedelta(days=5), time(2), UTC)


def _open_card(session: Session, unit: Unit, period: Period, digest: str, campaign_id: int | None) -> Card:
    new = NewCard(unit.id, period, digest, campaign_id, is_demo=True)
    return work.open_card(session, new, now=_entry_moment(period))


def _enter_board(session: Session, card: Card, period: Period, index: int, makers: _Makers) -> None:
    is_last_quarter = index == 2
    entries: list[NewEntry] = []
    for key, counts in _COUNTED.items():
        n, of = counts[index]
        observed = Observed(None, n, of) if of == 0 else Observed(100 * n / of, n, of)
        if not (is_last_quarter and key in _MISSING_IN_THE_LAST):
            file = EvidenceFile("bao-cao-minh-hoa.pdf", _document()) if not entries else None
            entries.append(NewEntry(key, observed, f"{len(entries) + 101}/BC-BQL", file=file))
    entries.append(NewEntry("staffing_within_quota", Observed(1.0), "15/QĐ-UBND"))
    if period.kind == "year":
        entries.append(NewEntry("rank", Observed(9.0), "Thông báo kết quả của Hội đồng"))
    waiting = _WAITING_IN_THE_LAST if is_last_quarter else frozenset()
    _enter(session, card, entries, _entry_moment(period), makers, waiting=waiting)


def _document() -> bytes:
    """A one-page PDF that says what it is, behind one value of each of the board's scorecards."""
    text = b"BT /F 18 Tf 72 760 Td (DEMONSTRATION - not a real document) Tj ET"
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    file, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(file))
        file += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return file + tail % (table, len(file))


def _enter_other(session: Session, card: Card, makers: _Makers, rng: np.random.Generator) -> None:
    definition = scorecards.definition(session, card.digest)
    level = rng.normal(0, 1)
    entries = [
        NewEntry(line.key, _draw_value(line, level, rng), f"{int(rng.integers(10, 400))}/BC")
        for line in definition.indicators
        if line.target is not None
    ]
    _enter(session, card, entries, _entry_moment(Period(YEAR, "year", 0)), makers, waiting=frozenset())


def _draw_value(line: Indicator, level: float, rng: np.random.Generator) -> Observed:
    """A value as a unit of this level might have it."""
    if line.unit == "boolean":
        return Observed(float(rng.random() < 0.9))
    if line.rule.kind == "from_survey":
        middle = float(np.clip(rng.normal(27.8 + level, 1.2), 15, 36))
        reach = float(rng.uniform(0.9, 2.6))
        return Observed(middle, interval=Interval(middle - reach, min(middle + reach, line.max_points)))
    cases = int(rng.integers(4, 60)) if line.rule.floor < 95 else int(rng.integers(400, 3000))
    share = 0.955 + 0.015 * level if line.rule.floor >= 95 else 0.93 + 0.03 * level
    hits = int(rng.binomial(cases, float(np.clip(share, 0.5, 0.995))))
    return Observed(100 * hits / cases, hits, cases)


def _enter(
    session: Session,
    card: Card,
    entries: Sequence[NewEntry],
    entered_at: datetime,
    makers: _Makers,
    *,
    waiting: frozenset[str],
) -> None:
    for new in entries:
        entry = work.enter(session, card.id, new, person_id=makers.officer, now=entered_at)
        if makers.leader is not None and new.key not in waiting:
            later = entered_at + timedelta(days=2)
            work.decide(session, entry.id, approve=True, note="", person_id=makers.leader, now=later)
