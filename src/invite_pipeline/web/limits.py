"""Sliding limits, kept in memory: how often one key may do something within a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

_MOST_KEYS = 10_000


class RateLimit:
    """At most `limit` notes per key within `seconds`; forgets the keys that were used longest ago."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._noted: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def exceeded(self, key: str) -> bool:
        """Whether this key has used up its limit; notes nothing."""
        with self._lock:
            return len(self._recent(key)) >= self._limit

    def note(self, key: str) -> bool:
        """Note one use; False, and nothing noted, where the limit is used up."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._limit:
                return False
            recent.append(self._clock())
            self._noted[key] = recent
            self._noted.move_to_end(key)
            while len(self._noted) > _MOST_KEYS:
                self._noted.popitem(last=False)
            return True

    def _recent(self, key: str) -> deque[float]:
        recent = self._noted.get(key, deque())
        while recent and recent[0] <= self._clock() - self._seconds:
            recent.popleft()
        return recent
