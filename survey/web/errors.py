"""Exception → page, or problem for a program: the only place that maps them. Nobody is shown a traceback."""

import logging
import math
from collections.abc import Callable
from datetime import date
from enum import Enum, auto
from typing import TypeVar

from flask import Flask, render_template, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from survey.store.db import NotFoundError
from survey.store.unavailable import StoreUnavailableError
from survey.web.guards import SignedOutError
from survey.web.locale import format_day, format_number
from survey.web.problems import Problem, is_from_a_program, problem_of, response_of
from survey.web.redirects import is_shown_by_get
from survey.web.security import OtherSiteError
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext

_RETRY = {"Retry-After": "5"}
_PROTOCOL_HEADERS = ("Allow", "Retry-After")
log = logging.getLogger("survey.errors")
E = TypeVar("E", bound=Exception)


class RefusalKind(Enum):
    """Why a request is refused."""

    INVALID = auto()
    MISSING = auto()
    CONFLICT = auto()  # what is stored contradicts the request
    CLOSED = auto()  # not yet, or no longer


REFUSAL_STATUS = {
    RefusalKind.INVALID: 400,
    RefusalKind.MISSING: 404,
    RefusalKind.CONFLICT: 409,
    RefusalKind.CLOSED: 410,
}


class Refusal(Exception):  # noqa: N818 — a visitor is refused something, which is no error of the program
    """A request that cannot be granted. `title` and `advice` are message ids; `day` is a blank of it."""

    kind = RefusalKind.INVALID
    title = "This page cannot be shown"
    advice = "Go back and try again."
    day: date | None = None

    @classmethod
    def because(cls, kind: RefusalKind, title: str, advice: str) -> "Refusal":
        """A refusal that nobody catches by a class of its own."""
        refusal = cls()
        refusal.kind, refusal.title, refusal.advice = kind, title, advice
        return refusal


def init(app: Flask) -> None:
    """Answer every exception with a page, or with a problem where a program asks."""
    app.register_error_handler(Problem, response_of)
    app.register_error_handler(Refusal, _page_or_problem(_refusal))
    app.register_error_handler(OtherSiteError, _page_or_problem(_other_site))
    app.register_error_handler(StoreUnavailableError, _page_or_problem(_unavailable))
    app.register_error_handler(SignedOutError, _page_or_problem(_signed_out_page))
    app.register_error_handler(CSRFError, _page_or_problem(_csrf))
    app.register_error_handler(HTTPException, _page_or_problem(_http))
    app.register_error_handler(NotFoundError, lambda _error: _page_or_problem(_http)(NotFound()))
    app.register_error_handler(Exception, _page_or_problem(_unexpected_error))


def _page_or_problem(page: Callable[[E], ResponseReturnValue]) -> Callable[[E], ResponseReturnValue]:
    def answer(error: E) -> ResponseReturnValue:
        return response_of(_problem(error)) if is_from_a_program() else page(error)

    return answer


def _problem(error: Exception) -> Problem:
    if isinstance(error, Refusal):
        return Problem(REFUSAL_STATUS[error.kind], error.title, str(error) or error.advice)
    if isinstance(error, HTTPException):
        return problem_of(error)
    if isinstance(error, StoreUnavailableError):
        log.error("the store cannot be used: %s", error)
        return Problem(503, "The store cannot be used now", "Wait a moment, then try again", headers=_RETRY)
    log.error("unexpected error", exc_info=error)
    return Problem(
        500, "Something went wrong on our side", "Nothing was changed. Wait a moment, then try again"
    )


def _page(status: int, title: str, advice: str) -> tuple[str, int]:
    page = render_template("_parts/message.html", title=title, advice=advice, way_on=_way_on(status))
    return page, status


def _has_addresses() -> bool:
    """Whether addresses can be made: not for a request whose host is no host name."""
    return bool(request_ctx.url_adapter)


