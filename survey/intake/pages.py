"""The respondent's way, in the order a citizen meets it: questionnaire → check → receipt."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.instrument.answers import AnswerError, Answers, Missing, Problem, Reading, read
from survey.instrument.questionnaire import CONSENT, Questionnaire
from survey.intake import links, receipts, submit
from survey.intake.document import CODE_MARK, ID_MARK, NONCE_MARK, Document, accepts_gzip, squeezed_script
from survey.intake.form import FormPage, form_pages, skip_css, wording
from survey.intake.links import OpenCollector
from survey.intake.submit import Receipt, Submission
from survey.intake.summary import summary
from survey.store import fieldwork, withdrawal
from survey.web.context import database, now, office, today
from survey.web.guards import public
from survey.web.limits import WRONG_CODES, limit_failures
from survey.web.locale import LANGUAGES
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("intake", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow
_STATIC = Path(__file__).resolve().parent.parent / "static" / "intake"


@bp.app_context_processor
def _phone_style() -> dict[str, Markup]:
    return {"phone_css": _file("phone.css")}


@lru_cache
def _file(name: str) -> Markup:
    text = (_STATIC / name).read_text(encoding="utf-8")
    return Markup(squeezed_script(text) if name.endswith(".js") else text)  # noqa: S704 — our own file


@bp.get("/")
@public
def open_surveys() -> ResponseReturnValue:
    """Which surveys are open."""
    surveys = database().read(lambda session: links.open_surveys(session, today(), language()))
    return render_template("intake/open_surveys.html", surveys=surveys)


@bp.get("/s/<code>")
@public
@limit_failures(WRONG_CODES, status=404)
def questionnaire(code: str) -> ResponseReturnValue:
    """The questionnaire, whole, as one document."""
    collector = links.open_collector(database(), code, today=today())
    response = _copy(_blank_document(collector, language()))
    response.headers["Cache-Control"] = (
        "private, no-cache"  # not no-store: the browser may restore what was typed
    )
    return response


def _copy(document: Document, receipt_code: str = "") -> Response:
    """The visitor's own copy of a document."""
    copy = document.copy(
        gzip=accepts_gzip(request.headers.get("Accept-Encoding", "")), receipt_code=receipt_code
    )
    g.csp_nonce = copy.nonce
    response = Response(copy.body, mimetype="text/html")
    response.headers["Vary"] = "Accept-Encoding"
    if copy.is_gzip:
        response.headers["Content-Encoding"] = "gzip"
    return response


@bp.post("/s/<code>")
@public
def refill(code: str) -> ResponseReturnValue:
    """The questionnaire with the answers just sent: in another language, or to change one of them."""
    collector = links.open_collector(database(), code, today=today())
    return _filled_document(collector, read(collector.questionnaire, request.form.to_dict(flat=False)), {})


@bp.post("/s/<code>/check")
@public
def check(code: str) -> ResponseReturnValue:
    """Everything the person said, to look at before sending; or the questionnaire with what to mend."""
    collector = links.open_collector(database(), code, today=today())
    if _consent() == "decline":
        day = today()
        database().write(lambda session: submit.decline(session, collector, day))
        return redirect(url_for("intake.declined", code=code, lang=language()), 303)
    reading = read(collector.questionnaire, request.form.to_dict(flat=False))
    if problems := _problems(collector.questionnaire, reading):
        return _filled_document(collector, reading, problems)
    return render_template(
        "intake/check.html",
        form=_form_words(collector, language()),
        fields=_fields(collector.questionnaire, reading.answers),
        summary=summary(collector.questionnaire, reading.answers, language()),
        is_demo=collector.is_demo,
    )


@bp.get("/s/<code>/declined")
@public
def declined(code: str) -> ResponseReturnValue:
    """Thanks to a person who chose not to take part."""
    collector, _campaign = links.collector_behind(database(), code)
    return render_template("intake/declined.html", collector_code=code, is_demo=collector.is_demo)


@bp.get("/s/<code>/check")
@bp.get("/s/<code>/send")
@public
def start_again(code: str) -> ResponseReturnValue:
    """An address of the last steps opened without answers leads to the first."""
    return redirect(url_for("intake.questionnaire", code=code, lang=language()))


