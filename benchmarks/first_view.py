"""What a phone loads to see the questionnaire: the requests of a real browser, the bytes of the document."""

import http.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from benchmarks.serving import Served


@dataclass(frozen=True)
class Requested:
    """One request of a browser and the bytes of its answer on the wire, headers included."""

    path: str
    wire_bytes: int


@dataclass(frozen=True)
class FirstView:
    """The document's compressed bytes, without and with its headers, and all a browser asks for."""

    body: int
    with_headers: int
    requests: tuple[Requested, ...]


def first_view(server: Served) -> FirstView:
    """Load the demonstration's questionnaire once as bytes and once in Chromium."""
    body, headers = wire_bytes(server, "/s/demo")
    return FirstView(body, body + headers, _in_a_browser(f"{server.address}/s/demo"))


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


def _in_a_browser(address: str) -> tuple[Requested, ...]:
    paths: dict[str, str] = {}
    received: dict[str, int] = {}

    def note_request(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):  # stands in the document itself
            paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", note_request)
        network.on(
            "Network.loadingFinished", lambda e: received.update({e["requestId"]: e["encodedDataLength"]})
        )
        page.goto(address, wait_until="networkidle")
        browser.close()
    return tuple(Requested(path, int(received.get(number, 0))) for number, path in paths.items())
