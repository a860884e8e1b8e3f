"""What a person can do with a receipt: view the form, withdraw it, keep the code, rate the form."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.intake import code_qr, codes, later, links, receipts
from survey.intake.code_box import code_message
from survey.intake.links import SentForm
from survey.intake.rendering import page_script, wait_document
from survey.intake.summary import summary
from survey.results.refuse_deleted import refuse_deleted
from survey.store import feedback as feedback_store
from survey.store import retention, withdrawal
from survey.web.context import database, now, today
from survey.web.guards import public
from survey.web.limits import limit_guesses, seconds_to_wait
from survey.web.redirects import redirect_to
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language, offer_languages

bp = Blueprint("receipt", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.get("/receipt")
@public
def find() -> ResponseReturnValue:
    """The page that asks for a receipt code."""
    return find_page({}, "")


def find_page(errors: dict[str, str], typed: str, *, sends: bool = False) -> str:
    """The page that asks for a receipt code, with what was typed; scripts `sends` it at once."""
    script = page_script(
        "dom.js", "outbox.js", "waiting.js", "kept_forms.js", "typed_code.js", "old_drafts.js"
    )
    deleted = database().read(retention.deleted_campaigns) if errors else ()
    return render_template(
        "intake/find_receipt.html", errors=errors, code=typed, script=script, deleted=deleted, sends=sends
    )


@bp.post("/receipt")
@public
@limit_guesses(status=422)
def view() -> ResponseReturnValue:
    """The form of a receipt code."""
    return _page_of_code("intake/my_form.html", _form_in_detail)


def _form_in_detail(form: SentForm, code: str) -> dict[str, object]:
    return {
        "summary": summary(form.questionnaire, form.answers, language()) if form.answers else (),
        "leaf": links.leaf_of(form, codes.hash_code(code)),
        "withdrawn_on": form.withdrawn_on,
        "may_withdraw": form.campaign.is_open(today()),
    }


@bp.post("/receipt/withdraw")
@public
@limit_guesses(status=422)
def withdraw() -> ResponseReturnValue:
    """Delete the answers of the form of a receipt code."""
    form, _code = _find_form()
    if form and form.campaign.is_open(today()):
        response_id, moment = form.response_id, now()
        database().write(lambda session: withdrawal.withdraw(session, response_id, now=moment))
        database().forget_deleted()
    return view()


@bp.post("/receipt/keep")
@public
@limit_guesses(status=422)
def keep() -> ResponseReturnValue:
    """A receipt to print, photograph or scan, with the code as a QR."""
    return _page_of_code("intake/keep_receipt.html", lambda _form, code: {"qr": code_qr.render_qr(code)})


def _page_of_code(template: str, detail: Callable[[SentForm, str], dict[str, object]]) -> ResponseReturnValue:
    """The page of the form of the typed code; the page that asks for a code where no form has it."""
    form, code = _find_form()
    if form is None or code is None:
        return _unknown_code_page()
    offer_languages(form.questionnaire.languages)
    campaign = form.campaign
    return render_template(
        template,
        code=code,
        campaign_name=campaign.name,
        closes_on=campaign.closes_on,
        is_demo=campaign.is_demo,
        **detail(form, code),
    )


def _find_form() -> tuple[SentForm | None, str | None]:
    """The form of the typed code, and the code in its one spelling; a Refusal while forms are deleted."""
    code = receipts.parse_code(request.form.get("code", ""))
    if code is None:
        return None, None
    return database().read(lambda session: links.find_form(session, codes.hash_code(code))), code


def _unknown_code_page() -> ResponseReturnValue:
    """The page that asks again; the code of an unfinished form or of a desk leads to where it is read."""
    typed = request.form.get("code", "")
    if later.parse_code(typed) is not None:
        return redirect(url_for("later.resume", lang=language()), 307)  # with the code, as a form
    if desk := links.desk_of(database(), typed):
        return redirect(url_for("intake.questionnaire", code=desk, lang=language()), 303)
    unknown = _("No form has this receipt code. Check the letters and digits.")
    message = code_message(typed, _("Receipt code"), unknown)
    return find_page({"code": message}, typed[:40]), 422


@bp.post("/s/<code>/feedback")
@public
def feedback(code: str) -> ResponseReturnValue:
    """Store an opinion about the form, apart from the answers and with nothing that joins the two."""
    collector, campaign = links.find_collector(database(), code)
    database().read(lambda session: refuse_deleted(session, campaign.id))
    ease = request.form.get("ease", "")
    comment = request.form.get("words", "").strip()
    errors = {}
    if ease not in feedback_store.EASE:
        errors["ease"] = _("Choose how easy the form was")
    if len(comment.replace("\r\n", "\n")) > feedback_store.MAX_CHARS:
        errors["words"] = _("Your comment has %(n)s characters. Shorten it to %(most)s.") % {
            "n": len(comment),
            "most": feedback_store.MAX_CHARS,
        }
    if errors:
        page = render_template(
            "intake/feedback.html",
            errors=errors,
            ease=ease,
            words=comment,
            collector_code=code,
            is_demo=collector.is_demo,
        )
        return page, 422
    if seconds := seconds_to_wait(collector.collector_id):
        return wait_document(collector, seconds)
    opinion, day, lang = feedback_store.Opinion(int(ease), comment or None), today(), language()

    def add(session: Session) -> None:
        refuse_deleted(session, collector.campaign_id)  # again, where nothing can come between
        feedback_store.add(session, collector.campaign_id, opinion, language=lang, day=day)

    database().write(add)
    return redirect(url_for("receipt.thanks", code=code, lang=lang), 303)


@bp.get("/s/<code>/thanks")
@public
def thanks(code: str) -> ResponseReturnValue:
    """The page that thanks for an opinion about the form."""
    collector, _campaign = links.find_collector(database(), code)
    return render_template("intake/thanks.html", is_demo=collector.is_demo)


bp.add_url_rule("/receipt/withdraw", "back_from_withdraw", public(redirect_to("receipt.find")))
bp.add_url_rule("/receipt/keep", "back_from_keep", public(redirect_to("receipt.find")))
bp.add_url_rule("/s/<code>/feedback", "back_from_feedback", public(redirect_to("intake.questionnaire")))
