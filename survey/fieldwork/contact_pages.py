"""The page of a campaign's contact details, which citizens see at the foot of consent and receipt."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.fieldwork import campaigns
from survey.fieldwork.forms import ContactForm
from survey.store import fieldwork
from survey.store.audit import AuditAction
from survey.store.fieldwork import Campaign, Contact
from survey.web.changes import audited_change
from survey.web.context import database
from survey.web.guards import may
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import page_with_errors

bp = Blueprint("contact", __name__)


@bp.get("/office/campaigns/<key>/contact")
@may(Permission.FIELDWORK_WRITE)
def show(key: str) -> ResponseReturnValue:
    """The contact details of a campaign; those of the newest other one where it has none."""

    def load(session: Session) -> tuple[Campaign, Contact | None]:
        campaign = fieldwork.campaign_by_key(session, key)
        return campaign, campaign.contact_details or fieldwork.last_contact(session)

    campaign, contact = database().read(load)
    return page_with_errors("fieldwork/contact.html", {}, campaign=campaign, form=ContactForm(obj=contact))


@bp.post("/office/campaigns/<key>/contact")
@may(Permission.FIELDWORK_WRITE)
def save(key: str) -> ResponseReturnValue:
    """Save the contact details; citizens see them at once."""
    form = ContactForm()
    campaign = database().read(lambda session: fieldwork.campaign_by_key(session, key))
    if not form.validate_on_submit():
        return page_with_errors("fieldwork/contact.html", form.problems(), campaign=campaign, form=form)
    contact = form.contact()
    audited_change(AuditAction.SET_CONTACT, key, lambda session: campaigns.set_contact(session, key, contact))
    flash(_("The contact details have been saved"))
    return redirect(url_for("fieldwork.desks", key=key), 303)
