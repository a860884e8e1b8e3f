"""While the store does not answer, one piece of work waits for it, and everything else is refused at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from survey.store.group_writer import GroupWriter
from survey.store.unavailable import StoreUnavailableError
from tests.waiting import wait_until

PAUSE_SECONDS = 1.0


class Store:
    """Sessions that wait for a lock of another program, and give up when they are told to."""

    def __init__(self) -> None:
        self.is_locked = True
        self.n_waiting = 0
        self.give_up = threading.Event()

    @contextmanager
    def session(self) -> Iterator[Session]:
        if self.is_locked:
            self.n_waiting += 1
            self.give_up.wait(10)
            raise StoreUnavailableError("locked")
        yield Session()


def is_refused(writer: GroupWriter) -> bool:
    try:
        writer.write(lambda _session: None)
    except StoreUnavailableError:
        return True
    return False


def test_one_piece_of_work_tries_again_and_the_others_do_not_wait() -> None:
    store = Store()
    writer = GroupWriter(store.session, wait_seconds=20)
    store.give_up.set()
    assert is_refused(writer)
    time.sleep(PAUSE_SECONDS)
    store.give_up.clear()
    attempt = threading.Thread(target=is_refused, args=(writer,))
    attempt.start()
    wait_until(lambda: store.n_waiting == 2)
    started = time.monotonic()
    assert all(is_refused(writer) for _ in range(100))
    assert time.monotonic() - started < PAUSE_SECONDS, "none of them waited for the lock"
    store.give_up.set()
    attempt.join()
    time.sleep(PAUSE_SECONDS)
    store.is_locked = False
    assert writer.write(lambda _session: "stored") == "stored"
    assert writer.write(lambda _session: "stored") == "stored"
    writer.stop()


def test_work_that_fails_by_itself_refuses_nobody_else() -> None:
    store = Store()
    store.is_locked = False
    writer = GroupWriter(store.session, wait_seconds=20)

    def fail(_session: Session) -> None:
        raise ValueError("its own fault")

    with pytest.raises(ValueError, match="its own fault"):
        writer.write(fail)
    assert not is_refused(writer)
    writer.stop()
