"""Weekly summaries: switched on for a campaign, listed as they were made, and to whom they were sent."""

import io
from dataclasses import dataclass
from datetime import timedelta

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.publication.forms import WeeklyForm, recipients_typed
from survey.publication.weekly_letters import file_name, week_in_words
from survey.publication.weekly_schedule import MORNING, next_due
from survey.publication.weekly_worker import WeeklyWorker
from survey.store import audit, fieldwork, weekly
from survey.store.audit import AuditAction
from survey.store.fieldwork import Campaign
from survey.store.weekly import LetterProblem, SummaryLetter, SummaryState, WeeklySummary
from survey.web.background import background
from survey.web.context import database, now, settings
from survey.web.guards import may, signed_in_id
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("summaries", __name__, url_prefix="/office/campaigns")


@dataclass(frozen=True)
class Row:
    """A summary as the page shows it; each letter that is `not_sent` comes with why."""

    summary: WeeklySummary
    week: str
    sent: int
    waiting: int
    not_sent: tuple[tuple[SummaryLetter, str], ...]
    can_start_again: bool


@bp.get("/<key>/summaries")
@may(Permission.REPORT_DOWNLOAD)
def listed(key: str) -> ResponseReturnValue:
    """Every weekly summary of a campaign; to look at the page is to have done what is due."""
    background(WeeklyWorker).wake()
    return _page(key, None)


@bp.post("/<key>/summaries")
@may(Permission.REPORT_SCHEDULE)
def change(key: str) -> ResponseReturnValue:
    """Switch weekly summaries on or off, or change their language and who gets them."""
    form, wanted = WeeklyForm(), request.form.get("weekly", "")
    if wanted == "off":
        return _switched_off(key)
    if not form.validate() or wanted != "on":
        return _page(key, form)
    in_words, at, by = form.language.data, now(), signed_in_id()
    recipients = recipients_typed(form.recipients.data or "")

    def switched(session: Session) -> None:
        weekly.switch_on(session, fieldwork.campaign_by_key(session, key).id, in_words, recipients, now=at)
        subject = f"{key} ({in_words}): {', '.join(recipients)}"
        audit.record(session, AuditAction.SET_SUMMARIES, subject, person_id=by, now=at)

    database().write(switched)
    flash(_("The weekly summary is on"))
    return redirect(url_for("summaries.listed", key=key), 303)


def _switched_off(key: str) -> ResponseReturnValue:
    at, by = now(), signed_in_id()

    def switched(session: Session) -> None:
        weekly.switch_off(session, fieldwork.campaign_by_key(session, key).id)
        audit.record(session, AuditAction.ENDED_SUMMARIES, key, person_id=by, now=at)

    database().write(switched)
    flash(_("The weekly summary is off; the ones that were made stay here"))
    return redirect(url_for("summaries.listed", key=key), 303)


@bp.get("/<key>/summaries/<id:summary_id>.pdf")
@may(Permission.REPORT_DOWNLOAD)
def download(key: str, summary_id: int) -> ResponseReturnValue:
    """A summary as it was made, byte for byte."""
    campaign, summary = database().read(lambda session: _found(session, key, summary_id))
    if summary.content is None:
        abort(404)
    at, by, name = now(), signed_in_id(), file_name(campaign, summary)
    database().write(
        lambda session: audit.record(session, AuditAction.DOWNLOADED, name, person_id=by, now=at)
    )
    content = io.BytesIO(summary.content)
    return send_file(content, mimetype="application/pdf", download_name=name, as_attachment=True, max_age=0)


@bp.post("/<key>/summaries/<id:summary_id>/again")
@may(Permission.REPORT_SCHEDULE)
def start_again(key: str, summary_id: int) -> ResponseReturnValue:
    """Make what could not be made, send what could not be sent."""
    at, by = now(), signed_in_id()

    def started(session: Session) -> None:
        campaign, summary = _found(session, key, summary_id)
        weekly.start_again(session, summary, now=at)
        subject = f"{campaign.key} {summary.due_on.isoformat()}"
        audit.record(session, AuditAction.RETRIED_SUMMARY, subject, person_id=by, now=at)

    database().write(started)
    background(WeeklyWorker).wake()
    return redirect(url_for("summaries.listed", key=key), 303)


def _found(session: Session, key: str, summary_id: int) -> tuple[Campaign, WeeklySummary]:
    """The summary of this campaign; one of another is not found."""
    campaign = fieldwork.campaign_by_key(session, key)
    return campaign, weekly.by_id(session, campaign.id, summary_id)


def _page(key: str, refused: WeeklyForm | None) -> ResponseReturnValue:
    campaign, plan, summaries, letters = database().read(lambda session: _everything(session, key))
    kept = {"language": plan.language, "recipients": "\n".join(plan.recipients)} if plan else {}
    form = refused or WeeklyForm(formdata=None, data={"language": language(), **kept})
    errors = refused.problems() or {"weekly": _("Choose to switch it on or off")} if refused else {}
    page = render_template(
        "publication/summaries.html",
        campaign=campaign,
        plan=plan,
        form=form,
        errors=errors,
        rows=[_row(campaign, summary, letters) for summary in summaries],
        next_on=next_due(campaign.opens_on, campaign.closes_on, now=now(), zone=settings().time_zone),
        last_on=campaign.closes_on + timedelta(days=1),
        morning=MORNING,
        sends_mail=settings().mail is not None,
        is_demo=campaign.is_demo,
    )
    return page, 422 if refused else 200


def _everything(
    session: Session, key: str
) -> tuple[Campaign, weekly.WeeklyPlan | None, list[WeeklySummary], list[SummaryLetter]]:
    campaign = fieldwork.campaign_by_key(session, key)
    return (
        campaign,
        weekly.plan_of(session, campaign.id),
        weekly.summaries_of(session, campaign.id),
        weekly.letters_of(session, campaign.id),
    )


def _row(campaign: Campaign, summary: WeeklySummary, letters: list[SummaryLetter]) -> Row:
    own = [letter for letter in letters if letter.summary_id == summary.id]
    return Row(
        summary=summary,
        week=week_in_words(campaign, summary.due_on, language()),
        sent=sum(letter.state == SummaryState.DONE for letter in own),
        waiting=sum(letter.state == SummaryState.OPEN and not letter.problem for letter in own),
        not_sent=tuple((letter, _why(letter)) for letter in own if letter.problem),
        can_start_again=SummaryState.FAILED in (summary.state, *(letter.state for letter in own)),
    )


def _why(letter: SummaryLetter) -> str:
    """Why a letter was not sent, in the words of this page's language and the mail server's own."""
    return {
        LetterProblem.REFUSED: _("the mail server refused: %(words)s"),
        LetterProblem.UNREACHABLE: _("no connection to the mail server: %(words)s"),
        LetterProblem.TOO_LATE: _("it could not be sent for seven days"),
    }[LetterProblem(letter.problem)] % {"words": letter.server_message}
