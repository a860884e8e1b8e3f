"""Results: the page an official reads, its pictures, and the files to download."""

import io

from flask import Blueprint, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.reports import figures, tables, wording
from survey.reports.export import FORMATS, exported
from survey.reports.results import CampaignResults, campaign_results
from survey.store import audit, fieldwork
from survey.web.context import database, now, this_morning, today
from survey.web.guards import may, signed_in
from survey.web.locale import LANGUAGES
from survey.web.templates import language

bp = Blueprint("reports", __name__, url_prefix="/office/campaigns")


@bp.get("/<key>")
@may("report.read")
def campaign(key: str) -> ResponseReturnValue:
    """The results of a campaign on one page: the answer first, then why, then the detail."""
    results, in_words = _results(key), language()
    return render_template(
        "reports/campaign.html",
        results=results,
        wording=wording,
        tables=tables,
        figures=figures.figures(results, in_words, figures.OF_THE_SUMMARY),
        is_open=results.campaign.opens_on <= today() <= results.campaign.closes_on,
        is_demo=results.campaign.is_demo,
        formats=("pdf", "xlsx", "csv"),
    )


@bp.get("/<key>/summary.<any(pdf, xlsx, csv, svg, png):extension>")
@may("report.download")
def download(key: str, extension: str) -> ResponseReturnValue:
    """The summary as a file, in the language asked for."""
    in_words = request.args.get("in") or language()
    if in_words not in LANGUAGES:
        abort(404)
    results, at, signed = _results(key), now(), signed_in()
    content = exported(results, extension, in_words)
    by = signed.person.id if signed else None
    database().write(
        lambda session: audit.record(
            session, "downloaded", f"{key}.{extension} ({in_words})", person_id=by, now=at
        )
    )
    name = f"{key}-{in_words}.{extension}"
    return send_file(
        io.BytesIO(content),
        mimetype=FORMATS[extension].mimetype,
        download_name=name,
        as_attachment=True,
        max_age=0,
    )


def _results(key: str) -> CampaignResults:
    def found(session: Session) -> CampaignResults:
        row = fieldwork.campaign_by_key(session, key) or abort(404)
        return campaign_results(session, row, computed_at=this_morning())

    return database().read(found)
