"""A million responses as files: time and memory, beside a loop that only reads the same rows.

`python -m benchmarks.exports` writes its table between the markers in docs/performance.md.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.tables import machine, write_between
from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.reports import response_export
from survey.reports.response_export import ExportContext
from survey.store import fieldwork, migrate, questionnaires, responses
from survey.store.db import Database
from survey.store.responses import NewResponse
from survey.web.locale import text_of

N, AT_ONCE = 1_000_000, 20_000
READ = "read only"
_NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)
_AROUND = ExportContext("k" * 40, ZoneInfo("Asia/Ho_Chi_Minh"), _NOON)


def fill(database: Database, n: int) -> None:
    """A campaign with n forms of made-up people who answer everything."""
    questionnaire = questionnaires.load_shipped()

    def make(session: Session) -> tuple[int, int, str]:
        digest = questionnaires.publish(session, questionnaire, now=_NOON)
        plan = NewCampaign("Bench", digest, date(2026, 11, 1), date(2026, 12, 1), (text_of("A", "A"),))
        campaign = open_campaign(session, plan, now=_NOON)
        return campaign.id, fieldwork.collectors_of(session, campaign.id)[0].collector.id, digest

    campaign_id, collector_id, digest = database.write(make)
    rng = np.random.default_rng(1)
    keys = [criterion.key for criterion in questionnaire.criteria]
    for start in range(0, n, AT_ONCE):
        ratings = rng.integers(1, 6, size=(min(AT_ONCE, n - start), len(keys))).tolist()
        rows = [
            NewResponse(
                submission_id=str(UUID(bytes=rng.bytes(16), version=4)),
                receipt_hash=f"bench:{start + i}",
                campaign_id=campaign_id,
                collector_id=collector_id,
                instrument_digest=digest,
                language="vi",
                mode="self",
                received_at=_NOON + timedelta(hours=(start + i) % 600),
                is_complete=True,
                answers={"respondent_group": "citizen", **dict(zip(keys, row, strict=True))},
                comment=None,
            )
            for i, row in enumerate(ratings)
        ]
        database.write(lambda session, rows=rows: responses.add_many(session, rows))  # type: ignore[misc]


def only(folder: str, name: str) -> None:
    """Make one file, or only read, and print seconds, peak memory in MB and the file's size in MB."""
    database = Database(f"sqlite:///{folder}/bench.sqlite3")
    path = Path(folder) / f"out.{name}"

    def work(session: Session) -> None:
        campaign = fieldwork.campaigns(session)[0]
        if name == READ:
            for _row in responses.valid(session, campaign.id):
                pass
            return
        response_export.write_responses(session, campaign, name, "vi", path, _AROUND)

    start = time.perf_counter()
    database.read(work)
    seconds = time.perf_counter() - start
    peak = float(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    print(seconds, peak, path.stat().st_size / 2**20 if path.exists() else 0.0)


def table(n: int = N) -> str:
    """What was measured, as Markdown."""
    lines = [
        f"{machine()}. {n:,} responses with {len(questionnaires.load_shipped().criteria)} ratings, SQLite.",
        "",
        "| file | time | ratio to reading | peak memory of the process | size |",
        "|---|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite3")
        migrate.upgrade(database)
        fill(database, n)
        database.dispose()
        reading = 0.0
        for name in (READ, *response_export.RESPONSE_FORMATS):
            script = f"from benchmarks import exports; exports.only({folder!r}, {name!r})"
            out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
            seconds, peak, size = map(float, out.stdout.split())
            reading = reading or seconds
            lines.append(
                f"| {name} | {seconds:,.1f} s | {seconds / reading:.1f} × | {peak:,.0f} MB | {size:,.0f} MB |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    write_between("exports", table())
