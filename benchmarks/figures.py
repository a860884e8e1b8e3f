"""The gallery of pictures in docs/figures, drawn from the demonstration: `python -m benchmarks.figures`."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from survey.fieldwork import demo
from survey.reports import charts
from survey.results.campaign import CampaignResults, campaign_results
from survey.store import fieldwork, migrate
from survey.store.db import Database

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "figures"
DAY = date(2026, 11, 24)
PICTURES: dict[str, Callable[..., bytes]] = {
    "score": charts.score_figure,
    "sections": charts.sections_figure,
    "answers": charts.distribution_figure,
}


def results() -> CampaignResults:
    """The newer demonstration campaign, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/figures.sqlite3")
        migrate.upgrade(database)
        database.write(lambda session: demo.make_demo(session, today=DAY, rng=np.random.default_rng(7)))

        def compute(session: Session) -> CampaignResults:
            campaign = fieldwork.campaign_by_key(session, "demo")
            return campaign_results(
                session, campaign, computed_at=datetime.combine(DAY, datetime.min.time(), UTC)
            )

        computed = database.read(compute)
        database.dispose()
    return computed


def draw_all() -> dict[str, bytes]:
    """Every picture of the gallery by its file's name."""
    shown = results()
    return {
        f"{name}-{language}.svg": draw(shown, language, "svg")
        for name, draw in PICTURES.items()
        for language in ("vi", "en")
    }


if __name__ == "__main__":
    for name, content in draw_all().items():
        (FOLDER / name).write_bytes(content)
