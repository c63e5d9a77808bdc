"""What the stages ask of the store, and the rows that are no events: recipients, invitations, letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from invite_pipeline.domain.events import Recorded
from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.errors import UnknownRecipient
from invite_pipeline.store import ledger, tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rows import attendee_from_row, event_from_row, tracking_from_row


@dataclass(frozen=True, slots=True)
class Message:
    """The latest attempt to mail one recipient in one wave; `state` claimed means unknown."""

    recipient: str
    wave: str
    attempt: int
    state: str
    message_id: str
    claimed_at: datetime
    settled_at: datetime | None
    code: int | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """A reply that waits for a human: `recorded.event` is what was read, `reason` why it was not applied."""

    seq: int
    recipient: str
    reason: str
    recorded: Recorded


# --- recipients -------------------------------------------------------------------------------------------------


PIECEMEAL = {"yield_per": 5000}
"""For what is read of everybody: a million rows are not held twice, and no statement waits for the last of them."""


def recipients(tx: Transaction, keys: Collection[str] | None = None) -> list[Recipient]:
    """The recipients that stand in the newest list, in its order; only those in `keys` where given."""
    r, t = tables.recipients, tables.tracking
    joined = r.join(t, (t.c.campaign == r.c.campaign) & (t.c.recipient == r.c.key))
    stands = (r.c.campaign == tx.campaign, t.c.listed, _REMEMBERED, _among(r.c.key, keys))
    query = sa.select(r.c.data).select_from(joined).where(*stands)
    rows = tx.connection.execute(query.order_by(r.c.position, r.c.key), execution_options=PIECEMEAL).scalars()
    return [recipient_from(data) for data in rows]


def listed(tx: Transaction) -> Iterator[tuple[Recipient, Tracking]]:
    """As `recipients`, each with what is known of it but for its attendees, one after the other."""
    r, t = tables.recipients, tables.tracking
    joined = r.join(t, (t.c.campaign == r.c.campaign) & (t.c.recipient == r.c.key))
    query = sa.select(r.c.data, t).select_from(joined).where(r.c.campaign == tx.campaign, t.c.listed, _REMEMBERED)
    rows = tx.connection.execute(query.order_by(r.c.position, r.c.key), execution_options=PIECEMEAL)
    for row in rows.mappings():
        yield recipient_from(row["data"]), tracking_from_row(row, ())


def listed_keys(tx: Transaction) -> list[str]:
    """The keys of the recipients that stand in the newest list, in its order."""
    r, t = tables.recipients, tables.tracking
    joined = r.join(t, (t.c.campaign == r.c.campaign) & (t.c.recipient == r.c.key))
    query = sa.select(r.c.key).select_from(joined).where(r.c.campaign == tx.campaign, t.c.listed, _REMEMBERED)
    return list(tx.connection.execute(query.order_by(r.c.position, r.c.key), execution_options=PIECEMEAL).scalars())


# Of those whose persons were erased only counts are left.
_REMEMBERED = tables.tracking.c.invitation != str(InvitationState.FORGOTTEN)


def _among(column: sa.Column[str], keys: Collection[str] | None) -> sa.ColumnElement[bool]:
    """That a column holds one of `keys`, at most some thousands: each is a parameter. None: any."""
    return sa.true() if keys is None else column.in_(sorted(keys))


def recipient(tx: Transaction, key: str) -> Recipient:
    """One recipient, listed or not. Raises UnknownRecipient."""
    data = tx.connection.execute(_RECIPIENT, {"of_campaign": tx.campaign, "of_key": key}).scalar()
    if data is None:
        raise UnknownRecipient(key)
    return recipient_from(data)


_RECIPIENT = sa.select(tables.recipients.c.data).where(
    tables.recipients.c.campaign == sa.bindparam("of_campaign"), tables.recipients.c.key == sa.bindparam("of_key")
)


def recipients_by_email(tx: Transaction, address: str) -> list[str]:
    """The keys of the recipients with this mail address, whatever its capitals."""
    r = tables.recipients
    query = sa.select(r.c.key).where(r.c.campaign == tx.campaign, r.c.email == address.strip().lower())
    return list(tx.connection.execute(query.order_by(r.c.key)).scalars())


_MOST_NAMED = 20


def recipients_of_domain(tx: Transaction, domain: str) -> list[str]:
    """The keys of the first recipients whose mail address is of this domain."""
    r = tables.recipients
    if not domain:
        return []
    of_domain = r.c.email.endswith(f"@{domain.lower()}", autoescape=True)
    query = sa.select(r.c.key).where(r.c.campaign == tx.campaign, of_domain).order_by(r.c.position)
    return list(tx.connection.execute(query.limit(_MOST_NAMED)).scalars())


def recipients_named(tx: Transaction, lines: Collection[str]) -> list[str]:
    """The keys of the recipients whose organisation or addressee is one of these lines, word for word."""
    r = tables.recipients
    wanted = [line for line in lines if len(line) > 3][:_MOST_NAMED]
    if not wanted:
        return []
    named = r.c.organisation.in_(wanted) | r.c.addressee.in_(wanted)
    query = sa.select(r.c.key).where(r.c.campaign == tx.campaign, named).order_by(r.c.position)
    return list(tx.connection.execute(query.limit(_MOST_NAMED)).scalars())


def fingerprints(tx: Transaction) -> dict[str, str]:
    """The stored fingerprint of every recipient, listed or not."""
    r = tables.recipients
    rows = tx.connection.execute(sa.select(r.c.key, r.c.fingerprint).where(r.c.campaign == tx.campaign))
    return {row[0]: row[1] for row in rows}


def save_recipient(
    tx: Transaction, one: Recipient, *, position: int, file: str, row: int, listed: Recipient | None = None
) -> None:
    """Insert or replace a recipient's row; the event that says so is the caller's.

    `listed` is what the list says, where that was corrected since.
    """
    r = tables.recipients
    values = recipient_columns(one, position=position, file=file, row=row)
    if listed is not None:
        values["fingerprint"] = listed.fingerprint()
    is_it = (r.c.campaign == tx.campaign) & (r.c.key == one.key)
    if tx.connection.execute(sa.update(r).where(is_it).values(values)).rowcount == 0:
        tx.connection.execute(sa.insert(r).values(campaign=tx.campaign, key=one.key, **values))


def recipient_columns(one: Recipient, *, position: int, file: str, row: int) -> dict[str, Any]:
    """A recipient as its row keeps it, without campaign and key."""
    return {
        "position": position,
        "kind": one.kind,
        "organisation": one.organisation,
        "addressee": one.addressee,
        "region": one.region,
        "postcode": one.postcode,
        "channel": str(one.channel),
        # For looking up only, by the index; as it is written it stands in "data".
        "email": one.email.strip().lower(),
        "language": one.language,
        "fingerprint": one.fingerprint(),
        "source_file": file,
        "source_row": row,
        "data": _recipient_adapter().dump_python(one, mode="json"),
    }


@cache
def _recipient_adapter() -> TypeAdapter[Recipient]:
    return TypeAdapter(Recipient)


def recipient_from(data: dict[str, Any]) -> Recipient:
    """A recipient as its row keeps it."""
    return _recipient_adapter().validate_python(data)


# --- invitations ------------------------------------------------------------------------------------------------


def create_invitations(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Give recipients their invitations at revision 1, key by key; the Issued events are the caller's."""
    first = {"campaign": tx.campaign, "revision": 1, "state": str(InvitationState.ISSUED)}
    rows = [{"recipient": key, "code": code, **first} for key, code in codes.items()]
    tx.connection.execute(sa.insert(tables.invitations), rows)


