"""The pages of a respondent, in their order: questionnaire, check, receipt."""

from collections.abc import Mapping
from contextlib import suppress

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from survey.instrument.answers import AnswerError, AnswerProblem, Answers, Missing, ParsedForm, parse_form
from survey.instrument.questionnaire import CONSENT, Questionnaire
from survey.intake import later, links, other_code_pages, submit
from survey.intake.form import consent_blocks, wording
from survey.intake.links import OpenCollector
from survey.intake.rendering import (
    CLEAR_FIELD,
    MODE_FIELD,
    add_document_cache,
    blank_document,
    build_form_view,
    fill_mode_from_request,
    filled_document,
    is_outdated,
    page_script,
    receipt_document,
    static_text,
    submission_id_from_request,
    wait_document,
)
from survey.intake.submit import Receipt, Submission
from survey.intake.summary import summary
from survey.store import fieldwork, retention
from survey.web import look
from survey.web.consent import consent_text
from survey.web.context import database, now, settings, today
from survey.web.errors import Refusal
from survey.web.guards import public
from survey.web.limits import limit_guesses, seconds_to_wait
from survey.web.locale import format_months
from survey.web.redirects import LAST_SIGNS, redirect_to
from survey.web.security import csrf
from survey.web.templates import gettext as _
from survey.web.templates import language, offer_languages

_OF_A_CITIZEN = frozenset({"intake", "receipt", "later"})
_OF_A_QUESTIONNAIRE = _OF_A_CITIZEN | {"device"}

bp = Blueprint("intake", __name__)
bp.record(add_document_cache)
csrf.exempt(bp)  # no cookie, so no authority that another site's page could borrow


@bp.after_app_request
def _let_the_browser_go_back(response: Response) -> Response:
    """Let a citizen's browser go back to the answer to a form, without an error page, without sending twice.

    A shared tablet or a clerk's device stores nothing of the last person.
    """
    is_page = request.method == "POST" and response.mimetype == "text/html" and response.status_code < 300
    if is_page and request.blueprint in _OF_A_CITIZEN and not request.form.get(MODE_FIELD):
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


@bp.before_app_request
def _use_languages_of_questionnaire() -> None:
    """Put a page about a questionnaire into one of its languages; the view itself refuses a wrong code."""
    code = (request.view_args or {}).get("code")
    if request.blueprint in _OF_A_QUESTIONNAIRE and isinstance(code, str):
        with suppress(Refusal):
            offer_languages(links.find_collector(database(), code)[0].questionnaire.languages)


@bp.before_app_request
def _read_code_alone() -> ResponseReturnValue | None:
    """Lead from a code typed behind the host's name, as if the poster had no middle part, to its page."""
    typed = request.path.removeprefix("/").rstrip(LAST_SIGNS)
    is_unknown = request.method in ("GET", "HEAD") and isinstance(request.routing_exception, NotFound)
    return _page_of_code_alone(typed) if is_unknown and other_code_pages.may_be_code(typed) else None


@limit_guesses(status=404)
def _page_of_code_alone(typed: str) -> ResponseReturnValue:
    return other_code_pages.page_of(typed) or abort(404)


@bp.app_context_processor
def _for_templates() -> dict[str, object]:
    return {
        "phone_css": lambda: static_text("phone.css") + look.current().css,
        "more_css": lambda: static_text("phone_more.css"),
        "consent_blocks": consent_blocks,
    }


