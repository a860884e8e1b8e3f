"""Requests that the server does not read: answered in the words of the product, then closed in order."""

import time
from contextlib import suppress
from socket import socket

import pytest
import requests

from tests.end_to_end.server import Server

pytestmark = pytest.mark.server

TOO_MUCH = 9 * 1024 * 1024
FORM = b"consent=agree"
CONFUSED = {
    "length and chunked": b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n",
    "chunked and length": b"Transfer-Encoding: chunked\r\nContent-Length: 13\r\n",
    "two lengths": b"Content-Length: 13\r\nContent-Length: 5\r\n",
    "no number": b"Content-Length: +13\r\n",
}


def everything_from(connection: socket) -> bytes:
    """What the server sends until it closes; an error where it resets the connection."""
    connection.settimeout(20)
    return b"".join(iter(lambda: connection.recv(65536), b""))


def statuses_in(answers: bytes) -> list[bytes]:
    return [line.split(b" ")[1] for line in answers.split(b"\r\n") if line.startswith(b"HTTP/1.")]


@pytest.mark.parametrize(
    ("lang", "heading"), [("vi", "Nội dung gửi quá lớn"), ("en", "Too much was sent at once")]
)
def test_a_body_beyond_the_servers_limit_gets_the_page_in_its_language(
    server: Server, lang: str, heading: str
) -> None:
    for path in ("/s/demo/send", "/office/scorecards/1/values", "/office/appearance"):
        answer = requests.post(f"{server.address}{path}?lang={lang}", data=b"x" * TOO_MUCH, timeout=30)
        assert answer.status_code == 413
        assert f"<h1>{heading}</h1>" in answer.text
        assert f'href="{path}"' in answer.text, "the way back to the form"
        assert "256\u00a0kB" in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Connection"] == "close"


def test_a_client_that_sends_on_after_the_refusal_still_reads_it(server: Server) -> None:
    with server.connect() as phone:
        phone.sendall(
            b"POST /s/demo/send?lang=en HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % TOO_MUCH
        )
        for _ in range(9):
            time.sleep(0.05)
            phone.sendall(b"x" * 1024 * 1024)
        assert b"Too much was sent at once" in everything_from(phone)


def test_a_chunked_body_beyond_the_limit_is_refused_the_same_way(server: Server) -> None:
    pieces = (b"x" * 65536 for _ in range(200))
    answer = requests.post(f"{server.address}/s/demo/send?lang=en", data=pieces, timeout=30)
    assert (answer.status_code, "Too much was sent at once" in answer.text) == (413, True)


def test_a_head_that_is_too_large_is_refused_in_words(server: Server) -> None:
    cookies = {"Cookie": "a=" + "x" * 40_000}
    answer = requests.get(f"{server.address}/s/demo?lang=en", headers=cookies, timeout=30)
    assert answer.status_code == 431
    assert "Delete the cookies of this site" in answer.text
    assert "Content-Security-Policy" in answer.headers
    vietnamese = requests.get(f"{server.address}/s/demo?lang=vi", headers=cookies, timeout=30)
    assert "Hãy xóa cookie của trang này" in vietnamese.text


@pytest.mark.parametrize("lengths", CONFUSED.values(), ids=CONFUSED)
def test_a_request_whose_length_is_not_clear_is_refused_and_nothing_after_it_is_read(
    server: Server, lengths: bytes
) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"POST /s/demo/check HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n"
    for body in (b"0\r\n\r\n" + hidden, FORM + hidden):
        with server.connect() as attacker:
            attacker.sendall(head + body)
            with suppress(OSError):  # closed for good when it answers
                attacker.sendall(hidden)
            answers = everything_from_half_closed(attacker)
        assert statuses_in(answers) == [b"400"]
        assert b"<h1>" in answers


def everything_from_half_closed(connection: socket) -> bytes:
    """The same for a client that sends nothing more."""
    with suppress(OSError):
        connection.shutdown(1)
    return everything_from(connection)


def test_a_length_beside_chunks_in_http_1_0_is_refused(server: Server) -> None:
    with server.connect() as attacker:
        attacker.sendall(b"POST /s/demo/check HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert statuses_in(everything_from(attacker)) == [b"400"]


def test_what_is_no_request_is_refused_and_the_server_goes_on(server: Server) -> None:
    for nonsense in (b"\x16\x03\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n"):
        with server.connect() as stranger:
            stranger.sendall(nonsense)
            assert statuses_in(everything_from(stranger)) == [b"400"]
    assert requests.get(f"{server.address}/healthz", timeout=5).status_code == 200
