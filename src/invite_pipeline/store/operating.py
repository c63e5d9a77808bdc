"""What those who operate a campaign ask of its store: whether it answers, and counts of what it did and what waits."""

from __future__ import annotations

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.work import queue_of


def answers(tx: Transaction) -> bool:
    """Whether the store reads, and is of this version."""
    return tx.connection.execute(sa.select(tables.campaigns.c.id).limit(1)).first() is not None


def messages_by_state(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many mails are in which state, by the kind of their wave: {("invitation", "sent"): 396}."""
    m = tables.messages
    query = sa.select(m.c.wave, m.c.state, sa.func.count()).where(m.c.campaign == tx.campaign)
    counts: dict[tuple[str, str], int] = {}
    for wave, state, number in tx.connection.execute(query.group_by(m.c.wave, m.c.state)):
        # Waves of confirmations are as many as answers; their kind is what counts.
        kind = (wave.split("-")[0], "unknown" if state == "claimed" else state)
        counts[kind] = counts.get(kind, 0) + number
    return counts


def replies_by_answer(tx: Transaction) -> dict[str, int]:
    """How many recipients answered what: yes, no, or nothing yet (open)."""
    t = tables.tracking
    query = sa.select(t.c.reply, sa.func.count()).where(t.c.campaign == tx.campaign).group_by(t.c.reply)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def waiting_for_review(tx: Transaction) -> int:
    """How many replies wait for a human."""
    v = tables.reviews
    query = sa.select(sa.func.count()).where(v.c.campaign == tx.campaign, v.c.state == "open")
    return tx.connection.execute(query).scalar_one()


def jobs_waiting(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many jobs of the workers are in which state, by queue; empty without a queue."""
    if tx.connection.dialect.name != "postgresql":
        return {}
    there = sa.text("SELECT to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL")
    if not tx.connection.execute(there).scalar_one():
        return {}
    query = sa.text(
        "SELECT split_part(queue_name, ':', 1), status::text, count(*) FROM procrastinate.procrastinate_jobs"
        " WHERE split_part(queue_name, ':', 2) = :campaign AND status IN ('todo', 'doing') GROUP BY 1, 2"
    )
    return {(row[0], row[1]): row[2] for row in tx.connection.execute(query, {"campaign": queue_of(tx.campaign)})}
