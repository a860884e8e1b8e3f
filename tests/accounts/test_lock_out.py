"""Guessing passwords is slow, tells nothing, and shuts nobody out."""

import time
from datetime import UTC, datetime
from itertools import cycle, islice
from statistics import median

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.accounts.passwords import hash_of_password
from survey.store.people import Person
from tests.accounts.signing_in import WRONG, statuses, try_to_sign_in
from tests.builders import database_of
from tests.conftest import PASSWORD, csrf_in, on_sqlite, sign_in_as
from tests.web.browsing import post


def test_a_browser_that_signed_in_before_is_not_shut_out_by_strangers(app: Flask) -> None:
    owner = sign_in_as(app, "admin")
    post(owner, "/office/sign-out")
    assert 429 in statuses(app, "admin", 40)
    assert try_to_sign_in(app.test_client(), "admin").status_code == 429, "a browser that is not known waits"
    assert try_to_sign_in(owner, "admin").status_code == 303


def test_a_known_browser_has_a_count_of_its_own(app: Flask) -> None:
    owner = sign_in_as(app, "admin")
    post(owner, "/office/sign-out")
    answers = [try_to_sign_in(owner, "admin", WRONG).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert try_to_sign_in(owner, "admin").status_code == 429, "also for the right password"
    assert try_to_sign_in(app.test_client(), "admin", visitor="10.9.0.1").status_code == 303


def test_a_known_browser_is_known_for_its_own_person_only(app: Flask) -> None:
    colleague = sign_in_as(app, "viewer")
    post(colleague, "/office/sign-out")
    statuses(app, "admin", 5)
    assert try_to_sign_in(colleague, "admin").status_code == 429
    assert try_to_sign_in(colleague, "viewer").status_code == 303


def test_wrong_passwords_for_a_name_are_taken_more_and_more_seldom(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    taken = 0
    for minute in range(60):
        monkeypatch.setattr(time, "time", lambda minute=minute: began + 60 * minute)
        taken += statuses(app, "admin", 6, visitors=f"10.{{}}.{minute}.1").count(422)
    assert 10 <= taken <= 20


def test_an_unknown_name_is_slowed_in_the_same_way(app: Flask) -> None:
    assert statuses(app, "nobody", 7) == statuses(app, "admin", 7)


def test_who_guesses_names_is_stopped_by_address_and_by_network(app: Flask) -> None:
    one_address = [
        try_to_sign_in(app.test_client(), f"name{i}", WRONG, visitor="10.1.1.1").status_code
        for i in range(21)
    ]
    assert one_address == [422] * 20 + [429]
    assert try_to_sign_in(app.test_client(), "viewer", visitor="10.1.1.2").status_code == 303
    network = [
        try_to_sign_in(app.test_client(), f"name{i}", WRONG, visitor=f"10.1.2.{i}").status_code
        for i in range(61)
    ]
    assert network == [422] * 60 + [429]
    v6 = [
        try_to_sign_in(app.test_client(), f"name{i}", WRONG, visitor=f"2001:db8::{i + 1:x}").status_code
        for i in range(21)
    ]
    assert v6 == [422] * 20 + [429], "a customer has a whole network of IPv6"


def test_a_forged_or_foreign_device_cookie_makes_no_browser_known(app: Flask) -> None:
    statuses(app, "admin", 5)
    for cookie in ("x", "eyJhIjoiYiJ9.aaaaaa.bbbb", "", "." * 3000):
        stranger = app.test_client()
        stranger.set_cookie("office-device", cookie, path="/office")
        assert try_to_sign_in(stranger, "admin").status_code == 429


def test_the_device_cookie_names_nobody_and_stays_in_the_office(app: Flask) -> None:
    client = app.test_client()
    answer = try_to_sign_in(client, "admin")
    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("office-device=")]
    assert {"HttpOnly", "Path=/office", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "admin" not in cookie
    assert "office-device" not in str(client.get("/").request.headers.get("Cookie"))
    assert "Set-Cookie" not in app.test_client().get("/").headers


def _add_many(app: Flask, names: list[str], *, active: bool) -> None:
    password_hash = hash_of_password(PASSWORD)

    def add(session: Session) -> None:
        for name in names:
            session.add(
                Person(
                    username=name,
                    full_name=name,
                    unit_id=1,
                    password_hash=password_hash,
                    is_active=active,
                    created_at=datetime.now(UTC),
                )
            )

    database_of(app).write(add)


def _seconds(app: Flask, username: str, password: str, number: int) -> float:
    client = app.test_client()
    environ = {"REMOTE_ADDR": f"10.{number // 250}.{number % 250}.1"}
    csrf = csrf_in(client.get("/office/sign-in", environ_base=environ).text)
    fields = {"username": username, "password": password, "csrf_token": csrf}
    begun = time.perf_counter()
    answer = client.post("/office/sign-in", data=fields, environ_base=environ)
    seconds = time.perf_counter() - begun
    assert answer.status_code == 422
    return seconds


@on_sqlite
@pytest.mark.slow
@pytest.mark.usefixtures("production_hasher")
def test_unknown_names_wrong_passwords_and_closed_accounts_take_the_same_time(app: Flask) -> None:
    """Medians of 200 each within 5%, in an order that changes, so that noise hits all of them alike."""
    kinds = {"known": WRONG, "unknown": WRONG, "closed": PASSWORD}
    _add_many(app, [f"known{i}" for i in range(200)], active=True)
    _add_many(app, [f"closed{i}" for i in range(200)], active=False)
    medians: list[float] = []
    for _attempt in range(3):  # a machine that is busy in one of them only is no difference of the product
        seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
        for turn in range(200):
            for kind in islice(cycle(kinds), turn % 3, turn % 3 + 3):
                number = 3 * turn + list(kinds).index(kind)
                seconds[kind].append(_seconds(app, f"{kind}{turn}", kinds[kind], number))
        medians = [median(measured) for measured in seconds.values()]
        if max(medians) <= 1.05 * min(medians):
            return
        app.extensions["failures"]._own.storage.reset()
    pytest.fail(f"medians in seconds: {dict(zip(kinds, medians, strict=True))}")


def test_the_counts_are_under_no_name(app: Flask) -> None:
    """A password typed into the wrong field is nowhere, not even in memory."""
    try_to_sign_in(app.test_client(), "my secret passphrase", WRONG)
    counted = str(app.extensions["failures"]._own.storage.storage)
    assert "name" in counted
    assert "passphrase" not in counted
