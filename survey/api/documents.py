"""The answers of the API that are no files of the office: lists, and pages of responses."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask import url_for
from sqlalchemy.orm import Session

from survey.api.cursors import Cursor
from survey.instrument.questionnaire import Text
from survey.json_value import JsonObject
from survey.reports import microdata
from survey.reports.codebook import Variable
from survey.reports.microdata import Microdata, Value
from survey.scorecards.as_json import unit_entry
from survey.scorecards.results import CardResults
from survey.store import fieldwork, response_files
from survey.store.fieldwork import Campaign


def campaigns(session: Session, within: Iterable[str], *, today: date) -> JsonObject:
    """The campaigns of the units at or below these paths, with links to their parts."""
    rows = fieldwork.campaigns(session, within)
    return {"campaigns": [_campaign(session, campaign, today) for campaign in rows]}


def _campaign(session: Session, campaign: Campaign, today: date) -> JsonObject:
    state = "planned" if today < campaign.opens_on else "open" if campaign.is_open(today) else "closed"
    parts = ("results", "certificate", "codebook", "responses")
    return {
        "key": campaign.key,
        "name": campaign.name,
        "opens_on": campaign.opens_on.isoformat(),
        "closes_on": campaign.closes_on.isoformat(),
        "state": state,
        "is_demo": campaign.is_demo,
        "is_published": campaign.published_at is not None,
        "forms": response_files.count(session, campaign.id),
        "instrument_digest": campaign.instrument_digest,
        "links": {part: url_for(f"api.{part}", key=campaign.key) for part in parts},
    }


def codebook(session: Session, campaign: Campaign) -> JsonObject:
    """The variables of a campaign's responses, with their codes."""
    variables = microdata.variables_of(session, campaign)
    return {"campaign": campaign.key, "variables": [_variable(variable) for variable in variables]}


def _variable(variable: Variable) -> JsonObject:
    return {
        "name": variable.name,
        "label": _translations(variable.label),
        "kind": variable.kind,
        "codes": [
            {
                "value": code.value,
                "key": code.key,
                "label": _translations(code.label),
                "is_missing": code.is_missing,
            }
            for code in variable.codes
        ],
    }


def _translations(text: Text) -> dict[str, str]:
    return dict(text.translations)


def responses(
    session: Session, data: Microdata, *, after: Cursor | None, limit: int
) -> tuple[JsonObject, Cursor | None]:
    """A page of rows, and its end when there are more."""
    page, last = microdata.page_of(data, after=None if after is None else after.position, limit=limit)
    names = [variable.name for variable in data.variables]
    rows = [dict(zip(names, map(_cell, row), strict=True)) for row in microdata.rows(session, page)]
    end = None if last is None else Cursor(last, data.weights)
    return {"campaign": data.campaign_key, "forms": data.n, "rows": rows, "next": None}, end


def _cell(value: Value) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value


def scorecards(cards: Sequence[CardResults]) -> JsonObject:
    """The scorecards with their present points."""
    return {"scorecards": [_scorecard(card) for card in cards]}


def _scorecard(results: CardResults) -> JsonObject:
    return {
        "id": results.card_id,
        "unit": unit_entry(results),
        "period": results.period.code,
        "points": results.scored.points,
        "max_scored": results.scored.max_scored,
        "total": results.scored.total,
        "provisional": results.scored.provisional,
        "is_demo": results.is_demo,
        "cautions": list(results.source.cautions) if results.source else [],
        "link": url_for("api.scorecard", card_id=results.card_id),
    }
