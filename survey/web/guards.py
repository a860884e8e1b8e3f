"""Who may do what where. Every page declares it with `@public` or `@may(…)`; one without is refused.

A route for programs declares `@token_may(…)`: there a session gives nothing, and a token nothing elsewhere.
Before every request the object of the address is looked up, and `Authority` decides whether the person may do
this at its unit. A page whose address names no object needs the permission at any unit, and lists what
`reach_of` gives.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from survey.store import office_sessions, people
from survey.store.db import NotFoundError
from survey.store.office_sessions import OfficeSession, OwnedSession
from survey.store.people import Grant, Person
from survey.store.positions import ObjectPositions
from survey.store.tokens import OwnedToken
from survey.store.unavailable import StoreUnavailableError
from survey.web import bearer
from survey.web.context import database, now, today
from survey.web.objects import find_positions
from survey.web.permissions import Authority, Permission, is_of_province

PUBLIC: Literal["public"] = "public"
_DECLARED, _BY_TOKEN, _PART = "survey_permission", "survey_by_token", "survey_or_part"
_FRESH, _TO_ENROL = "survey_fresh", "survey_to_enrol"
View = TypeVar("View", bound=Callable[..., object])
login = LoginManager()


class SignedOutError(Forbidden):
    """A form of the office was sent and nobody is signed in, or no longer."""


class _Somebody:
    """A person, and what may be done where in the person's name."""

    def __init__(self, person: Person, authority: Authority) -> None:
        self.person, self.authority = person, authority

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.person.is_active

    def may(self, permission: Permission) -> bool:
        """Whether this is allowed on the object of the page, as a whole; on a page of none, at any unit."""
        positions = object_positions()
        if positions is None:
            return self.may_anywhere(permission)
        return self.authority.may_on(permission, positions)

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether this is allowed at any unit."""
        return self.authority.may_anywhere(permission)


class SignedIn(_Somebody, UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The official behind the request, by the session with a token."""

    def __init__(
        self, person: Person, authority: Authority, token: str = "", session: OfficeSession | None = None
    ) -> None:
        super().__init__(person, authority)
        self.token, self.session = token, session

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token

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


class Program(_Somebody):
    """The program behind the request. It acts for the official who made its token, within the token."""

    def __init__(self, owned: OwnedToken, grants: tuple[Grant, ...]) -> None:
        permissions = frozenset(Permission(name) for name in owned.token.permissions)
        super().__init__(owned.person, Authority(grants, permissions, owned.unit.path))
        self.token = owned.token


def public(view: View) -> View:
    """Declare a page open to everybody."""
    setattr(view, _DECLARED, PUBLIC)
    return view


def may(permission: Permission, *, or_part: bool = False) -> Callable[[View], View]:
    """Declare that a page needs a permission at the unit of its object.

    `or_part`: or at a unit that a desk of the campaign works for. Such a page shows no more than `own_parts`.
    """

    def declare(view: View) -> View:
        setattr(view, _DECLARED, permission)
        setattr(view, _PART, or_part)
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
    permission: Permission | Literal["public"] | None,
    person: SignedIn | Program | None,
    positions: ObjectPositions | None = None,
    *,
    or_part: bool = False,
) -> bool:
    """Whether an official or a program (None: nobody) may do this to an object at these positions.

    Without an object, whether they may at any unit. No declaration, no entry.
    """
    if permission is None:
        return False
    if permission == PUBLIC:
        return True
    if person is None or not person.is_active:
        return False
    if positions is None:
        return person.may_anywhere(permission)
    if person.authority.may_on(permission, positions):
        return True
    return or_part and bool(person.authority.parts_of(permission, positions))


def object_positions() -> ObjectPositions | None:
    """Where the object of this request belongs; None where its address names none."""
    positions: ObjectPositions | None = g.get("object_positions")
    return positions


def sees_province(permission: Permission) -> bool:
    """Whether who is signed in may do this at the province, and so everywhere."""
    return any(is_of_province(path) for path in reach_of(permission))


def may_part(permission: Permission) -> bool:
    """Whether this is allowed on the campaign of this request, or on the part of one of its units."""
    positions = object_positions()
    return positions is not None and is_authorised(permission, guarded_official(), positions, or_part=True)


def own_parts(permission: Permission) -> frozenset[int] | None:
    """The units whose part of this request's campaign may be seen, and no more; None for all of it."""
    positions, authority = object_positions(), guarded_official().authority
    if positions is None or authority.may_on(permission, positions):
        return None
    return frozenset(position.unit_id for position in authority.parts_of(permission, positions))


def reach_of(permission: Permission) -> tuple[str, ...]:
    """The paths of the units at and below which who is signed in, or the program, may do this."""
    somebody = program() if "program" in g else guarded_official()
    return somebody.authority.reach(permission)


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

    def find(session: Session) -> tuple[OwnedSession, Authority] | None:
        owned = office_sessions.by_token(session, token)
        return None if owned is None else (owned, Authority(people.grants_of(session, owned.person.id)))

    row = database().read(find)
    if row is None or row[0].session.is_over(moment) or not row[0].person.can_sign_in(today()):
        return None
    owned, authority = row
    if owned.session.is_use_due(moment):
        with suppress(StoreUnavailableError):  # reading goes on while the store cannot be written
            database().write(lambda s: office_sessions.store_use(s, owned.session.id, now=moment))
    return SignedIn(owned.person, authority, token, owned.session)


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
    if person is None and permission is not None:
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        if request.method == "POST":
            raise SignedOutError
    if person is None or permission is None or not person.may_anywhere(permission):
        return abort(403)
    _check_object(permission, person)
    return _check_session(person)


def _check_session(person: SignedIn) -> ResponseReturnValue | None:
    """What a session has to do before the page runs, though its person may open it."""
    view = current_app.view_functions[str(request.endpoint)]
    if person.must_enrol and not hasattr(view, _TO_ENROL):
        return redirect(url_for("factors.show"), 303)
    if hasattr(view, _FRESH) and not person.is_fresh:
        ask: Callable[[], ResponseReturnValue] = current_app.view_functions["confirm.ask"]  # type: ignore[assignment]
        return ask()
    return None


def _check_program(permission: Permission) -> None:
    owned = bearer.require_token()
    grants = database().read(lambda session: people.grants_of(session, owned.person.id))
    g.program = Program(owned, grants)
    if not is_authorised(permission, g.program):
        raise bearer.missing_permission(owned.token, permission)
    try:
        _check_object(permission, g.program)
    except NotFoundError:
        raise bearer.nothing_there(request.view_args or {}) from None


def _check_object(permission: Permission, person: SignedIn | Program) -> None:
    """Refuse an object on which this is not allowed; of one on which nothing is, say that there is none."""
    arguments = request.view_args or {}
    positions = database().read(lambda session: find_positions(session, arguments))
    if positions is None:
        return
    g.object_positions = positions
    g.object_unit = positions.owners[0].unit_id
    or_part = getattr(current_app.view_functions[request.endpoint or ""], _PART, False)
    if is_authorised(permission, person, positions, or_part=or_part):
        return
    if person.authority.knows(positions):
        abort(403)
    raise NotFoundError
