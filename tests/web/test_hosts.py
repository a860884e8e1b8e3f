"""A host that a request chose gets into no link, QR code, poster or page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import create_app
from survey.config import ConfigError, Settings, read_settings
from survey.web.hosts import is_known_host
from tests.builders import database_of
from tests.conftest import PASSWORD, csrf_in, on_sqlite, settings_for

EVIL = {"Host": "evil.example"}
LINKS = [
    "/office/campaigns/demo/desks",
    "/office/campaigns/demo/publication",
    "/s/demo/qr.svg",
    "/s/demo/qr.png",
    "/s/demo/poster.pdf",
]
PAGES = [
    "/",
    "/s/demo",
    "/s/demo/privacy",
    "/receipt",
    "/office/",
    "/office/campaigns/demo",
    "/api/v1/openapi.json",
]


@contextmanager
def app_with(url: str, folder: Path, change: Callable[[Settings], Settings]) -> Iterator[Flask]:
    app = create_app(change(settings_for(url, folder)))
    yield app
    database_of(app).dispose()


@pytest.fixture
def office(demo_app: Flask) -> FlaskClient:
    """Somebody who signed in under the unknown host: a browser sends cookies to the host that set them."""
    client = demo_app.test_client()
    page = client.get("/office/sign-in", headers=EVIL).text
    fields = {"username": "admin", "password": PASSWORD, "csrf_token": csrf_in(page)}
    assert client.post("/office/sign-in", data=fields, headers=EVIL).status_code == 303
    return client


@on_sqlite
@pytest.mark.parametrize("path", LINKS)
def test_no_link_is_made_for_an_unknown_host(office: FlaskClient, path: str) -> None:
    answer = office.get(path, headers=EVIL)
    assert answer.status_code == 400
    assert b"evil.example" not in answer.data


@on_sqlite
@pytest.mark.parametrize("path", PAGES)
def test_other_pages_are_served_and_do_not_name_the_host(office: FlaskClient, path: str) -> None:
    answer = office.get(path, headers=EVIL)
    assert answer.status_code == 200
    assert b"evil.example" not in answer.data


def saved_page(app: Flask, host: str) -> str:
    """The page with the code of an unfinished form and the address to go on at."""
    answer = app.test_client().post("/s/demo/save", data={"consent": "agree"}, headers={"Host": host})
    assert answer.status_code == 200
    return answer.text


@on_sqlite
def test_an_unfinished_form_is_not_saved_with_an_address_of_somebody(demo_app: Flask) -> None:
    answer = demo_app.test_client().post("/s/demo/save", data={"consent": "agree"}, headers=EVIL)
    assert answer.status_code == 400
    assert 'id="saved-code"' not in answer.text


@on_sqlite
def test_the_page_says_what_to_do_in_both_languages(demo_app: Flask) -> None:
    page = demo_app.test_client().get("/s/demo/qr.svg?lang=en", headers=EVIL).text
    assert "Use the address on the poster." in page
    assert "set PUBLIC_URL, or name this host in TRUSTED_HOSTS" in page
    assert (
        "Hãy dùng địa chỉ in trên áp phích."
        in demo_app.test_client().get("/s/demo/qr.svg?lang=vi", headers=EVIL).text
    )


@on_sqlite
@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "127.0.0.1:5000", "[::1]:8000", "192.168.1.20:8000", "10.0.0.5", "[fd00::5]:8000"],
)
def test_a_trial_and_a_demonstration_in_a_local_network_work(demo_app: Flask, host: str) -> None:
    assert f"{host}/continue" in saved_page(demo_app, host)


@on_sqlite
def test_a_host_of_the_setting_is_served(demo_url: str, tmp_path: Path) -> None:
    trusted = frozenset({"survey.example.vn"})
    with app_with(demo_url, tmp_path, lambda s: replace(s, trusted_hosts=trusted)) as app:
        assert "survey.example.vn:8080/continue" in saved_page(app, "survey.example.vn:8080").lower()
        assert (
            app.test_client().get("/s/demo/qr.svg", headers={"Host": "x.survey.example.vn"}).status_code
            == 400
        )


@on_sqlite
def test_with_a_public_address_links_have_it_whatever_the_host(demo_url: str, tmp_path: Path) -> None:
    with app_with(demo_url, tmp_path, lambda s: replace(s, public_url="http://survey.example.vn")) as app:
        page = saved_page(app, "evil.example")
    assert "survey.example.vn/continue" in page
    assert "evil.example" not in page


@on_sqlite
def test_a_forwarded_host_is_judged_like_any_other(demo_url: str, tmp_path: Path) -> None:
    with app_with(demo_url, tmp_path, lambda s: replace(s, trusted_proxies=1)) as app:
        answer = app.test_client().get("/s/demo/qr.svg", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "127.0.0.1@evil.example",
        "8.8.8.8",
        "[2001:4860:4860::8888]",
        "survey-pc",
        "survey.local",
        "[::1",
        "",
    ],
)
def test_hosts_that_anybody_can_own_are_unknown(host: str) -> None:
    assert not is_known_host(host)


def test_names_of_the_setting_are_read_and_checked(tmp_path: Path) -> None:
    environ = {"INSTANCE_PATH": str(tmp_path / "instance"), "TRUSTED_HOSTS": "Survey.example.vn, survey-pc"}
    assert read_settings(environ).trusted_hosts == {"survey.example.vn", "survey-pc"}
    with pytest.raises(ConfigError, match="TRUSTED_HOSTS has 'https://x"):
        read_settings(environ | {"TRUSTED_HOSTS": "https://x.vn"})


@on_sqlite
@pytest.mark.parametrize("host", ["a..b", "localhost..", ".x", "x" * 70, "-"])
@pytest.mark.parametrize("path", ["/s/demo", "/healthz", "/office/", "/nothing", "/api/v1/campaigns"])
def test_what_is_no_host_name_is_refused_without_a_traceback(demo_app: Flask, path: str, host: str) -> None:
    demo_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = demo_app.test_client().get(path, headers={"Host": host})
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example\\@10.0.0.1",
        "10.0.0.5/evil",
        "[::1]evil.example",
        "[fe80::1%evil.example]",
        "10.0.0.5:evil",
    ],
)
def test_nothing_around_an_address_of_a_private_network_is_known(host: str) -> None:
    assert not is_known_host(host)
