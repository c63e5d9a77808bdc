"""How far each mailbox on a server was read."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Place:
    """The last mail that was read, and the UIDVALIDITY under which its number holds (RFC 3501, 2.3.1.1)."""

    uidvalidity: int
    last_uid: int


def load_place(tx: Transaction, mailbox: str) -> Place | None:
    """Where the reading of this mailbox ended; None where it was never read."""
    m = tables.mailboxes
    query = sa.select(m.c.uidvalidity, m.c.last_uid).where(m.c.campaign == tx.campaign, m.c.mailbox == mailbox)
    row = tx.connection.execute(query).one_or_none()
    return Place(*row) if row else None


def keep_place(tx: Transaction, mailbox: str, place: Place) -> None:
    """Write down where the reading of this mailbox ended."""
    m = tables.mailboxes
    values = {"uidvalidity": place.uidvalidity, "last_uid": place.last_uid}
    update = sa.update(m).where(m.c.campaign == tx.campaign, m.c.mailbox == mailbox).values(values)
    if tx.connection.execute(update).rowcount == 0:
        tx.connection.execute(sa.insert(m).values(campaign=tx.campaign, mailbox=mailbox, **values))
