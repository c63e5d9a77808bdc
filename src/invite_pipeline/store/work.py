"""What workers on many machines share through the store: a pace, and what came of their batches."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What came of one batch; `failures` are keys, each with a sentence."""

    number: int
    stage: str
    worker: str
    done: int
    skipped: int
    failures: tuple[tuple[str, str], ...]
    seconds: float


_LONGEST = 32
"""A queue's channel has a name of at most 63 characters, and Procrastinate takes 23 of them, a kind 8."""


def queue_of(campaign: str) -> str:
    """What a campaign's queues are called, after their kind."""
    if len(campaign) <= _LONGEST:
        return campaign
    return f"{campaign[: _LONGEST - 9]}-{hashlib.sha256(campaign.encode()).hexdigest()[:8]}"


def take_turns(tx: Transaction, name: str, gap: float, number: int) -> float:
    """Take the next `number` turns of a pace, `gap` seconds apart; gives the seconds until the first of them.

    One statement, whose row lock ends with the transaction: each worker waits for the others only so long. Turns that
    a dead worker took are lost, which slows the mails down and never speeds them up. The clock is the database's.
    """
    p, lasts = tables.paces, gap * number
    dialect = sqlite if tx.connection.dialect.name == "sqlite" else postgresql
    now = _now(tx)
    row = dialect.insert(p).values(campaign=tx.campaign, name=name, free_at=now + lasts)
    later = sa.case((p.c.free_at > now, p.c.free_at), else_=now) + lasts
    taken = row.on_conflict_do_update(index_elements=[p.c.campaign, p.c.name], set_={"free_at": later})
    first: float = tx.connection.execute(taken.returning(p.c.free_at - lasts - now)).scalar_one()
    return max(0.0, first)


def _now(tx: Transaction) -> sa.ColumnElement[float]:
    if tx.connection.dialect.name == "sqlite":
        return sa.literal_column("((julianday('now') - 2440587.5) * 86400.0)", sa.Float)
    # Not now(), which stands still while a transaction waits for its turn.
    return sa.literal_column("extract(epoch FROM clock_timestamp())::double precision", sa.Float)


def save_report(tx: Transaction, run: str, report: BatchReport, at: datetime) -> None:
    """Note what came of a batch; of a batch that was done twice the first report stands."""
    dialect = sqlite if tx.connection.dialect.name == "sqlite" else postgresql
    row = {name: getattr(report, name) for name in BatchReport.__slots__} | {"failures": list(report.failures)}
    values = {"campaign": tx.campaign, "run": run, "ended_at": at, **row}
    tx.connection.execute(dialect.insert(tables.batches).values(values).on_conflict_do_nothing())


def reports(tx: Transaction, run: str) -> list[BatchReport]:
    """What came of the batches of a run so far, in the order of their ends."""
    b = tables.batches
    columns = [b.c[name] for name in BatchReport.__slots__]
    query = sa.select(*columns).where(b.c.campaign == tx.campaign, b.c.run == run).order_by(b.c.ended_at, b.c.number)
    return [
        BatchReport(**{**row, "failures": tuple((key, words) for key, words in row["failures"])})
        for row in tx.connection.execute(query).mappings()
    ]


def forget_reports(tx: Transaction, before: datetime) -> int:
    """Delete the reports that are older than a moment; gives how many."""
    b = tables.batches
    gone = sa.delete(b).where(b.c.campaign == tx.campaign, b.c.ended_at < before)
    return tx.connection.execute(gone).rowcount


def lock_recipients(tx: Transaction, keys: Sequence[str]) -> None:
    """Hold the rows of these recipients until the transaction ends, taken in one order by whoever takes them.

    SQLite's BEGIN IMMEDIATE holds everything already.
    """
    if tx.connection.dialect.name != "sqlite" and keys:
        t = tables.tracking
        rows = sa.select(t.c.recipient).where(t.c.campaign == tx.campaign, t.c.recipient.in_(sorted(keys)))
        tx.connection.execute(rows.order_by(t.c.recipient).with_for_update())


def count_sent(tx: Transaction, mails: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many of these mails (recipient and wave) are in which state; those never claimed are missing."""
    m, found = tables.messages, {}
    for start in range(0, len(mails), 500):
        some = mails[start : start + 500]
        keys, waves = sorted({key for key, _ in some}), sorted({wave for _, wave in some})
        query = sa.select(m.c.recipient, m.c.wave, m.c.state).where(
            m.c.campaign == tx.campaign, m.c.recipient.in_(keys), m.c.wave.in_(waves)
        )
        wanted = set(some)
        for key, wave, state in tx.connection.execute(query.order_by(m.c.attempt)):
            if (key, wave) in wanted:
                found[key, wave] = state
    counts: dict[str, int] = {}
    for state in found.values():
        counts[state] = counts.get(state, 0) + 1
    return counts
