"""What the ledger forgets: the personal words of old mails, while the history and every count stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.domain.reply import Source
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction

# Attendees, remarks and the evidence are the answer itself, which the event needs; the mail's own words are not.
_WORDS = {"Replied": ("text", "sender"), "AutomaticReply": ("subject",), "Bounced": ("answer",)}
_FROM_MAIL = (Source.MAIL.value, Source.CALENDAR.value)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many mails' words went (or would go), and how many are kept because somebody has yet to decide on them."""

    mails: int
    waiting: int


def purge_mail_words(tx: Transaction, *, before: datetime, dry_run: bool = False) -> Purged:
    """Empty the texts, senders and subjects of mails that were entered before a moment; a second time changes nothing.

    A reply that waits for review keeps its text: without it nobody could decide.
    """
    e, r = tables.events, tables.reviews
    open_reviews = sa.select(r.c.seq).where(r.c.campaign == tx.campaign, r.c.state == "open")
    waiting = set(tx.connection.execute(open_reviews).scalars())
    old = sa.select(e.c.seq, e.c.kind, e.c.data, e.c.personal).where(
        e.c.campaign == tx.campaign, e.c.at < before, e.c.kind.in_(_WORDS), e.c.personal.is_not(None)
    )
    rows = [row for row in tx.connection.execute(old).mappings() if _has_words(row)]
    due = [row for row in rows if row["seq"] not in waiting]
    if due and not dry_run:
        emptied = [{"of": row["seq"], "rest": _emptied(row)} for row in due]
        statement = (
            sa.update(e)
            .where(e.c.seq == sa.bindparam("of"))
            .values(personal=sa.bindparam("rest", type_=e.c.personal.type))
        )
        tx.connection.execute(statement, emptied)
    return Purged(mails=len(due), waiting=len(rows) - len(due))


def _has_words(row: sa.RowMapping) -> bool:
    if row["kind"] == "Replied" and row["data"]["source"] not in _FROM_MAIL:
        return False
    return any((row["personal"] or {}).get(name) for name in _WORDS[row["kind"]])


def _emptied(row: sa.RowMapping) -> dict[str, object]:
    return {**row["personal"], **dict.fromkeys(_WORDS[row["kind"]], "")}
