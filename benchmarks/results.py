"""A result of many responses beside one of few: from kept counts, and by a full scan.

`python -m benchmarks.results` writes its table between the markers in docs/performance.md.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.tables import machine, write_between
from survey.fieldwork import demo
from survey.results.campaign import CampaignResults, results_and_basis
from survey.store import fieldwork, migrate, responses, rollups
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from tests.store.filling import copies

FEW, MANY, ROUNDS = 1_000, 100_000, 9
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_PIECE = 5_000


def fill_database(folder: Path, n: int) -> tuple[Database, int, float]:
    """A database with a campaign of `n` responses, folded; its number, and how long folding took."""
    database = Database(f"sqlite:///{folder / f'{n}.sqlite3'}")
    migrate.upgrade(database)
    day = datetime.now(ZONE).date()
    database.write(lambda s: demo.make_demo(s, today=day, rng=np.random.default_rng(1)))
    campaign_id = database.read(lambda s: fieldwork.campaign_by_key(s, "demo").id)
    there = 312
    while there < n:
        piece = min(_PIECE, n - there)
        rows = database.read(lambda s, piece=piece: copies(s, campaign_id, piece))  # type: ignore[misc]
        database.write(lambda s, rows=rows: responses.add_many(s, rows))  # type: ignore[misc]
        there += len(rows)
    start = time.perf_counter()
    rollups.fold_pending(database, campaign_id, ZONE)
    return database, campaign_id, time.perf_counter() - start


def read(database: Database, campaign_id: int) -> CampaignResults:
    """What the page of a result does before it is drawn."""
    moment = datetime.now(UTC).astimezone(ZONE)
    return database.read(
        lambda s: results_and_basis(s, s.get_one(Campaign, campaign_id), computed_at=moment)[0]
    )


def scan(database: Database, campaign_id: int) -> int:
    """A full count of every response."""
    return database.read(lambda s: rollups.count_all(s, s.get_one(Campaign, campaign_id), ZONE).valid)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table() -> str:
    """What was measured, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        few, few_id, _folding = fill_database(Path(folder), FEW)
        many, many_id, folding = fill_database(Path(folder), MANY)
        pairs = [
            (seconds(lambda: read(few, few_id)), seconds(lambda: read(many, many_id))) for _ in range(ROUNDS)
        ]
        scanning = median(seconds(lambda: scan(many, many_id)) for _ in range(3))
        counted = (scan(many, many_id), read(many, many_id).forms.valid)
        few.dispose()
        many.dispose()
    if counted[0] != counted[1]:
        raise SystemExit(f"a full scan counts {counted[0]:,} valid forms, the kept counts {counted[1]:,}")
    ratio = median(more / less for less, more in pairs)
    one, other = (1000 * median(times) for times in zip(*pairs, strict=True))
    return "\n".join(
        [
            f"{machine()}. SQLite, medians of {ROUNDS} alternating pairs.",
            "",
            "| | time | ratio | aim |",
            "|---|---:|---:|---:|",
            f"| result of {FEW:,} responses from kept counts | {one:,.0f} ms | 1 × | |",
            f"| result of {MANY:,} responses from kept counts | {other:,.0f} ms | {ratio:.2f} × | ≤ 1.5 × |",
            f"| counting {MANY:,} responses by a full scan | {1000 * scanning:,.0f} ms | | |",
            f"| folding {MANY:,} responses, once | {folding:,.1f} s | | |",
        ]
    )


if __name__ == "__main__":
    write_between("results", table())
