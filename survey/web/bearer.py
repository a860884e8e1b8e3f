"""The token of a program: parsed from the header, looked up, refused with a reason."""

from collections.abc import Mapping
from datetime import datetime

from flask import request

from survey.store import tokens
from survey.store.tokens import ApiToken, OwnedToken
from survey.web.context import database, now, settings, today
from survey.web.limits import WRONG_TOKENS, refuse_after_failures, visitor
from survey.web.problems import Problem

_CHALLENGE = 'Bearer realm="survey"'
_ADVICE = "ask an administrator for a token (Office, People, Tokens for programs)"


def require_token() -> OwnedToken:
    """The token of this request; a Problem with status 401 when it has no valid one.

    Failures are counted by address. A valid token is accepted whatever others at the same address did: nobody
    guesses 256 bits, and a whole office shares one address.
    """
    try:
        return _valid_token()
    except Problem:
        refuse_after_failures(WRONG_TOKENS, status=401, key=("token", visitor()))
        raise


def missing_permission(token: ApiToken, permission: str) -> Problem:
    """The problem of a program whose token, or whose owner, lacks a permission."""
    lacking = "the token does not have it" if permission not in token.permissions else "its owner lost it"
    return Problem(
        403,
        "The token does not allow this",
        f"{request.path} needs the permission {permission} and {lacking}; {_ADVICE}",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{permission}"'},
    )


def nothing_there(named: Mapping[str, object]) -> Problem:
    """The problem of an address whose object is not there, or not for this token."""
    name, value = next(iter(named.items()))
    thing, listed = ("campaign", "campaigns") if name == "key" else ("scorecard", "scorecards")
    detail = (
        f"There is no {thing} {str(value)[:80]!r} that the token sees; /api/v1/{listed} lists those it sees"
    )
    return Problem(404, "Not found", detail)


def _valid_token() -> OwnedToken:
    """The token of this request, which has neither expired nor been revoked."""
    secret = _secret_in_header()
    owned = database().read(lambda session: tokens.by_secret(session, secret))
    if owned is None:
        raise _problem("The token is not known", "No such token was made here. Check that it is whole")
    token = owned.token
    if token.revoked_at is not None:
        raise _problem("The token was revoked", f"{token.name!r} was revoked on {_day(token.revoked_at)}")
    if token.expires_at <= now():
        raise _problem("The token has expired", f"{token.name!r} expired on {_day(token.expires_at)}")
    if not owned.person.is_active:
        raise _problem("The token has no owner", f"Whoever made {token.name!r} may no longer sign in")
    _note_use(token)
    return owned


def _secret_in_header() -> str:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        detail = f"Send the header 'Authorization: Bearer' followed by a token; {_ADVICE}"
        raise Problem(401, "A token is needed", detail, headers={"WWW-Authenticate": _CHALLENGE})
    return sent.token


def _problem(title: str, reason: str) -> Problem:
    headers = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
    return Problem(401, title, f"{reason}; {_ADVICE}", headers=headers)


def _day(moment: datetime) -> str:
    return moment.astimezone(settings().time_zone).date().isoformat()


def _note_use(token: ApiToken) -> None:
    token_id, day = token.id, today()
    if token.last_used_on != day:
        database().write(lambda session: tokens.note_use(session, token_id, day))
