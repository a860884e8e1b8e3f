"""The documents a respondent sees, rendered: the questionnaire blank or filled, and the receipt."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from flask import Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.instrument.answers import ParsedForm
from survey.instrument.questionnaire import CONSENT
from survey.intake import code_qr
from survey.intake.document import CODE_MARK, ID_MARK, NONCE_MARK, Document
from survey.intake.form import FormPage, form_pages, skip_css
from survey.intake.links import OpenCollector
from survey.intake.submit import Receipt, submission_id_in
from survey.web import look
from survey.web.compress import accepts_gzip
from survey.web.context import settings
from survey.web.locale import LANGUAGES
from survey.web.modes import Mode, mode_of
from survey.web.templates import language

MODE_FIELD, VERSION_FIELD = "_mode", "_version"  # no question has such a key: keys begin with a letter
_VERSION_CHARS = 16
_FORM_SCRIPTS = (
    "dom.js", "outbox.js", "waiting.js", "form_path.js", "form_draft.js", "form_send.js", "form.js"
)  # fmt: skip
_STATIC = Path(__file__).resolve().parent.parent / "static" / "intake"
_MOST_DOCUMENTS = 500


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
    return Markup('(function(){{"use strict";{}}})()').format(static_text(*names))


@dataclass(frozen=True)
class Way:
    """How the form of this request is filled in, and the token that says so."""

    mode: Mode
    token: str = ""

    def kiosk_start(self, code: str) -> str:
        """Where a shared tablet begins again; "" elsewhere."""
        return url_for("device.kiosk", code=code, token=self.token) if self.mode is Mode.KIOSK else ""


BY_ONESELF = Way(Mode.SELF)


def way_sent(code: str) -> Way:
    """The way the form in this request says it was filled in."""
    token = request.form.get(MODE_FIELD, "")
    mode = mode_of(token, code, settings().secret_keys) if token else Mode.SELF
    return Way(mode, token) if mode is not Mode.SELF else BY_ONESELF


def version_of(collector: OpenCollector) -> str:
    """What a page carries of the version it was made of."""
    return collector.instrument_digest[:_VERSION_CHARS]


def is_outdated(collector: OpenCollector) -> bool:
    """Whether the form in this request was made of another version than the one asked now."""
    return request.form.get(VERSION_FIELD, version_of(collector)) != version_of(collector)


def submission_id() -> str:
    """The id the page was made with; a new one for a form that came without."""
    return submission_id_in(request.form.get("submission_id", "")) or str(uuid4())


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
    mode: Mode
    kiosk: str
    hidden: tuple[tuple[str, str], ...] = field(default=())


def form_words(
    collector: OpenCollector, language: str, way: Way = BY_ONESELF, pages: tuple[FormPage, ...] = ()
) -> FormWords:
    """The words around the questions in a language, with the questions of `pages`."""
    q = collector.questionnaire
    scripts = [*_FORM_SCRIPTS, *(["kiosk.js"] if way.mode is Mode.KIOSK else [])]
    mode = ((MODE_FIELD, way.token),) if way.token else ()
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
        script=page_script(*scripts),
        pages=pages,
        mode=way.mode,
        kiosk=way.kiosk_start(collector.code),
        hidden=((VERSION_FIELD, version_of(collector)), *mode),
    )


def blank_document(collector: OpenCollector, way: Way = BY_ONESELF) -> Response:
    """The collector's document before any answer."""
    in_words = language()
    document = _rendered_once(
        ("blank", way, in_words, *_shown_of(collector, in_words)),
        lambda: render_template(
            "intake/document.html",
            form=form_words(collector, in_words, way, form_pages(collector.questionnaire, in_words, None)),
            submission_id=ID_MARK,
            errors={},
            consent="",
            comment="",
            filled=False,
            is_demo=collector.is_demo,
        ),
    )
    response = _copy(document)
    # not no-store: the browser may restore what was typed; but nothing of the last person on a shared tablet
    response.headers["Cache-Control"] = "no-store" if way.mode is Mode.KIOSK else "private, no-cache"
    return response


@dataclass(frozen=True)
class Carried:
    """What a form carries besides its answers."""

    submission_id: str
    consent: str
    way: Way = BY_ONESELF


def carried_by_request(collector: OpenCollector) -> Carried:
    """What the form in this request carries."""
    return Carried(submission_id(), request.form.get(CONSENT, ""), way_sent(collector.code))


def filled_document(
    collector: OpenCollector, reading: ParsedForm, errors: Mapping[str, str], carried: Carried | None = None
) -> ResponseReturnValue:
    """The document with the answers just sent, and what has to be mended; nothing typed is lost."""
    in_words, carried = language(), carried or carried_by_request(collector)
    page = render_template(
        "intake/document.html",
        form=form_words(
            collector,
            in_words,
            carried.way,
            form_pages(collector.questionnaire, in_words, reading.answers),
        ),
        submission_id=carried.submission_id,
        errors=errors,
        consent=carried.consent,
        comment=reading.answers.comment or "",
        filled=True,
        is_demo=collector.is_demo,
    )
    return page, 422 if errors else 200


def receipt_document(collector: OpenCollector, receipt: Receipt) -> ResponseReturnValue:
    """The page that shows a receipt code; where the person has no phone in hand, with a QR to take along."""
    in_words, way = language(), way_sent(collector.code)

    def rendered(code: str, qr: Markup | None) -> str:
        return render_template(
            "intake/receipt.html",
            code=code,
            qr=qr,
            same_answers=receipt.same_answers,
            thanks=collector.questionnaire.thanks.to(in_words).replace("{receipt_code}", code),
            organisation=collector.questionnaire.organisation.to(in_words),
            collector_code=collector.code,
            restart=way.kiosk_start(collector.code),
            kiosk_script=static_text("kiosk.js"),
            again=request.form.get(MODE_FIELD, "") if way.mode is Mode.ASSISTED else "",
            is_demo=collector.is_demo,
        )

    if way.mode is not Mode.SELF:
        return rendered(receipt.code, code_qr.drawing(receipt.code))
    made_of = ("receipt", receipt.same_answers, in_words, *_shown_of(collector, in_words))
    return _copy(_rendered_once(made_of, lambda: rendered(CODE_MARK, None)), receipt.code)


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


_documents: dict[Hashable, Document] = {}


def _shown_of(collector: OpenCollector, language: str) -> tuple[Hashable, ...]:
    """What a collector's documents show of it."""
    desk = collector.desk_in(language)
    return collector.code, collector.instrument_digest, desk, collector.is_demo, look.current().key


def _rendered_once(made_of: Hashable, render: Callable[[], str]) -> Document:
    """A document that is the same for everybody, rendered once for what it is made of."""
    if made_of not in _documents:
        if len(_documents) > _MOST_DOCUMENTS:
            _documents.clear()
        g.csp_nonce = NONCE_MARK
        try:
            _documents[made_of] = Document(render())
        finally:
            g.pop("csp_nonce")  # the copy has its own, and so has a page that says what went wrong
    return _documents[made_of]
