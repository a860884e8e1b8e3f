"""The pages that say what is stored until when, and change how long responses of a campaign stay."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import ConsentContradictedError
from survey.fieldwork.forms import RetentionForm, contradiction_message
from survey.intake.later import SAVED_FOR
from survey.retention import overview
from survey.retention.changes import (
    DeletionBegunError,
    LengthenedError,
    RetentionRefusedError,
    TooSoonError,
    set_months,
)
from survey.store import export_jobs, fieldwork
from survey.store.audit import AuditAction
from survey.store.fieldwork import Campaign
from survey.web.changes import audited_change
from survey.web.context import database, today
from survey.web.guards import may, reach_of, sees_province
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors

bp = Blueprint("retention", __name__)


@bp.get("/office/retention")
@may(Permission.FIELDWORK_READ)
def show() -> ResponseReturnValue:
    """What is stored and until when: responses by campaign, then everything else."""
    day, within = today(), reach_of(Permission.FIELDWORK_READ)
    rows = database().read(lambda session: overview.campaigns_of(session, within, today=day))
    return render_template(
        "retention/overview.html",
        rows=rows,
        stored=database().read(overview.count_stored) if sees_province(Permission.FIELDWORK_READ) else None,
        saved_days=SAVED_FOR.days,
        file_hours=int(export_jobs.KEEP_FOR.total_seconds() // 3600),
    )


@bp.get("/office/campaigns/<key>/retention")
@may(Permission.FIELDWORK_WRITE)
def edit(key: str) -> ResponseReturnValue:
    """The form that changes how long responses of a campaign stay."""
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    return _form_page(campaign, RetentionForm(obj=campaign), {})


@bp.post("/office/campaigns/<key>/retention")
@may(Permission.FIELDWORK_WRITE)
def save(key: str) -> ResponseReturnValue:
    """Save how long responses of a campaign stay."""
    campaign, form = database().read(lambda session: fieldwork.campaign_by_key(session, key)), RetentionForm()
    if not form.validate_on_submit():
        return _form_page(campaign, form, form.problems())
    day, before, months = today(), campaign.retention_months, form.months()

    def change(session: Session) -> Campaign:
        return set_months(session, key, months, today=day)

    subject = f"{key}: {before} -> {months} months"
    try:
        audited_change(AuditAction.SET_RETENTION, subject, change)
    except (RetentionRefusedError, ConsentContradictedError) as error:
        return _form_page(campaign, form, {"retention_months": _message_of(error)})
    flash(_("The retention has been saved"))
    return redirect(url_for("retention.show"), 303)


def _message_of(error: ValueError) -> str:
    match error:
        case ConsentContradictedError():
            return contradiction_message(error)
        case DeletionBegunError():
            return _("The responses of this campaign are deleted already.")
        case LengthenedError():
            return _("Somebody has answered and was promised an earlier deletion: it can only be shortened.")
        case TooSoonError(months=months):
            message = _("Responses would be deleted within a week. The smallest number of months is %(n)s.")
            return message % {"n": months}
    raise error


def _form_page(campaign: Campaign, form: RetentionForm, errors: dict[str, str]) -> ResponseReturnValue:
    return page_with_errors("retention/edit.html", errors, campaign=campaign, form=form)
