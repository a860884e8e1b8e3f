"""Pages to publish results, and the pages that everybody or the holder of a link may see."""

from collections.abc import Callable, Sequence

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
from survey.instrument.questionnaire import Questionnaire
from survey.publication import badge, links, publishing
from survey.publication.edition_rows import edition_rows
from survey.publication.editions import (
    PublishedResults,
    add_edition_if_new,
    edition_of_office_numbers,
    is_outdated,
    load_published,
)
from survey.publication.public_results import public_criteria, public_results
from survey.reports import cautions, figures, tables, wording
from survey.results.campaign import campaign_results
from survey.results.certificate import CertificateOutdatedError
from survey.results.current import certificate_today, release_today
from survey.store import fieldwork, questionnaires
from survey.store.audit import AuditAction
from survey.store.db import NotFoundError
from survey.store.editions import Edition, certificate_in, editions_of
from survey.store.fieldwork import Campaign
from survey.web.changes import audited_change
from survey.web.context import database, now, settings, start_of_today, today
from survey.web.errors import Refusal, RefusalKind
from survey.web.guards import fresh, may, public
from survey.web.hosts import public_url
from survey.web.limits import limit_guesses
from survey.web.permissions import Permission
from survey.web.redirects import LAST_SIGNS, redirect_to
from survey.web.security import embeddable
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("publication", __name__, url_prefix="/office/campaigns")
public_bp = Blueprint("public_results", __name__)
_CACHE_SECONDS = 300


class NotPublishedError(Refusal):
    """The results are not published, or no longer."""

    kind = RefusalKind.MISSING
    title = "No results are published here"
    advice = "Check the address, or ask the office when they will be published."


@public_bp.get("/results/<campaign>")
@public
@limit_guesses(status=404)
def summary(campaign: str) -> ResponseReturnValue:
    """The summary of a published campaign, for everybody."""
    return _summary_page(_published_results(campaign), is_shared=False)


@public_bp.get("/results/<campaign>/badge.svg")
@public
@limit_guesses(status=404)
def score_badge(campaign: str) -> ResponseReturnValue:
    """The score as a small picture that other sites may show."""
    results = _published_results(campaign).results
    score = badge.badge(results, public_results(results), language())
    svg = render_template("publication/badge.svg", badge=score)
    response = Response(svg, mimetype="image/svg+xml")
    return embeddable(_cacheable(response))


@public_bp.get("/results/<campaign>/certificate.json")
@public
@limit_guesses(status=404)
def score_certificate(campaign: str) -> ResponseReturnValue:
    """What a stranger needs to recompute a published score, without an answer of anybody."""
    published = _published_results(campaign)
    content = certificate_in(published.editions[0]) if published.editions else None
    if content is None:
        if published.is_outdated:
            raise CertificateOutdatedError("the office's numbers are others than those of the edition")
        content = certificate_today(published.campaign.key)
    return _cacheable(Response(content, mimetype="application/json"))


@public_bp.get("/shared/<token>")
@public
@limit_guesses(status=404)
def shared_summary(token: str) -> ResponseReturnValue:
    """The summary for the holder of a link that the office signed, published or not."""
    link = links.read_token(token, now=now(), secret_keys=settings().secret_keys)

    def load(session: Session) -> PublishedResults:
        try:
            row = fieldwork.campaign_by_key(session, link.campaign_key)
        except NotFoundError:
            raise links.ExpiredLinkError from None
        if row.share_key != link.share_key:
            raise links.ExpiredLinkError
        if row.published_at is not None:
            return load_published(session, row, computed_at=start_of_today())
        return PublishedResults(row, campaign_results(session, row, computed_at=start_of_today()), [])

    return _summary_page(_read_released(link.campaign_key, load), is_shared=True)


def _published_results(key: str) -> PublishedResults:
    return _read_released(key, lambda session: _load_published(session, key))


def _read_released(key: str, load: Callable[[Session], PublishedResults]) -> PublishedResults:
    """What is loaded after the results of the campaign, if there is one, were released as far as due."""
    release_today(database().read(lambda session: fieldwork.ids_of(session, _as_stored(key))))
    published = database().read(load)
    is_public = published.campaign.published_at is not None
    if is_public and add_edition_if_new(database(), published, now=now()):
        return database().read(load)
    return published


def _as_stored(key: str) -> str:
    """A campaign's key as people copy it into the address."""
    return key.rstrip(LAST_SIGNS).lower()


def _load_published(session: Session, key: str) -> PublishedResults:
    try:
        row = fieldwork.campaign_by_key(session, _as_stored(key))
    except NotFoundError:
        raise NotPublishedError from None
    if row.published_at is None:
        raise NotPublishedError
    return load_published(session, row, computed_at=start_of_today())


