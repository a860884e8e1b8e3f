"""Work that a serving process does beside the requests, in a thread."""

import logging
import threading
from typing import Generic, Protocol, TypeVar, cast

from flask import Flask, current_app

log = logging.getLogger("survey.background")


class Worker(Protocol):
    """Work that may be due. Processes agree on who does it through leases in the database."""

    def has_work(self) -> bool:
        """Whether anything is due now."""

    def run_due(self) -> object:
        """Do everything that is due now."""


W = TypeVar("W", bound=Worker)
W_co = TypeVar("W_co", bound=Worker, covariant=True)


class BackgroundThread(Generic[W_co]):
    """Runs a worker in a thread of this process, in one at a time.

    `every_seconds` is how often a serving process looks for work by itself; None: only when woken.
    """

    def __init__(self, worker: W_co, *, every_seconds: float | None = None) -> None:
        self.worker = worker
        self.every_seconds = every_seconds
        self._running = threading.Lock()
        self._name = type(worker).__name__

    @property
    def is_running(self) -> bool:
        """Whether a thread of this process does the work now."""
        return self._running.locked()

    def wake(self) -> None:
        """Start a thread if there is work and none is running."""
        if self.worker.has_work() and self._running.acquire(blocking=False):
            threading.Thread(target=self._run_and_release, name=self._name, daemon=True).start()

    def start_periodic(self, stop: threading.Event) -> None:
        """Start a thread that looks for work every `every_seconds` until `stop` is set; none without it."""
        if self.every_seconds is not None:
            arguments = (stop, self.every_seconds)
            threading.Thread(
                target=self.run_periodically, args=arguments, name=self._name, daemon=True
            ).start()

    def run_periodically(self, stop: threading.Event, every_seconds: float) -> None:
        """Look for work now and every `every_seconds`, until `stop` is set."""
        while True:
            try:
                if self.worker.has_work() and self._running.acquire(blocking=False):
                    self._run_and_release()
            except Exception:  # for example a database that restarts; the next look may succeed
                log.exception("background work failed")
            if stop.wait(every_seconds):
                return

    def _run_and_release(self) -> None:
        try:
            self.worker.run_due()
        finally:
            self._running.release()


def attach(app: Flask, *threads: BackgroundThread[Worker]) -> None:
    """Give the application background threads, one for each type of worker."""
    app.extensions.setdefault("background", {}).update({type(thread.worker): thread for thread in threads})


def background(worker_type: type[W]) -> BackgroundThread[W]:
    """The application's thread for a type of worker."""
    return cast(BackgroundThread[W], current_app.extensions["background"][worker_type])


def start_periodic(app: Flask) -> None:
    """Start what looks for work by itself; for processes that serve, after they forked."""
    for thread in app.extensions["background"].values():
        thread.start_periodic(threading.Event())
