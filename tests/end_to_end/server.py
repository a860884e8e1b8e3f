"""The product as it is served: gunicorn on its own configuration, as bin/serve starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
_PATIENCE_SECONDS = 60


@dataclass
class Server:
    """A running server of its own instance."""

    instance: Path
    address: str
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"
    sign_ins: dict[str, str]

    @property
    def database_file(self) -> Path:
        """The SQLite file; there is none on PostgreSQL."""
        return self.instance / "survey.sqlite3"

    @property
    def database_url(self) -> str:
        """Where the server stores."""
        return self.environment.get("DATABASE_URL") or f"sqlite:///{self.database_file}"

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return (self.instance / "server.log").read_text(encoding="utf-8")

    def connect(self) -> socket.socket:
        """A bare connection."""
        address = urlsplit(self.address)
        return socket.create_connection((address.hostname, address.port), timeout=20)

    def wait_until_ready(self) -> None:
        """Return when /readyz says so."""

        def is_ready() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended at its start:\n{self.log[-3000:]}")
            with suppress(requests.RequestException):  # not there yet, or slow to start
                return requests.get(f"{self.address}/readyz", timeout=5).status_code == 200
            return False

        wait_until(is_ready, "the server to be ready")

    def kill(self) -> None:
        """Take master and workers away at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE_SECONDS)

    def stop(self) -> int:
        """End it as an operator does; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE_SECONDS)

    def start_again(self) -> None:
        """Start on the same instance and port."""
        self.process = _start(self.instance, self.environment)
        self.wait_until_ready()


def _start(instance: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [str(PROGRAMS / "gunicorn"), "--config", "gunicorn.conf.py", "wsgi:app"]
    with (instance / "server.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def wait_until(holds: Callable[[], bool], what: str, seconds: float = _PATIENCE_SECONDS) -> None:
    """Return when the condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment() -> dict[str, str]:
    """What a process of any kind needs, and none of the product's settings."""
    return {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TZ"}}


def checkout(folder: Path) -> Path:
    """A fresh copy of the tree, with no instance, that borrows the installed packages of this one."""
    folder.mkdir()
    for name in ("bin", "migrations", "survey"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    pinned = sorted(ROOT.glob("requirements*.txt"))
    for file in (ROOT / "wsgi.py", ROOT / "gunicorn.conf.py", *pinned):
        shutil.copy(file, folder)
    (folder / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / part).symlink_to(Path(sys.prefix) / part)
    installed = b"".join(file.read_bytes() for file in pinned)
    (folder / ".venv" / "installed-requirements").write_bytes(installed)
    return folder


def set_up(environment: dict[str, str]) -> dict[str, str]:
    """Make database and demonstration as bin/serve does; the first sign-ins."""
    command = [str(PROGRAMS / "flask"), "--app", "wsgi", "survey", "setup", "--demo"]
    finished = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(line.split("\t") for line in finished.stdout.splitlines())


def run_command(server: Server, *arguments: str) -> None:
    """Run a command of `flask survey` beside the server."""
    command = [str(PROGRAMS / "flask"), "--app", "wsgi", "survey", *arguments]
    subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True)  # noqa: S603


@contextmanager
def demo_server(instance: Path, database_url: str | None = None, **settings: str) -> Iterator[Server]:
    """A server with the demonstration data and settings of its own (PUBLIC_URL=…), stopped at the end."""
    port = free_port()
    own = {"INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    stored = {"DATABASE_URL": database_url} if database_url else {}
    environment = bare_environment() | own | stored | settings
    sign_ins = set_up(environment)
    server = Server(
        instance, f"http://127.0.0.1:{port}", environment, _start(instance, environment), sign_ins
    )
    try:
        server.wait_until_ready()
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(_PATIENCE_SECONDS)
