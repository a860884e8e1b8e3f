"""The product and the yardstick, each as a process of gunicorn with the product's own configuration."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from tests.end_to_end.server import ROOT, bare_environment, free_port, set_up, wait_until

PRODUCT, CEILING = "wsgi:app", "benchmarks.ceiling:app"
_CONFIGURATION = {PRODUCT: "gunicorn.conf.py", CEILING: "benchmarks/yardstick_gunicorn.py"}
_READY = {PRODUCT: "/readyz", CEILING: "/hello"}


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def processes(self) -> list[psutil.Process]:
        """The master, then its workers."""
        master = psutil.Process(self.process.pid)
        return [master, *master.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time of all processes so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes())


def settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of a server of its own."""
    return bare_environment() | {
        "INSTANCE_PATH": str(folder),
        "CEILING_DATABASE": str(folder / "ceiling.sqlite3"),
        "FORMS_PER_MINUTE": "0",  # the brake would be measured
        "PORT": str(port),
    }


def start(app: str, folder: Path, port: int, preload: str = "") -> "subprocess.Popen[bytes]":
    """Start gunicorn; it is not ready yet. `preload` is a library to put before the system's."""
    command = [Path(sys.executable).parent / "gunicorn", "--config", _CONFIGURATION[app], app]
    environment = settings(folder, port) | {"LD_PRELOAD": preload}
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def slow_disk(folder: Path) -> str:
    """A library for `preload` that adds 2 ms to each fsync, an ordinary disk; "" without a C compiler."""
    compiler, library = shutil.which("cc"), folder / "slow_disk.so"
    if compiler is None:
        return ""
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return str(library)


def answers(app: str, port: int) -> bool:
    """Whether the server can work."""
    try:
        return requests.get(f"http://127.0.0.1:{port}{_READY[app]}", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


@contextmanager
def serve(app: str, preload: str = "") -> Iterator[Served]:
    """A server with a set-up database, ended at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="survey-benchmark-") as name:
        folder, port = Path(name), free_port()
        if app == PRODUCT:
            set_up(settings(folder, port))
        process = start(app, folder, port, preload)
        try:
            wait_until(lambda: answers(app, port), f"{app} to be ready")
            yield Served(f"http://127.0.0.1:{port}", folder, process)
        finally:
            process.terminate()
            process.wait(30)
