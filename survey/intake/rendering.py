"""The documents a respondent sees, rendered: the questionnaire blank or filled, and the receipt."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from flask import Response, current_app, g, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.instrument.answers import Answers, Missing, ParsedForm
from survey.instrument.questionnaire import CONSENT
from survey.intake import code_qr
from survey.intake.document import CODE_MARK, ID_MARK, NONCE_MARK, Document
from survey.intake.form import FormPage, form_pages
from survey.intake.links import OpenCollector
from survey.intake.script_names import shorten
from survey.intake.skip_css import skip_css
from survey.intake.submit import Receipt, submission_id_in
from survey.store.cache import BoundedCache
from survey.store.fieldwork import Contact
from survey.web import look
from survey.web.compress import accepts_gzip
from survey.web.consent import consent_text
from survey.web.context import settings
from survey.web.locale import own_name
from survey.web.modes import Mode, mode_of
from survey.web.templates import language, page_with_errors

# No question has such a key: keys begin with a letter.
MODE_FIELD, VERSION_FIELD, CLEAR_FIELD = "_mode", "_version", "_clear"
_VERSION_CHARS = 16
_FORM_SCRIPTS = (
    "dom.js",
    "outbox.js",
    "waiting.js",
    "form_path.js",
    "form_draft.js",
    "form_send.js",
    "form.js",
)
_STATIC = Path(__file__).resolve().parent.parent / "static" / "intake"
_MAX_DOCUMENTS = 500


@lru_cache
def static_text(*names: str) -> Markup:
    """Scripts or styles of ours without comments and white space, as they stand inside a page."""
    from rjsmin import jsmin

    text = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)
    return Markup(_minify_css(text) if names[0].endswith(".css") else jsmin(text))  # noqa: S704 — our own files


def _minify_css(text: str) -> str:
    """Our own style without comments and spaces; it has no comma or brace inside quotation marks."""
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    dense = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", without_comments))
    return dense.replace(": ", ":").replace(";}", "}").strip()


@lru_cache
def page_script(*names: str) -> Markup:
    """Scripts that share names, as one function of a page."""
    return Markup('(function(){{"use strict";{}}})()').format(Markup(shorten(static_text(*names))))  # noqa: S704


@dataclass(frozen=True)
class FillMode:
    """How a form is filled in, and the token of the link that allows it."""

    mode: Mode
    token: str = ""

    def kiosk_start_url(self, code: str) -> str:
        """The start screen of a shared tablet; "" elsewhere."""
        return url_for("device.kiosk", code=code, token=self.token) if self.mode is Mode.KIOSK else ""


SELF_SERVICE = FillMode(Mode.SELF)


def fill_mode_from_request(code: str) -> FillMode:
    """How the form in this request was filled in, by its token."""
    token = request.form.get(MODE_FIELD, "")
    mode = mode_of(token, code, settings().secret_keys) if token else Mode.SELF
    return FillMode(mode, token) if mode is not Mode.SELF else SELF_SERVICE


def form_version(collector: OpenCollector) -> str:
    """The questionnaire's version as a page names it."""
    return collector.instrument_digest[:_VERSION_CHARS]


def is_outdated(collector: OpenCollector) -> bool:
    """Whether the form in this request is of another version of the questionnaire than the present one."""
    return request.form.get(VERSION_FIELD, form_version(collector)) != form_version(collector)


def submission_id_from_request() -> str:
    """The id that the form in this request was rendered with; a new one for a form without."""
    return submission_id_in(request.form.get("submission_id", "")) or str(uuid4())


@dataclass(frozen=True)
class FormView:
    """A collector's questionnaire as its templates show it."""

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
    comment_limit: int  # characters
    contact: Contact | None
    languages: Mapping[str, str]
    skip_css: Markup
    script: Markup
    pages: tuple[FormPage, ...]
    mode: Mode
    kiosk: str  # address of the start screen
    hidden: tuple[tuple[str, str], ...] = field(default=())


def build_form_view(
    collector: OpenCollector,
    language: str,
    fill_mode: FillMode = SELF_SERVICE,
    pages: tuple[FormPage, ...] = (),
) -> FormView:
    """The view of a collector's questionnaire in a language, with the questions of `pages`."""
    q = collector.questionnaire
    scripts = [*_FORM_SCRIPTS, *(["kiosk.js"] if fill_mode.mode is Mode.KIOSK else [])]
    mode = ((MODE_FIELD, fill_mode.token),) if fill_mode.token else ()
    return FormView(
        code=collector.code,
        address=url_for("intake.questionnaire", code=collector.code),
        title=q.title.to(language),
        organisation=q.organisation.to(language),
        desk=collector.desk.to(language),
        consent=consent_text(q, language, collector.retention_months),
        agree=q.consent.agree.to(language),
        decline=q.consent.decline.to(language),
        comment_key=q.comment.key,
        comment=q.comment.text.to(language),
        comment_limit=q.comment.max_chars,
        contact=collector.contact,
        languages={code: own_name(code) for code in q.languages},
        skip_css=Markup(skip_css(q)),  # noqa: S704 — keys only, checked by instrument/node.py
        script=page_script(*scripts),
        pages=pages,
        mode=fill_mode.mode,
        kiosk=fill_mode.kiosk_start_url(collector.code),
        hidden=((VERSION_FIELD, form_version(collector)), *mode),
    )


