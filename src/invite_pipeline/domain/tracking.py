"""The tracking table's row, folded from the ledger: four axes, never one status column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from .events import (
    AutomaticReply,
    Bounced,
    Called,
    CallOutcome,
    Corrected,
    Forgotten,
    Issued,
    LetterMoved,
    Loaded,
    Recorded,
    Regrouped,
    Replied,
    Requeued,
    Reviewed,
    Revoked,
    Seated,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from .invitation import InvitationState
from .reply import Attendee, Disposition, Intent, Role, Seat, Source

RECIPIENT = "recipient"
"""The actor of a web form that nobody signed."""


class MessageState(StrEnum):
    """Where the invitation mail stands; a claim without an outcome is unknown."""

    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    REFUSED = "refused"
    BOUNCED_SOFT = "bounced_soft"
    BOUNCED_HARD = "bounced_hard"


class LetterState(StrEnum):
    """Where the paper letter stands."""

    NONE = ""
    PRINTED = "printed"
    POSTED = "posted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """All that is known of one recipient; equal histories fold to equal rows, however they are cut into pieces."""

    invitation: InvitationState = InvitationState.DRAFT
    revision: int = 0
    message: MessageState = MessageState.QUEUED
    message_wave: str = ""
    """The latest wave that was claimed."""
    bounce: Literal["", "hard", "soft", "policy", "content", "refused"] = ""
    """Why the latest message did not arrive; empty once one did, or may go again."""
    reminders: int = 0
    """How many reminders went."""
    letter: LetterState = LetterState.NONE
    reply: Literal["open", "yes", "no"] = "open"
    tentative: bool = False
    source: Source | None = None
    sticky: bool = False
    """The answer was entered by staff: mail and calendar never overturn it."""
    declared_at: datetime | None = None
    late: bool = False
    persons: int = 0
    attendees: tuple[Attendee, ...] = ()
    remark: str = ""
    answer: int = 0
    """The event that made the answer what it is; 0 before there is one."""
    answered_by: str = ""
    """Who filled in the form, where they said it."""
    answered_email: str = ""
    partly: bool = False
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    offer: int = 0
    """The event that offered places which are not yet accepted; 0 where there is none."""
    offer_until: datetime | None = None
    reviews: int = 0
    """How many replies of this recipient wait for a human."""
    blocked: bool = False
    """Wants no further invitations."""
    listed: bool = True
    """Stands in the newest list."""
    last_contact: datetime | None = None
    called: int = 0
    """The event of the latest call; 0 where nobody called."""
    call: CallOutcome | Literal[""] = ""
    call_again: date | None = None
    calls: int = 0

    @property
    def deputy(self) -> str:
        """Names of the deputies in one line."""
        return ", ".join(a.name or "N. N." for a in self.attendees if a.role is Role.DEPUTY)


def fold(state: Tracking, recorded: Recorded) -> Tracking:
    """The state after one more event."""
    at = recorded.at
    match recorded.event:
        case Loaded(change=change):
            return replace(state, listed=change != "gone")
        case Issued() | Revoked() as event:
            known = InvitationState.ISSUED if isinstance(event, Issued) else InvitationState.REVOKED
            return replace(state, invitation=known, revision=event.revision)
        case LetterMoved(step=step):
            return replace(state, letter=LetterState(step), last_contact=at)
        case AutomaticReply():
            return replace(state, last_contact=at)
        case Forgotten():
            return _without_persons(state)
        case SendClaimed() | SendAccepted() | SendRefused() | SendResolved() | Bounced() | Requeued():
            return _fold_message(state, recorded.event, at)
    return _fold_answer(state, recorded)


def _fold_answer(state: Tracking, recorded: Recorded) -> Tracking:
    """What concerns the answer, or what staff do to get one; a release says nothing of the recipient."""
    match recorded.event:
        case Replied():
            return _fold_reply(state, recorded.event, recorded.at, recorded.seq)
        case Seated():
            return _fold_seats(state, recorded.event, recorded.seq)
        case Regrouped():
            return _fold_move(state, recorded.event, recorded.seq)
        case Reviewed():
            return replace(state, reviews=max(0, state.reviews - 1))
        case Called():
            return _fold_call(state, recorded.event, recorded.at, recorded.seq)
        case Corrected(fields=fields):
            return _fold_correction(state, fields)
    return state


def fold_all(state: Tracking, history: Iterable[Recorded]) -> Tracking:
    """The state after all of `history`, in order."""
    for recorded in history:
        state = fold(state, recorded)
    return state


def _without_persons(state: Tracking) -> Tracking:
    people = tuple(attendee.anonymous() for attendee in state.attendees)
    empty: dict[str, str] = {}
    state = replace(state, remark="", answered_by="", answered_email="", answers=empty)
    return replace(state, invitation=InvitationState.FORGOTTEN, blocked=True, attendees=people)


def _fold_message(
    state: Tracking, event: SendClaimed | SendAccepted | SendRefused | SendResolved | Bounced | Requeued, at: datetime
) -> Tracking:
    match event:
        case SendClaimed(wave=wave):
            return replace(state, message=MessageState.UNKNOWN, message_wave=wave)
        case SendAccepted():
            return replace(_sent(state, event.wave), last_contact=at)
        case SendRefused(permanent=True):
            return replace(state, message=MessageState.REFUSED, bounce="refused")
        case SendResolved(outcome="sent"):
            return _sent(state, event.wave)
        case SendRefused() | SendResolved():
            return replace(state, message=MessageState.QUEUED)
        case Requeued():
            return replace(state, message=MessageState.QUEUED, bounce="")
        case Bounced(classification=classification):
            # A policy refusal is the sender's fault and a content refusal the message's: neither gives up the
            # address, but nobody has read the mail either.
            message = MessageState.BOUNCED_HARD if classification == "hard" else MessageState.BOUNCED_SOFT
            return replace(state, message=message, bounce=classification, last_contact=at)


def _sent(state: Tracking, wave: str) -> Tracking:
    reminders = state.reminders + wave.startswith("reminder")
    return replace(state, message=MessageState.SENT, bounce="", reminders=reminders)


def _fold_call(state: Tracking, called: Called, at: datetime, seq: int) -> Tracking:
    reached = called.outcome in ("reached", "again", "wants_letter")
    contact = at if reached else state.last_contact
    again = called.again if called.outcome == "again" else None
    return replace(
        state, called=seq, call=called.outcome, call_again=again, calls=state.calls + 1, last_contact=contact
    )


_POSTAL = frozenset(("street", "postcode", "city", "country", "address"))


def _fold_correction(state: Tracking, corrected: tuple[str, ...]) -> Tracking:
    if "phone" in corrected and state.call == "wrong_number":
        state = replace(state, call="", call_again=None)
    # A letter that came back goes out anew, once it is known where to.
    returned = state.letter is LetterState.RETURNED and _POSTAL.intersection(corrected)
    return replace(state, letter=LetterState.NONE) if returned else state


def _fold_move(state: Tracking, moved: Regrouped, seq: int) -> Tracking:
    people = tuple(
        replace(
            one,
            workshop=first,
            second=second,
            speed_dating=dating,
            seat=seats[0],
            workshop_seat=seats[1],
            second_seat=seats[2],
            # Whoever goes to another line stands at its end.
            workshop_waiting=one.workshop_waiting if one.workshop == first else 0,
        )
        for one, (first, second, dating), seats in zip(state.attendees, moved.choices, moved.seats, strict=False)
    )
    # An answer that was replaced meanwhile leaves nobody to move.
    return replace(state, attendees=_numbered(people, seq), answer=seq) if people else state


_WAITS = (Seat.WAITLISTED, Seat.OFFERED)


def _fold_seats(state: Tracking, seated: Seated, seq: int) -> Tracking:
    # An answer that was erased or replaced meanwhile leaves nobody to seat.
    people = tuple(
        replace(one, seat=seat, workshop_seat=first, second_seat=second)
        for one, (seat, first, second) in zip(state.attendees, seated.seats, strict=False)
    )
    if not people:
        return state
    if seated.step == "offered":
        return replace(state, attendees=people, offer=seq, offer_until=seated.until)
    if seated.step == "declined":
        people = tuple(one for one in people if one.seat is not Seat.RELEASED)
        state = replace(state, reply="yes" if people else "no")
    coming = sum(one.seat is not Seat.RELEASED for one in people)
    state = replace(state, persons=coming, answer=seq, offer=0, offer_until=None)
    return replace(state, attendees=_numbered(people, seq))


def _numbered(people: tuple[Attendee, ...], seq: int) -> tuple[Attendee, ...]:
    """Attendees with the event since which they wait: a number once given stays as long as they do."""
    found = []
    for one in people:
        groups = one.workshop_seat in _WAITS or one.second_seat in _WAITS
        waiting, in_groups = (
            one.waiting or seq if one.seat in _WAITS else 0,
            one.workshop_waiting or seq if groups else 0,
        )
        found.append(replace(one, waiting=waiting, workshop_waiting=in_groups))
    return tuple(found)


def _fold_reply(state: Tracking, replied: Replied, at: datetime, seq: int) -> Tracking:
    state = replace(state, last_contact=at)
    if replied.disposition is Disposition.REVIEW:
        return replace(state, reviews=state.reviews + 1)
    if replied.disposition is not Disposition.APPLIED:
        return state
    if replied.intent is Intent.OBJECTION:
        return replace(state, blocked=True)
    common = replace(
        state,
        source=replied.source,
        sticky=replied.source.entered_by_staff,
        declared_at=replied.declared_at,
        late=replied.late,
        remark=replied.remark,
        tentative=replied.intent is Intent.MAYBE,
        answer=seq,
        answered_by=replied.actor if replied.source is Source.WEB and replied.actor != RECIPIENT else "",
        answered_email=replied.sender if replied.source is Source.WEB else "",
        partly=replied.partly,
        answers=replied.answers,
    )
    if replied.intent is Intent.YES:
        persons = max(replied.persons or 1, len(replied.attendees))
        people = _numbered(replied.attendees, seq)
        if not any(Seat.OFFERED in (seat for _, seat in one.seats()) for one in people):
            common = replace(common, offer=0, offer_until=None)
        return replace(common, reply="yes", persons=persons, attendees=people)
    common = replace(common, offer=0, offer_until=None)
    if replied.intent is Intent.NO:
        return replace(common, reply="no", persons=0, attendees=())
    return replace(common, reply="open", persons=0, attendees=())
