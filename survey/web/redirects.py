"""Redirects: from addresses that only take forms, and from addresses that were typed with a sign too many."""

import re
from collections.abc import Callable

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from survey.web.problems import is_from_a_program
from survey.web.templates import language

_OFFICE_ADDRESS = re.compile(r"(/office/[A-Za-z0-9_./=%-]*)(\?[A-Za-z0-9_./?=&%-]*)?")
LAST_SIGNS = "/.,;:)\u200b\xa0 "


def redirect_to(endpoint: str) -> Callable[..., ResponseReturnValue]:
    """A view that redirects to a page with the same variables in its address.

    A form that was refused is shown at the address it was sent to. The links to other languages open that
    address with GET.
    """

    def redirect_back(**variables: str | int) -> ResponseReturnValue:
        return redirect(url_for(endpoint, lang=language(), **variables))  # type: ignore[arg-type]

    return redirect_back


def office_address(address: str) -> str | None:
    """The address of an office page to continue with; None for any other address."""
    match = _OFFICE_ADDRESS.fullmatch(address)
    return address if match and is_shown_by_get(match[1]) else None


def is_office_address(address: str) -> bool:
    """Whether this is an address of the office, shown or sent to."""
    return _OFFICE_ADDRESS.fullmatch(address) is not None


def is_shown_by_get(path: str) -> bool:
    """Whether a page is shown at this path, and not only forms taken."""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return False
    return True


def init(app: Flask) -> None:
    """Redirect `/receipt/` and the like, which no page has, to the page without the last signs."""
    app.before_request(_without_last_signs)


def _without_last_signs() -> ResponseReturnValue | None:
    path = request.path.rstrip(LAST_SIGNS)
    is_typed = request.method in ("GET", "HEAD") and isinstance(request.routing_exception, NotFound)
    if not is_typed or path in ("", request.path) or is_from_a_program():
        return None
    if not is_shown_by_get(path):
        return None
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"{path}?{query}" if query else path, 308)
