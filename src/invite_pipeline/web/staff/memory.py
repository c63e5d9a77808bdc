"""Figures over everybody, counted once and remembered until the next event: a page is asked for more often than not.

Only what the ledger alone decides may be remembered: whatever changes it appends an event.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from invite_pipeline.store import table_queries
from invite_pipeline.store.database import Transaction

Value = TypeVar("Value")
_MOST = 200


class Memory:
    """What was counted, by name, with the number of the event up to which it holds."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[int, Any]] = {}

    def get(self, tx: Transaction, name: Hashable, count: Callable[[], Value]) -> Value:
        """What `count` gives, or gave in this state of the store."""
        newest = table_queries.newest_event(tx)
        found = self._known.get(name)
        if found is not None and found[0] == newest:
            value: Value = found[1]
            return value
        value = count()
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[name] = newest, value
        return value