def invitations(tx: Transaction, keys: Collection[str] | None = None) -> dict[str, Invitation]:
    """Every recipient's invitation; only those of `keys` where given."""
    i = tables.invitations
    query = sa.select(i).where(i.c.campaign == tx.campaign, _among(i.c.recipient, keys))
    rows = tx.connection.execute(query).mappings()
    return {row["recipient"]: _invitation(row) for row in rows}


def invitation(tx: Transaction, key: str) -> Invitation:
    """One recipient's invitation. Raises UnknownRecipient."""
    i = tables.invitations
    query = sa.select(i).where(i.c.campaign == tx.campaign, i.c.recipient == key)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownRecipient(key)
    return _invitation(row)


def set_invitation(tx: Transaction, key: str, *, revision: int, state: InvitationState) -> None:
    """Give an invitation another revision and state; the event that says so is the caller's."""
    i = tables.invitations
    mine = sa.update(i).where(i.c.campaign == tx.campaign, i.c.recipient == key)
    tx.connection.execute(mine.values(revision=revision, state=str(state)))


def invitation_by_code(tx: Transaction, code: str) -> Invitation | None:
    """The invitation whose links and printed letter carry this code."""
    which = {"of_campaign": tx.campaign, "of_code": code}
    row = tx.connection.execute(_BY_CODE, which).mappings().one_or_none()
    return _invitation(row) if row else None