@bp.post("/s/<code>/send")
@public
def send(code: str) -> ResponseReturnValue:
    """Take the form, store it once, show the receipt.

    The receipt answers this request and is no page to be sent on to: its code belongs in no address, and
    sending the form again, as a reload does, shows the same receipt.
    """
    collector, campaign = links.collector_behind(database(), code)
    reading = read(collector.questionnaire, request.form.to_dict(flat=False))
    submission_id = submit.submission_id_in(request.form.get("submission_id", ""))
    problems = _problems(collector.questionnaire, reading)
    if submission_id is None or problems:
        links.refuse_if_closed(campaign, today())
        return _filled_document(
            collector, reading, problems or {CONSENT: _("Check your answers and send them again")}
        )
    sent = Submission(submission_id, reading.answers, language())
    receipt = _stored(collector, campaign, sent)
    document = _receipt_document(collector, language(), same_answers=receipt.same_answers)
    return _copy(document, receipt.code)


def _stored(collector: OpenCollector, campaign: fieldwork.Campaign, sent: Submission) -> Receipt:
    """The receipt of a submission; one that came after closing is only answered if it was stored before."""
    keys = office().secret_keys
    if not campaign.is_open(today()):
        earlier = database().read(lambda session: submit.earlier_receipt(session, sent, keys))
        if earlier:
            return earlier
        links.refuse_if_closed(campaign, today())
    at = now()
    return database().write(lambda session: submit.submit(session, sent, collector, secret_keys=keys, now=at))


@bp.get("/receipt")
@public
def receipt() -> ResponseReturnValue:
    """Where a receipt code is typed in."""
    return render_template("intake/find_receipt.html", errors={}, code="")


@bp.post("/receipt")
@public
@limit_failures(WRONG_CODES, status=422)
def view_receipt() -> ResponseReturnValue:
    """The form a receipt code belongs to."""
    typed = request.form.get("code", "")
    code = receipts.typed(typed)
    found = (
        database().read(lambda session: links.form_behind(session, receipts.hash_of(code))) if code else None
    )
    if found is None or code is None:
        errors = {"code": _("No form has this receipt code. Check the letters and digits.")}
        return render_template("intake/find_receipt.html", errors=errors, code=typed[:40]), 422
    return render_template(
        "intake/my_form.html",
        code=code,
        summary=summary(found.questionnaire, found.answers, language()) if found.answers else (),
        withdrawn_on=found.withdrawn_on,
        may_withdraw=found.campaign.is_open(today()),
        closes_on=found.campaign.closes_on,
        campaign_name=found.campaign.name,
        is_demo=found.campaign.is_demo,
    )


@bp.get("/receipt/withdraw")
@public
def back_to_receipt() -> ResponseReturnValue:
    """The address of a withdrawn form, opened again in another language, leads to where codes are typed."""
    return redirect(url_for("intake.receipt", lang=language()))


@bp.post("/receipt/withdraw")
@public
@limit_failures(WRONG_CODES, status=422)
def withdraw_form() -> ResponseReturnValue:
    """Delete the answers of the form a receipt code belongs to."""
    code = receipts.typed(request.form.get("code", ""))
    found = (
        database().read(lambda session: links.form_behind(session, receipts.hash_of(code))) if code else None
    )
    if found and found.campaign.is_open(today()):
        response_id, at = found.response_id, now()
        database().write(lambda session: withdrawal.withdraw(session, response_id, now=at))
    return view_receipt()


def _consent() -> str:
    return request.form.get(CONSENT, "")


def _problems(questionnaire: Questionnaire, reading: Reading) -> dict[str, str]:
    """What has to be mended, field by field, in the words of the page."""
    problems = {}
    if _consent() != "agree":
        problems[CONSENT] = _("Say whether you agree to take part")
    words = {item.key: item for item in questionnaire.items()} if reading.errors else {}
    for error in reading.errors:
        item = words.get(error.item)
        asked = wording(questionnaire, item, language(), reading.answers) if item else ""
        problems[error.item] = _problem_in_words(questionnaire, error, asked)
    return problems


def _problem_in_words(questionnaire: Questionnaire, error: AnswerError, asked: str) -> str:
    if error.problem is Problem.TOO_LONG:
        return _("Your comment has %(n)s characters. Shorten it to %(most)s.") % {
            "n": error.found, "most": questionnaire.comment.max_chars}  # fmt: skip
    if error.problem is Problem.REQUIRED:
        return _("Choose an answer: %(question)s") % {"question": asked}
    return _("“%(found)s” is not an answer offered here. Choose again: %(question)s") % {
        "found": error.found[:40], "question": asked}  # fmt: skip


