"""Released results: what pages, files and programs may know of a campaign's answers.

Results do not follow every form. They move in steps (`scoring/releases.py`), and a step is stored: everybody
sees the same until the next one. The whole has the counts of the last step. Each part of a view has those of
the last step it moved with.
"""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.questionnaire import Questionnaire
from survey.scoring.pair_counts import PairCounts, from_bytes
from survey.scoring.releases import PartKey, ShownStep
from survey.store import retention
from survey.store.db import Base, JsonText, UtcTime, batches
from survey.store.responses import full_hour
from survey.store.rolling import (
    COUNTS,
    EVERYTHING,
    LAYOUT,
    N_REASONS,
    CellKey,
    Crossing,
    RollUp,
    StoredCrossings,
    crossings_from_json,
    crossings_to_json,
    roll_up_of,
)


class ReleasedResults(Base):
    """The last step of a campaign, one column for each of `rolling.COUNTS`.

    The forms of the step are those up to `last_response_id` that are not withdrawn.
    `withdrawn` counts the forms that were withdrawn since, by crossing. `is_final` says that the step was
    made after the last day.
    """

    __tablename__ = "released_results"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int]
    layout: Mapped[str] = mapped_column(String(10))
    last_response_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    released_at: Mapped[datetime] = mapped_column(UtcTime)
    is_final: Mapped[bool]
    crossings: Mapped[StoredCrossings] = mapped_column(JsonText)
    languages: Mapped[dict[str, int]] = mapped_column(JsonText)
    modes: Mapped[dict[str, int]] = mapped_column(JsonText)
    incomplete: Mapped[int]
    withdrawn: Mapped[StoredCrossings] = mapped_column(JsonText)


class ReleaseStep(Base):
    """One step: how many forms came or left by crossing, and the parts that moved with it."""

    __tablename__ = "release_step"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    released_at: Mapped[datetime] = mapped_column(UtcTime)
    changes: Mapped[StoredCrossings] = mapped_column(JsonText)
    parts: Mapped[list[tuple[str, str]]] = mapped_column(JsonText)


class ReleasedCell(Base):
    """The counts of one respondent group in the whole or a part, as of step `number`.

    What `is_shown` is as of the step it last moved with. The other counts are those of the last step, for
    parts that may move later.
    """

    __tablename__ = "released_cell"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    respondent_group: Mapped[str] = mapped_column(String(100), primary_key=True)
    is_shown: Mapped[bool] = mapped_column(primary_key=True)
    number: Mapped[int]
    counts: Mapped[bytes] = mapped_column(LargeBinary)


class ReleasedCertificate(Base):
    """The certificate for everybody of step `number`, compressed. It stays when a form of it is withdrawn."""

    __tablename__ = "released_certificate"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int]
    document: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Release:
    """The released results of a campaign, up to step `number`.

    `rolled` has the counts of the whole as of that step, and of each part as of the step it last moved with,
    which is in `step_of`; a part without one was never shown. `parts` moved when parts last did.
    `released_at` is when each step was made, to the hour.
    """

    number: int
    is_final: bool
    rolled: RollUp
    step_of: Mapping[PartKey, int]
    parts: Collection[PartKey]
    released_at: Mapping[int, datetime]


@dataclass(frozen=True)
class NewStep:
    """A step to store after step `after`: the counts, the people who came or left, the parts that move.

    `cells` move besides: what is shown of the whole by criterion (`results/releasing.py`).
    """

    after: int
    counts: RollUp
    changes: Mapping[Crossing, int]
    parts: Collection[PartKey]
    withdrawn: Mapping[Crossing, int]
    last_response_id: int
    is_final: bool
    cells: Collection[PartKey] = ()


@dataclass(frozen=True)
class ReleaseProgress:
    """How far the release of a campaign is: its last step, and what was withdrawn since."""

    number: int
    is_final: bool
    last_response_id: int
    crossings: Mapping[Crossing, int]
    withdrawn: Mapping[Crossing, int]


_NOTHING = ReleaseProgress(0, is_final=False, last_response_id=0, crossings={}, withdrawn={})


