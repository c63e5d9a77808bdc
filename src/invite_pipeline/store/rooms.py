"""How many seats of each kind every room has given: kept with each change, so that nobody counts all attendees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from invite_pipeline.domain.reply import Attendee
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


def count_seats(tx: Transaction, before: Iterable[Attendee], after: Iterable[Attendee]) -> None:
    """Count the seats of one recipient anew, within the transaction that changes them."""
    change = Counter(seat for one in after for seat in one.seats())
    change.subtract(seat for one in before for seat in one.seats())
    # In one order, so that two transactions never wait for each other.
    rows = [
        {"campaign": tx.campaign, "room": room, "seat": seat, "number": number}
        for (room, seat), number in sorted(change.items())
        if number
    ]
    if tx.held and tx.held.seats is not None:
        for (room, seat), number in change.items():
            tx.held.seats[room, seat] = tx.held.seats.get((room, seat), 0) + number
    if rows:
        tx.connection.execute(_add_to_rooms(tx.connection.dialect.name), rows)


@cache
def _add_to_rooms(dialect_name: str) -> sa.Executable:
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    statement = dialect.insert(tables.rooms)
    added = {"number": tables.rooms.c.number + statement.excluded.number}
    found: sa.Executable = statement.on_conflict_do_update(index_elements=["campaign", "room", "seat"], set_=added)
    return found
