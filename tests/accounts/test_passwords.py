"""Which passwords are refused, with what to do, and that accents do not matter in how they are written."""

import unicodedata

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.accounts import passwords
from survey.accounts.passwords import WeakPassword, find_weakness, hash_of_password, password_is_right
from survey.store.people import Person
from tests.accounts.signing_in import person_named, try_to_sign_in
from tests.builders import database_of
from tests.conftest import PASSWORD, official
from tests.web.browsing import errors_in, post

viewer = official("viewer")
OFFICE = ["Ban Quản lý Khu kinh tế Dung Quất và các Khu công nghiệp Quảng Ngãi"]
PASSPHRASE = "cây tre xanh biếc bên sông"  # noqa: S105 — of a person who exists in tests only


@pytest.fixture(scope="module")
def person() -> Person:
    hashed = hash_of_password(PASSPHRASE)
    return Person(
        id=1,
        username="lan.nguyen",
        full_name="Nguyễn Thị Lan",
        password_hash=hashed,
        is_active=True,
        unit_id=1,
    )


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("password1234", WeakPassword.COMMON),
        ("Password2024!", WeakPassword.COMMON),
        ("P@ssw0rd1234", WeakPassword.COMMON),
        ("iloveyou1234", WeakPassword.COMMON),
        ("matkhau@123456", WeakPassword.COMMON),
        ("Mật khẩu 123456", WeakPassword.COMMON),
        ("Quangngai@2024", WeakPassword.NAME),
        ("dungquat2026!!", WeakPassword.NAME),
        ("nguyenthilan", WeakPassword.NAME),
        ("Nguyễn Thị Lan", WeakPassword.NAME),
        ("lan.nguyenlan.nguyen", WeakPassword.NAME),
        ("neyugn.nal nal", WeakPassword.NAME),
        ("NGUYENTHILAN1990", WeakPassword.NAME),
        ("aaaaaaaaaaaa", WeakPassword.REPEATED),
        ("abababababab", WeakPassword.REPEATED),
        ("letmein letmein", WeakPassword.REPEATED),
        ("abcdefghijkl", WeakPassword.SEQUENCE),
        ("qwertyuiop[]", WeakPassword.SEQUENCE),
        (PASSPHRASE, WeakPassword.PRESENT),
        (unicodedata.normalize("NFD", PASSPHRASE), WeakPassword.PRESENT),
        ("x" * 11, WeakPassword.WRONG_LENGTH),
        ("x" * 201, WeakPassword.WRONG_LENGTH),
        ("\ufdfa" * 12, WeakPassword.WRONG_LENGTH),  # becomes 216 letters
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(
    person: Person, password: str, weakness: WeakPassword
) -> None:
    assert find_weakness(password, person, OFFICE) == weakness


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "bốn từ dễ nhớ đây",
        "mưa rơi trên mái ngói cũ",
        "xe đạp hoa sen máy tính",
        "bon tu de nho day",
        "ảnh ngọc bút 🎋 lá cờ",
        "x7k2-9mqa-bb3t-zz9p",
        "hãy trồng thêm một cây đa trước sân đình làng bên, rồi cùng ngồi uống trà " * 2,
    ],
)
def test_a_long_passphrase_is_taken(person: Person, password: str) -> None:
    assert find_weakness(password, person, OFFICE) is None


def test_random_passwords_are_never_weak(person: Person) -> None:
    assert {find_weakness(passwords.new_password(), person, OFFICE) for _ in range(50)} == {None}


@pytest.mark.parametrize("written", ["NFC", "NFD", "NFKC", "NFKD"])
def test_accents_may_be_written_in_every_way(person: Person, written: str) -> None:
    typed = unicodedata.normalize(written, PASSPHRASE)  # type: ignore[arg-type]
    assert password_is_right(person, typed)
    assert not password_is_right(person, typed + "x")


def test_hashes_from_before_go_on_working() -> None:
    for typed in (unicodedata.normalize("NFD", PASSPHRASE), "ﬁve ﬁsh in the ﬁeld", PASSWORD):
        before = Person(password_hash=passwords._hasher.hash(typed), is_active=True)
        assert password_is_right(before, typed)
        assert not password_is_right(before, typed + "x")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("new", "vi", "en"),
    [
        ("password1234", "Nhiều người dùng", "Many people use"),
        ("viewerviewer", "gồm họ tên", "made of your name"),
        ("aaaaaaaaaaaa", "lặp lại", "repeats the same characters"),
        ("abcdefghijkl", "thứ tự bảng chữ cái", "follows the alphabet"),
        (PASSWORD, "mật khẩu hiện tại", "current password"),
    ],
)
def test_the_refusal_says_which_and_what_to_do(
    app: Flask, viewer: FlaskClient, lang: str, new: str, vi: str, en: str
) -> None:
    answer = post(viewer, f"/office/password?lang={lang}", old=PASSWORD, new=new)
    assert answer.status_code == 422
    assert {"vi": vi, "en": en}[lang] in errors_in(answer.text)
    assert {"vi": "Hãy chọn", "en": "Choose"}[lang] in errors_in(answer.text)
    assert new not in answer.text
    assert try_to_sign_in(app.test_client(), "viewer").status_code == 303


def test_a_passphrase_set_in_one_way_is_typed_in_another(app: Flask, viewer: FlaskClient) -> None:
    fields = {"old": PASSWORD, "new": unicodedata.normalize("NFD", PASSPHRASE)}
    assert post(viewer, "/office/password", **fields).status_code == 303
    assert try_to_sign_in(app.test_client(), "viewer", PASSPHRASE).status_code == 303


def test_wrong_current_passwords_are_limited_in_a_session(app: Flask, viewer: FlaskClient) -> None:
    answers = [post(viewer, "/office/password", old="wrong", new=PASSPHRASE).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_hash_that_is_none_signs_nobody_in(app: Flask) -> None:
    number = person_named(app, "viewer").id

    def spoil(session: Session) -> None:
        session.get_one(Person, number).password_hash = "x"  # noqa: S105

    database_of(app).write(spoil)
    assert try_to_sign_in(app.test_client(), "viewer").status_code == 422