def progress_of(session: Session, campaign_id: int) -> ReleaseProgress:
    """How far the release of a campaign is; counts of an outdated layout are none."""
    row = _last(session, campaign_id)
    if row is None:
        return _NOTHING
    return ReleaseProgress(
        row.number,
        row.is_final,
        row.last_response_id,
        crossings_from_json(row.crossings),
        crossings_from_json(row.withdrawn),
    )


def steps_of(session: Session, campaign_id: int) -> list[ShownStep]:
    """Every step of a campaign, the first one first."""
    rows = session.scalars(
        select(ReleaseStep).where(ReleaseStep.campaign_id == campaign_id).order_by(ReleaseStep.number)
    )
    return [ShownStep(crossings_from_json(row.changes), _keys(row.parts)) for row in rows]


def load(session: Session, campaign_id: int, questionnaire: Questionnaire) -> Release | None:
    """The released results of a campaign, None before the first step."""
    row = _last(session, campaign_id)
    if row is None:
        return None
    stored = _cells(session, campaign_id, is_shown=True)
    steps = session.execute(
        select(ReleaseStep.number, ReleaseStep.released_at, ReleaseStep.parts)
        .where(ReleaseStep.campaign_id == campaign_id)
        .order_by(ReleaseStep.number)
    ).all()
    return Release(
        number=row.number,
        is_final=row.is_final,
        rolled=_roll_up(row, stored, questionnaire),
        step_of={(cell.view, cell.part): cell.number for cell in stored},
        parts=next((_keys(parts) for _number, _moment, parts in reversed(steps) if parts), frozenset()),
        released_at={number: moment for number, moment, _parts in steps},
    )


def shown_cells(
    session: Session, campaign_id: int, questionnaire: Questionnaire
) -> dict[CellKey, PairCounts]:
    """The counts that are shown, each as of the step it last moved with."""
    row = _last(session, campaign_id)
    if row is None:
        return {}
    return dict(_roll_up(row, _cells(session, campaign_id, is_shown=True), questionnaire).cells)


def counts_of_last_step(session: Session, campaign_id: int, questionnaire: Questionnaire) -> RollUp:
    """The counts of the last step, also of parts that did not move with it."""
    row = _last(session, campaign_id)
    return _roll_up(row, _cells(session, campaign_id, is_shown=False), questionnaire) if row else RollUp()


def parts_of_last_step(session: Session, campaign_id: int, view: str) -> set[str]:
    """The parts of a view that the last step has counts of, whether they moved with it or not."""
    query = select(ReleasedCell.part).where(
        ReleasedCell.campaign_id == campaign_id, ReleasedCell.view == view
    )
    return set(session.scalars(query.where(ReleasedCell.is_shown.is_(False)).distinct()))


def _cells(session: Session, campaign_id: int, *, is_shown: bool) -> Sequence[ReleasedCell]:
    query = select(ReleasedCell).where(ReleasedCell.campaign_id == campaign_id)
    return session.scalars(query.where(ReleasedCell.is_shown.is_(is_shown))).all()


def _roll_up(row: ReleasedResults, stored: Sequence[ReleasedCell], questionnaire: Questionnaire) -> RollUp:
    shape = (len(questionnaire.criteria), len(questionnaire.scale.options), N_REASONS)
    cells = {
        (cell.view, cell.part, cell.respondent_group): from_bytes(cell.counts, *shape) for cell in stored
    }
    counts = {name: count.from_json(getattr(row, name)) for name, count in COUNTS.items()}
    return roll_up_of(cells, **counts)


def add_step(session: Session, campaign_id: int, step: NewStep, *, now: datetime) -> bool:
    """Store a step unless another one was stored since it was computed; whether it was stored.

    There are no more steps once the single responses are deleted.
    """
    row = _last(session, campaign_id, lock=True)
    if (row.number if row else 0) != step.after or retention.has_begun(session, campaign_id):
        return False
    if row is None:
        _clear(session, campaign_id)
        row = ReleasedResults(campaign_id=campaign_id, layout=LAYOUT, withdrawn=[])
        session.add(row)
    row.number, row.released_at, row.is_final = step.after + 1, full_hour(now), step.is_final
    row.last_response_id = step.last_response_id
    for name, count in COUNTS.items():
        setattr(row, name, count.to_json(getattr(step.counts, name)))
    since = crossings_from_json(row.withdrawn)  # a form that was withdrawn meanwhile is still in the counts
    left = {key: n - step.withdrawn.get(key, 0) for key, n in since.items()}
    row.withdrawn = crossings_to_json({key: n for key, n in left.items() if n})
    parts = [list(part) for part in sorted(step.parts)]
    session.add(
        ReleaseStep(
            campaign_id=campaign_id,
            number=row.number,
            released_at=row.released_at,
            changes=crossings_to_json(step.changes),
            parts=parts,
        )
    )
    _replace_cells(session, campaign_id, row.number, step)
    return True