@bp.get("/")
@public
def open_surveys() -> ResponseReturnValue:
    """Which surveys are open."""
    surveys = database().read(lambda session: links.open_surveys(session, today(), language()))
    script = page_script("dom.js", "outbox.js", "waiting.js", "old_drafts.js")
    return render_template("intake/open_surveys.html", surveys=surveys, script=script)


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement, and whom to tell about a problem."""
    return render_template("intake/accessibility.html")


@bp.get("/s/<code>")
@public
@limit_guesses(status=404)
def questionnaire(code: str) -> ResponseReturnValue:
    """The whole questionnaire as one document; for a code of another kind, the page that reads it."""
    try:
        collector = links.open_collector(database(), code, today=today())
    except links.NoSurveyError:
        other = other_code_pages.page_of(code)
        if other is None:
            raise
        return other
    return blank_document(collector)


@bp.get("/receipt/<code>")
@bp.get("/continue/<code>")
@public
@limit_guesses(status=404)
def read_code(code: str) -> ResponseReturnValue:
    """The page that reads a code typed behind the address of a box; the box where only signs were typed."""
    if not fieldwork.fold_code(code):
        box = "receipt.find" if request.path.startswith("/receipt") else "later.ask"
        return redirect(url_for(box, lang=language()), 308)
    return other_code_pages.page_of(code) or abort(404)


@bp.post("/s/<code>")
@public
def refill(code: str) -> ResponseReturnValue:
    """The questionnaire with the answers just sent: in another language, or to change an answer."""
    collector = links.open_collector(database(), code, today=today())
    return filled_document(
        collector, parse_form(collector.questionnaire, request.form.to_dict(flat=False)), {}
    )


@bp.post("/s/<code>/check")
@public
def check(code: str) -> ResponseReturnValue:
    """All answers, to check before sending; or the questionnaire with its errors."""
    collector = links.open_collector(database(), code, today=today())
    if _consent() == "decline":
        return _record_decline(collector)
    fields = _fields_without_cleared()
    parsed = parse_form(collector.questionnaire, fields)
    if problems := _problems(collector, parsed):
        return filled_document(collector, parsed, problems)
    form = build_form_view(collector, language(), fill_mode_from_request(code))
    return render_template(
        "intake/check.html",
        form=form,
        fields=[*form.hidden, *_hidden_fields(collector.questionnaire, parsed.answers, fields)],
        summary=summary(collector.questionnaire, parsed.answers, language()),
        is_demo=collector.is_demo,
    )


def _record_decline(collector: OpenCollector) -> ResponseReturnValue:
    """Count a person who does not take part, and thank; a shared tablet returns to its start screen.

    The page is the answer to this request: the number of the visit, which it carries back to the
    questionnaire, must not stand in an address.
    """
    if seconds := seconds_to_wait(collector.collector_id):
        return wait_document(collector, seconds)
    day, visit = today(), submission_id_from_request()
    database().write(lambda session: submit.decline(session, collector, visit, day))
    if start := fill_mode_from_request(collector.code).kiosk_start_url(collector.code):
        return redirect(start, 303)
    return _thank_for_declining(collector, visit)


@bp.get("/s/<code>/declined")
@public
def thank_for_declining(code: str) -> ResponseReturnValue:
    """The page that thanks a person who does not take part."""
    return _thank_for_declining(links.find_collector(database(), code)[0], "")


def _thank_for_declining(collector: OpenCollector, visit: str) -> str:
    return render_template(
        "intake/declined.html",
        organisation=collector.questionnaire.organisation.to(language()),
        collector_code=collector.code,
        visit=visit,
        is_demo=collector.is_demo,
    )


@bp.get("/s/<code>/privacy")
@public
def privacy(code: str) -> ResponseReturnValue:
    """What is stored and for how long, the person's rights, and whom to ask."""
    collector, campaign = links.find_collector(database(), code)
    questionnaire = collector.questionnaire
    deleted_on = database().read(lambda session: retention.day_of(session, campaign.id))
    return render_template(
        "intake/privacy.html",
        code=collector.code,
        title=questionnaire.title.to(language()),
        organisation=questionnaire.organisation.to(language()),
        consent=consent_text(questionnaire, language(), collector.retention_months),
        contact=collector.contact,
        closes_on=campaign.closes_on,
        due_on=campaign.responses_due_on,
        deleted_on=deleted_on,
        saved_days=later.SAVED_FOR.days,
        retention=format_months(collector.retention_months, language()),
        is_demo=collector.is_demo,
    )


for _form in ("check", "send"):
    bp.add_url_rule(f"/s/<code>/{_form}", f"back_from_{_form}", public(redirect_to("intake.questionnaire")))