# Every visit asks for it: built once, as building costs more than SQLite takes to answer.
_BY_CODE = sa.select(tables.invitations).where(
    tables.invitations.c.campaign == sa.bindparam("of_campaign"), tables.invitations.c.code == sa.bindparam("of_code")
)


def _invitation(row: sa.RowMapping) -> Invitation:
    return Invitation(row["recipient"], row["code"], row["revision"], InvitationState(row["state"]))


# --- tracking and history ---------------------------------------------------------------------------------------


def tracking(tx: Transaction, key: str, *, lock: bool = False) -> Tracking:
    """All that is known of one recipient; `lock` holds it until the transaction ends. Raises UnknownRecipient."""
    found = ledger.load_tracking(tx, key, lock=lock)
    if found is None:
        raise UnknownRecipient(key)
    return found


def trackings(tx: Transaction) -> dict[str, Tracking]:
    """The tracking table of every recipient, listed or not."""
    a, t = tables.attendees, tables.tracking
    people: dict[str, list[Attendee]] = defaultdict(list)
    query = sa.select(a).where(a.c.campaign == tx.campaign).order_by(a.c.recipient, a.c.position)
    for row in tx.connection.execute(query, execution_options=PIECEMEAL).mappings():
        people[row["recipient"]].append(attendee_from_row(row))
    everybody = sa.select(t).where(t.c.campaign == tx.campaign)
    rows = tx.connection.execute(everybody, execution_options=PIECEMEAL).mappings()
    return {row["recipient"]: tracking_from_row(row, tuple(people[row["recipient"]])) for row in rows}


def history(tx: Transaction, key: str | None = None) -> list[Recorded]:
    """The events of one recipient (or all), oldest first."""
    e = tables.events
    query = sa.select(e).where(e.c.campaign == tx.campaign).order_by(e.c.seq)
    if key is not None:
        query = query.where(e.c.recipient == key)
    found = tx.connection.execute(query, execution_options=PIECEMEAL).mappings()
    return [event_from_row(row) for row in found]


def open_reviews(
    tx: Transaction, key: str | None = None, *, seq: int | None = None, after: int = 0, limit: int | None = None
) -> list[Review]:
    """The replies (of one recipient, or all) that wait for a human, oldest first; or only the one numbered `seq`."""
    v, e = tables.reviews, tables.events
    joined = v.join(e, (e.c.campaign == v.c.campaign) & (e.c.seq == v.c.seq))
    query = sa.select(e, v.c.reason).select_from(joined).where(v.c.campaign == tx.campaign, v.c.state == "open")
    if key is not None:
        query = query.where(v.c.recipient == key)
    if seq is not None:
        query = query.where(v.c.seq == seq)
    rows = tx.connection.execute(query.where(v.c.seq > after).order_by(e.c.seq).limit(limit)).mappings()
    return [Review(row["seq"], row["recipient"], row["reason"], event_from_row(row)) for row in rows]


def workshop_seats(tx: Transaction) -> dict[str, dict[str, int]]:
    """How many attendees hold which kind of seat in each working group: {workshop: {"confirmed": n, …}}."""
    r = tables.rooms
    query = sa.select(r.c.room, r.c.seat, r.c.number).where(r.c.campaign == tx.campaign, r.c.room != "", r.c.number > 0)
    seats: dict[str, dict[str, int]] = defaultdict(dict)
    for room, seat, number in tx.connection.execute(query):
        seats[room][seat] = number
    return dict(seats)


