"""Who gets which place: in the hall, and in the working groups; one answer at a time, without looking at a store.

A room is a working group's id, or HALL. Places are counted in persons; None stands for "as many as come".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .campaign import Campaign
from .events import AttendeeSeats
from .reply import Attendee, Seat

HALL = ""
Free = Mapping[str, int | None]

HELD = (Seat.CONFIRMED, Seat.CHECKED_IN, Seat.ABSENT)
TAKEN = (*HELD, Seat.OFFERED)
"""Seats that nobody else can have: an offer holds its place until it is answered or runs out."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A capacity that staff changed, and what the campaign file said then."""

    capacity: int
    in_file: int | None


def capacities(campaign: Campaign, raised: Mapping[str, Raised]) -> dict[str, int | None]:
    """How many persons each room holds; None means as many as come.

    What staff changed counts until the campaign file says something new: the newest word of either.
    """
    found = in_file(campaign)
    return {room: raised[room].capacity if _holds(raised.get(room), said) else said for room, said in found.items()}


def in_file(campaign: Campaign) -> dict[str, int | None]:
    """What the campaign file says of each room's capacity."""
    return {HALL: campaign.event.capacity, **{one.id: one.capacity for one in campaign.workshops}}


def _holds(raised: Raised | None, said: int | None) -> bool:
    return raised is not None and raised.in_file == said


def with_capacities(campaign: Campaign, raised: Mapping[str, Raised]) -> Campaign:
    """The campaign with the capacities that hold now."""
    if not raised:
        return campaign
    now = capacities(campaign, raised)
    groups = tuple(replace(one, capacity=now[one.id]) for one in campaign.workshops)
    return replace(campaign, event=replace(campaign.event, capacity=now[HALL]), workshops=groups)


def give_seats(people: Sequence[Attendee], before: Sequence[Attendee], free: Free) -> tuple[Attendee, ...]:
    """The people of one answer with their seats; `free` are the places that no other recipient has.

    Whoever held a place, had an offer or stood in the line keeps that when the answer is changed; seats belong to the
    organisation, so it does not matter who sits there.
    """
    had = Counter(seat for one in before for seat in one.seats())
    rooms = {room: _Room(left, had, room) for room, left in free.items()}
    lines = [
        sorted(filter(None, numbers))
        for numbers in zip(*((a.waiting, a.workshop_waiting) for a in before), strict=True)
    ]
    hall, groups = lines or ([], [])
    seated = []
    for one in people:
        seat = rooms[HALL].take()
        first, second = _group_seats(one, seat, rooms)
        since = hall.pop(0) if seat is Seat.WAITLISTED and hall else 0
        in_groups = groups.pop(0) if Seat.WAITLISTED in (first, second) and groups else 0
        one_seated = replace(one, seat=seat, workshop_seat=first, second_seat=second)
        seated.append(replace(one_seated, waiting=since, workshop_waiting=in_groups))
    return tuple(seated)


def _group_seats(one: Attendee, hall: Seat, rooms: Mapping[str, _Room]) -> tuple[Seat | None, Seat | None]:
    """Both seats in working groups: the second choice is held while its owner waits for the first."""
    if hall is Seat.WAITLISTED:
        # Nobody blocks a place in a group without having one in the hall.
        return Seat.WAITLISTED if one.workshop else None, Seat.WAITLISTED if one.second else None
    first = rooms[one.workshop].take(hall) if one.workshop else None
    if not one.second or first in HELD:
        return first, None
    return first, rooms[one.second].take(hall)


class _Room:
    """Places of one room, while one answer takes some of them."""

    def __init__(self, free: int | None, had: Counter[tuple[str, Seat]], room: str) -> None:
        held = sum(had[room, seat] for seat in HELD)
        self._offered = had[room, Seat.OFFERED]
        # A place that was held stays held, even where the capacity was lowered meanwhile.
        self._free = None if free is None else max(free, held + self._offered) - self._offered

    def take(self, most: Seat = Seat.CONFIRMED) -> Seat:
        if self._free is None or self._free > 0:
            self._free = None if self._free is None else self._free - 1
            return most
        if self._offered > 0:
            self._offered -= 1
            return Seat.OFFERED
        return Seat.WAITLISTED


# --- what falls free --------------------------------------------------------------------------------------------------


def offer_seats(
    people: Sequence[Attendee], free: MutableMapping[str, int | None], *, partly: bool
) -> tuple[AttendeeSeats, ...] | None:
    """The seats of those who wait once places are offered to them, taken out of `free`; None where nothing is to offer.

    Where not all who wait can come together, some are offered places only with `partly`.
    """
    seats = [(one.seat, one.workshop_seat, one.second_seat) for one in people]
    before = list(seats)
    waiting = [index for index, one in enumerate(people) if one.seat is Seat.WAITLISTED]
    for index in _fitting(waiting, free[HALL], partly=partly):
        _take(free, HALL)
        seats[index] = (Seat.OFFERED, *seats[index][1:])
    for place in (1, 2):
        _offer_groups(people, seats, free, place, partly=partly)
    return tuple(seats) if seats != before else None


def _offer_groups(
    people: Sequence[Attendee],
    seats: list[AttendeeSeats],
    free: MutableMapping[str, int | None],
    place: Literal[1, 2],
    *,
    partly: bool,
) -> None:
    wanted: dict[str, list[int]] = {}
    for index, one in enumerate(people):
        room = one.workshop if place == 1 else one.second
        # Whoever has, or is offered, the first choice wants no second.
        served = place == 2 and seats[index][1] in TAKEN
        if room in free and seats[index][place] is Seat.WAITLISTED and seats[index][0] in TAKEN and not served:
            wanted.setdefault(room, []).append(index)
    for room, waiting in wanted.items():
        for index in _fitting(waiting, free[room], partly=partly):
            _take(free, room)
            hall, first, second = seats[index]
            seats[index] = (hall, Seat.OFFERED, second) if place == 1 else (hall, first, Seat.OFFERED)


def _fitting(waiting: Sequence[int], free: int | None, *, partly: bool) -> Sequence[int]:
    if free is None or len(waiting) <= free:
        return waiting
    return waiting[: max(0, free)] if partly else ()


def _take(free: MutableMapping[str, int | None], room: str) -> None:
    left = free[room]
    free[room] = None if left is None else left - 1


def answered_seats(people: Sequence[Attendee], *, accepted: bool) -> tuple[AttendeeSeats, ...]:
    """The seats once an offer was accepted; declined or expired, what was offered is released."""
    found = []
    for one in people:
        seat, first, second = (_answered(seat, accepted) for seat in (one.seat, one.workshop_seat, one.second_seat))
        if seat is Seat.RELEASED:
            first, second = None, None
        # The first choice came true: the second is free for others.
        found.append((seat or Seat.RELEASED, first, None if first in HELD else second))
    return tuple(found)


def _answered(seat: Seat | None, accepted: bool) -> Seat | None:
    if seat is not Seat.OFFERED:
        return seat
    return Seat.CONFIRMED if accepted else Seat.RELEASED
