"""Links for everybody who has set no password yet: letters to who has an address, a file for the others."""

import csv
import io

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import password_links
from survey.accounts.invitations import letters_work, wake_letters
from survey.accounts.password_links import LINK_PATH
from survey.store import password_links as stored_links
from survey.store import people, units
from survey.store.audit import AuditAction
from survey.store.people import ListedPerson
from survey.web.changes import audited_change
from survey.web.context import now
from survey.web.defang import defang
from survey.web.downloads import send_download
from survey.web.guards import fresh, may, reach_of
from survey.web.hosts import public_url
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext

bp = Blueprint("invitations", __name__, url_prefix="/office/people")


@bp.post("/letters")
@may(Permission.PEOPLE_MANAGE)
@fresh
def send_letters() -> ResponseReturnValue:
    """Send a letter to everybody who has an address, no password, and no letter whose link is still valid."""
    within, moment, lang = reach_of(Permission.PEOPLE_MANAGE), now(), language()

    def invite(session: Session) -> int:
        written = stored_links.with_letter(session, now=moment)
        invited = [
            person
            for person in load_uninvited(session, within)
            if person.email is not None and person.id not in written
        ]
        for person in invited:
            password_links.invite_by_letter(session, person, lang, now=moment)
        return len(invited)

    if not letters_work():
        return redirect(url_for("accounts.everybody"), 303)
    n = audited_change(AuditAction.CREATED_PASSWORD_LINKS, str, invite)
    wake_letters()
    flash(ngettext("%(n)s letter is on its way", "%(n)s letters are on their way", n) % {"n": n})
    return redirect(url_for("accounts.everybody"), 303)


@bp.post("/links")
@may(Permission.PEOPLE_MANAGE)
@fresh
def make_file() -> Response:
    """A file with a new link for everybody who has no password and gets no letters."""
    within, moment, lang, prefix = (
        reach_of(Permission.PEOPLE_MANAGE),
        now(),
        language(),
        public_url(LINK_PATH),
    )
    by_letter = letters_work()

    def make(session: Session) -> list[tuple[str, str, str, str]]:
        names = {unit.id: unit.name_in(lang) for unit in units.units(session)}
        rows = []
        for person in load_uninvited(session, within):
            if by_letter and person.email is not None:
                continue
            stored_links.end_all(session, person.id)
            token = password_links.create_link(session, person.id, lang, now=moment)
            rows.append((person.full_name, person.username, names[person.unit_id], prefix + token))
        return rows

    rows = audited_change(AuditAction.CREATED_PASSWORD_LINKS, lambda rows: str(len(rows)), make)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow((_("Full name"), _("Sign-in name"), _("Unit"), _("Link to set a password")))
    writer.writerows(map(defang, row) for row in rows)
    return send_download(text.getvalue().encode("utf-8-sig"), "text/csv", "links.csv")


for _address in ("letters", "links"):
    bp.add_url_rule(
        f"/{_address}",
        f"back_from_{_address}",
        may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.everybody")),
    )


def load_uninvited(session: Session, within: tuple[str, ...]) -> list[ListedPerson]:
    """The people of units at or below these paths who may sign in but have set no password."""
    return [person for person in people.people(session, within) if person.is_uninvited]
