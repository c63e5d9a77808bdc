"""Places that fall free: offered to those who wait, each offer with its deadline; accepted, declined, or expired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import Seated
from invite_pipeline.domain.reply import Seat
from invite_pipeline.domain.seating import TAKEN, Raised, answered_seats, capacities, in_file, offer_seats
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import RecordChanged
from invite_pipeline.store import place_queries, queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append


class OfferAnswer(StrEnum):
    """What became of the answer to an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    GONE = "gone"
    """The offer has run out, or was answered before."""


def free_places(tx: Transaction, campaign: Campaign, mine: Tracking | None = None) -> dict[str, int | None]:
    """The places left in each room; those that `mine` has count as free. Below zero where a capacity was lowered."""
    return _free(_capacities(tx, campaign), place_queries.room_seats(tx), mine)


def _capacities(tx: Transaction, campaign: Campaign) -> dict[str, int | None]:
    return capacities(campaign, place_queries.raised_capacities(tx))


def _free(
    rooms: Mapping[str, int | None], seats: Mapping[str, Mapping[Seat, int]], mine: Tracking | None = None
) -> dict[str, int | None]:
    own = [seat for one in mine.attendees for seat in one.seats()] if mine else []
    found: dict[str, int | None] = {}
    for room, capacity in rooms.items():
        taken = sum(number for seat, number in seats.get(room, {}).items() if seat in TAKEN)
        held = sum(where == room and seat in TAKEN for where, seat in own)
        found[room] = None if capacity is None else capacity - taken + held
    return found


def settle(store: Store, workspace: Workspace) -> int:
    """Let offers run out and offer what is free: after a raised capacity, or when time has passed. Gives how many."""
    with store.reading() as tx:
        if not _anything_to_do(tx, workspace):
            return 0
    with store.writing() as tx:
        return settle_places(tx, workspace)


def _anything_to_do(tx: Transaction, workspace: Workspace) -> bool:
    seats = place_queries.room_seats(tx)
    free = _free(_capacities(tx, workspace.campaign), seats)
    helped = any(_may_help(seats, room, left) for room, left in free.items())
    return helped or bool(place_queries.expired_offers(tx, workspace.now()))


def _may_help(seats: Mapping[str, Mapping[Seat, int]], room: str, left: int | None) -> bool:
    return bool(seats.get(room, {}).get(Seat.WAITLISTED)) and (left is None or left > 0)


def settle_places(tx: Transaction, workspace: Workspace) -> int:
    """As `settle`, within a transaction of the caller's."""
    now, campaign = workspace.now(), workspace.campaign
    tx.lock_seats()
    for key in place_queries.expired_offers(tx, now):
        _close(tx, key, queries.tracking(tx, key, lock=True), "expired", now)
    until = min(now + timedelta(days=campaign.rsvp.offer_days), campaign.event.starts_at)
    if until <= now:
        return 0
    seats = place_queries.room_seats(tx)
    free, offered = _free(_capacities(tx, campaign), seats), 0
    # The hall first: whoever is offered a place there is offered the working group with it.
    for room in list(free):
        if _may_help(seats, room, free[room]):
            for key in place_queries.waiting_recipients(tx, room, free[room]):
                offered += _offer(tx, key, free, now, until)
    return offered


def _offer(tx: Transaction, key: str, free: dict[str, int | None], now: datetime, until: datetime) -> bool:
    state = queries.tracking(tx, key, lock=True)
    seats = offer_seats(state.attendees, free, partly=state.partly)
    if seats is None:
        return False
    append(tx, key, Seated(step="offered", seats=seats, until=until), at=now, before=state)
    return True


def change_capacity_in(tx: Transaction, workspace: Workspace, room: str, capacity: int, *, seen: int | None) -> int:
    """Change a room's capacity and offer what falls free, in a transaction of the caller's; gives how many offers.

    `seen` is the capacity that whoever changes it has seen. Raises RecordChanged where it is another one by now, or
    the room is gone. A lower capacity takes nobody's place.
    """
    tx.lock_seats()
    campaign = workspace.campaign
    now = _capacities(tx, campaign)
    if room not in now or now[room] != seen:
        raise RecordChanged
    place_queries.keep_capacity(tx, room, Raised(capacity, in_file(campaign)[room]), workspace.now())
    return settle_places(tx, workspace)


def answer_offer(store: Store, workspace: Workspace, key: str, offer: int, *, accept: bool) -> OfferAnswer:
    """Accept or decline one offer; committed to disk when this returns. Raises UnknownRecipient."""
    return store.commit(lambda tx: answer_offer_in(tx, workspace, key, offer, accept=accept))


def answer_offer_in(tx: Transaction, workspace: Workspace, key: str, offer: int, *, accept: bool) -> OfferAnswer:
    """As answer_offer, within a transaction of the caller's."""
    now = workspace.now()
    settle_places(tx, workspace)
    state = queries.tracking(tx, key, lock=True)
    if state.offer != offer or state.offer_until is None or state.offer_until < now:
        return OfferAnswer.GONE
    answer = OfferAnswer.ACCEPTED if accept else OfferAnswer.DECLINED
    _close(tx, key, state, "accepted" if accept else "declined", now)
    # What was declined, or held as second choice only, is the next one's.
    settle_places(tx, workspace)
    return answer


def _close(
    tx: Transaction, key: str, state: Tracking, step: Literal["accepted", "declined", "expired"], now: datetime
) -> None:
    seats = answered_seats(state.attendees, accepted=step == "accepted")
    append(tx, key, Seated(step=step, seats=seats), at=now, before=state)
