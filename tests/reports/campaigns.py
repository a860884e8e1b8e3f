"""Campaigns of the kinds that files and pages must agree about."""

from flask import Flask
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import set_populations
from survey.store import fieldwork
from survey.web.context import database
from tests.builders import BUSINESS, QUESTIONNAIRE, send_forms

KINDS = ["nothing", "few", "all the same", "provisional", "people served"]


def set_up_campaign(app: Flask, keys: tuple[str, str], kind: str) -> str:
    """A campaign of a kind, and its key."""
    key, code = keys
    if kind == "few":
        send_forms(app, code, 3, "2")
        send_forms(app, code, 3, "5", **BUSINESS)
    if kind == "all the same":
        send_forms(app, code, 11, "5")
        send_forms(app, code, 11, "5", **BUSINESS)
    if kind in ("provisional", "people served"):
        unasked = {QUESTIONNAIRE.scored_criteria[0].key: ""} if kind == "provisional" else {}
        for rating in ("5", "4", "3"):
            send_forms(app, code, 5, rating, **unasked)
            send_forms(app, code, 4, rating, **BUSINESS, **unasked)
    if kind == "people served":
        _serve(app, key, {"citizen": 31, "business": 200})
    return key


def _serve(app: Flask, key: str, served: dict[str, int]) -> None:
    def keep(session: Session) -> None:
        row = fieldwork.campaign_by_key(session, key)
        set_populations(session, row.id, served)

    with app.app_context():
        database().write(keep)