@bp.post("/s/<code>/send")
@public
def send(code: str) -> ResponseReturnValue:
    """Store the form once and show the receipt.

    The receipt is the answer to this request, without a redirect: its code must not stand in an address.
    Sending the form again, as a reload does, shows the same receipt.
    """
    collector, campaign = links.find_collector(database(), code)
    parsed = parse_form(collector.questionnaire, request.form.to_dict(flat=False))
    sent_id = submit.submission_id_in(request.form.get("submission_id", ""))
    problems = _problems(collector, parsed)
    if sent_id is None or problems:
        links.refuse_if_closed(campaign, today())
        return filled_document(
            collector, parsed, problems or {CONSENT: _("Check your answers and send them again")}
        )
    sent = Submission(sent_id, parsed.answers, language(), fill_mode_from_request(code).mode)
    seconds = seconds_to_wait(collector.collector_id)
    if seconds is None:
        return receipt_document(collector, _store(collector, campaign, sent))
    earlier = _earlier_receipt(sent)
    return receipt_document(collector, earlier) if earlier else wait_document(collector, seconds)


def _earlier_receipt(sent: Submission) -> Receipt | None:
    keys = settings().secret_keys
    return database().read(lambda session: submit.earlier_receipt(session, sent, keys))


def _store(collector: OpenCollector, campaign: fieldwork.Campaign, sent: Submission) -> Receipt:
    """The receipt of a submission. After closing, only a submission that is already stored gets one."""
    keys = settings().secret_keys
    if not campaign.is_open(today()):
        earlier = _earlier_receipt(sent)
        if earlier:
            return earlier
        links.refuse_if_closed(campaign, today())
    moment = now()
    return database().write(
        lambda session: submit.submit(session, sent, collector, secret_keys=keys, now=moment)
    )


def _consent() -> str:
    return request.form.get(CONSENT, "")


def _problems(collector: OpenCollector, parsed: ParsedForm) -> Mapping[str, str]:
    """The messages of the errors, by field."""
    questionnaire, problems = collector.questionnaire, {}
    if _consent() != "agree":
        problems[CONSENT] = _("Say whether you agree to take part")
    elif is_outdated(collector):
        problems[CONSENT] = _("The questionnaire has changed since you opened it. Look through it again.")
    items = {item.key: item for item in questionnaire.items()} if parsed.errors else {}
    for error in parsed.errors:
        item = items.get(error.item)
        question = wording(questionnaire, item, language(), parsed.answers) if item else ""
        problems[error.item] = _problem_message(questionnaire, error, question)
    return problems


def _problem_message(questionnaire: Questionnaire, error: AnswerError, question: str) -> str:
    if error.problem is AnswerProblem.TOO_LONG:
        return _("Your comment has %(n)s characters. Shorten it to %(most)s.") % {
            "n": error.value,
            "most": questionnaire.comment.max_chars,
        }
    if error.problem is AnswerProblem.REQUIRED:
        return _("Choose an answer: %(question)s") % {"question": question}
    return _("“%(found)s” is not an answer offered here. Choose again: %(question)s") % {
        "found": error.value[:40],
        "question": question,
    }


def _fields_without_cleared() -> dict[str, list[str]]:
    """The fields of the request, without the answer that the check page's button takes back."""
    fields = request.form.to_dict(flat=False)
    fields.pop(request.form.get(CLEAR_FIELD, ""), None)
    return fields


def _hidden_fields(
    questionnaire: Questionnaire, answers: Answers, fields: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    """The hidden fields of the check page: what was parsed, nothing else."""
    fixed = [
        ("submission_id", submission_id_from_request()),
        (CONSENT, _consent()),
        (questionnaire.comment.key, answers.comment),
    ]
    sent = [
        (key, fields[key][0])
        for key, answer in answers.values.items()
        if answer is not Missing.NOT_ASKED and key in fields
    ]
    return [(key, value) for key, value in [*fixed, *sent] if value]
