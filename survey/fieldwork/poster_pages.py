"""The poster and the QR code of a desk."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork import posters
from survey.instrument.questionnaire import Questionnaire
from survey.store import fieldwork, questionnaires
from survey.store.fieldwork import CollectorAtDesk
from survey.web.context import database
from survey.web.downloads import send_inline
from survey.web.guards import may, public
from survey.web.hosts import public_url
from survey.web.permissions import Permission

bp = Blueprint("posters", __name__)


@bp.get("/s/<code>/poster.pdf")
@may(Permission.DESKS_READ, or_part=True)
def poster(code: str) -> ResponseReturnValue:
    """The poster of a desk as a file to print."""
    paper: posters.Paper = "a5" if request.args.get("paper") == "a5" else "a4"
    row, questionnaire = database().read(lambda session: _collector(session, code))
    pdf = posters.poster_pdf(_poster(row, questionnaire), paper)
    return send_inline(pdf, "application/pdf", f"poster-{code}-{paper}.pdf")


@bp.get("/s/<code>/qr.svg")
@public
def qr_svg(code: str) -> ResponseReturnValue:
    """The QR code of a desk as SVG."""
    database().read(lambda session: _collector(session, code))
    return send_inline(posters.qr_svg(_link(code)), "image/svg+xml", f"qr-{code}.svg")


@bp.get("/s/<code>/qr.png")
@public
def qr_png(code: str) -> ResponseReturnValue:
    """The QR code of a desk as PNG."""
    database().read(lambda session: _collector(session, code))
    return send_inline(posters.qr_png(_link(code)), "image/png", f"qr-{code}.png")


def _collector(session: Session, code: str) -> tuple[CollectorAtDesk, Questionnaire]:
    row = fieldwork.collector_by_code(session, code)
    return row, questionnaires.questionnaire(session, row.campaign.instrument_digest)


def _poster(row: CollectorAtDesk, questionnaire: Questionnaire) -> posters.Poster:
    code = row.collector.code
    return posters.Poster(
        organisation=questionnaire.organisation,
        title=questionnaire.title,
        desk_name=row.desk.names,
        url=_link(code),
        short_link=short_link(code),
        invitation=posters.invitation(),
        expected_minutes=questionnaire.expected_minutes,
        opens_on=row.campaign.opens_on,
        closes_on=row.campaign.closes_on,
        is_demo=row.campaign.is_demo,
    )


def _link(code: str) -> str:
    return public_url(url_for("intake.questionnaire", code=code))


def short_link(code: str) -> str:
    """The link without the protocol, as it is printed and typed."""
    return _link(code).partition("://")[2]
