"""The versions of a campaign's calendar entry: what each said, and which one everybody was sent last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the entry: its SEQUENCE (RFC 5545, 3.8.7.4), and what it said of the event."""

    sequence: int
    cancelled: bool
    details: dict[str, Any]


_NEWEST = (
    sa.select(tables.calendar.c.sequence, tables.calendar.c.cancelled, tables.calendar.c.details)
    .where(tables.calendar.c.campaign == sa.bindparam("of_campaign"))
    .order_by(tables.calendar.c.sequence.desc())
    .limit(2)
)


def newest_versions(tx: Transaction) -> list[Version]:
    """The two newest versions, the newest first; none before the first mail."""
    return [Version(*row) for row in tx.connection.execute(_NEWEST, {"of_campaign": tx.campaign})]


_NEWEST_CANCELLED = (
    sa.select(tables.calendar.c.cancelled)
    .where(tables.calendar.c.campaign == sa.bindparam("of_campaign"))
    .order_by(tables.calendar.c.sequence.desc())
    .limit(1)
)


def called_off(tx: Transaction) -> bool:
    """Whether the newest version says that the event does not take place."""
    newest = tx.connection.execute(_NEWEST_CANCELLED, {"of_campaign": tx.campaign}).scalar()
    return bool(newest)


def add_version(tx: Transaction, version: Version, *, at: datetime) -> None:
    """Note a version, before the first mail with it goes."""
    row = {"sequence": version.sequence, "cancelled": version.cancelled, "details": version.details, "since": at}
    tx.connection.execute(sa.insert(tables.calendar).values(campaign=tx.campaign, **row))


def known_versions(tx: Transaction) -> dict[str, int]:
    """The newest version that each recipient was sent, or perhaps sent; without those who were sent none."""
    m = tables.messages
    went = (m.c.campaign == tx.campaign, m.c.sequence.is_not(None), m.c.state.not_in(("deferred", "refused")))
    query = sa.select(m.c.recipient, sa.func.max(m.c.sequence)).where(*went).group_by(m.c.recipient)
    return {row[0]: row[1] for row in tx.connection.execute(query)}
