"""The yardstick: as little as a Flask application can do on the same server and still keep its promise."""

import os
from typing import Any

from flask import Flask, request
from sqlalchemy import JSON, Column, Integer, MetaData, Table, create_engine, event, insert

app = Flask(__name__)
_metadata = MetaData()
_rows = Table("row", _metadata, Column("id", Integer, primary_key=True), Column("body", JSON))
_engine = create_engine(
    f"sqlite:///{os.environ['CEILING_DATABASE']}", connect_args={"timeout": 20}, pool_size=16
)


@event.listens_for(_engine, "connect")
def _durable(connection: Any, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


_metadata.create_all(_engine)


@app.get("/hello")
def hello() -> str:
    """Say hello."""
    return "Hello, world"


@app.post("/store")
def store() -> dict[str, bool]:
    """Commit the body as one row."""
    with _engine.begin() as connection:
        connection.execute(insert(_rows), {"body": request.get_json()})
    return {"stored": True}