def _fields(questionnaire: Questionnaire, answers: Answers) -> list[tuple[str, str]]:
    """The form's fields as the check page carries them to sending: what was read, nothing else."""
    carried = [
        ("submission_id", _submission_id()),
        (CONSENT, _consent()),
        (questionnaire.comment.key, answers.comment),
    ]
    sent = [
        (key, request.form.get(key))
        for key, answer in answers.values.items()
        if answer is not Missing.NOT_ASKED
    ]
    return [(key, value) for key, value in [*carried, *sent] if value]


def _submission_id() -> str:
    """The id the page was made with; a new one for a form that came without."""
    return submit.submission_id_in(request.form.get("submission_id", "")) or str(uuid4())


@dataclass(frozen=True)
class FormWords:
    """What stands around the questions of one collector's document."""

    code: str
    address: str
    title: str
    organisation: str
    desk: str
    consent: str
    agree: str
    decline: str
    comment_key: str
    comment: str
    languages: Mapping[str, str]
    skip_css: Markup
    script: Markup
    pages: tuple[FormPage, ...]


def _form_words(collector: OpenCollector, language: str, answers: Answers | None = None) -> FormWords:
    q = collector.questionnaire
    return FormWords(
        code=collector.code,
        address=url_for("intake.questionnaire", code=collector.code),
        title=q.title.to(language),
        organisation=q.organisation.to(language),
        desk=collector.desk_in(language),
        consent=q.consent.text.to(language),
        agree=q.consent.agree.to(language),
        decline=q.consent.decline.to(language),
        comment_key=q.comment.key,
        comment=q.comment.text.to(language),
        languages={code: LANGUAGES[code] for code in q.languages if code in LANGUAGES},
        skip_css=Markup(skip_css(q)),  # noqa: S704 — keys only, checked by instrument/node.py
        script=_file("form.js"),
        pages=form_pages(q, language, answers),
    )


_documents: dict[Hashable, Document] = {}


def _blank_document(collector: OpenCollector, language: str) -> Document:
    """The collector's document before any answer."""
    return _rendered_once(
        ("blank", language, *_shown_of(collector, language)),
        lambda: render_template(
            "intake/document.html",
            form=_form_words(collector, language),
            submission_id=ID_MARK,
            errors={},
            consent="",
            comment="",
            filled=False,
            is_demo=collector.is_demo,
        ),
    )


def _receipt_document(collector: OpenCollector, language: str, *, same_answers: bool) -> Document:
    """The page that shows a receipt code."""
    return _rendered_once(
        ("receipt", same_answers, language, *_shown_of(collector, language)),
        lambda: render_template(
            "intake/receipt.html",
            code=CODE_MARK,
            same_answers=same_answers,
            thanks=collector.questionnaire.thanks.to(language).replace("{receipt_code}", CODE_MARK),
            organisation=collector.questionnaire.organisation.to(language),
            collector_code=collector.code,
            is_demo=collector.is_demo,
        ),
    )


def _shown_of(collector: OpenCollector, language: str) -> tuple[Hashable, ...]:
    """What a collector's documents show of it."""
    return collector.code, collector.instrument_digest, collector.desk_in(language), collector.is_demo


def _rendered_once(made_of: Hashable, render: Callable[[], str]) -> Document:
    """A document that is the same for everybody, rendered once for what it is made of."""
    if made_of not in _documents:
        if len(_documents) > 500:
            _documents.clear()
        g.csp_nonce = NONCE_MARK
        _documents[made_of] = Document(render())
    return _documents[made_of]


def _filled_document(
    collector: OpenCollector, reading: Reading, errors: Mapping[str, str]
) -> ResponseReturnValue:
    """The document with the answers just sent, and what has to be mended; nothing typed is lost."""
    page = render_template(
        "intake/document.html",
        form=_form_words(collector, language(), reading.answers),
        submission_id=_submission_id(),
        errors=errors,
        consent=_consent(),
        comment=reading.answers.comment or "",
        filled=True,
        is_demo=collector.is_demo,
    )
    return page, 422 if errors else 200
