"""What a phone loads to see the questionnaire: the requests of a real browser, the bytes of the document."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks.serving import Served
from tests.end_to_end.phone import CHROMIUM, PROGRAM


@dataclass(frozen=True)
class FirstView:
    """The document's compressed bytes, without and with its headers, and the paths a browser asks for."""

    body: int
    with_headers: int
    paths: tuple[str, ...]


def first_view(server: Served) -> FirstView:
    """Load the demonstration's questionnaire once as bytes and once in Chromium."""
    body, headers = wire_bytes(server, "/s/demo")
    return FirstView(body, body + headers, _paths_loaded(f"{server.address}/s/demo"))


def wire_bytes(server: Served, path: str) -> tuple[int, int]:
    """The bytes of an answer as a browser gets it: of its body, and of its status line and headers."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    status = f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders())
    body = len(answer.read())
    connection.close()
    return body, len(f"{status}{headers}\r\n".encode())


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=CHROMIUM)
        yield browser
        browser.close()


def _paths_loaded(address: str) -> tuple[str, ...]:
    paths: dict[str, str] = {}

    def note_request(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):  # stands in the document itself
            paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    with chromium() as browser:
        page = browser.new_page()
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", note_request)
        page.goto(address, wait_until="networkidle")
    return tuple(paths.values())
