"""One thread that runs queued work in groups, one transaction a group."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from survey.store.unavailable import StoreUnavailableError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Work = Callable[[Session], T]

_GROUP_LIMIT = 128
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class _QueuedWork(Generic[T_co]):
    """Work in the queue of the writer, and its result once it is committed."""

    work: Work[T_co]
    result: Future[T_co] = field(default_factory=Future)


class GroupWriter:
    """Runs what has gathered while it worked in one transaction. The first work starts the thread.

    1. `write` queues the work and waits for its result, at most `wait_seconds`; what has not begun by then
       is taken back.
    2. The thread takes all that is queued and runs it in one transaction.
    3. Where a piece of work fails, each piece runs in a transaction of its own, so that only that one fails.
    4. Where the store cannot be used, the whole group fails at once, and for a second everything that comes
       in: whoever waits holds a thread of the server, and pages that only read need one. Then one piece of
       work tries again, while everything else fails, until one succeeds.
    """

    def __init__(self, session: Callable[[], AbstractContextManager[Session]], wait_seconds: float) -> None:
        self._session = session
        self._wait_seconds = wait_seconds
        self._queue: queue.SimpleQueue[_QueuedWork[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._paused_until = 0.0
        self._is_failing = False
        self._attempt = threading.Lock()

    def write(self, work: Work[T]) -> T:
        """The result of work, committed."""
        if not self._is_failing:
            return self._write(work)
        if time.monotonic() < self._paused_until or not self._attempt.acquire(blocking=False):
            raise StoreUnavailableError("the store did not answer a moment ago")
        try:
            return self._write(work)
        finally:
            self._attempt.release()

    def _write(self, work: Work[T]) -> T:
        if self._thread is None:
            self._start()
        queued = _QueuedWork(work)
        self._queue.put(queued)
        try:
            return queued.result.result(self._wait_seconds)
        except FutureTimeoutError:
            if queued.result.cancel():
                raise StoreUnavailableError("other work takes too long") from None
            return queued.result.result()

    def stop(self) -> None:
        """End the thread when it has done what is queued."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="group-writer", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, stopping = self._gather(first)
            begun = [queued for queued in group if queued.result.set_running_or_notify_cancel()]
            if begun:
                self._commit(begun)
            if stopping:
                return

    def _gather(self, first: _QueuedWork[object]) -> tuple[list[_QueuedWork[object]], bool]:
        """The queued work, and whether the writer is to stop."""
        group = [first]
        while len(group) < _GROUP_LIMIT:
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                break
            if queued is None:
                return group, True
            group.append(queued)
        return group, False

    def _commit(self, group: Sequence[_QueuedWork[object]]) -> None:
        """Steps 2 to 4 of the class for what was gathered."""
        try:
            with self._session() as session:
                results = [queued.work(session) for queued in group]
        except StoreUnavailableError as error:
            self._paused_until, self._is_failing = time.monotonic() + _PAUSE_SECONDS, True
            for queued in group:
                queued.result.set_exception(error)
        except BaseException as error:  # noqa: BLE001 — raised in the thread of the caller
            self._is_failing = False
            if len(group) == 1:
                group[0].result.set_exception(error)
                return
            for queued in group:
                self._commit([queued])
        else:
            self._is_failing = False
            for queued, result in zip(group, results, strict=True):
                queued.result.set_result(result)
