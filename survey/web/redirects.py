"""Redirects from addresses that only take forms."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from survey.web.templates import language


def redirect_to(endpoint: str) -> Callable[..., ResponseReturnValue]:
    """A view that redirects to a page with the same variables in its address.

    A form that was refused is shown at the address it was sent to. The links to other languages open that
    address with GET.
    """

    def redirect_back(**variables: str | int) -> ResponseReturnValue:
        return redirect(url_for(endpoint, lang=language(), **variables))  # type: ignore[arg-type]

    return redirect_back
