"""The ledger: every event is appended here, and folded into the tracking table in the same transaction.

`append`, and for many at once `append_messages` and `append_first`, are the only functions that write events, so that
history and projection cannot drift apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from invite_pipeline.domain.events import (
    Bounced,
    Event,
    Recorded,
    Replied,
    Requeued,
    Reviewed,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from invite_pipeline.domain.reply import Attendee, Disposition
from invite_pipeline.domain.tracking import Tracking, fold, fold_all
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rooms import count_seats
from invite_pipeline.store.rows import attendee_from_row, event_from_row, parts, tracking_from_row

MessageEvent = SendClaimed | SendAccepted | SendRefused
"""What a sender has to say of a mail."""


def append(
    tx: Transaction,
    recipient: str,
    event: Event,
    *,
    at: datetime,
    dedupe: str | None = None,
    before: Tracking | None = None,
) -> int | None:
    """Write one event and fold it into the recipient's row; returns its number.

    Returns None, and writes nothing, where an event with the same `dedupe` key is there already. `recipient` is
    empty for a mail that matched nobody; `before` is its row where the caller has loaded and locked it. Raises
    sqlalchemy.exc.IntegrityError for a second claim of one message.
    """
    values = _values(tx, recipient, event, at) | {"dedupe": _dedupe_key(dedupe)}
    # Locked before the number is drawn, so that a recipient's events are folded in the order of their numbers.
    if before is None and recipient:
        before = load_tracking(tx, recipient, lock=True)
    seq = _insert_new(tx, values)
    if seq is None:
        return None
    _project(tx, before, Recorded(seq, recipient, at, event))
    return seq


def append_messages(
    tx: Transaction,
    entries: Sequence[tuple[str, MessageEvent]],
    *,
    at: datetime,
    before: Mapping[str, Tracking] = MappingProxyType({}),
) -> None:
    """As `append` for what becomes of many mails, in a few statements; one mail may have one event among them.

    `before` has the rows of those recipients whom the caller has loaded and locked. Raises
    sqlalchemy.exc.IntegrityError for a second claim of one message.
    """
    c = tx.connection
    keys = sorted({recipient for recipient, _ in entries})
    after = {key: before[key] for key in keys if key in before}
    missing = [key for key in keys if key not in before]
    if missing:
        # In the order of their keys, so that two senders never wait for each other.
        rows = c.execute(_TRACKINGS_LOCKED, {"of_campaign": tx.campaign, "keys": missing}).mappings()
        after |= {row["recipient"]: tracking_from_row(row, ()) for row in rows}
    known = dict(after)
    c.execute(_INSERT_EVENTS, [_values(tx, recipient, event, at) for recipient, event in entries])
    for recipient, event in entries:
        # The number of the event has no part in what becomes of a mail.
        after[recipient] = fold(after[recipient], Recorded(0, recipient, at, event))
    _project_messages(tx, entries, at)
    whose = {"of_campaign": tx.campaign}
    changed = [whose | {"of_recipient": key, **_columns(after[key])} for key in keys if after[key] != known[key]]
    if changed:
        c.execute(_UPDATE_MESSAGE_STATE, changed)


def append_first(tx: Transaction, histories: Sequence[tuple[str, tuple[Event, ...]]], *, at: datetime) -> None:
    """As `append` for recipients who have no row yet, in a few statements; only for events that stand for themselves.

    Raises sqlalchemy.exc.IntegrityError where one has a row.
    """
    if not histories:
        return
    c, folded = tx.connection, dict[tuple[Event, ...], dict[str, Any]]()
    c.execute(sa.insert(tables.events), [_values(tx, who, event, at) for who, events in histories for event in events])
    for _, events in histories:
        if events not in folded:
            folded[events] = asdict(fold_all(Tracking(), [Recorded(0, "", at, event) for event in events]))
            del folded[events]["attendees"]
    c.execute(
        sa.insert(tables.tracking),
        [{"campaign": tx.campaign, "recipient": who, **folded[events]} for who, events in histories],
    )


def _columns(state: Tracking) -> dict[str, Any]:
    """The columns that an event of a mail may change."""
    return {name: getattr(state, name) for name in _OF_A_MAIL}


def _project_messages(tx: Transaction, entries: Sequence[tuple[str, MessageEvent]], at: datetime) -> None:
    claims = [_claim_row(tx, recipient, event, at) for recipient, event in entries if isinstance(event, SendClaimed)]
    if claims:
        tx.connection.execute(_INSERT_MESSAGES, claims)
    outcomes = [
        {
            "of_campaign": tx.campaign,
            "of_recipient": recipient,
            "of_wave": event.wave,
            "at_try": event.attempt,
            **_outcome(event, at),
        }
        for recipient, event in entries
        if not isinstance(event, SendClaimed)
    ]
    if outcomes:
        tx.connection.execute(_SETTLE_MESSAGES, outcomes)


def refold(tx: Transaction, recipient: str) -> None:
    """Fold a recipient's row anew from its whole history, after events of it were emptied."""
    e = tables.events
    rows = tx.connection.execute(sa.select(e).where(*_is(e, tx, recipient)).order_by(e.c.seq)).mappings()
    before = load_tracking(tx, recipient, lock=True)
    _write_tracking(tx, recipient, before, fold_all(Tracking(), [event_from_row(row) for row in rows]))