def add_document_cache(state: BlueprintSetupState) -> None:
    """Give the application its cache of rendered documents."""
    state.app.extensions["documents"] = BoundedCache[Document](_MAX_DOCUMENTS)


def blank_document(collector: OpenCollector, fill_mode: FillMode = SELF_SERVICE) -> Response:
    """The collector's document before any answer."""
    response = _copy(_cached_document(_render_blank, collector, fill_mode))
    # not no-store: the browser may restore what was typed; but nothing of the last person on a shared tablet
    response.headers["Cache-Control"] = "no-store" if fill_mode.mode is Mode.KIOSK else "private, no-cache"
    return response


def _render_blank(collector: OpenCollector, fill_mode: FillMode, lang: str) -> str:
    pages = form_pages(collector.questionnaire, lang, None)
    return render_template(
        "intake/document.html",
        form=build_form_view(collector, lang, fill_mode, pages),
        submission_id=ID_MARK,
        errors={},
        consent="",
        comment="",
        start="",
        is_demo=collector.is_demo,
    )


def wait_document(collector: OpenCollector, seconds: int) -> ResponseReturnValue:
    """The page that asks to wait and then sends the same again: it holds what was sent, and stores nothing.

    Phones with scripts keep the form and send it again by themselves: 429 is no refusal to them.
    """
    fields = [(name, value) for name, value in request.form.items(multi=True) if value]
    page = render_template(
        "intake/wait.html",
        address=f"{request.path}?lang={language()}",
        fields=fields,
        seconds=seconds,
        is_demo=collector.is_demo,
    )
    return page, 429, {"Retry-After": str(seconds)}


@dataclass(frozen=True)
class FormState:
    """The fields of a form besides its answers."""

    submission_id: str
    consent: str
    fill_mode: FillMode = SELF_SERVICE


def form_state_from_request(collector: OpenCollector) -> FormState:
    """The fields of the form in this request besides its answers."""
    return FormState(
        submission_id_from_request(), request.form.get(CONSENT, ""), fill_mode_from_request(collector.code)
    )


def filled_document(
    collector: OpenCollector,
    parsed: ParsedForm,
    errors: Mapping[str, str],
    form_state: FormState | None = None,
) -> ResponseReturnValue:
    """The document with the answers just sent and their errors."""
    lang, form_state = language(), form_state or form_state_from_request(collector)
    pages = form_pages(collector.questionnaire, lang, parsed.answers)
    return page_with_errors(
        "intake/document.html",
        errors,
        form=build_form_view(collector, lang, form_state.fill_mode, pages),
        submission_id=form_state.submission_id,
        consent=form_state.consent,
        comment=parsed.answers.comment or "",
        start="s-consent" if form_state.consent != "agree" else f"s-{_first_blank(pages, parsed.answers)}",
        is_demo=collector.is_demo,
    )


def _first_blank(pages: Sequence[FormPage], answers: Answers) -> str:
    """The first page with a question that has no answer, where somebody goes on who comes back."""
    for page in pages:
        for item in page.items:
            is_asked = answers.values.get(item.key) is not Missing.NOT_ASKED
            if is_asked and not any(choice.is_chosen for choice in item.choices):
                return page.key
    return "check"


def receipt_document(collector: OpenCollector, receipt: Receipt) -> ResponseReturnValue:
    """The page of a receipt; at a tablet or a clerk's, with a QR for the person's own phone."""
    fill_mode = fill_mode_from_request(collector.code)
    if fill_mode.mode is not Mode.SELF:
        qr = code_qr.render_qr(receipt.code)
        return _render_receipt(collector, receipt, fill_mode, qr, language())
    blank = replace(receipt, code=CODE_MARK)
    return _copy(_cached_document(_render_receipt, collector, blank, fill_mode, None), receipt.code)


def _render_receipt(
    collector: OpenCollector, receipt: Receipt, fill_mode: FillMode, qr: Markup | None, lang: str
) -> str:
    questionnaire = collector.questionnaire
    return render_template(
        "intake/receipt.html",
        code=receipt.code,
        qr=qr,
        same_answers=receipt.same_answers,
        thanks=questionnaire.thanks.to(lang).replace("{receipt_code}", receipt.code),
        organisation=questionnaire.organisation.to(lang),
        contact=collector.contact,
        collector_code=collector.code,
        restart=fill_mode.kiosk_start_url(collector.code),
        kiosk_script=static_text("kiosk.js"),
        again=fill_mode.token if fill_mode.mode is Mode.ASSISTED else "",
        is_demo=collector.is_demo,
    )


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


def _cached_document(render: Callable[..., str], *shown: Hashable) -> Document:
    """The page that `render` makes of `shown` in this request's language and look, rendered once.

    `render` gets no values but those of the key, so a page cannot show one that its key lacks.
    """
    lang = language()
    cache: BoundedCache[Document] = current_app.extensions["documents"]

    def compute() -> Document:
        g.csp_nonce = NONCE_MARK
        try:
            return Document(render(*shown, lang))
        finally:
            g.pop("csp_nonce")  # each copy has its own, and so has an error page

    return cache.get((render.__name__, lang, look.current(), *shown), compute)
