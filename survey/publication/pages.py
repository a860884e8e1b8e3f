"""Publishing a campaign's results, and the pages that everybody or the holder of a link may see."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from survey.drawing.formatting import format_day
from survey.publication import badge, links
from survey.publication.public_results import public_criteria, public_results
from survey.reports import figures, tables, wording
from survey.results import certificate
from survey.results.campaign import CampaignResults, campaign_results
from survey.store import audit, fieldwork
from survey.store.audit import AuditAction
from survey.store.db import NotFoundError
from survey.store.fieldwork import Campaign
from survey.web.context import database, now, public_url, settings, start_of_today, today
from survey.web.errors import Refusal, RefusalKind
from survey.web.guards import may, public, signed_in_id
from survey.web.limits import WRONG_CODES, limit_failures
from survey.web.permissions import Permission
from survey.web.security import embeddable
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("publication", __name__, url_prefix="/office/campaigns")
public_bp = Blueprint("public_results", __name__)
_SECONDS_KEPT = 300


class NotPublishedError(Refusal):
    """Results that are not there for the public, or no longer."""

    kind = RefusalKind.MISSING
    title = "No results are published here"
    advice = "Check the address, or ask the office when they will be published."


@public_bp.get("/results/<campaign>")
@public
@limit_failures(WRONG_CODES, status=404)
def summary(campaign: str) -> ResponseReturnValue:
    """The summary of a published campaign, for everybody."""
    return _summary_page(_published(campaign), is_shared=False)


@public_bp.get("/results/<campaign>/badge.svg")
@public
@limit_failures(WRONG_CODES, status=404)
def score_badge(campaign: str) -> ResponseReturnValue:
    """The score as a small picture that other sites may show."""
    results, words = _published(campaign), language()
    shown = public_results(results)
    svg = render_template("publication/badge.svg", badge=badge.badge(results, shown, words))
    response = Response(svg, mimetype="image/svg+xml")
    return embeddable(_kept_a_while(response))


@public_bp.get("/results/<campaign>/certificate.json")
@public
@limit_failures(WRONG_CODES, status=404)
def score_certificate(campaign: str) -> ResponseReturnValue:
    """What a stranger needs to recompute a published score, without an answer of anybody."""

    def found(session: Session) -> dict[str, Any]:
        row, results = _published_in(session, campaign)
        return certificate.public_certificate(session, row, results)

    document = certificate.as_bytes(database().read(found))
    return _kept_a_while(Response(document, mimetype="application/json"))


@public_bp.get("/shared/<token>")
@public
@limit_failures(WRONG_CODES, status=404)
def shared(token: str) -> ResponseReturnValue:
    """The summary for the holder of a link that the office signed, published or not."""
    link = links.read_token(token, now=now(), secret_keys=settings().secret_keys)

    def found(session: Session) -> CampaignResults:
        try:
            row = fieldwork.campaign_by_key(session, link.campaign_key)
        except NotFoundError:
            raise links.ExpiredLinkError from None
        if row.share_key != link.share_key:
            raise links.ExpiredLinkError
        return campaign_results(session, row, computed_at=start_of_today())

    return _summary_page(database().read(found), is_shared=True)


def _published(key: str) -> CampaignResults:
    return database().read(lambda session: _published_in(session, key)[1])


def _published_in(session: Session, key: str) -> tuple[Campaign, CampaignResults]:
    try:
        row = fieldwork.campaign_by_key(session, key)
    except NotFoundError:
        raise NotPublishedError from None
    if row.published_at is None:
        raise NotPublishedError
    return row, campaign_results(session, row, computed_at=start_of_today())


def _summary_page(results: CampaignResults, *, is_shared: bool) -> Response:
    words, shown = language(), public_results(results)
    drawn = figures.figures(shown, words, figures.OF_THE_SUMMARY) if shown else {}
    page = render_template(
        "publication/summary.html",
        campaign=results.campaign,
        organisation=results.questionnaire.organisation.to(words),
        results=shown,
        fewest=results.questionnaire.scoring.small_cell_suppression,
        wording=wording,
        tables=tables,
        criteria=public_criteria(shown, words) if shown else None,
        figures=drawn,
        is_demo=results.campaign.is_demo,
        is_shared=is_shared,
    )
    response = make_response(page)
    return response if is_shared else _kept_a_while(response)


def _kept_a_while(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS_KEPT}"
    return response


@bp.get("/<key>/publication")
@may(Permission.REPORT_READ)
def publication(key: str) -> ResponseReturnValue:
    """Whether the results are published, and how they are shared."""
    return _publication_page(key, {})


@bp.post("/<key>/publication")
@may(Permission.REPORT_PUBLISH)
def publish(key: str) -> ResponseReturnValue:
    """Publish the results of a campaign that is over, or take them back."""
    at, by, wants_public = now(), signed_in_id(), request.form.get("public")
    if wants_public not in ("yes", "no"):
        return _publication_page(
            key, {"public": _("Choose whether to publish the results or to take them back")}
        )
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    if wants_public == "yes" and campaign.closes_on >= today():
        words = _("The survey takes forms until the end of %(day)s. Publish after it: two results of an open "
                  "survey, a form apart, tell what that form said.")  # fmt: skip
        return _publication_page(key, {"public": words % {"day": format_day(campaign.closes_on, language())}})

    def changed(session: Session) -> None:
        row = fieldwork.campaign_by_key(session, key)
        row.published_at = at if wants_public == "yes" else None
        if row.published_at:
            audit.record(session, AuditAction.PUBLISHED_RESULTS, key, person_id=by, now=at)
        else:
            audit.record(session, AuditAction.WITHDREW_RESULTS, key, person_id=by, now=at)

    database().write(changed)
    flash(
        _("The results are published") if wants_public == "yes" else _("The results are no longer published")
    )
    return redirect(url_for("publication.publication", key=key), 303)


@bp.post("/<key>/links")
@may(Permission.REPORT_PUBLISH)
def share(key: str) -> ResponseReturnValue:
    """A link for a reader without an account, shown once; or an end to all links made so far."""
    at, by, days = now(), signed_in_id(), request.form.get("days", "")
    if days == "end":
        return _end_links(key)
    if days not in {str(offered) for offered in links.DAYS_OFFERED}:
        return _publication_page(key, {"days": _("Choose how long the link is valid")})

    def kept(session: Session) -> str:
        campaign = fieldwork.campaign_by_key(session, key)
        campaign.share_key = campaign.share_key or links.new_share_key()
        audit.record(session, AuditAction.CREATED_LINK, f"{key}: {days}", person_id=by, now=at)
        return campaign.share_key

    share_key = database().write(kept)
    token = links.token_for(key, share_key, days=int(days), now=at, secret_key=settings().secret_keys[0])
    return _publication_page(
        key, {}, link=public_url(url_for("public_results.shared", token=token)), days=days
    )


@bp.get("/<key>/links")
@may(Permission.REPORT_READ)
def back_to_publication(key: str) -> ResponseReturnValue:
    """The address of a link just made, opened again in another language, leads to its page."""
    return redirect(url_for("publication.publication", key=key, lang=language()))


def _end_links(key: str) -> ResponseReturnValue:
    at, by = now(), signed_in_id()

    def ended(session: Session) -> None:
        fieldwork.campaign_by_key(session, key).share_key = None
        audit.record(session, AuditAction.ENDED_LINKS, key, person_id=by, now=at)

    database().write(ended)
    flash(_("No link made so far leads to the results any more"))
    return redirect(url_for("publication.publication", key=key), 303)


def _publication_page(
    key: str, errors: dict[str, str], *, link: str = "", days: str = ""
) -> ResponseReturnValue:
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    public_link = public_url(url_for("public_results.summary", campaign=key))
    badge_link = public_url(url_for("public_results.score_badge", campaign=key, lang=language()))
    page = render_template(
        "publication/publication.html",
        campaign=campaign,
        is_over=campaign.closes_on < today(),
        public_link=public_link,
        badge_link=badge_link,
        embedded=_embedded(public_link, badge_link, campaign.name),
        days_offered=links.DAYS_OFFERED,
        link=link,
        days=days,
        errors=errors,
        is_demo=campaign.is_demo,
    )
    return page, 422 if errors else 200


def _embedded(public_link: str, badge_link: str, name: str) -> str:
    """The piece of a page that shows the badge; its name is escaped there, and all of it again on ours."""
    return str(Markup('<a href="{}"><img src="{}" alt="{}"></a>').format(public_link, badge_link, name))
