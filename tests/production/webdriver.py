"""Firefox and WebKitGTK of Debian, driven by their own protocols: the commands are those of W3C WebDriver.

Playwright drives neither as Debian builds them, and Debian has no geckodriver: Firefox is spoken to by
Marionette, which geckodriver would translate to.
"""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.end_to_end.server import bare_environment, free_port, wait_until
from tests.production.bed import ME, Door

FIREFOX, WEBKIT_DRIVER, X_SERVER = "/usr/bin/firefox-esr", "/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"
_COMMAND_SECONDS = 60
# The commands by their name in the standard, each with its address in an HTTP driver.
_ADDRESSES = {
    "Navigate": "url",
    "FindElements": "elements",
    "ElementClick": "element/{id}/click",
    "ElementSendKeys": "element/{id}/value",
    "ExecuteScript": "execute/sync",
}
Send = Callable[[str, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class RemoteBrowser:
    """A window of a browser. `send` gives it a command and returns its value."""

    send: Send

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is there."""
        self.send("Navigate", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """The value that a script returns in the page."""
        return self.send("ExecuteScript", {"script": script, "args": list(arguments)})

    def click(self, selector: str) -> None:
        """Click the first element as a person does: it must be visible and uncovered."""
        self.send("ElementClick", {"id": self._element(selector)})

    def type(self, selector: str, text: str) -> None:
        """Type into the first element."""
        self.send("ElementSendKeys", {"id": self._element(selector), "text": text})

    def text(self, selector: str) -> str:
        """The text of the first element as it shows; "" where there is none."""
        return str(self.run("return document.querySelector(arguments[0])?.innerText || ''", selector))

    def wait_for(self, condition: str) -> None:
        """Return when an expression holds in the page, also after it was replaced by another."""

        def holds() -> bool:
            with suppress(RemoteError):  # between two pages
                return bool(self.run(f"return !!({condition})"))
            return False

        wait_until(holds, condition)

    def _element(self, selector: str) -> str:
        matches = self.send("FindElements", {"using": "css selector", "value": selector})
        assert matches, selector
        return str(next(iter(matches[0].values())))


class RemoteError(Exception):
    """A browser refused a command; the message is its own."""


@contextmanager
def _process(command: list[str], folder: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    with (folder / "browser.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command, env=bare_environment() | own | environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def firefox(folder: Path, door: Door) -> Iterator[RemoteBrowser]:
    """A new Firefox with a profile in the folder, at a door of the bed."""
    port, proxy = free_port(), urlsplit(door.url)
    preferences = {
        "marionette.port": port,
        "network.proxy.type": 1,
        "network.proxy.ssl": proxy.hostname,
        "network.proxy.ssl_port": proxy.port,
        "intl.accept_languages": "vi",
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (folder / "user.js").write_text("".join(lines))
    command = [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _process(command, folder) as process, ExitStack() as opened:
        connection = opened.enter_context(_connection(port, process))
        send = opened.enter_context(_marionette(connection))
        send("NewSession", {"acceptInsecureCerts": True})
        yield RemoteBrowser(send)


@contextmanager
def _connection(port: int, process: "subprocess.Popen[bytes]") -> Iterator[socket.socket]:
    opened: list[socket.socket] = []

    def connects() -> bool:
        assert process.poll() is None, "Firefox ended at its start"
        with suppress(OSError):
            opened.append(socket.create_connection((ME, port), timeout=_COMMAND_SECONDS))
        return bool(opened)

    wait_until(connects, "Firefox")
    with opened[0]:
        yield opened[0]


@contextmanager
def _marionette(connection: socket.socket) -> Iterator[Send]:
    """How to send a command: `LENGTH:[0, id, name, parameters]`, answered by `[1, id, error, value]`."""
    with connection.makefile("rwb") as stream:

        def receive() -> Any:
            length = b""
            while (char := stream.read(1)) != b":":
                assert char, "Firefox closed the connection"
                length += char
            return json.loads(stream.read(int(length)))

        def send(name: str, parameters: Mapping[str, Any]) -> Any:
            message = json.dumps([0, 1, f"WebDriver:{name}", parameters]).encode()
            stream.write(b"%d:%s" % (len(message), message))
            stream.flush()
            _kind, _id, error, value = receive()
            if error:
                raise RemoteError(f"{name}: {error['message']}")
            return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value

        receive()  # its greeting
        yield send


@contextmanager
def webkit(folder: Path, door: Door) -> Iterator[RemoteBrowser]:
    """A new window of WebKitGTK, the engine nearest to an iPhone's that Debian has, at a door of the bed."""
    port = free_port()
    with ExitStack() as opened:
        display = opened.enter_context(_display(folder))
        command = [WEBKIT_DRIVER, f"--port={port}"]
        opened.enter_context(_process(command, folder, DISPLAY=display, WEBKIT_DISABLE_COMPOSITING_MODE="1"))
        session = opened.enter_context(requests.Session())
        session.trust_env = False
        yield RemoteBrowser(opened.enter_context(_webdriver(session, f"http://{ME}:{port}", door)))


@contextmanager
def _display(folder: Path) -> Iterator[str]:
    """A screen that nobody sees."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as number, (folder / "screen.log").open("wb") as log:
        command = [X_SERVER, "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
        process = subprocess.Popen(command, pass_fds=[writing], stdout=log, stderr=log)  # noqa: S603
        os.close(writing)
        try:
            yield f":{number.readline().strip()}"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _webdriver(session: requests.Session, driver: str, door: Door) -> Iterator[Send]:
    capabilities = {
        "acceptInsecureCerts": True,
        "webkitgtk:browserOptions": {
            "binary": str(_mini_browser()),
            "args": ["--automation", f"--proxy={door.url}"],
        },
    }

    def post(url: str, parameters: Mapping[str, Any]) -> Any:
        answer = session.post(url, json=dict(parameters), timeout=_COMMAND_SECONDS)
        value = answer.json()["value"]
        if answer.status_code != 200:
            raise RemoteError(f"{url}: {value['message'] or value['error']}")
        return value

    def is_up() -> bool:
        with suppress(requests.ConnectionError):
            return session.get(f"{driver}/status", timeout=5).ok
        return False

    wait_until(is_up, "the driver of WebKitGTK")
    window = post(f"{driver}/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]

    def send(name: str, parameters: Mapping[str, Any]) -> Any:
        return post(f"{driver}/session/{window}/{_ADDRESSES[name].format_map(parameters)}", parameters)

    try:
        yield send
    finally:
        session.delete(f"{driver}/session/{window}", timeout=_COMMAND_SECONDS)


def _mini_browser() -> Path:
    """The small browser that comes with the engine."""
    return next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