def load_tracking(tx: Transaction, recipient: str, *, lock: bool = False) -> Tracking | None:
    """The folded row of one recipient, or None before its first event; `lock` holds it until the transaction ends."""
    whose = {"of_campaign": tx.campaign, "of_recipient": recipient}
    row = tx.connection.execute(_TRACKING_LOCKED if lock else _TRACKING, whose).mappings().one_or_none()
    if row is None:
        return None
    if row["reply"] != "yes":
        # Nobody comes: the second table need not be asked.
        return tracking_from_row(row, ())
    return tracking_from_row(row, attendees_of(tx, recipient))


def attendees_of(tx: Transaction, recipient: str) -> tuple[Attendee, ...]:
    """Who comes for one recipient, in the order in which they were named."""
    rows = tx.connection.execute(_ATTENDEES, {"of_campaign": tx.campaign, "of_recipient": recipient}).mappings()
    return tuple(attendee_from_row(row) for row in rows)


def _values(tx: Transaction, recipient: str, event: Event, at: datetime) -> dict[str, Any]:
    """An event as a row."""
    data, personal = parts(event)
    return {
        "campaign": tx.campaign,
        "recipient": recipient,
        "at": at,
        "kind": type(event).__name__,
        "data": data,
        "personal": personal,
    }


# Statements that every event needs are built once: building one costs more than SQLite takes to carry it out.
_IS_TRACKED = (
    tables.tracking.c.campaign == sa.bindparam("of_campaign"),
    tables.tracking.c.recipient == sa.bindparam("of_recipient"),
)
_TRACKING = sa.select(tables.tracking).where(*_IS_TRACKED)
_TRACKING_LOCKED = _TRACKING.with_for_update()
_UPDATE_TRACKING = sa.update(tables.tracking).where(*_IS_TRACKED)
_IS_COMING = (
    tables.attendees.c.campaign == sa.bindparam("of_campaign"),
    tables.attendees.c.recipient == sa.bindparam("of_recipient"),
)
_ATTENDEES = sa.select(tables.attendees).where(*_IS_COMING).order_by(tables.attendees.c.position)
_DELETE_ATTENDEES = sa.delete(tables.attendees).where(*_IS_COMING)
_INSERT_ATTENDEES = sa.insert(tables.attendees)
_TRACKINGS_LOCKED = (
    sa.select(tables.tracking)
    .where(
        tables.tracking.c.campaign == sa.bindparam("of_campaign"),
        tables.tracking.c.recipient.in_(sa.bindparam("keys", expanding=True)),
    )
    .order_by(tables.tracking.c.recipient)
    .with_for_update()
)
_OF_A_MAIL = ("message", "message_wave", "last_contact", "bounce", "reminders")
_UPDATE_MESSAGE_STATE = _UPDATE_TRACKING.values({name: sa.bindparam(name) for name in _OF_A_MAIL})
_INSERT_EVENTS, _INSERT_MESSAGES = sa.insert(tables.events), sa.insert(tables.messages)
_SETTLE_MESSAGES = (
    sa.update(tables.messages)
    .where(
        tables.messages.c.campaign == sa.bindparam("of_campaign"),
        tables.messages.c.recipient == sa.bindparam("of_recipient"),
        tables.messages.c.wave == sa.bindparam("of_wave"),
        tables.messages.c.attempt == sa.bindparam("at_try"),
    )
    .values({name: sa.bindparam(name) for name in ("state", "settled_at", "code", "answer")})
)


_OF_A_ROW = tuple(one.name for one in fields(Tracking) if one.name != "attendees")


@cache
def _insert_event(dialect_name: str) -> sa.Executable:
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    statement: sa.Executable = (
        dialect.insert(tables.events)
        .on_conflict_do_nothing(index_elements=["campaign", "dedupe"])
        .returning(tables.events.c.seq)
    )
    return statement


def _insert_new(tx: Transaction, values: dict[str, Any]) -> int | None:
    return tx.connection.execute(_insert_event(tx.connection.dialect.name), values).scalar()


def known_dedupe(tx: Transaction, dedupe: str) -> bool:
    """Whether an event with this key was recorded."""
    e = tables.events
    query = sa.select(e.c.seq).where(e.c.campaign == tx.campaign, e.c.dedupe == _dedupe_key(dedupe))
    return tx.connection.execute(query).first() is not None


