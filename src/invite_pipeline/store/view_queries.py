"""Views of the tracking table that somebody has given a name."""

from __future__ import annotations

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


def views(tx: Transaction, account: str) -> dict[str, str]:
    """An account's views by name: what follows the question mark."""
    v = tables.saved_views
    query = sa.select(v.c.name, v.c.query).where(v.c.campaign == tx.campaign, v.c.account == account)
    return {row[0]: row[1] for row in tx.connection.execute(query.order_by(v.c.name))}


def save_view(tx: Transaction, account: str, name: str, asked: str) -> None:
    """Keep a view; one of the same name is replaced."""
    drop_view(tx, account, name)
    values = {"campaign": tx.campaign, "account": account, "name": name, "query": asked}
    tx.connection.execute(sa.insert(tables.saved_views).values(**values))


def drop_view(tx: Transaction, account: str, name: str) -> int:
    """Forget a view; 0 where there was none."""
    v = tables.saved_views
    which = (v.c.campaign == tx.campaign, v.c.account == account, v.c.name == name)
    return tx.connection.execute(sa.delete(v).where(*which)).rowcount
