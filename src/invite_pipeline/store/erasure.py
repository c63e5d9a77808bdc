"""What the store forgets: the words of old mails, and persons, while the history and every count stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from invite_pipeline.domain.events import Forgotten, Reviewed, without_persons
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.reply import Source
from invite_pipeline.store import ledger, queries, tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rows import event_from_row, parts

# Attendees, remarks and the evidence are the answer itself, which the event needs; the mail's own words are not.
_WORDS = {"Replied": ("text", "sender"), "AutomaticReply": ("subject",), "Bounced": ("answer",)}
_FROM_MAIL = (Source.MAIL.value, Source.CALENDAR.value)

_EMPTY_EVENT = (
    sa.update(tables.events)
    .where(tables.events.c.seq == sa.bindparam("of"))
    .values(personal=sa.bindparam("rest", type_=tables.events.c.personal.type))
)


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
        tx.connection.execute(_EMPTY_EVENT, [{"of": row["seq"], "rest": _emptied(row)} for row in due])
        _unquote_reviews(tx, [row["seq"] for row in due])
    return Purged(mails=len(due), waiting=len(rows) - len(due))


def _has_words(row: sa.RowMapping) -> bool:
    if row["kind"] == "Replied" and row["data"]["source"] not in _FROM_MAIL:
        return False
    return any((row["personal"] or {}).get(name) for name in _WORDS[row["kind"]])


def _emptied(row: sa.RowMapping) -> dict[str, object]:
    kept = {name: _unquoted(words) if name in _QUOTING else words for name, words in row["personal"].items()}
    return {**kept, **dict.fromkeys(_WORDS[row["kind"]], "")}


# Why a mail was read as it was is said with the passage that it rests on.
_QUOTING = ("reason", "decision")


def _unquoted(words: object) -> object:
    return re.sub(r"“[^”]*”?", "“…”", words) if isinstance(words, str) else words


def _unquote_reviews(tx: Transaction, events: Sequence[int]) -> None:
    """The same of what decided reviews say."""
    r = tables.reviews
    for start in range(0, len(events), 500):
        some = (r.c.campaign == tx.campaign, r.c.seq.in_(events[start : start + 500]))
        for row in tx.connection.execute(sa.select(r.c.seq, r.c.reason).where(*some)).mappings().all():
            said = sa.update(r).where(r.c.campaign == tx.campaign, r.c.seq == row["seq"])
            tx.connection.execute(said.values(reason=_unquoted(row["reason"])))


def purge_needs(tx: Transaction, *, dry_run: bool = False) -> int:
    """Empty what attendees said of diet and access, in their rows and in the history; gives for how many recipients."""
    e = tables.events
    said = sa.select(e.c.seq, e.c.recipient, e.c.personal).where(
        e.c.campaign == tx.campaign, e.c.kind == "Replied", e.c.personal.is_not(None)
    )
    rows = [row for row in tx.connection.execute(said).mappings() if any(map(_needs, row["personal"]["attendees"]))]
    keys = sorted({row["recipient"] for row in rows})
    if rows and not dry_run:
        tx.lock_seats()
        emptied = [{"of": row["seq"], "rest": _without_needs(row["personal"])} for row in rows]
        tx.connection.execute(_EMPTY_EVENT, emptied)
        for key in filter(None, keys):
            ledger.refold(tx, key)
    return len(keys)


def _needs(attendee: dict[str, str]) -> bool:
    return bool(attendee.get("diet") or attendee.get("access"))


def _without_needs(personal: dict[str, Any]) -> dict[str, object]:
    return {**personal, "attendees": [{**one, "diet": "", "access": ""} for one in personal["attendees"]]}


def forget_recipient(tx: Transaction, key: str, event: Forgotten, *, at: datetime) -> bool:
    """Erase the persons behind an invitation: names, addresses, words; organisation, answers and counts stay.

    Its link opens nothing any more, and nothing is sent to it. False where that was done before; what came in since
    is erased all the same. Raises UnknownRecipient.
    """
    # Whoever counts seats locks in this order: first the seats, then recipients.
    tx.lock_seats()
    state = queries.tracking(tx, key, lock=True)
    first = state.invitation is not InvitationState.FORGOTTEN
    for review in queries.open_reviews(tx, key):
        ledger.append(tx, key, Reviewed(review=review.seq, outcome="dismissed"), at=at)
    if first:
        ledger.append(tx, key, event, at=at)
    _empty_events(tx, key)
    ledger.refold(tx, key)
    _empty_rows(tx, key)
    return first


def forget_unmatched(tx: Transaction, *, at: datetime) -> None:
    """Erase what mails said that matched nobody, and set aside those that wait."""
    for review in queries.open_reviews(tx, ""):
        ledger.append(tx, "", Reviewed(review=review.seq, outcome="dismissed"), at=at)
    _empty_events(tx, "")


def remembered(tx: Transaction) -> list[str]:
    """The keys of all whose persons are not erased."""
    t = tables.tracking
    of_campaign = (t.c.campaign == tx.campaign, t.c.invitation != str(InvitationState.FORGOTTEN))
    return list(tx.connection.execute(sa.select(t.c.recipient).where(*of_campaign).order_by(t.c.recipient)).scalars())


def _empty_events(tx: Transaction, key: str) -> None:
    e = tables.events
    query = sa.select(e).where(e.c.campaign == tx.campaign, e.c.recipient == key, e.c.personal.is_not(None))
    emptied = []
    for row in tx.connection.execute(query).mappings().all():
        _, personal = parts(without_persons(event_from_row(row).event))
        emptied.append({"of": row["seq"], "rest": personal})
    if emptied:
        tx.connection.execute(_EMPTY_EVENT, emptied)


def _empty_rows(tx: Transaction, key: str) -> None:
    """The rows beside the ledger: who was invited, what servers said of the address, the letter."""
    r, i, m = tables.recipients, tables.invitations, tables.messages
    place = sa.select(r.c.position, r.c.source_file, r.c.source_row).where(r.c.campaign == tx.campaign, r.c.key == key)
    position, file, row = tx.connection.execute(place).one()
    queries.save_recipient(tx, queries.recipient(tx, key).anonymous(), position=position, file=file, row=row)
    closed = sa.update(i).where(i.c.campaign == tx.campaign, i.c.recipient == key)
    tx.connection.execute(closed.values(state=str(InvitationState.FORGOTTEN)))
    of_key = (m.c.campaign == tx.campaign, m.c.recipient == key, m.c.answer.is_not(None))
    tx.connection.execute(sa.update(m).where(*of_key).values(answer=""))
    v = tables.reviews
    tx.connection.execute(sa.update(v).where(v.c.campaign == tx.campaign, v.c.recipient == key).values(reason=""))
    for table in (tables.letters, tables.assignments, tables.corrections):
        tx.connection.execute(sa.delete(table).where(table.c.campaign == tx.campaign, table.c.recipient == key))