def confirmed_heads(tx: Transaction) -> int:
    """How many people hold a confirmed seat in the hall."""
    r = tables.rooms
    confirmed = (r.c.campaign == tx.campaign, r.c.room == "", r.c.seat.in_(["confirmed", "checked_in"]))
    return sum(tx.connection.execute(sa.select(r.c.number).where(*confirmed)).scalars())


# --- messages and letters ---------------------------------------------------------------------------------------


def messages(tx: Transaction, wave: str, key: str | None = None) -> dict[str, Message]:
    """Each recipient's (or only one's) latest attempt in one wave."""
    m = tables.messages
    query = sa.select(m).where(m.c.campaign == tx.campaign, m.c.wave == wave).order_by(m.c.attempt)
    if key is not None:
        query = query.where(m.c.recipient == key)
    return {row["recipient"]: message_from(row) for row in tx.connection.execute(query).mappings()}


def find_message(tx: Transaction, message_id: str) -> Message | None:
    """The message with this Message-ID, with its angle brackets."""
    which = {"of_campaign": tx.campaign, "of_message": message_id}
    row = tx.connection.execute(_MESSAGE, which).mappings().one_or_none()
    return message_from(row) if row else None


_MESSAGE = (
    sa.select(tables.messages)
    .where(
        tables.messages.c.campaign == sa.bindparam("of_campaign"),
        tables.messages.c.message_id == sa.bindparam("of_message"),
    )
    .order_by(tables.messages.c.attempt.desc())
    .limit(1)
)


def waves(tx: Transaction) -> list[str]:
    """Every wave of which a message was claimed, in the order of their first claim."""
    m = tables.messages
    query = sa.select(m.c.wave).where(m.c.campaign == tx.campaign).group_by(m.c.wave)
    return list(tx.connection.execute(query.order_by(sa.func.min(m.c.claimed_at), m.c.wave)).scalars())


def message_from(row: sa.RowMapping) -> Message:
    """A row of the messages table as a value."""
    return Message(**{name: row[name] for name in Message.__slots__})


def letter_hashes(tx: Transaction, keys: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """From what each recipient's letter was made (a fingerprint), and what came out (the file's SHA-256)."""
    found = tables.letters
    query = sa.select(found.c.recipient, found.c.fingerprint, found.c.sha256)
    rows = tx.connection.execute(query.where(found.c.campaign == tx.campaign, _among(found.c.recipient, keys)))
    return {row[0]: (row[1], row[2]) for row in rows}


def letter_fingerprints(tx: Transaction, keys: Collection[str] | None = None) -> dict[str, str]:
    """From what each recipient's letter was made; only those of `keys` where given."""
    found = tables.letters
    query = sa.select(found.c.recipient, found.c.fingerprint)
    rows = tx.connection.execute(query.where(found.c.campaign == tx.campaign, _among(found.c.recipient, keys)))
    return {row[0]: row[1] for row in rows}


def save_letters(tx: Transaction, letters: Sequence[tuple[str, str, str]]) -> None:
    """Note from what each recipient's letter was made, and what came out: key, fingerprint, SHA-256."""
    found = tables.letters
    keys = [key for key, _, _ in letters]
    tx.connection.execute(sa.delete(found).where(found.c.campaign == tx.campaign, _among(found.c.recipient, keys)))
    rows = [
        {"campaign": tx.campaign, "recipient": key, "fingerprint": fingerprint, "sha256": sha256}
        for key, fingerprint, sha256 in letters
    ]
    tx.connection.execute(sa.insert(found), rows)


# --- objections -------------------------------------------------------------------------------------------------


def block(tx: Transaction, address_hashes: Iterable[str], at: datetime) -> None:
    """Put keyed hashes of addresses on the block list."""
    b = tables.blocks
    for address_hash in address_hashes:
        if tx.connection.execute(sa.select(b.c.since).where(b.c.address_hash == address_hash)).first() is None:
            tx.connection.execute(sa.insert(b).values(address_hash=address_hash, since=at))


_BLOCKED = sa.select(tables.blocks.c.address_hash).where(
    tables.blocks.c.address_hash.in_(sa.bindparam("hashes", expanding=True))
)


def blocked(tx: Transaction, address_hashes: Collection[str]) -> set[str]:
    """Those of `address_hashes` that stand on the block list."""
    return set(tx.connection.execute(_BLOCKED, {"hashes": list(address_hashes)}).scalars())
