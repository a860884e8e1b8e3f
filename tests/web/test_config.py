"""Settings: what is read from the environment, what is made, what is refused in words."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import request
from flask.testing import FlaskClient

from survey import create_app
from survey.config import ConfigError, Settings, read_settings
from survey.store.questionnaires import load_shipped
from tests.builders import a_form, database_of, send
from tests.conftest import app_on, settings_for, sign_in_as

KEY = "k" * 32


def settings(folder: Path, **environ: str) -> Settings:
    return read_settings({"INSTANCE_PATH": str(folder), **environ})


def test_nothing_need_be_set(tmp_path: Path) -> None:
    read = settings(tmp_path)
    assert read.database_url == f"sqlite:///{tmp_path / 'survey.sqlite3'}"
    assert read.time_zone == ZoneInfo("Asia/Ho_Chi_Minh")
    assert (read.public_url, read.redis_url, read.trusted_proxies, read.https_only) == (
        None,
        None,
        0,
        False,
    )
    assert read_settings({"SECRET_KEY": KEY}).instance.name == "instance"


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    names = ("DATABASE_URL", "PUBLIC_URL", "TIME_ZONE", "REDIS_URL", "TRUSTED_PROXIES", "SMTP_URL")
    assert settings(tmp_path, **dict.fromkeys(names, "")) == settings(tmp_path)


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "made as needed"
    first = settings(folder).secret_keys
    assert settings(folder).secret_keys == first
    assert len(first[0]) >= 43
    file = folder / "secret_key"
    assert file.read_text() == first[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert settings(tmp_path / "other").secret_keys != first


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        secrets = list(pool.map(lambda _: settings(tmp_path).secret_keys, range(32)))
    assert len(set(secrets)) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_several_secrets_are_newest_first(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY=f"  {KEY}  {'o' * 40} ").secret_keys == (KEY, "o" * 40)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(("key", "n"), [("", 0), (" ", 0), ("short", 5), ("k" * 31, 31), (f"{KEY} short", 5)])
def test_a_short_secret_is_refused(tmp_path: Path, key: str, n: int) -> None:
    with pytest.raises(ConfigError, match=rf"SECRET_KEY has {n} characters; at least 32"):
        settings(tmp_path, SECRET_KEY=key)


def test_a_spoilt_file_of_the_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("x")
    with pytest.raises(ConfigError, match=r"secret_key has 1 characters"):
        settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "PUBLIC_URL",
            "khaosat.example.vn",
            r"PUBLIC_URL is 'khaosat.example.vn'; it must begin with https://",
        ),
        ("PUBLIC_URL", "ftp://x", "must begin with https://"),
        ("PUBLIC_URL", "//x", "must begin with https://"),
        ("TIME_ZONE", "Hanoi", r"TIME_ZONE is 'Hanoi'; use a name like Asia/Ho_Chi_Minh"),
        ("TIME_ZONE", "../etc/passwd", "use a name like"),
        ("TIME_ZONE", "/etc/localtime", "use a name like"),
        ("TIME_ZONE", "a\x00b", "use a name like"),
        ("TIME_ZONE", "Asia", "use a name like"),
        ("TRUSTED_PROXIES", "one", r"TRUSTED_PROXIES is 'one'; use a whole number"),
        ("TRUSTED_PROXIES", "-1", "use a whole number"),
        ("TRUSTED_PROXIES", "1.5", "use a whole number"),
        ("TRUSTED_PROXIES", "²", "use a whole number"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_to_do(
    tmp_path: Path, name: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        settings(tmp_path, **{name: value})


def test_a_public_address_loses_its_last_slash_and_means_https(tmp_path: Path) -> None:
    read = settings(tmp_path, PUBLIC_URL="https://khaosat.example.vn/")
    assert (read.public_url, read.https_only) == ("https://khaosat.example.vn", True)
    assert not settings(tmp_path, PUBLIC_URL="http://127.0.0.1:8000").https_only


def test_links_and_codes_carry_the_public_address(demo_url: str, tmp_path: Path) -> None:
    public = replace(settings_for(demo_url, tmp_path), public_url="http://khaosat.example.vn")
    app = create_app(public)
    page = (
        sign_in_as(app, "viewer")
        .get("/office/campaigns/demo/desks", headers={"X-Forwarded-Host": "evil.example"})
        .text
    )
    assert "khaosat.example.vn/s/demo" in page
    assert "evil.example" not in page
    result = sign_in_as(app, "viewer").get("/office/campaigns/demo/summary.json").json
    assert result is not None
    assert result["campaign"]["public_page"] == "http://khaosat.example.vn/results/demo"
    database_of(app).dispose()


def visitor_seen(url: str, folder: Path, proxies: int, forwarded: str) -> str:
    app = create_app(replace(settings_for(url, folder), trusted_proxies=proxies))
    seen: list[str] = []

    def look() -> None:
        seen.append(request.remote_addr or "")

    app.before_request_funcs.setdefault(None, []).insert(0, look)
    app.test_client().get("/healthz", headers={"X-Forwarded-For": forwarded})
    database_of(app).dispose()
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "visitor"), [(0, "127.0.0.1"), (1, "10.0.0.2"), (2, "198.51.100.7"), (9, "127.0.0.1")]
)
def test_only_trusted_proxies_say_who_visits(url: str, tmp_path: Path, proxies: int, visitor: str) -> None:
    assert visitor_seen(url, tmp_path, proxies, "198.51.100.7, 10.0.0.2") == visitor


def test_a_new_secret_keeps_the_receipts_of_the_old_one(demo_url: str, tmp_path: Path) -> None:
    form = a_form(load_shipped())
    old = app_on(demo_url, tmp_path)
    code = send(old.test_client(), form)
    database_of(old).dispose()
    new = create_app(replace(settings_for(demo_url, tmp_path), secret_keys=("n" * 40, "k" * 40)))
    assert send(new.test_client(), form) == code
    assert view(new.test_client(), code) == 200
    database_of(new).dispose()
    lost = create_app(replace(settings_for(demo_url, tmp_path), secret_keys=("n" * 40,)))
    answer = lost.test_client().post("/s/demo/send", data=form)
    assert (answer.status_code, "Phiếu" in answer.text) == (409, True)
    assert view(lost.test_client(), code) == 200, "a receipt is found by its hash"
    database_of(lost).dispose()


def view(client: FlaskClient, code: str) -> int:
    return client.post("/receipt", data={"code": code}).status_code
