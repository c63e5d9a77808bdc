"""What only the mail stage asks of the store."""

from __future__ import annotations

import sqlalchemy as sa

from invite_pipeline.domain.reply import Disposition, Intent
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import Message, message_from


def messages_of_kind(tx: Transaction, kind: str) -> dict[tuple[str, str], Message]:
    """The latest attempt of every (recipient, wave) whose wave is `kind` or begins with "kind-"."""
    m = tables.messages
    of_kind = (m.c.wave == kind) | m.c.wave.startswith(f"{kind}-", autoescape=True)
    query = sa.select(m).where(m.c.campaign == tx.campaign, of_kind).order_by(m.c.attempt)
    found = (message_from(row) for row in tx.connection.execute(query).mappings())
    return {(message.recipient, message.wave): message for message in found}


def unknown_messages(tx: Transaction) -> list[Message]:
    """Every message that was claimed and has no outcome, oldest first."""
    m = tables.messages
    query = sa.select(m).where(m.c.campaign == tx.campaign, m.c.state == "claimed").order_by(m.c.claimed_at)
    return [message_from(row) for row in tx.connection.execute(query.order_by(m.c.recipient)).mappings()]


def newest_answers(tx: Transaction, key: str | None = None) -> dict[str, int]:
    """The number of each recipient's (or only one's) newest event that made the answer yes or no."""
    e = tables.events
    query = sa.select(e.c.seq, e.c.recipient, e.c.data).where(e.c.campaign == tx.campaign, e.c.kind == "Replied")
    if key is not None:
        query = query.where(e.c.recipient == key)
    return {
        recipient: seq
        for seq, recipient, data in tx.connection.execute(query.order_by(e.c.seq))
        if data["disposition"] == Disposition.APPLIED and data["intent"] in (Intent.YES, Intent.NO)
    }
