"""The routes of the JSON API, in the order its description has them."""

import json
from hashlib import sha256

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.api import cursors, documents, openapi
from survey.api.cursors import Cursor, CursorScope
from survey.api.declare import EnumSchema, IntegerSchema, Parameter, TextSchema, answers
from survey.json_value import JsonObject
from survey.reports.export import render_file
from survey.reports.response_export import ExportContext, campaign_microdata
from survey.results.current import certificate_today, results_today
from survey.scorecards.as_json import card_entry
from survey.scorecards.results import card_results, release_surveys, results_of_cards
from survey.store import audit, fieldwork
from survey.store import scorecards as store
from survey.store.audit import AuditAction
from survey.web.changes import entry_context
from survey.web.context import database, now, settings, start_of_today, today
from survey.web.guards import program, public, reach_of, token_may
from survey.web.locale import DEFAULT_LANGUAGE, LANGUAGES
from survey.web.permissions import Permission

bp = Blueprint("api", __name__, url_prefix="/api/v1")
_MAX_ROWS, _DEFAULT_ROWS = 5_000, 1_000
_ETAG_CHARS = 32

LANGUAGE = Parameter(
    "language",
    "The language of the sentences, titles and column headings.",
    EnumSchema(tuple(LANGUAGES), DEFAULT_LANGUAGE),
)
LIMIT = Parameter(
    "limit",
    "The most rows of a page.",
    IntegerSchema(1, _MAX_ROWS, _DEFAULT_ROWS),
)
CURSOR = Parameter(
    "cursor", "Where the next page begins, as the page before says it in `next`.", TextSchema()
)


@bp.get("/openapi.json")
@public
@answers("Description")
def description() -> ResponseReturnValue:
    """What can be asked for, and what is answered."""
    return _answer(openapi.document(current_app, bp.name))


@bp.get("/campaigns")
@token_may(Permission.REPORT_READ)
@answers("Campaigns")
def campaigns() -> ResponseReturnValue:
    """Every campaign that the token sees, newest first."""
    within = reach_of(Permission.REPORT_READ)
    return _answer(database().read(lambda session: documents.campaigns(session, within, today=today())))


@bp.get("/campaigns/<key>/results")
@token_may(Permission.REPORT_READ)
@answers("Results", LANGUAGE, refusals=(404,))
def results(key: str, language: str) -> ResponseReturnValue:
    """The whole result of a campaign: the same bytes as the JSON file of the office."""
    current, _basis = results_today(key)
    content = render_file(current, "json", language)
    return _recorded_answer(_conditional(content, current.digest[:_ETAG_CHARS]), f"{key}.json ({language})")


@bp.get("/campaigns/<key>/certificate")
@token_may(Permission.REPORT_DOWNLOAD)
@answers("Certificate", refusals=(404, 409, 410))
def certificate(key: str) -> ResponseReturnValue:
    """What a stranger needs to recompute the score, without an answer of anybody."""
    return _recorded_answer(_conditional(certificate_today(key)), f"{key} certificate.json")


@bp.get("/campaigns/<key>/codebook")
@token_may(Permission.REPORT_DOWNLOAD)
@answers("Codebook", refusals=(404,))
def codebook(key: str) -> ResponseReturnValue:
    """The variables of the responses and what their codes stand for."""
    return _answer(
        database().read(lambda session: documents.codebook(session, fieldwork.campaign_by_key(session, key)))
    )


@bp.get("/campaigns/<key>/responses")
@token_may(Permission.RESPONSES_DOWNLOAD)
@answers("Responses", LIMIT, CURSOR, refusals=(404, 410))
def responses(key: str, limit: int, cursor: str | None) -> ResponseReturnValue:
    """The responses, a row a form, in an order that tells nothing of who came when."""
    keys, day, scope = settings().secret_keys, today(), CursorScope(key, program().token.id)
    after = None if not cursor else cursors.decode(cursor, scope, today=day, secret_keys=keys)
    context = ExportContext(keys[0], settings().time_zone, start_of_today())

    def load(session: Session) -> tuple[JsonObject, Cursor | None]:
        weights = None if after is None else after.weights
        rows = campaign_microdata(session, fieldwork.campaign_by_key(session, key), context, weights=weights)
        return documents.responses(session, rows, after=after, limit=limit)

    page, end = database().read(load)
    next_cursor = None if end is None else cursors.encode(end, scope, today=day, secret_keys=keys)
    if next_cursor is not None:
        page["next"] = url_for("api.responses", key=key, limit=limit, cursor=next_cursor)
    subject = f"{key} responses" if after is None else f"{key} responses, continued"
    return _recorded_answer(_answer(page), subject, AuditAction.DOWNLOADED_RESPONSES)


@bp.get("/scorecards")
@token_may(Permission.SCORECARD_READ)
@answers("Scorecards")
def scorecards() -> ResponseReturnValue:
    """Every scorecard that the token sees, latest period first."""
    within, computed_at = reach_of(Permission.SCORECARD_READ), start_of_today()
    release_surveys()
    return _answer(
        database().read(
            lambda session: documents.scorecards(
                results_of_cards(session, store.cards(session, within=within), computed_at=computed_at)
            )
        )
    )


@bp.get("/scorecards/<id:card_id>")
@token_may(Permission.SCORECARD_READ)
@answers("Scorecard", refusals=(404,))
def scorecard(card_id: int) -> ResponseReturnValue:
    """The points of one scorecard, with their intervals and where each value stands."""
    computed_at = start_of_today()

    def load(session: Session) -> JsonObject:
        card = store.card(session, card_id)
        return card_entry(card_results(session, card, computed_at=computed_at))

    release_surveys()
    return _recorded_answer(_answer(database().read(load)), f"scorecard {card_id}.json")


def _answer(document: JsonObject) -> Response:
    return _conditional(json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))


def _conditional(content: bytes, digest: str = "") -> Response:
    """The content, or 304 to a program that has it. Its tag begins with the result's digest."""
    response = Response(content, mimetype="application/json")
    tag = sha256(content).hexdigest()[:_ETAG_CHARS]
    response.set_etag(f"{digest}-{tag}" if digest else tag, weak=True)  # a compressed answer has the same tag
    response.make_conditional(request)
    return response


def _recorded_answer(response: Response, name: str, action: AuditAction = AuditAction.DOWNLOADED) -> Response:
    """The response, after an entry in the log. A 304 sends nothing and is not recorded."""
    if response.status_code == 200:
        person_id, sent_at, context = program().person.id, now(), entry_context()
        subject = f"{name}; API: {program().token.name}"
        database().write(
            lambda session: audit.record(
                session, action, subject, person_id=person_id, now=sent_at, context=context
            )
        )
    return response
