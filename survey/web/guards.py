"""Who may do what. Every page declares it with `@public` or `@may(…)`; one that declares nothing is refused.

A route for programs declares `@token_may(…)`: there a session gives nothing, and a token nothing elsewhere.
`is_authorised` is the one function that decides; it runs before every request.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import Forbidden

from survey.store import office_sessions
from survey.store.office_sessions import OfficeSession
from survey.store.people import Person, Role
from survey.store.tokens import OwnedToken
from survey.store.unavailable import StoreUnavailableError
from survey.web import bearer
from survey.web.context import database, now
from survey.web.permissions import ROLE_PERMISSIONS, Permission

PUBLIC: Literal["public"] = "public"
_DECLARED, _BY_TOKEN = "survey_permission", "survey_by_token"
_FRESH, _TO_ENROL = "survey_fresh", "survey_to_enrol"
View = TypeVar("View", bound=Callable[..., object])
login = LoginManager()


class SignedOutError(Forbidden):
    """A form of the office was sent and nobody is signed in, or no longer."""


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The official behind the request, by the session with a token."""

    def __init__(self, person: Person, token: str = "", session: OfficeSession | None = None) -> None:
        self.person, self.token, self.session = person, token, session

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.person.is_active

    def may(self, permission: Permission) -> bool:
        """Whether the person's role allows this."""
        return permission in ROLE_PERMISSIONS.get(Role(self.person.role), frozenset())

    @property
    def is_fresh(self) -> bool:
        """Whether the person proved lately who they are."""
        return self.session is not None and self.session.is_fresh(now())

    @property
    def must_enrol(self) -> bool:
        """Whether the person has to add a second factor before anything else."""
        return self.session is not None and self.session.must_enrol

    @property
    def idle_seconds(self) -> int:
        """After how many seconds without a use the session ends."""
        return int(office_sessions.LONGEST_UNUSED.total_seconds())

    @property
    def seconds_left(self) -> int:
        """How long this session lasts at most, however often it is used."""
        return int(self.session.time_left(now()).total_seconds()) if self.session else 0


class Program:
    """The program behind the request. It acts for the official who made its token, within the token."""

    def __init__(self, owned: OwnedToken) -> None:
        self.token, self.person = owned.token, owned.person
        self._owner = SignedIn(owned.person)

    @property
    def is_active(self) -> bool:
        """Whether the official may still sign in."""
        return self._owner.is_active

    def may(self, permission: Permission) -> bool:
        """Whether both the token and the official's role allow this."""
        return permission in self.token.permissions and self._owner.may(permission)


def public(view: View) -> View:
    """Declare a page open to everybody."""
    setattr(view, _DECLARED, PUBLIC)
    return view


def may(permission: Permission) -> Callable[[View], View]:
    """Declare that a page needs a permission."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, permission)
        return view

    return declare


def fresh(view: View) -> View:
    """Declare that a page needs a person who proved lately who they are, beside its permission."""
    setattr(view, _FRESH, "")
    return view


def fresh_file(page: str) -> Callable[[View], View]:
    """Declare the same of a file; after the proof the page with this endpoint offers it again."""

    def declare(view: View) -> View:
        setattr(view, _FRESH, page)
        return view

    return declare


def to_enrol(view: View) -> View:
    """Declare that a page is for people too who have to add a second factor before anything else."""
    setattr(view, _TO_ENROL, True)
    return view


def token_may(permission: Permission) -> Callable[[View], View]:
    """Declare that a route is for programs and needs a token with a permission."""

    def declare(view: View) -> View:
        setattr(view, _BY_TOKEN, True)
        return may(permission)(view)

    return declare


def declared_permission(endpoint: str) -> Permission | Literal["public"] | None:
    """What the page behind an endpoint declares; None when it declares nothing, so nobody may."""
    if endpoint == "static":
        return PUBLIC
    return getattr(current_app.view_functions.get(endpoint), _DECLARED, None)


def fresh_page(endpoint: str) -> str:
    """The endpoint of the page that offers a file declared with `@fresh_file`; "" for anything else."""
    return str(getattr(current_app.view_functions.get(endpoint), _FRESH, ""))


def is_for_programs(endpoint: str) -> bool:
    """Whether the route behind an endpoint takes a token and no session."""
    return getattr(current_app.view_functions.get(endpoint), _BY_TOKEN, False)


def needs_fresh_proof(endpoint: str) -> bool:
    """Whether the page behind an endpoint is declared with `@fresh`."""
    return hasattr(current_app.view_functions.get(endpoint), _FRESH)


def is_authorised(
    permission: Permission | Literal["public"] | None, person: SignedIn | Program | None
) -> bool:
    """Whether an official or a program (None: nobody) may do this; no declaration, no entry."""
    if permission is None:
        return False
    if permission == PUBLIC:
        return True
    return person is not None and person.is_active and person.may(permission)


def signed_in_official() -> SignedIn | None:
    """The official behind this request, None for anybody else."""
    return current_user if current_user.is_authenticated else None


def signed_in_id() -> int | None:
    """The number of the official behind this request for the log, None for nobody."""
    signed = signed_in_official()
    return signed.person.id if signed else None


def guarded_official() -> SignedIn:
    """The official behind a request to a guarded page."""
    signed = signed_in_official()
    assert signed is not None  # noqa: S101 — guards let nobody else in
    return signed


def official_id() -> int:
    """The number of the official behind a request to a guarded page."""
    return guarded_official().person.id


def program() -> Program:
    """The program behind this request, on a route for programs."""
    return cast(Program, g.program)


def init(app: Flask) -> None:
    """Check every request before its page runs."""
    login.init_app(app, add_context_processor=False)  # error pages need no person
    login.user_loader(_load)
    login.session_protection = None  # it compares address and browser, which are not stored
    app.before_request(_check)


def _load(token: str) -> SignedIn | None:
    moment = now()
    owned = database().read(lambda session: office_sessions.by_token(session, token))
    if owned is None or owned.session.is_over(moment) or not owned.person.is_active:
        return None
    if owned.session.is_use_due(moment):
        with suppress(StoreUnavailableError):  # reading goes on while the store cannot be written
            database().write(lambda s: office_sessions.store_use(s, owned.session.id, now=moment))
    return SignedIn(owned.person, token, owned.session)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # Flask answers 404
    permission = declared_permission(request.endpoint)
    if permission == PUBLIC:
        return None
    if permission is not None and is_for_programs(request.endpoint):
        _check_program(permission)
        return None
    person = signed_in_official()
    if is_authorised(permission, person):
        return _check_session(person)
    if person is None and permission is not None:
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        raise SignedOutError
    return abort(403)


def _check_session(person: SignedIn | None) -> ResponseReturnValue | None:
    """What a session has to do before the page runs, though its person may open it."""
    view = current_app.view_functions[str(request.endpoint)]
    if person is None:
        return None
    if person.must_enrol and not hasattr(view, _TO_ENROL):
        return redirect(url_for("factors.show"), 303)
    if hasattr(view, _FRESH) and not person.is_fresh:
        ask: Callable[[], ResponseReturnValue] = current_app.view_functions["confirm.ask"]  # type: ignore[assignment]
        return ask()
    return None


def _check_program(permission: Permission) -> None:
    g.program = Program(bearer.require_token())
    if not is_authorised(permission, g.program):
        raise bearer.missing_permission(g.program.token, permission)