def _dedupe_key(key: str | None) -> str | None:
    """The key as it is, or its hash where it is longer than the column (a Message-ID may have 998 characters)."""
    longest = cast(sa.String, tables.events.c.dedupe.type).length or 0
    return key if key is None or len(key) <= longest else hashlib.sha256(key.encode()).hexdigest()


def _project(tx: Transaction, before: Tracking | None, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, Replied) and event.disposition is Disposition.REVIEW:
        waiting = {"seq": recorded.seq, "recipient": recorded.recipient, "state": "open", "reason": event.decision}
        tx.connection.execute(sa.insert(tables.reviews), {"campaign": tx.campaign, **waiting})
    if isinstance(event, Reviewed):
        review = tables.reviews
        closing = sa.update(review).where(review.c.campaign == tx.campaign, review.c.seq == event.review)
        tx.connection.execute(closing.values(state=event.outcome))
    if not recorded.recipient:
        return
    _project_message(tx, recorded)
    after = fold(before or Tracking(), recorded)
    _write_tracking(tx, recorded.recipient, before, after)


def _write_tracking(tx: Transaction, recipient: str, before: Tracking | None, after: Tracking) -> None:
    if before == after:
        return
    # Not `asdict`, which copies every value deeply.
    values = {name: getattr(after, name) for name in _OF_A_ROW}
    if before is None:
        tx.connection.execute(sa.insert(tables.tracking).values(campaign=tx.campaign, recipient=recipient, **values))
    else:
        tx.connection.execute(_UPDATE_TRACKING, {"of_campaign": tx.campaign, "of_recipient": recipient, **values})
    if before is not None and before.attendees == after.attendees:
        return
    count_seats(tx, before.attendees if before else (), after.attendees)
    if before is not None and before.attendees:
        tx.connection.execute(_DELETE_ATTENDEES, {"of_campaign": tx.campaign, "of_recipient": recipient})
    rows = [
        {"campaign": tx.campaign, "recipient": recipient, "position": position, **asdict(attendee)}
        for position, attendee in enumerate(after.attendees)
    ]
    if rows:
        tx.connection.execute(_INSERT_ATTENDEES, rows)


def _project_message(tx: Transaction, recorded: Recorded) -> None:
    event, at = recorded.event, recorded.at
    if isinstance(event, SendClaimed):
        tx.connection.execute(sa.insert(tables.messages).values(_claim_row(tx, recorded.recipient, event, at)))
    elif isinstance(event, SendAccepted | SendRefused | SendResolved):
        _settle(tx, recorded.recipient, event, **_outcome(event, at))
    elif isinstance(event, Bounced):
        state = "bounced_hard" if event.classification == "hard" else "bounced_soft"
        _change_newest(tx, recorded.recipient, event.wave, state=state, answer=event.answer)
    elif isinstance(event, Requeued):
        _change_newest(tx, recorded.recipient, event.wave, state="deferred")


def _claim_row(tx: Transaction, recipient: str, event: SendClaimed, at: datetime) -> dict[str, Any]:
    claim = {"wave": event.wave, "attempt": event.attempt, "state": "claimed", "message_id": event.message_id}
    claim["sequence"] = event.sequence
    return {"campaign": tx.campaign, "recipient": recipient, "claimed_at": at, **claim}


def _outcome(event: SendAccepted | SendRefused | SendResolved, at: datetime) -> dict[str, Any]:
    """What an outcome makes of its message."""
    if isinstance(event, SendResolved):
        state = "sent" if event.outcome == "sent" else "deferred"
        return {"state": state, "settled_at": at, "code": None, "answer": event.evidence}
    if isinstance(event, SendAccepted):
        return {"state": "sent", "settled_at": at, "code": None, "answer": event.answer}
    state = "refused" if event.permanent else "deferred"
    return {"state": state, "settled_at": at, "code": event.code, "answer": event.answer}


def _settle(
    tx: Transaction, recipient: str, event: SendAccepted | SendRefused | SendResolved, **values: object
) -> None:
    message = tables.messages
    which = (*_is(message, tx, recipient), message.c.wave == event.wave, message.c.attempt == event.attempt)
    tx.connection.execute(sa.update(message).where(*which).values(**values))


def _change_newest(tx: Transaction, recipient: str, wave: str, **values: object) -> None:
    message = tables.messages
    newest = sa.select(sa.func.max(message.c.attempt)).where(*_is(message, tx, recipient), message.c.wave == wave)
    which = (*_is(message, tx, recipient), message.c.wave == wave, message.c.attempt == newest.scalar_subquery())
    tx.connection.execute(sa.update(message).where(*which).values(**values))


def _is(table: sa.Table, tx: Transaction, recipient: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.campaign == tx.campaign, table.c.recipient == recipient
