"""Save and continue: a form put aside on one device, finished on another by a short code."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.instrument.answers import ParsedForm, parse_form
from survey.instrument.questionnaire import CONSENT
from survey.intake import code_qr, later, links
from survey.intake.rendering import Carried, filled_document, page_script, submission_id
from survey.web.context import database, now, public_url, today
from survey.web.guards import public
from survey.web.limits import WRONG_CODES, limit_failures
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("later", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.get("/s/<code>/save")
@public
def back_to_questionnaire(code: str) -> ResponseReturnValue:
    """The address forms are put aside at, opened as a page, leads to the form."""
    return redirect(url_for("intake.questionnaire", code=code, lang=language()))


@bp.post("/s/<code>/save")
@public
def save(code: str) -> ResponseReturnValue:
    """Put the form aside as it is and show the code it is found by."""
    collector = links.open_collector(database(), code, today=today())
    reading = parse_form(collector.questionnaire, request.form.to_dict(flat=False))
    if request.form.get(CONSENT) != "agree":
        return filled_document(collector, reading, {CONSENT: _("Say whether you agree to take part")})
    kept_id, at, short_code = submission_id(), now(), later.new_code()
    until = database().write(
        lambda session: later.put_aside(session, collector, kept_id, reading.answers, code=short_code, now=at)
    )
    return render_template(
        "intake/saved.html",
        code=short_code,
        until=until,
        qr=code_qr.drawing(short_code, url_for("later.ask")),
        address=public_url(url_for("later.ask")).partition("://")[2],
        collector_code=code,
        is_demo=collector.is_demo,
    )


@bp.get("/continue")
@public
def ask() -> ResponseReturnValue:
    """Where the code of a form put aside is typed in."""
    return _ask_page({}, "")


def _ask_page(errors: dict[str, str], typed: str) -> str:
    return render_template(
        "intake/continue.html", errors=errors, code=typed, script=page_script("dom.js", "typed_code.js")
    )


@bp.post("/continue")
@public
@limit_failures(WRONG_CODES, status=422)
def resume() -> ResponseReturnValue:
    """The form put aside under a code, to go on with."""
    text, at = request.form.get("code", ""), now()
    code = later.typed(text)
    form = database().read(lambda session: later.found(session, code, now=at)) if code else None
    if form is None:
        wrong = _("No unfinished form has this code, or its three days are over. Check the code.")
        return _ask_page({"code": wrong}, text[:40]), 422
    if form.was_sent:
        return _ask_page({"code": _("This form has been sent already. It is counted once.")}, text[:40]), 422
    collector = links.open_collector(database(), form.collector_code, today=today())
    carried = Carried(form.submission_id, consent="agree")
    return filled_document(collector, ParsedForm(form.answers, ()), {}, carried)
