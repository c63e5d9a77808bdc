"""What only the reading of lists asks of the store: what stands there already, and whose key is whose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import recipient_from


def stored_recipients(tx: Transaction, keys: Collection[str]) -> dict[str, Recipient]:
    """The recipients with these keys, listed or not."""
    r = tables.recipients
    wanted = frozenset(keys)
    rows = tx.connection.execute(sa.select(r.c.key, r.c.data).where(r.c.campaign == tx.campaign))
    return {key: recipient_from(data) for key, data in rows if key in wanted}


def add_recipients(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Insert recipients who are not stored yet: their key, and their `recipient_columns`."""
    tx.connection.execute(sa.insert(tables.recipients), [{"campaign": tx.campaign, **row} for row in rows])


def source_files(tx: Transaction) -> dict[str, str]:
    """The list in which each recipient stood last."""
    r = tables.recipients
    rows = tx.connection.execute(sa.select(r.c.key, r.c.source_file).where(r.c.campaign == tx.campaign))
    return {row[0]: row[1] for row in rows}


def key_decisions(tx: Transaction) -> dict[str, str]:
    """Keys of lists, and the recipients they were decided to be; a key that is its own is another recipient."""
    d = tables.key_decisions
    rows = tx.connection.execute(sa.select(d.c.listed, d.c.recipient).where(d.c.campaign == tx.campaign))
    return {row[0]: row[1] for row in rows}


def decide_key(tx: Transaction, listed: str, recipient: str) -> None:
    """Note that a list's key means this recipient, or (where both are the same) another one than was asked about."""
    d = tables.key_decisions
    is_it = (d.c.campaign == tx.campaign) & (d.c.listed == listed)
    if tx.connection.execute(sa.update(d).where(is_it).values(recipient=recipient)).rowcount == 0:
        tx.connection.execute(sa.insert(d).values(campaign=tx.campaign, listed=listed, recipient=recipient))