def certificate_of(session: Session, campaign_id: int, number: int) -> bytes | None:
    """The certificate that was stored of a step, None where none was."""
    row = session.get(ReleasedCertificate, campaign_id)
    return zlib.decompress(row.document) if row is not None and row.number == number else None


def keep_certificate(session: Session, campaign_id: int, number: int, content: bytes) -> None:
    """Store the certificate of a step instead of that of an earlier one."""
    packed = zlib.compress(content, 6)
    session.merge(ReleasedCertificate(campaign_id=campaign_id, number=number, document=packed))


def delete_certificate(session: Session, campaign_id: int) -> None:
    """Delete the stored certificate, because it is no longer that of the results."""
    session.execute(delete(ReleasedCertificate).where(ReleasedCertificate.campaign_id == campaign_id))


def note_withdrawal(session: Session, campaign_id: int, crossing: Crossing) -> None:
    """Count a form that is withdrawn, so that the next step knows how many people it is about."""
    row = _last(session, campaign_id, lock=True)
    if row is not None:
        since = crossings_from_json(row.withdrawn)
        row.withdrawn = crossings_to_json({**since, crossing: since.get(crossing, 0) + 1})


def delete_unreleased(session: Session, campaign_id: int) -> None:
    """Delete what only further steps need: counts of parts that were not shown, and who came with a step."""
    row = _last(session, campaign_id, lock=True)
    if row is not None:
        row.withdrawn = []
    hidden = delete(ReleasedCell).where(ReleasedCell.campaign_id == campaign_id)
    session.execute(hidden.where(ReleasedCell.is_shown.is_(False)))
    session.execute(update(ReleaseStep).where(ReleaseStep.campaign_id == campaign_id).values(changes=[]))


def _last(session: Session, campaign_id: int, *, lock: bool = False) -> ReleasedResults | None:
    query = select(ReleasedResults).where(ReleasedResults.campaign_id == campaign_id)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None or row.layout == LAYOUT or retention.has_begun(session, campaign_id):
        return row
    return None


def _clear(session: Session, campaign_id: int) -> None:
    for table in (ReleasedCell, ReleaseStep, ReleasedCertificate, ReleasedResults):
        session.execute(delete(table).where(table.campaign_id == campaign_id))


def _replace_cells(session: Session, campaign_id: int, number: int, step: NewStep) -> None:
    """Store the counts of the step, and show those of the whole and of the parts that move."""
    moved = {(EVERYTHING, EVERYTHING), *step.parts, *step.cells}
    cells = delete(ReleasedCell).where(ReleasedCell.campaign_id == campaign_id)
    key = tuple_(ReleasedCell.view, ReleasedCell.part)
    statements = [cells.where(key.in_(part)) for part in batches(sorted(moved))]
    for statement in (cells.where(ReleasedCell.is_shown.is_(False)), *statements):
        session.execute(statement, execution_options={"synchronize_session": False})
    packed = {key: cell.to_bytes() for key, cell in sorted(step.counts.cells.items())}
    rows = [
        {
            "campaign_id": campaign_id,
            "view": view,
            "part": part,
            "respondent_group": group,
            "is_shown": is_shown,
            "number": number,
            "counts": counts,
        }
        for is_shown in (False, True)
        for (view, part, group), counts in packed.items()
        if not is_shown or (view, part) in moved
    ]
    if rows:
        session.execute(insert(ReleasedCell), rows)


def _keys(parts: Collection[tuple[str, str]]) -> frozenset[PartKey]:
    return frozenset((view, part) for view, part in parts)