def _summary_page(published: PublishedResults, *, is_shared: bool) -> Response:
    results = published.results
    shown = public_results(results)
    drawn = figures.figures(shown, language(), figures.OF_THE_SUMMARY) if shown else {}
    page = render_template(
        "publication/summary.html",
        campaign=results.campaign,
        organisation=results.questionnaire.organisation.to(language()),
        results=shown,
        min_shown=results.questionnaire.scoring.small_cell_suppression,
        wording=wording,
        cautions=cautions,
        tables=tables,
        criteria=public_criteria(shown, language()) if shown else None,
        figures=drawn,
        is_shared=is_shared,
        editions=edition_rows(published.editions, results.questionnaire, language()),
    )
    response = make_response(page)
    return response if is_shared else _cacheable(response)


def _cacheable(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_CACHE_SECONDS}"
    return response


@bp.get("/<key>/publication")
@may(Permission.REPORT_READ)
def publication(key: str) -> ResponseReturnValue:
    """Whether the results are published, and the forms to publish and share them."""
    return _publication_page(key, {})


@bp.post("/<key>/publication")
@may(Permission.REPORT_PUBLISH)
@fresh
def publish(key: str) -> ResponseReturnValue:
    """Publish the results of a campaign that is over, or end their publication."""
    wants_public = request.form.get("public")
    try:
        if wants_public == "yes":
            _publish(key)
            flash(_("The results are published"))
        elif wants_public == "no":
            audited_change(
                AuditAction.WITHDREW_RESULTS, key, lambda session: publishing.withdraw(session, key)
            )
            flash(_("The results are no longer published"))
        else:
            message = _("Choose whether to publish or to withdraw the results")
            return _publication_page(key, {"public": message})
    except publishing.StillOpenError as error:
        message = _(
            "The survey takes forms until the end of %(day)s. Publish after it: two results of an open "
            "survey, a form apart, tell what that form said."
        )
        return _publication_page(key, {"public": message % {"day": format_day(error.closes_on, language())}})
    return redirect(url_for("publication.publication", key=key), 303)


def _publish(key: str) -> None:
    published_at, day, computed_at = now(), today(), start_of_today()
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    release_today([campaign.id])
    edition, after = database().read(
        lambda session: edition_of_office_numbers(session, campaign, computed_at=computed_at)
    )
    if edition is None and campaign.published_at is not None:
        return  # as it is already
    audited_change(
        AuditAction.PUBLISHED_RESULTS,
        key,
        lambda session: publishing.publish(session, key, edition, after=after, today=day, now=published_at),
    )


@bp.post("/<key>/links")
@may(Permission.REPORT_PUBLISH)
@fresh
def share(key: str) -> ResponseReturnValue:
    """Create a link for a reader without an account and show it once, or end every link."""
    shared_at, days = now(), request.form.get("days", "")
    if days == "end":
        return _end_links(key)
    if days not in {str(offered) for offered in links.DAYS_OFFERED}:
        return _publication_page(key, {"days": _("Choose how long the link is valid")})
    share_key = audited_change(
        AuditAction.CREATED_LINK, f"{key}: {days}", lambda session: publishing.share(session, key)
    )
    secret_key = settings().secret_keys[0]
    token = links.token_for(key, share_key, days=int(days), now=shared_at, secret_key=secret_key)
    link = public_url(url_for("public_results.shared_summary", token=token))
    return _publication_page(key, {}, link=link, days=days)


bp.add_url_rule(
    "/<key>/links",
    "back_to_publication",
    may(Permission.REPORT_READ)(redirect_to("publication.publication")),
)


def _end_links(key: str) -> ResponseReturnValue:
    audited_change(AuditAction.ENDED_LINKS, key, lambda session: publishing.end_links(session, key))
    flash(_("All links have been ended"))
    return redirect(url_for("publication.publication", key=key), 303)


def _load_editions(session: Session, key: str) -> tuple[Campaign, Sequence[Edition], Questionnaire]:
    campaign = fieldwork.campaign_by_key(session, key)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return campaign, editions_of(session, campaign.id), questionnaire


def _publication_page(
    key: str, errors: dict[str, str], *, link: str = "", days: str = ""
) -> ResponseReturnValue:
    campaign, stored, questionnaire = database().read(lambda session: _load_editions(session, key))
    public_link = public_url(url_for("public_results.summary", campaign=key))
    badge_link = public_url(url_for("public_results.score_badge", campaign=key, lang=language()))
    return page_with_errors(
        "publication/publication.html",
        errors,
        campaign=campaign,
        is_over=campaign.closes_on < today(),
        public_link=public_link,
        badge_link=badge_link,
        embed_code=_embed_code(public_link, badge_link, campaign.name),
        is_outdated=is_outdated(campaign, stored),
        editions=edition_rows(stored, questionnaire, language()),
        days_offered=links.DAYS_OFFERED,
        link=link,
        days=days,
    )


def _embed_code(public_link: str, badge_link: str, name: str) -> str:
    """The HTML that shows the badge on other sites. The name is escaped here, all of it again by our page."""
    return str(Markup('<a href="{}"><img src="{}" alt="{}"></a>').format(public_link, badge_link, name))
