"""Computed values that are kept in memory, up to a limit."""

import math
import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """At most `limit` values by key, each for `seconds`; the oldest one is dropped when the cache is full.

    The key must hold everything that the value is computed from. A value that belongs to one application
    is kept in a cache in `app.extensions`; a value that follows from its key alone, such as a document
    parsed from its digest, may be kept in a module's cache.
    """

    def __init__(self, limit: int, seconds: float = math.inf) -> None:
        self._limit, self._seconds = limit, seconds
        self._entries: dict[Hashable, tuple[float, Value]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value under a key, computed where there is none; two threads may both compute it."""
        entries = self._entries  # clear() replaces it, so that an outdated value is not stored after it
        entry = entries.get(key)
        if entry is not None and entry[0] > time.monotonic():
            return entry[1]
        value = compute()
        with self._lock:
            entries.pop(key, None)
            while len(entries) >= self._limit:
                del entries[next(iter(entries))]
            entries[key] = (time.monotonic() + self._seconds, value)
        return value

    def clear(self) -> None:
        """Forget every value, also those that are being computed now."""
        self._entries = {}
