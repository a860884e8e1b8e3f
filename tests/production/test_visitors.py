"""Who is let in, and from where: sign-in behind TLS, forms of other sites, limits that know each visitor."""

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.conftest import csrf_in
from tests.end_to_end.office import sign_in
from tests.production.bed import ADDRESS, HOST, Bed, keys_in_redis

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]
SIGN_IN = f"{ADDRESS}/office/sign-in"
YEAR = "max-age=31536000"


def try_to_sign_in(program: requests.Session, name: str, password: str, **headers: str) -> requests.Response:
    """The answer to the sign-in form, sent as a browser sends it."""
    token = csrf_in(program.get(SIGN_IN).text)
    fields = {"username": name, "password": password, "csrf_token": token}
    return program.post(SIGN_IN, data=fields, headers=headers, allow_redirects=False)


@pytest.mark.parametrize("name", ["admin", "officer", "leader"])
def test_everybody_of_the_office_is_let_in_behind_tls(chromium: Browser, bed: Bed, name: str) -> None:
    with sign_in(chromium, bed.server, name) as page:
        assert page.url == f"{ADDRESS}/office/"


def test_browsers_without_fetch_metadata_are_let_in_too(bed: Bed) -> None:
    with bed.program() as safari_before_16:
        answer = try_to_sign_in(safari_before_16, "admin", bed.server.sign_ins["admin"], Origin=ADDRESS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office/")


def test_a_form_that_another_site_sends_is_refused(official: Page, bed: Bed) -> None:
    official.goto(f"{ADDRESS}/office/password")
    token = csrf_in(official.content())
    page = (
        f"<form method=post action='{ADDRESS}/office/appearance'>"
        f"<input name=csrf_token value='{token}'><input name=accent value='#a3140f'></form>"
        "<script>document.forms[0].submit()</script>"
    )
    official.context.route(
        "https://other.example/**", lambda route: route.fulfill(body=page, content_type="text/html")
    )
    with official.expect_response(f"{ADDRESS}/office/appearance") as waiting:
        official.goto("https://other.example/")
    assert waiting.value.status in {400, 403}
    with bed.program() as program:
        for headers in ({"Origin": "https://other.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = try_to_sign_in(program, "admin", bed.server.sign_ins["admin"], **headers)
            assert answer.status_code == 403, headers


def test_cookies_are_for_https_and_this_host_only(official: Page) -> None:
    cookies = {cookie["name"]: cookie for cookie in official.context.cookies()}
    assert set(cookies) == {"__Host-office", "__Secure-office-device"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["domain"]) == (True, True, HOST)
    assert cookies["__Secure-office-device"]["path"] == "/office"


@pytest.mark.parametrize("path", ["/", "/s/demo", "/sw.js", "/static/office.css", "/office/sign-in", "/s/no"])
def test_browsers_are_told_to_stay_with_https(bed: Bed, path: str) -> None:
    with bed.program() as program:
        assert program.get(ADDRESS + path).headers["Strict-Transport-Security"] == YEAR


def test_wrong_codes_of_one_visitor_do_not_shut_out_another(bed: Bed) -> None:
    with bed.door_of("127.0.0.2") as door, bed.program(door) as guesser, bed.program() as other:
        answers = [guesser.get(f"{ADDRESS}/s/GUESS{n}").status_code for n in range(31)]
        assert answers == [404] * 30 + [429]
        assert guesser.get(f"{ADDRESS}/s/demo").status_code == 200, "a code that exists is always served"
        assert other.get(f"{ADDRESS}/s/GUESS").status_code == 404
        pretended = {"X-Forwarded-For": "203.0.113.9"}
        assert guesser.get(f"{ADDRESS}/s/GUESS99", headers=pretended).status_code == 429
    assert any("127.0.0.2" in key for key in keys_in_redis(bed)), "both processes count together, in Redis"


def test_wrong_passwords_of_one_visitor_do_not_shut_out_another(bed: Bed) -> None:
    with bed.door_of("127.0.0.3") as door, bed.program(door) as guesser, bed.program() as other:
        for number in range(20):
            assert try_to_sign_in(guesser, f"nobody-{number}", "wrong").status_code == 422
        assert try_to_sign_in(guesser, "nobody", "wrong").status_code == 429
        assert try_to_sign_in(other, "leader", bed.server.sign_ins["leader"]).status_code == 303


def test_no_log_holds_an_address_of_a_visitor(bed: Bed) -> None:
    with bed.door_of("127.0.0.4") as door, bed.program(door) as visitor:
        for path in ("/", "/s/demo", "/s/none", "/receipt"):
            visitor.get(ADDRESS + path)
    assert '"/s/<code>"' in bed.server.log
    assert "127.0.0.4" not in bed.server.log
