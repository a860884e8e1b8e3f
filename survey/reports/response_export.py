"""The response files by their format, written to a path with the progress told on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.reports import microdata
from survey.reports.files import responses as files
from survey.reports.microdata import Microdata, Responses, Row
from survey.store import retention
from survey.store.fieldwork import Campaign

T = TypeVar("T")
Progress = Callable[[int, int], None]
_PROGRESS_EVERY = 2_000


@dataclass(frozen=True)
class ResponseFormat:
    """A kind of response file: its name for officials and how it is written."""

    label: str
    mimetype: str
    write: Callable[[Microdata, Iterable[Row], str, Path], None]


RESPONSE_FORMATS = {
    "csv": ResponseFormat("CSV", "text/csv", files.write_csv),
    "sav": ResponseFormat("SPSS (.sav)", "application/x-spss-sav", files.write_sav),
    "parquet": ResponseFormat("Parquet", "application/vnd.apache.parquet", files.write_parquet),
}


@dataclass(frozen=True)
class ExportContext:
    """What a file depends on besides the responses: the office's secret and clock, and the day it is made."""

    secret: str
    time_zone: ZoneInfo
    made_at: datetime


def campaign_microdata(
    session: Session,
    campaign: Campaign,
    context: ExportContext,
    *,
    weights: Mapping[str, float] | None = None,
) -> Microdata:
    """What the response files of a campaign say before their first row."""
    return microdata.microdata(
        session,
        campaign,
        secret=context.secret,
        time_zone=context.time_zone,
        made_at=context.made_at,
        weights=weights,
    )


def responses_beside_summary(
    session: Session, campaign: Campaign, context: ExportContext
) -> Responses | None:
    """The responses for a sheet of the workbook; None once they are deleted."""
    if retention.has_begun(session, campaign.id):
        return None
    return microdata.responses_for_a_sheet(session, campaign_microdata(session, campaign, context))


def write_responses(  # noqa: PLR0913 — a file of a campaign, in a format and language, at a place
    session: Session,
    campaign: Campaign,
    name: str,
    language: str,
    path: Path,
    context: ExportContext,
    *,
    progress: Progress = lambda _done, _all: None,
) -> None:
    """Write the response file of a format. `progress` is told rows done and rows in all; it may raise."""
    data = campaign_microdata(session, campaign, context)
    rows = _with_progress(microdata.rows(session, data), data.n, progress)
    RESPONSE_FORMATS[name].write(data, rows, language, path)
    progress(data.n, data.n)


def _with_progress(rows: Iterator[T], n: int, progress: Progress) -> Iterator[T]:
    for done, row in enumerate(rows):
        if done % _PROGRESS_EVERY == 0:
            progress(done, n)
        yield row
