"""What only the reports ask of the store: each a fixed number of statements, however many recipients there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.domain.events import Recorded
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Disposition, Intent
from invite_pipeline.store import queries, tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rows import event_from_row


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that applied: whose, when it reached us, and what it said."""

    recipient: str
    at: datetime
    intent: Intent


def all_recipients(tx: Transaction) -> list[Recipient]:
    """Every recipient that ever stood in a list, in the newest list's order."""
    r = tables.recipients
    query = sa.select(r.c.data).where(r.c.campaign == tx.campaign).order_by(r.c.position, r.c.key)
    return [queries.recipient_from(data) for data in tx.connection.execute(query).scalars()]


def history_until(tx: Transaction, until: datetime) -> list[Recorded]:
    """The events of all recipients up to and including `until`, oldest first."""
    e = tables.events
    query = sa.select(e).where(e.c.campaign == tx.campaign, e.c.at <= until).order_by(e.c.seq)
    return [event_from_row(row) for row in tx.connection.execute(query).mappings()]


def answers(tx: Transaction) -> list[Answer]:
    """Every reply that applied, oldest first."""
    e = tables.events
    query = sa.select(e.c.recipient, e.c.at, e.c.data).where(e.c.campaign == tx.campaign, e.c.kind == "Replied")
    return [
        Answer(recipient, at, Intent(data["intent"]))
        for recipient, at, data in tx.connection.execute(query.order_by(e.c.seq))
        if data["disposition"] == Disposition.APPLIED
    ]


def first_claims(tx: Transaction) -> dict[str, datetime]:
    """When the first message of each wave was claimed."""
    m = tables.messages
    query = sa.select(m.c.wave, sa.func.min(m.c.claimed_at)).where(m.c.campaign == tx.campaign).group_by(m.c.wave)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def reminded(tx: Transaction) -> frozenset[str]:
    """Those to whom a reminder was claimed, in whatever wave."""
    m = tables.messages
    query = sa.select(m.c.recipient).where(m.c.campaign == tx.campaign, m.c.wave.startswith("reminder"))
    return frozenset(tx.connection.execute(query.distinct()).scalars())
