"""The browser's side of security: content security policy, headers, CSRF tokens."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from survey.web import forwarded, unread
from survey.web.context import settings

csrf = CSRFProtect()
NONCE_CHARS = 22
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(),geolocation=(),microphone=()"),
)
_WHOLE_IN_ITSELF = frozenset({"intake", "receipt", "later", "device"})
_OVER_HTTPS = (("Strict-Transport-Security", "max-age=31536000"),)  # a year


class PrintableConverter(BaseConverter):
    """A part of an address without control characters, which no key has and PostgreSQL refuses."""

    regex = r"[^/\x00-\x1f\x7f]+"


class IdConverter(IntegerConverter):
    """The id of a row, no larger than databases hold."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


class OtherSiteError(CSRFError):  # type: ignore[misc]  # flask-wtf has no types
    """A form of the office was sent by a page of another site."""


class OfficeSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie. A citizen has none, and there is nothing to verify."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session the cookie holds, else an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session; one that was never looked at and holds nothing needs no cookie looked for."""
        if session.accessed or session.modified or session:
            super().save_session(app, session, response)


def init(app: Flask) -> None:
    """Put the headers on every response and a CSRF check on every form of the office."""
    forwarded.init(app)
    unread.init(app)  # first: what was not read has no token to check
    app.session_interface = OfficeSessions()
    app.url_map.converters |= {"default": PrintableConverter, "id": IdConverter}
    csrf.init_app(app)
    app.before_request(_refuse_other_sites)
    app.after_request(_set_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def _refuse_other_sites() -> None:
    """Refuse a form of the office that another site's page sent; its token has been checked before.

    Flask-WTF's own check of the site over https reads `Referer`, which browsers leave out under our
    `Referrer-Policy`; it is off (`WTF_CSRF_SSL_STRICT`). `Sec-Fetch-Site` and `Origin` tell the same, and no
    page can set them.
    """
    if g.get("csrf_valid", False) and not is_from_this_site(request):
        raise OtherSiteError("The form was sent by a page of another site.")


def is_from_this_site(request: Request) -> bool:
    """Whether a page of this site made the request, as far as its headers tell.

    Browsers older than `Sec-Fetch-Site` (Safari before 16.4), and any browser over plain http, send only
    `Origin`, which is `null` under our `Referrer-Policy`. Where neither header names a site, the token of the
    form decides alone.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = request.headers.get("Origin", "null")
    own_addresses = (request.host_url, settings().public_url)
    return origin == "null" or any(_is_same_host(origin, own) for own in own_addresses if own)


def _is_same_host(origin: str, address: str) -> bool:
    """Whether two addresses name the same host. A proxy may hide scheme and port from the application."""
    try:
        return urlsplit(origin).hostname == urlsplit(address).hostname
    except ValueError:  # a bracket of an IPv6 address is missing
        return False


def new_nonce() -> str:
    """A random nonce, always NONCE_CHARS characters long."""
    return secrets.token_urlsafe(16)


def csp_nonce() -> str:
    """Only scripts and styles that carry this response's nonce run."""
    if "csp_nonce" not in g:
        g.csp_nonce = new_nonce()
    return str(g.csp_nonce)


def embeddable(response: Response) -> Response:
    """The response as something that pages of other sites may show as a picture."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _set_headers(response: Response) -> Response:
    inline = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    # A citizen's page is whole in itself, and its first view has no byte to spare.
    ours = inline if inline and request.blueprint in _WHOLE_IN_ITSELF else f"'self' {inline}".strip()
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'none';script-src {ours};style-src {ours};img-src 'self' data:;"
        "connect-src 'self';manifest-src 'self';worker-src 'self';form-action 'self';base-uri 'none';"
        "frame-ancestors 'none'"
    )
    for name, value in _ALWAYS + (_OVER_HTTPS if settings().https_only else ()):
        headers.setdefault(name, value)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
