"""What is asked of the store where places are counted, given and offered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.reply import Attendee, Seat
from invite_pipeline.domain.seating import HALL, TAKEN, Raised
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


def room_seats(tx: Transaction) -> dict[str, dict[Seat, int]]:
    """How many seats of each kind are given in each room: one small statement, however many recipients there are."""
    held = tx.held if tx.held and tx.held.seats_locked else None
    counted = held.seats if held else None
    if counted is None:
        rows = tx.connection.execute(_ROOM_SEATS, {"of_campaign": tx.campaign})
        counted = {(room, seat): number for room, seat, number in rows}
        if held:
            held.seats = counted
    found: dict[str, dict[Seat, int]] = defaultdict(dict)
    for (room, seat), number in counted.items():
        if number > 0:
            found[room][Seat(seat)] = number
    return dict(found)


# Built once: every reply asks both of these, and building a statement costs more than carrying it out.
_ROOM_SEATS = sa.select(tables.rooms.c.room, tables.rooms.c.seat, tables.rooms.c.number).where(
    tables.rooms.c.campaign == sa.bindparam("of_campaign"), tables.rooms.c.number > 0
)
_EXPIRED_OFFERS = (
    sa.select(tables.tracking.c.recipient)
    .where(
        tables.tracking.c.campaign == sa.bindparam("of_campaign"),
        tables.tracking.c.offer_until < sa.bindparam("at"),
        tables.tracking.c.offer != 0,
    )
    .order_by(tables.tracking.c.offer)
)


def raised_capacities(tx: Transaction) -> dict[str, Raised]:
    """The capacities that staff changed, by room."""
    found = tx.held.capacities if tx.held and tx.held.seats_locked else None
    if found is None:
        rows = tx.connection.execute(_RAISED, {"of_campaign": tx.campaign})
        found = {room: (capacity, in_file) for room, capacity, in_file in rows}
        if tx.held and tx.held.seats_locked:
            # Whoever changes a capacity takes that lock, too.
            tx.held.capacities = found
    return {room: Raised(*of_room) for room, of_room in found.items()}


_RAISED = sa.select(
    tables.room_capacities.c.room, tables.room_capacities.c.capacity, tables.room_capacities.c.in_file
).where(tables.room_capacities.c.campaign == sa.bindparam("of_campaign"))


def keep_capacity(tx: Transaction, room: str, raised: Raised, at: datetime) -> None:
    """Write down a room's changed capacity."""
    c = tables.room_capacities
    values = {"capacity": raised.capacity, "in_file": raised.in_file, "since": at}
    is_it = (c.c.campaign == tx.campaign) & (c.c.room == room)
    if tx.connection.execute(sa.update(c).where(is_it).values(values)).rowcount == 0:
        tx.connection.execute(sa.insert(c).values(campaign=tx.campaign, room=room, **values))


def waiting_recipients(tx: Transaction, room: str, free: int | None) -> list[str]:
    """The recipients who wait for a place in a room, who waits longest first; only those whom `free` places can help.

    Not among them: whoever has an offer already, and whose invitation was revoked.
    """
    a, t = tables.attendees, tables.tracking
    joined = a.join(t, (t.c.campaign == a.c.campaign) & (t.c.recipient == a.c.recipient))
    number, since = sa.func.count(), sa.func.min(a.c.waiting if room == HALL else a.c.workshop_waiting)
    query = (
        sa.select(a.c.recipient)
        .select_from(joined)
        .where(a.c.campaign == tx.campaign, _waits_for(room), t.c.offer == 0)
        .where(t.c.invitation == str(InvitationState.ISSUED))
        .group_by(a.c.recipient, t.c.partly)
        .order_by(since, a.c.recipient)
    )
    if free is not None:
        query = query.having((number <= free) | t.c.partly).limit(free)
    return list(tx.connection.execute(query).scalars())


def _waits_for(room: str) -> sa.ColumnElement[bool]:
    a, waits = tables.attendees, str(Seat.WAITLISTED)
    if room == HALL:
        return a.c.seat == waits
    taken = [str(seat) for seat in TAKEN]
    first = (a.c.workshop == room) & (a.c.workshop_seat == waits)
    second = (a.c.second == room) & (a.c.second_seat == waits) & a.c.workshop_seat.not_in(taken)
    return (first | second) & a.c.seat.in_(taken)


def expired_offers(tx: Transaction, now: datetime) -> list[str]:
    """Those whose offer has run out, oldest first; in a shared transaction they are looked for once."""
    if tx.held:
        if tx.held.offers_seen:
            return []
        tx.held.offers_seen = True
    return list(tx.connection.execute(_EXPIRED_OFFERS, {"of_campaign": tx.campaign, "at": now}).scalars())


def open_offers(tx: Transaction) -> dict[str, int]:
    """The event of every offer that is not answered, by recipient."""
    t = tables.tracking
    query = sa.select(t.c.recipient, t.c.offer).where(t.c.campaign == tx.campaign, t.c.offer != 0)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def positions(tx: Transaction, attendee: Attendee) -> dict[str, int]:
    """At which place of the line somebody stands, from 1, in each room that they wait for."""
    a, found = tables.attendees, {}
    for room, seat in attendee.seats():
        if seat is not Seat.WAITLISTED:
            continue
        since, mine = (
            (a.c.waiting, attendee.waiting) if room == HALL else (a.c.workshop_waiting, attendee.workshop_waiting)
        )
        waits = a.c.seat == str(seat) if room == HALL else _waits_in_group(room)
        query = sa.select(sa.func.count()).where(a.c.campaign == tx.campaign, waits, since < mine)
        found[room] = tx.connection.execute(query).scalar_one() + 1
    return found


def _waits_in_group(room: str) -> sa.ColumnElement[bool]:
    a, waits = tables.attendees, str(Seat.WAITLISTED)
    return ((a.c.workshop == room) & (a.c.workshop_seat == waits)) | ((a.c.second == room) & (a.c.second_seat == waits))
