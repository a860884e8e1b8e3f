"""Pages of the weekly summaries of a campaign: the schedule, the files, and their letters."""

from dataclasses import dataclass

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.publication.forms import WeeklyForm, parse_recipients
from survey.publication.weekly_letters import file_name, format_week
from survey.publication.weekly_schedule import MORNING, day_after, next_due
from survey.publication.weekly_worker import WeeklyWorker
from survey.store import fieldwork, weekly
from survey.store.audit import AuditAction
from survey.store.fieldwork import Campaign
from survey.store.weekly import LetterProblem, SummaryLetter, SummaryState, WeeklySummary
from survey.web.background import background
from survey.web.changes import audited_change, record_action
from survey.web.context import database, now, settings
from survey.web.downloads import send_download
from survey.web.guards import may
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("summaries", __name__, url_prefix="/office/campaigns")


@dataclass(frozen=True)
class ListedSummary:
    """A summary as the page shows it; each letter in `not_sent` has its reason."""

    summary: WeeklySummary
    week: str
    sent: int
    waiting: int
    not_sent: tuple[tuple[SummaryLetter, str], ...]
    can_start_again: bool


@bp.get("/<key>/summaries")
@may(Permission.REPORT_DOWNLOAD)
def show(key: str) -> ResponseReturnValue:
    """Every weekly summary of a campaign. The page starts the work that is due."""
    background(WeeklyWorker).wake()
    return _page(key, None)


@bp.post("/<key>/summaries")
@may(Permission.REPORT_SCHEDULE)
def change(key: str) -> ResponseReturnValue:
    """Switch weekly summaries on or off, or change their language and recipients."""
    form, wanted = WeeklyForm(), request.form.get("weekly", "")
    if wanted == "off":
        return _switch_off(key)
    if not form.validate() or wanted != "on":
        return _page(key, form)
    summary_language, changed_at = form.language.data, now()
    recipients = parse_recipients(form.recipients.data or "")

    def switch_on(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, key)
        weekly.switch_on(session, campaign.id, summary_language, recipients, now=changed_at)

    subject = f"{key} ({summary_language}): {', '.join(recipients)}"
    audited_change(AuditAction.SET_SUMMARIES, subject, switch_on)
    flash(_("The weekly summary is on"))
    return redirect(url_for("summaries.show", key=key), 303)


def _switch_off(key: str) -> ResponseReturnValue:
    audited_change(
        AuditAction.ENDED_SUMMARIES,
        key,
        lambda session: weekly.switch_off(session, fieldwork.campaign_by_key(session, key).id),
    )
    flash(_("The weekly summary is off; the ones that were made stay here"))
    return redirect(url_for("summaries.show", key=key), 303)


@bp.get("/<key>/summaries/<id:summary_id>.pdf")
@may(Permission.REPORT_DOWNLOAD)
def download(key: str, summary_id: int) -> ResponseReturnValue:
    """The stored file of a summary."""
    campaign, summary = database().read(lambda session: _load_summary(session, key, summary_id))
    if summary.content is None:
        abort(404)
    name = file_name(campaign, summary)
    record_action(AuditAction.DOWNLOADED, name)
    return send_download(summary.content, "application/pdf", name)


@bp.post("/<key>/summaries/<id:summary_id>/again")
@may(Permission.REPORT_SCHEDULE)
def start_again(key: str, summary_id: int) -> ResponseReturnValue:
    """Create a failed summary again, and send its failed letters again."""
    started_at = now()

    def reopen(session: Session) -> str:
        campaign, summary = _load_summary(session, key, summary_id)
        weekly.start_again(session, summary, now=started_at)
        return f"{campaign.key} {summary.due_on.isoformat()}"

    audited_change(AuditAction.RETRIED_SUMMARY, lambda subject: subject, reopen)
    background(WeeklyWorker).wake()
    return redirect(url_for("summaries.show", key=key), 303)


def _load_summary(session: Session, key: str, summary_id: int) -> tuple[Campaign, WeeklySummary]:
    """The campaign and its summary; a summary of another campaign is not found."""
    campaign = fieldwork.campaign_by_key(session, key)
    return campaign, weekly.by_id(session, campaign.id, summary_id)


def _page(key: str, refused: WeeklyForm | None) -> ResponseReturnValue:
    campaign, plan, summaries, letters = database().read(lambda session: _load_all(session, key))
    stored = {"language": plan.language, "recipients": "\n".join(plan.recipients)} if plan else {}
    form = refused or WeeklyForm(formdata=None, data={"language": language(), **stored})
    errors = refused.problems() or {"weekly": _("Choose to switch it on or off")} if refused else {}
    return page_with_errors(
        "publication/summaries.html",
        errors,
        campaign=campaign,
        plan=plan,
        form=form,
        rows=[_row(campaign, summary, letters) for summary in summaries],
        next_on=next_due(campaign.opens_on, campaign.closes_on, now=now(), zone=settings().time_zone),
        last_on=day_after(campaign.closes_on),
        morning=MORNING,
        sends_mail=settings().mail is not None,
    )


def _load_all(
    session: Session, key: str
) -> tuple[Campaign, weekly.WeeklyPlan | None, list[WeeklySummary], list[SummaryLetter]]:
    campaign = fieldwork.campaign_by_key(session, key)
    return (
        campaign,
        weekly.plan_of(session, campaign.id),
        weekly.summaries_of(session, campaign.id),
        weekly.letters_of(session, campaign.id),
    )


def _row(campaign: Campaign, summary: WeeklySummary, letters: list[SummaryLetter]) -> ListedSummary:
    own = [letter for letter in letters if letter.summary_id == summary.id]
    return ListedSummary(
        summary=summary,
        week=format_week(campaign, summary.due_on, language()),
        sent=sum(letter.state == SummaryState.DONE for letter in own),
        waiting=sum(letter.state == SummaryState.OPEN and not letter.problem for letter in own),
        not_sent=tuple((letter, _reason(letter)) for letter in own if letter.problem),
        can_start_again=SummaryState.FAILED in (summary.state, *(letter.state for letter in own)),
    )


def _reason(letter: SummaryLetter) -> str:
    """Why a letter was not sent, with the message of the mail server."""
    return {
        LetterProblem.REFUSED: _("the mail server refused: %(words)s"),
        LetterProblem.UNREACHABLE: _("no connection to the mail server: %(words)s"),
        LetterProblem.TOO_LATE: _("it could not be sent for seven days"),
    }[LetterProblem(letter.problem)] % {"words": letter.server_message}
