"""The token a program shows: read from the header, looked up, refused with the reason to whoever holds it."""

from datetime import datetime

from flask import request

from survey.store import tokens
from survey.store.tokens import ApiToken, OwnedToken
from survey.web.context import database, now, settings, today
from survey.web.limits import WRONG_TOKENS, refuse_after_failures, visitor
from survey.web.problems import Problem

_CHALLENGE = 'Bearer realm="survey"'
_ASK = "ask an administrator for a token (Office, People, Tokens for programs)"


def presented() -> OwnedToken:
    """The token of this request; a Problem with status 401 when it has none that holds.

    Failures are counted by address. A token that holds passes whatever others at the same address did: nobody
    guesses 256 bits, and a whole office shares one address.
    """
    try:
        return _holding()
    except Problem:
        refuse_after_failures(WRONG_TOKENS, status=401, key=("token", visitor()))
        raise


def not_enough(token: ApiToken, permission: str) -> Problem:
    """What a program is told whose token, or whose owner, lacks a permission."""
    lacking = "the token does not have it" if permission not in token.permissions else "its owner lost it"
    return Problem(
        403,
        "The token does not allow this",
        f"{request.path} needs the permission {permission} and {lacking}; {_ASK}",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{permission}"'},
    )


def _holding() -> OwnedToken:
    """The token of this request, which has neither expired nor been ended."""
    secret = _sent()
    found = database().read(lambda session: tokens.by_secret(session, secret))
    if found is None:
        raise _refused("The token is not known", "No such token was made here. Check that it is whole")
    token = found.token
    if token.revoked_at is not None:
        raise _refused("The token was revoked", f"{token.name!r} was revoked on {_day(token.revoked_at)}")
    if token.expires_at <= now():
        raise _refused("The token has expired", f"{token.name!r} expired on {_day(token.expires_at)}")
    if not found.person.is_active:
        raise _refused("The token has no owner", f"Whoever made {token.name!r} may no longer sign in")
    _note_use(token)
    return found


def _sent() -> str:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        detail = f"Send the header 'Authorization: Bearer' followed by a token; {_ASK}"
        raise Problem(401, "A token is needed", detail, headers={"WWW-Authenticate": _CHALLENGE})
    return sent.token


def _refused(title: str, found: str) -> Problem:
    headers = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
    return Problem(401, title, f"{found}; {_ASK}", headers=headers)


def _day(moment: datetime) -> str:
    return moment.astimezone(settings().time_zone).date().isoformat()


def _note_use(token: ApiToken) -> None:
    token_id, day = token.id, today()
    if token.last_used_on != day:
        database().write(lambda session: tokens.note_use(session, token_id, day))
