"""How long it takes until the first request can be answered."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.serving import answers, settings, start
from tests.end_to_end.server import bare_environment, checkout, free_port, set_up, wait_until

READY_SECONDS_LIMIT = 300


def server_alone(app: str, folder: Path) -> float:
    """Seconds from the start of gunicorn until it can work; the product's database is set up before."""
    port = free_port()
    return _until_ready(app, port, lambda: start(app, folder, port))


def set_up_in(folder: Path) -> None:
    """Make the product's database."""
    set_up(settings(folder, 0))


def bin_serve(*, with_venv: bool) -> tuple[float, float]:
    """Seconds of the first start of bin/serve in a fresh copy of the tree, and of the second.

    The copy borrows the installed packages, unless `with_venv`: then the first start also installs them.
    """
    with tempfile.TemporaryDirectory(prefix="survey-benchmark-") as name:
        folder = checkout(Path(name) / "survey")
        if with_venv:
            shutil.rmtree(folder / ".venv")
        return _bin_serve_once(folder), _bin_serve_once(folder)


def _bin_serve_once(folder: Path) -> float:
    port = free_port()
    environment = bare_environment() | {"PORT": str(port)}
    with (folder / "server.log").open("ab") as log:
        return _until_ready(
            "wsgi:app",
            port,
            lambda: subprocess.Popen(["bin/serve"], cwd=folder, env=environment, stdout=log, stderr=log),
        )


def _until_ready(app: str, port: int, begin: Callable[[], "subprocess.Popen[bytes]"]) -> float:
    started = time.perf_counter()
    process = begin()
    try:
        wait_until(lambda: answers(app, port), f"{app} to be ready", READY_SECONDS_LIMIT)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(30)
