"""The audit log: who did what to which record, when; never with what contents. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; `count` is how many records a bulk action or an export was about."""

    seq: int
    at: datetime
    account: str
    action: str
    subject: str
    count: int | None


def note(
    tx: Transaction, account: str, action: str, subject: str = "", *, at: datetime, count: int | None = None
) -> None:
    """Write one line, in the transaction of the change itself. `account` is "invite" for the command line."""
    values = {"at": at, "account": account, "action": action, "subject": subject[:80], "count": count}
    tx.connection.execute(sa.insert(tables.audit).values(campaign=tx.campaign, **values))


def entries(
    tx: Transaction,
    *,
    before: int | None = None,
    limit: int = 100,
    account: str = "",
    actions: Sequence[str] = (),
    subject: str = "",
) -> list[Entry]:
    """The newest lines first, at most `limit`; `before` is the number to go on below."""
    a = tables.audit
    query = sa.select(a).where(a.c.campaign == tx.campaign)
    if before is not None:
        query = query.where(a.c.seq < before)
    if account:
        query = query.where(a.c.account == account)
    if actions:
        query = query.where(a.c.action.in_(list(actions)))
    if subject:
        query = query.where(a.c.subject == subject)
    rows = tx.connection.execute(query.order_by(a.c.seq.desc()).limit(limit)).mappings()
    return [Entry(**{name: row[name] for name in Entry.__slots__}) for row in rows]
