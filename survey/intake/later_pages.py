"""Save and continue: an unfinished form is saved on one device and finished on another by a short code."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.instrument.answers import ParsedForm, parse_form
from survey.instrument.questionnaire import CONSENT
from survey.intake import code_qr, later, links, receipts
from survey.intake.code_box import code_message
from survey.intake.rendering import (
    FormState,
    filled_document,
    page_script,
    submission_id_from_request,
    wait_document,
)
from survey.web.context import database, now, today
from survey.web.guards import public
from survey.web.hosts import public_url
from survey.web.limits import limit_guesses, seconds_to_wait
from survey.web.redirects import redirect_to
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language, offer_languages

bp = Blueprint("later", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


bp.add_url_rule("/s/<code>/save", "back_from_save", public(redirect_to("intake.questionnaire")))


@bp.post("/s/<code>/save")
@public
def save(code: str) -> ResponseReturnValue:
    """Save the form as it is and show its code."""
    collector = links.open_collector(database(), code, today=today())
    parsed = parse_form(collector.questionnaire, request.form.to_dict(flat=False))
    if request.form.get(CONSENT) != "agree":
        return filled_document(collector, parsed, {CONSENT: _("Say whether you agree to take part")})
    if seconds := seconds_to_wait(collector.collector_id):
        return wait_document(collector, seconds)
    id_, moment, short_code = submission_id_from_request(), now(), later.new_code()
    expires_at = database().write(
        lambda session: later.save_form(session, collector, id_, parsed.answers, code=short_code, now=moment)
    )
    return render_template(
        "intake/saved.html",
        code=short_code,
        expires_at=expires_at,
        qr=code_qr.render_qr(short_code, url_for("later.ask")),
        address=public_url(url_for("later.ask")).partition("://")[2],
        organisation=collector.questionnaire.organisation.to(language()),
        collector_code=code,
        is_demo=collector.is_demo,
    )


@bp.get("/continue")
@public
def ask() -> ResponseReturnValue:
    """The page that asks for the code of an unfinished form."""
    return ask_page({}, "")


def ask_page(errors: dict[str, str], typed: str, *, sends: bool = False) -> str:
    """The page that asks for the code, with what was typed; a browser with scripts `sends` it at once."""
    script = page_script("dom.js", "typed_code.js")
    return render_template("intake/continue.html", errors=errors, code=typed, sends=sends, script=script)


@bp.post("/continue")
@public
@limit_guesses(status=422)
def resume() -> ResponseReturnValue:
    """The unfinished form with a code, to go on with."""
    text, moment = request.form.get("code", ""), now()
    code = later.parse_code(text)
    form = database().read(lambda session: later.find_form(session, code, now=moment)) if code else None
    if form is None and receipts.parse_code(text) is not None:
        return redirect(url_for("receipt.view", lang=language()), 307)  # with the code, as a form
    if form is None and (desk := links.desk_of(database(), text)):
        return redirect(url_for("intake.questionnaire", code=desk, lang=language()), 303)
    if form is None:
        unknown = _("No unfinished form has this code, or its three days are over. Check the code.")
        message = code_message(text, _("Code of the unfinished form"), unknown)
        return ask_page({"code": message}, text[:40]), 422
    if form.was_sent:
        return ask_page({"code": _("This form has been sent already. It is counted once.")}, text[:40]), 422
    collector = links.open_collector(database(), form.collector_code, today=today())
    offer_languages(collector.questionnaire.languages)
    form_state = FormState(form.submission_id, consent="agree")
    return filled_document(collector, ParsedForm(form.answers, ()), {}, form_state)
