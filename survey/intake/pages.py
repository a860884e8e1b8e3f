"""The respondent's way, in the order a citizen meets it: questionnaire → check → receipt."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.instrument.answers import AnswerError, AnswerProblem, Answers, Missing, ParsedForm, parse_form
from survey.instrument.questionnaire import CONSENT, Questionnaire
from survey.intake import links, submit
from survey.intake.form import wording
from survey.intake.links import OpenCollector
from survey.intake.rendering import (
    blank_document,
    filled_document,
    form_words,
    is_outdated,
    page_script,
    receipt_document,
    static_text,
    submission_id,
    way_sent,
)
from survey.intake.submit import Receipt, Submission
from survey.intake.summary import summary
from survey.store import fieldwork
from survey.web import look
from survey.web.context import database, now, settings, today
from survey.web.guards import public
from survey.web.limits import WRONG_CODES, limit_failures
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("intake", __name__)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.app_context_processor
def _phone_style() -> dict[str, Callable[[], Markup]]:
    return {"phone_css": lambda: static_text("phone.css") + look.current().css}


@bp.get("/")
@public
def open_surveys() -> ResponseReturnValue:
    """Which surveys are open."""
    surveys = database().read(lambda session: links.open_surveys(session, today(), language()))
    script = page_script("dom.js", "outbox.js", "waiting.js")
    return render_template("intake/open_surveys.html", surveys=surveys, script=script)


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How far everybody can use these pages, and whom to tell when somebody cannot."""
    return render_template("intake/accessibility.html")


@bp.get("/s/<code>")
@public
@limit_failures(WRONG_CODES, status=404)
def questionnaire(code: str) -> ResponseReturnValue:
    """The questionnaire, whole, as one document."""
    return blank_document(links.open_collector(database(), code, today=today()))


@bp.post("/s/<code>")
@public
def refill(code: str) -> ResponseReturnValue:
    """The questionnaire with the answers just sent: in another language, or to change one of them."""
    collector = links.open_collector(database(), code, today=today())
    return filled_document(
        collector, parse_form(collector.questionnaire, request.form.to_dict(flat=False)), {}
    )


@bp.post("/s/<code>/check")
@public
def check(code: str) -> ResponseReturnValue:
    """Everything the person said, to look at before sending; or the questionnaire with what to mend."""
    collector = links.open_collector(database(), code, today=today())
    if _consent() == "decline":
        return _declined(collector)
    reading = parse_form(collector.questionnaire, request.form.to_dict(flat=False))
    if problems := _problems(collector, reading):
        return filled_document(collector, reading, problems)
    form = form_words(collector, language(), way_sent(code))
    return render_template(
        "intake/check.html",
        form=form,
        fields=[*form.hidden, *_fields(collector.questionnaire, reading.answers)],
        summary=summary(collector.questionnaire, reading.answers, language()),
        is_demo=collector.is_demo,
    )


def _declined(collector: OpenCollector) -> ResponseReturnValue:
    """Count a person who does not take part, and say thanks; a shared tablet goes to its start."""
    day = today()
    database().write(lambda session: submit.decline(session, collector, day))
    start = way_sent(collector.code).kiosk_start(collector.code)
    return redirect(start or url_for("intake.declined", code=collector.code, lang=language()), 303)


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
    reading = parse_form(collector.questionnaire, request.form.to_dict(flat=False))
    sent_id = submit.submission_id_in(request.form.get("submission_id", ""))
    problems = _problems(collector, reading)
    if sent_id is None or problems:
        links.refuse_if_closed(campaign, today())
        return filled_document(
            collector, reading, problems or {CONSENT: _("Check your answers and send them again")}
        )
    sent = Submission(sent_id, reading.answers, language(), way_sent(code).mode)
    return receipt_document(collector, _stored(collector, campaign, sent))


def _stored(collector: OpenCollector, campaign: fieldwork.Campaign, sent: Submission) -> Receipt:
    """The receipt of a submission; one that came after closing is only answered if it was stored before."""
    keys = settings().secret_keys
    if not campaign.is_open(today()):
        earlier = database().read(lambda session: submit.earlier_receipt(session, sent, keys))
        if earlier:
            return earlier
        links.refuse_if_closed(campaign, today())
    at = now()
    return database().write(lambda session: submit.submit(session, sent, collector, secret_keys=keys, now=at))


def _consent() -> str:
    return request.form.get(CONSENT, "")


def _problems(collector: OpenCollector, reading: ParsedForm) -> Mapping[str, str]:
    """What has to be mended, field by field, in the words of the page."""
    questionnaire, problems = collector.questionnaire, {}
    if _consent() != "agree":
        problems[CONSENT] = _("Say whether you agree to take part")
    elif is_outdated(collector):
        problems[CONSENT] = _("The questionnaire has changed since you opened it. Look through it again.")
    words = {item.key: item for item in questionnaire.items()} if reading.errors else {}
    for error in reading.errors:
        item = words.get(error.item)
        asked = wording(questionnaire, item, language(), reading.answers) if item else ""
        problems[error.item] = _problem_in_words(questionnaire, error, asked)
    return problems


def _problem_in_words(questionnaire: Questionnaire, error: AnswerError, asked: str) -> str:
    if error.problem is AnswerProblem.TOO_LONG:
        return _("Your comment has %(n)s characters. Shorten it to %(most)s.") % {
            "n": error.value, "most": questionnaire.comment.max_chars}  # fmt: skip
    if error.problem is AnswerProblem.REQUIRED:
        return _("Choose an answer: %(question)s") % {"question": asked}
    return _("“%(found)s” is not an answer offered here. Choose again: %(question)s") % {
        "found": error.value[:40], "question": asked}  # fmt: skip


def _fields(questionnaire: Questionnaire, answers: Answers) -> list[tuple[str, str]]:
    """The form's fields as the check page carries them to sending: what was read, nothing else."""
    carried = [
        ("submission_id", submission_id()),
        (CONSENT, _consent()),
        (questionnaire.comment.key, answers.comment),
    ]
    sent = [
        (key, request.form.get(key))
        for key, answer in answers.values.items()
        if answer is not Missing.NOT_ASKED
    ]
    return [(key, value) for key, value in [*carried, *sent] if value]
