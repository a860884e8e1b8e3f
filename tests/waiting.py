"""A present moment that a test moves, and waiting for a background thread."""

import time
from collections.abc import Callable
from datetime import datetime

from tests.builders import NOW


class Clock:
    """A present moment that a test moves."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds; fail after ten seconds."""
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("waited ten seconds")