def _way_on(status: int) -> tuple[str, str] | None:
    """The address and text of the link under a refusal; None where none is sure to work."""
    if status == 500 or not _has_addresses():
        return None
    if status == 413 and is_shown_by_get(request.path):
        return request.path, _("Back to the form")
    if request.path.startswith("/office/"):
        return url_for("fieldwork.show_campaigns"), _("To the office's start page")
    return url_for("intake.open_surveys", lang=language()), _("To the open surveys")


def _refusal(error: Refusal) -> ResponseReturnValue:
    advice = _(error.advice)
    if error.day is not None:
        advice %= {"day": format_day(error.day, language())}
    return _page(REFUSAL_STATUS[error.kind], _(error.title), advice)


def _other_site(_error: OtherSiteError) -> ResponseReturnValue:
    return _page(
        403,
        _("The form was sent from another site"),
        _("Nothing was changed. Open the page at the office's own address and repeat the last step there."),
    )


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _interruption_page(
        400,
        _("The page was open for too long"),
        _("Nothing was changed. Go back to the form, check it and send it again."),
        (_form_address(), _("Back to the form")),
    )


def _signed_out_page(_error: SignedOutError) -> ResponseReturnValue:
    return _interruption_page(
        403,
        _("You have been signed out"),
        _("Nothing was changed. Sign in again, check the form and send it again."),
        (url_for("accounts.sign_in", next=_form_address()), _("Sign in again")),
    )


def _interruption_page(status: int, title: str, advice: str, way_on: tuple[str, str]) -> ResponseReturnValue:
    """A page in place of the answer to a form; its script keeps what was typed for the way back."""
    page = render_template("_parts/interrupted.html", title=title, advice=advice, way_on=way_on)
    return page, status


def _form_address() -> str:
    """Where the form that was sent is shown; a script knows better where it runs."""
    return request.path if is_shown_by_get(request.path) else url_for("fieldwork.show_campaigns")


def _unavailable(error: StoreUnavailableError) -> ResponseReturnValue:
    log.error("the store cannot be used: %s", error)
    page, status = _page(
        503,
        _("This cannot be stored at the moment"),
        _("Nothing was lost. Wait a minute, then send it again: it is counted only once."),
    )
    return page, status, _RETRY


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # a redirect
    messages = {
        403: (
            _("You do not have permission to open this page"),
            _("Ask an administrator of your office for access."),
        ),
        404: (
            _("Page not found"),
            _("Check the address, or go to the page from the office's start page.")
            if request.path.startswith("/office")
            else _("Check the address, or scan the code at the desk again."),
        ),
        405: (_("This page cannot be opened like this"), _("Go back and use the buttons on the page.")),
        413: (_("Too much was sent at once"), _too_much()),
        429: (_("Too many attempts"), _wait(error)),
        431: (
            _("Your browser sent too much along with the address"),
            _("Delete the cookies of this site in your browser, then open the page again."),
        ),
    }
    title, advice = messages.get(status, (_("This page cannot be shown"), _("Go back and try again.")))
    headers = dict(error.get_headers(request.environ))
    return *_page(status, title, advice), {
        name: headers[name] for name in _PROTOCOL_HEADERS if name in headers
    }


def _wait(error: HTTPException) -> str:
    """How long to wait after too many attempts."""
    retry_after = getattr(error, "retry_after", None)
    minutes = math.ceil(retry_after / 60) if isinstance(retry_after, int) else 1
    message = ngettext("Wait %(n)s minute, then try again.", "Wait %(n)s minutes, then try again.", minutes)
    return message % {"n": minutes}


def _too_much() -> str:
    """What to do about a body over the limit of its page."""
    limit = request.max_content_length or 0
    in_megabytes = limit >= 1024 * 1024
    size = format_number(limit // (1024 * 1024 if in_megabytes else 1024), language(), 0)
    return _("The most that can be sent here is %(size)s. Shorten your text or choose a smaller file.") % {
        "size": f"{size}\u00a0{'MB' if in_megabytes else 'kB'}"
    }


def _unexpected_error(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error", exc_info=error)
    return _page(
        500,
        _("Something went wrong on our side"),
        _("Nothing was stored in part. Wait a moment, then send it again: it is counted only once."),
    )
