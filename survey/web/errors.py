"""Exception → page: the only place that turns one into the other. Nobody is ever shown a traceback."""

import logging

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from survey.web.templates import gettext as _

log = logging.getLogger("survey.errors")


class Refusal(Exception):  # noqa: N818 — a citizen is refused something, which is no error of the program
    """Something a visitor asked for that is not to be had. `title` and `advice` are message ids."""

    status = 400
    title = "This page cannot be shown"
    advice = "Go back and try again."


def init(app: Flask) -> None:
    """Answer every exception with a page."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, title: str, advice: str) -> ResponseReturnValue:
    return render_template("_parts/message.html", title=title, advice=advice, status=status), status


def _refusal(error: Refusal) -> ResponseReturnValue:
    return _page(error.status, _(error.title), _(error.advice))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        _("The page was open for too long"),
        _("Nothing was changed. Go back, load the page again and repeat the last step."),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # a redirect
    words = {
        403: (
            _("You may not open this page"),
            _("Ask an administrator of your office for the right to do so."),
        ),
        404: (_("Page not found"), _("Check the address, or scan the code at the desk again.")),
        405: (_("This page cannot be opened like this"), _("Go back and use the buttons on the page.")),
        413: (_("Too much was sent at once"), _("Shorten your text and send the form again.")),
        429: (_("Too many attempts"), _("Wait a minute, then try again.")),
    }
    title, advice = words.get(status, (_("This page cannot be shown"), _("Go back and try again.")))
    return _page(status, title, advice)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if type(error).__module__.startswith("gunicorn.http"):  # a body that broke off or breaks the protocol
        return _page(400, _("This page cannot be shown"), _("Go back and try again."))
    log.error("unexpected error", exc_info=error)
    return _page(
        500,
        _("Something went wrong on our side"),
        _("Nothing you sent was stored by halves. Wait a moment, then send it again; it is counted once."),
    )
