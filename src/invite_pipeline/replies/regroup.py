"""Moving attendees to other working groups, and in and out of the speed dating, within the capacities."""

from __future__ import annotations

from dataclasses import replace

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import Regrouped
from invite_pipeline.domain.reply import Attendee, Seat
from invite_pipeline.domain.seating import TAKEN, give_seats
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import AnswerChanged, GroupFull, ReplyRefused
from invite_pipeline.replies.places import free_places, settle_places
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append


def move_in(
    tx: Transaction,
    workspace: Workspace,
    key: str,
    position: int,
    group: str,
    *,
    seen: int,
    by: str,
    wait: bool = False,
) -> Seat | None:
    """Give an attendee another working group ("" for none), in a transaction of the caller's; gives the seat there.

    `seen` is the answer (its event) that whoever moves them has seen. Where the group is full they go on its waiting
    list with `wait`. What falls free is offered at once. Raises UnknownRecipient, AnswerChanged, GroupFull,
    ReplyRefused for a group that does not exist.
    """
    campaign = workspace.campaign
    if group and campaign.workshop(group) is None:
        raise ReplyRefused(f"There is no working group “{group}”.", field="workshop")
    settle_places(tx, workspace)
    state = _state(tx, key, position, seen)
    old = state.attendees[position]
    moved = _seated(tx, campaign, state, old, group)
    if moved.workshop_seat is Seat.WAITLISTED and old.seat in TAKEN and not wait:
        raise GroupFull(group)
    event = _event(state, position, moved, by)
    append(tx, key, event, at=workspace.now(), before=state)
    settle_places(tx, workspace)
    return moved.workshop_seat


def set_dating_in(
    tx: Transaction, workspace: Workspace, key: str, position: int, *, takes_part: bool, seen: int, by: str
) -> None:
    """Put an attendee down for the speed dating, or take them out. Raises UnknownRecipient, AnswerChanged."""
    tx.lock_seats()
    state = _state(tx, key, position, seen)
    moved = replace(state.attendees[position], speed_dating=takes_part)
    event = _event(state, position, moved, by)
    append(tx, key, event, at=workspace.now(), before=state)


def _state(tx: Transaction, key: str, position: int, seen: int) -> Tracking:
    state = queries.tracking(tx, key, lock=True)
    if state.answer != seen or not 0 <= position < len(state.attendees):
        raise AnswerChanged
    return state


def _seated(tx: Transaction, campaign: Campaign, state: Tracking, old: Attendee, group: str) -> Attendee:
    """The attendee with the new group and its seat; the seat in the hall stays as it is."""
    second = "" if old.second == group else old.second
    wanted = replace(old, workshop=group, second=second, workshop_seat=None, second_seat=None)
    if old.seat is Seat.RELEASED:
        return wanted
    # Of the organisation's seats only this one changes hands.
    free = free_places(tx, campaign, replace(state, attendees=(old,)))
    rooms = {room: free.get(room, 0) for room in ("", group, second)}
    seated = give_seats([wanted], [old], rooms)[0]
    first = seated.workshop_seat
    if old.seat is Seat.OFFERED and first is Seat.CONFIRMED:
        # Whoever is only offered the hall is only offered the group.
        first = Seat.OFFERED
    return replace(wanted, workshop_seat=first, second_seat=seated.second_seat)


def _event(state: Tracking, position: int, moved: Attendee, by: str) -> Regrouped:
    people = [moved if place == position else one for place, one in enumerate(state.attendees)]
    return Regrouped(
        choices=tuple((one.workshop, one.second, one.speed_dating) for one in people),
        seats=tuple((one.seat, one.workshop_seat, one.second_seat) for one in people),
        by=by,
    )
