"""Signing in through an OpenID provider: the authorization code flow with PKCE, state and nonce."""

import logging
from typing import Protocol, cast

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from survey.accounts import openid
from survey.accounts.second_step_pages import continue_sign_in, next_address
from survey.accounts.sign_in_pages import record_failure, sign_in_page
from survey.config import OpenIdProvider
from survey.store.office_sessions import SignInMethod
from survey.web.context import database, now, settings, today
from survey.web.guards import public, signed_in_official
from survey.web.hosts import public_url
from survey.web.office_login import sign_in_person
from survey.web.redirects import office_address
from survey.web.templates import gettext as _

bp = Blueprint("openid", __name__, url_prefix="/office/openid")
_NEXT = "openid_next"
_WAIT_SECONDS = 10
_FAILURES = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError)
log = logging.getLogger("survey.openid")


class OpenIdClient(Protocol):
    """What is used of the library's client."""

    def authorize_redirect(self, redirect_uri: str) -> ResponseReturnValue:
        """To the provider, with state, nonce and the challenge of PKCE, which the session keeps."""

    def authorize_access_token(self) -> dict[str, object]:
        """The tokens for the code of the request, with the checked claims as `userinfo`."""


def _provider() -> OpenIdProvider:
    return settings().openid or abort(404)


def _client() -> OpenIdClient:
    """The client of the provider, made once for the application."""
    known = current_app.extensions.setdefault("openid", {})
    if "client" not in known:
        provider = _provider()
        known["client"] = OAuth(current_app).register(
            name="provider",
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": _WAIT_SECONDS,
            },
        )
    return cast(OpenIdClient, known["client"])


@bp.get("")
@public
def begin() -> ResponseReturnValue:
    """To the provider. A link and no form: the content security policy lets no form leave the site."""
    _provider()
    if signed_in_official():
        return redirect(next_address())
    session[_NEXT] = next_address()
    try:
        return _client().authorize_redirect(public_url(url_for("openid.finish")))
    except _FAILURES as error:
        return _refuse(error)


@bp.get("/callback")
@public
def finish() -> ResponseReturnValue:
    """Back from the provider: sign in the person whose account it is."""
    provider, moment = _provider(), now()
    if signed_in_official():
        return redirect(next_address())
    try:
        claims = _client().authorize_access_token().get("userinfo")
    except _FAILURES as error:
        return _refuse(error)
    address = office_address(session.get(_NEXT, "")) or url_for("fieldwork.show_campaigns")
    if not isinstance(claims, dict):
        return _refuse(ValueError("no ID token"))
    person = database().write(
        lambda s: openid.find_person(
            s, provider.issuer, claims, trusts_usernames=provider.trusts_usernames, now=moment
        )
    )
    if person is None or person.is_away(today()):
        record_failure(None)
        message = _("There is no active account here for this sign-in. Ask an administrator of your office")
        return sign_in_page({"openid": message})
    if openid.has_second_factor(claims):
        sign_in_person(person, SignInMethod.OPENID)
        return redirect(address, 303)
    return continue_sign_in(person, SignInMethod.OPENID, address)


def _refuse(error: Exception) -> ResponseReturnValue:
    """The sign-in page; the log says what failed, and nothing that was sent."""
    log.warning("signing in through the provider failed: %s", type(error).__name__)
    if request.endpoint == "openid.finish":
        record_failure(None)
    return sign_in_page({"openid": _("The other sign-in service did not sign you in. Try again")})
