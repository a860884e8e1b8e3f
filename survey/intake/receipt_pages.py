"""What a person can do with a receipt: view the form, withdraw it, keep the code, say how the form was."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.intake import code_qr, codes, links, receipts
from survey.intake.links import FoundForm
from survey.intake.rendering import page_script
from survey.intake.summary import summary
from survey.store import feedback as feedback_store
from survey.store import withdrawal
from survey.web.context import database, now, today
from survey.web.guards import public
from survey.web.limits import WRONG_CODES, limit_failures
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("receipt", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.get("/receipt")
@public
def find() -> ResponseReturnValue:
    """Where a receipt code is typed in."""
    return _find_page({}, "")


def _find_page(errors: dict[str, str], typed: str) -> str:
    script = page_script("dom.js", "outbox.js", "waiting.js", "typed_code.js")
    return render_template("intake/find_receipt.html", errors=errors, code=typed, script=script)


@bp.post("/receipt")
@public
@limit_failures(WRONG_CODES, status=422)
def view() -> ResponseReturnValue:
    """The form a receipt code belongs to."""
    found, code = _found()
    if found is None or code is None:
        return _unknown()
    return render_template(
        "intake/my_form.html",
        code=code,
        summary=summary(found.questionnaire, found.answers, language()) if found.answers else (),
        leaf=links.leaf_of(found, codes.hash_of(code)),
        withdrawn_on=found.withdrawn_on,
        may_withdraw=found.campaign.is_open(today()),
        closes_on=found.campaign.closes_on,
        campaign_name=found.campaign.name,
        is_demo=found.campaign.is_demo,
    )


@bp.get("/receipt/withdraw")
@bp.get("/receipt/keep")
@public
def back_to_find() -> ResponseReturnValue:
    """The address of a step that needs a code, opened without one, leads to where codes are typed."""
    return redirect(url_for("receipt.find", lang=language()))


@bp.post("/receipt/withdraw")
@public
@limit_failures(WRONG_CODES, status=422)
def withdraw() -> ResponseReturnValue:
    """Delete the answers of the form a receipt code belongs to."""
    found, _code = _found()
    if found and found.campaign.is_open(today()):
        response_id, at = found.response_id, now()
        database().write(lambda session: withdrawal.withdraw(session, response_id, now=at))
    return view()


@bp.post("/receipt/keep")
@public
@limit_failures(WRONG_CODES, status=422)
def keep() -> ResponseReturnValue:
    """A receipt to print, photograph or scan, with the code as a QR."""
    found, code = _found()
    if found is None or code is None:
        return _unknown()
    return render_template(
        "intake/keep_receipt.html",
        code=code,
        qr=code_qr.drawing(code),
        campaign_name=found.campaign.name,
        closes_on=found.campaign.closes_on,
        is_demo=found.campaign.is_demo,
    )


def _found() -> tuple[FoundForm | None, str | None]:
    """The form whose code was typed, and the code in its one spelling."""
    code = receipts.typed(request.form.get("code", ""))
    if code is None:
        return None, None
    return database().read(lambda session: links.form_behind(session, codes.hash_of(code))), code


def _unknown() -> ResponseReturnValue:
    errors = {"code": _("No form has this receipt code. Check the letters and digits.")}
    return _find_page(errors, request.form.get("code", "")[:40]), 422


@bp.get("/s/<code>/feedback")
@public
def back_to_questionnaire(code: str) -> ResponseReturnValue:
    """The address opinions about the form are sent to, opened as a page, leads to the form."""
    return redirect(url_for("intake.questionnaire", code=code, lang=language()))


@bp.post("/s/<code>/feedback")
@public
def feedback(code: str) -> ResponseReturnValue:
    """What a person thinks of the form; kept apart from answers, with nothing that joins the two."""
    collector, _campaign = links.collector_behind(database(), code)
    ease = request.form.get("ease", "")
    comment = request.form.get("words", "").strip()
    errors = {}
    if ease not in feedback_store.EASE:
        errors["ease"] = _("Choose how easy the form was")
    if len(comment.replace("\r\n", "\n")) > feedback_store.MAX_CHARS:
        errors["words"] = _("Your comment has %(n)s characters. Shorten it to %(most)s.") % {
            "n": len(comment), "most": feedback_store.MAX_CHARS}  # fmt: skip
    if errors:
        page = render_template(
            "intake/feedback.html", errors=errors, ease=ease, words=comment, collector_code=code,
            is_demo=collector.is_demo,
        )  # fmt: skip
        return page, 422
    said, day, in_words = feedback_store.Opinion(int(ease), comment or None), today(), language()
    database().write(
        lambda session: feedback_store.add(session, collector.campaign_id, said, language=in_words, day=day)
    )
    return redirect(url_for("receipt.thanks", code=code, lang=in_words), 303)


@bp.get("/s/<code>/thanks")
@public
def thanks(code: str) -> ResponseReturnValue:
    """Thanks for an opinion about the form."""
    collector, _campaign = links.collector_behind(database(), code)
    return render_template("intake/thanks.html", is_demo=collector.is_demo)
