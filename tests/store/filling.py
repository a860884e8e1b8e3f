"""Copies of responses for tests. As a program it folds a campaign until it is killed."""

import sys
from dataclasses import replace
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.store import rollups
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.responses import NewResponse, ResponseRow


def copies(session: Session, campaign_id: int, n: int) -> list[NewResponse]:
    """`n` new responses with the answers of a campaign's responses, in turn."""
    stored = session.scalars(
        select(ResponseRow).where(ResponseRow.campaign_id == campaign_id).order_by(ResponseRow.id)
    ).all()
    fields = NewResponse.__dataclass_fields__
    models = [NewResponse(**{name: getattr(row, name) for name in fields}) for row in stored]
    return [
        replace(models[number % len(models)], submission_id=str(uuid4()), receipt_hash=uuid4().hex)
        for number in range(n)
    ]


def fold_slowly(url: str, campaign_id: int) -> None:
    """Fold ten rows in each transaction until none is left."""
    database = Database(url)
    print("folding", flush=True)  # noqa: T201 — whoever started this waits for it
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    while database.write(lambda s: rollups.fold(s, s.get_one(Campaign, campaign_id), zone, limit=10)):
        pass


if __name__ == "__main__":
    fold_slowly(sys.argv[1], int(sys.argv[2]))
