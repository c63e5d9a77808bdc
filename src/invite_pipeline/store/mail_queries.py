"""What only the mail stage asks of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Disposition, Intent
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import PIECEMEAL, Message, message_from, recipient_from
from invite_pipeline.store.rows import attendee_from_row, tracking_from_row


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody whom a mail may go to, with all that the mail is made from."""

    recipient: Recipient
    invitation: Invitation
    state: Tracking


# Built once: building a statement costs more than SQLite takes to carry it out.
_INVITED = tables.recipients.join(
    tables.invitations,
    (tables.invitations.c.campaign == tables.recipients.c.campaign)
    & (tables.invitations.c.recipient == tables.recipients.c.key),
).join(
    tables.tracking,
    (tables.tracking.c.campaign == tables.recipients.c.campaign)
    & (tables.tracking.c.recipient == tables.recipients.c.key),
)
_ADDRESSEES = (
    sa.select(
        tables.recipients.c.key,
        tables.recipients.c.data,
        tables.invitations.c.code,
        tables.invitations.c.revision.label("link_revision"),
        tables.invitations.c.state.label("link_state"),
        tables.tracking,
    )
    .select_from(_INVITED)
    .where(
        tables.recipients.c.campaign == sa.bindparam("of_campaign"),
        tables.recipients.c.key.in_(sa.bindparam("keys", expanding=True)),
    )
    .order_by(tables.recipients.c.key)
)
_ADDRESSEES_LOCKED = _ADDRESSEES.with_for_update(of=tables.tracking)
_ATTEMPTS = (
    sa.select(tables.messages)
    .where(
        tables.messages.c.campaign == sa.bindparam("of_campaign"),
        tables.messages.c.recipient.in_(sa.bindparam("keys", expanding=True)),
    )
    .order_by(tables.messages.c.attempt)
)


def addressees(tx: Transaction, keys: Collection[str], *, lock: bool = False) -> dict[str, Addressee]:
    """Those of `keys` (at most some thousands) that exist, listed or not; `lock` keeps them so until the commit."""
    whom = {"of_campaign": tx.campaign, "keys": sorted(keys)}
    rows = tx.connection.execute(_ADDRESSEES_LOCKED if lock else _ADDRESSEES, whom).mappings().all()
    people: dict[str, list[Attendee]] = defaultdict(list)
    replied = [row["key"] for row in rows if row["reply"] == "yes"]
    if replied:
        a = tables.attendees
        of_them = sa.select(a).where(a.c.campaign == tx.campaign, a.c.recipient.in_(replied)).order_by(a.c.position)
        for row in tx.connection.execute(of_them).mappings():
            people[row["recipient"]].append(attendee_from_row(row))
    return {
        row["key"]: Addressee(
            recipient_from(row["data"]),
            Invitation(row["key"], row["code"], row["link_revision"], InvitationState(row["link_state"])),
            tracking_from_row(row, tuple(people[row["key"]])),
        )
        for row in rows
    }


def attempts(tx: Transaction, keys: Collection[str]) -> dict[tuple[str, str], Message]:
    """The latest attempt of every wave to each of `keys`, by recipient and wave."""
    found = tx.connection.execute(_ATTEMPTS, {"of_campaign": tx.campaign, "keys": sorted(keys)}).mappings()
    return {(row["recipient"], row["wave"]): message_from(row) for row in found}


def messages_of_kind(tx: Transaction, kind: str) -> dict[tuple[str, str], Message]:
    """The latest attempt of every (recipient, wave) whose wave is `kind` or begins with "kind-"."""
    m = tables.messages
    of_kind = (m.c.wave == kind) | m.c.wave.startswith(f"{kind}-", autoescape=True)
    query = sa.select(m).where(m.c.campaign == tx.campaign, of_kind).order_by(m.c.attempt)
    found = (message_from(row) for row in tx.connection.execute(query, execution_options=PIECEMEAL).mappings())
    return {(message.recipient, message.wave): message for message in found}


def unknown_messages(
    tx: Transaction, key: str | None = None, *, limit: int | None = None, skip: int = 0
) -> list[Message]:
    """Every message (or one recipient's) that was claimed and has no outcome, oldest first."""
    m = tables.messages
    query = sa.select(m).where(m.c.campaign == tx.campaign, m.c.state == "claimed").order_by(m.c.claimed_at)
    if key is not None:
        query = query.where(m.c.recipient == key)
    query = query.limit(limit).offset(skip)
    return [message_from(row) for row in tx.connection.execute(query.order_by(m.c.recipient)).mappings()]


def newest_answers(tx: Transaction, key: str | None = None) -> dict[str, int]:
    """The number of each recipient's (or only one's) newest event that made the answer what it is."""
    e = tables.events
    kinds = e.c.kind.in_(("Replied", "Seated", "Regrouped"))
    query = sa.select(e.c.seq, e.c.recipient, e.c.data).where(e.c.campaign == tx.campaign, kinds)
    if key is not None:
        query = query.where(e.c.recipient == key)
    return {
        recipient: seq
        for seq, recipient, data in tx.connection.execute(query.order_by(e.c.seq))
        if _makes_an_answer(data)
    }


def answered_since(tx: Transaction, seen: int, *, keys: bool = True) -> tuple[set[str], int]:
    """Whose answers or seats changed after event number `seen`, and the newest event's number."""
    e = tables.events
    newest = tx.connection.execute(sa.select(sa.func.max(e.c.seq)).where(e.c.campaign == tx.campaign)).scalar() or 0
    if not keys or newest <= seen:
        return set(), newest
    query = sa.select(e.c.recipient).distinct().where(e.c.campaign == tx.campaign, e.c.seq > seen, e.c.seq <= newest)
    found = tx.connection.execute(query.where(e.c.kind.in_(_ANSWERING), e.c.recipient != ""))
    return set(found.scalars()), newest


_ANSWERING = ("Replied", "Seated", "Regrouped", "Reviewed")


def _makes_an_answer(data: dict[str, Any]) -> bool:
    if "choices" in data:
        return True
    if "step" in data:
        return bool(data["step"] != "offered")
    return data["disposition"] == Disposition.APPLIED and data["intent"] in (Intent.YES, Intent.NO)


def releases(tx: Transaction, keys: Collection[str]) -> dict[tuple[str, str], str]:
    """What was released last for each of `keys` (at most some thousands), by recipient and wave."""
    e = tables.events
    query = sa.select(e.c.recipient, e.c.data).where(
        e.c.campaign == tx.campaign, e.c.kind == "Released", e.c.recipient.in_(sorted(keys))
    )
    return {(key, data["wave"]): data["digest"] for key, data in tx.connection.execute(query.order_by(e.c.seq))}
