"""A reply of any channel, and who wins: the rules by which it applies, waits for a human, or only is noted.

Every channel makes a `Reply`; `decide` looks at what is known of the recipient and says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tracking import Tracking


class Source(StrEnum):
    """The channel a reply came by."""

    WEB = "web"
    MAIL = "mail"
    CALENDAR = "calendar"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"
    COUNTER = "counter"

    @property
    def entered_by_staff(self) -> bool:
        """Whether a member of staff entered it; such entries stick."""
        return self in (Source.PHONE, Source.LETTER, Source.FAX, Source.COUNTER)


class Intent(StrEnum):
    """What a reply says."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"
    UNCLEAR = "unclear"
    OBJECTION = "objection"
    """No further invitations, please: never an answer to this one."""
    CONTACT = "contact"
    """Somebody else is responsible now."""


class Role(StrEnum):
    """In what role somebody takes the organisation's seat."""

    INVITEE = "invitee"
    DEPUTY = "deputy"
    COMPANION = "companion"


class Seat(StrEnum):
    """confirmed | waitlisted | offered | released, then checked in | absent."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    RELEASED = "released"
    CHECKED_IN = "checked_in"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One who comes; the working-group choice hangs on the attendee and has a seat of its own."""

    role: Role
    name: str = ""
    office: str = ""
    email: str = ""
    workshop: str = ""
    second: str = ""
    """The working group that would do where the first choice is full."""
    speed_dating: bool = False
    funders: tuple[str, ...] = ()
    """Whom they want to meet at the speed dating."""
    diet: str = ""
    access: str = ""
    """Both may be health data: only with explicit consent, and no longer than until the event."""
    seat: Seat = Seat.CONFIRMED
    workshop_seat: Seat | None = None
    second_seat: Seat | None = None
    waiting: int = 0
    """The event since which it waits for a place in the hall: who waits longer comes first."""
    workshop_waiting: int = 0
    """The same for the working groups."""

    def seats(self) -> tuple[tuple[str, Seat], ...]:
        """Each seat that it holds or waits for, with its room; the hall is ""."""
        groups = ((self.workshop, self.workshop_seat), (self.second, self.second_seat))
        return (("", self.seat), *((room, seat) for room, seat in groups if room and seat is not None))

    def anonymous(self) -> Attendee:
        """The same attendee without anything by which somebody could tell who it is."""
        return replace(self, name="", office="", email="", diet="", access="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply before any decision; `dedupe` is equal for the same mail or form read twice.

    `declared_at` is when the sender said it (the letter's date, the form's time), `received_at` when it reached us.
    `attendees` may be empty on a yes whose names are open; `persons` then holds the number, or None for unknown.
    """

    recipient: str
    source: Source
    intent: Intent
    declared_at: datetime
    received_at: datetime
    dedupe: str
    actor: str = ""
    """Who entered or sent it: a staff name, "recipient" for the web form, the sender's role for a mail."""
    persons: int | None = None
    attendees: tuple[Attendee, ...] = ()
    remark: str = ""
    reason: str = ""
    """Why it was read, or entered, as it is."""
    evidence: str = ""
    """The passage, Message-ID or form that it rests on."""
    sender: str = ""
    """The address a mail came from, for whoever reviews it."""
    text: str = ""
    """What a mail said, without quotes, for whoever reviews it."""
    sequence: int = 0
    """Which version of the calendar entry a calendar answers (RFC 5545, 3.8.7.4)."""
    partly: bool = False
    """Whether some of a group may come where there is no room for all of those who wait."""
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What was answered to the campaign's own questions, by their ids."""
    based_on: int | None = None
    """The answer (its event) that whoever changes it has seen; None where nobody could have seen any."""
    certain: bool = True
    """False where the sender was not matched or the text was not unambiguous."""
    approved: bool = False
    """Staff looked at it: it applies, whatever is recorded."""

    @property
    def deputies(self) -> tuple[str, ...]:
        """Names of the deputies, open names as empty strings."""
        return tuple(a.name for a in self.attendees if a.role is Role.DEPUTY)


class Disposition(StrEnum):
    """What became of a reply."""

    APPLIED = "applied"
    REVIEW = "review"
    IGNORED = "ignored"
    """Repeated or superseded: kept in the history, changes nothing."""
    REFUSED = "refused"
    """Told to whoever replied: the deadline has passed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a reply, why, and whether it came after the deadline."""

    disposition: Disposition
    reason: str = ""
    late: bool = False


_ANSWERS = (Intent.YES, Intent.NO)


def decide(state: Tracking, reply: Reply, *, deadline: datetime) -> Decision:
    """Decide what becomes of `reply` where `state` is known; the rules are docs/architecture.md's table, in order."""
    late = reply.declared_at > deadline
    if reply.approved:
        return Decision(Disposition.APPLIED, "", late)
    if reply.intent is Intent.OBJECTION:
        return Decision(
            Disposition.APPLIED if reply.certain else Disposition.REVIEW, "asks for no further invitations", late
        )
    if reply.source.entered_by_staff:
        return _decide_staff(state, reply, late)
    if reply.source is Source.WEB:
        if late and reply.intent is not Intent.NO:
            return Decision(Disposition.REFUSED, "the deadline has passed; only cancelling is still possible", late)
        return Decision(Disposition.APPLIED, _overturns(state, reply), late)
    return _decide_signal(state, reply, late)


def _decide_staff(state: Tracking, reply: Reply, late: bool) -> Decision:
    if _older(state, reply):
        return Decision(Disposition.REVIEW, "declared before the answer that is recorded", late)
    return Decision(Disposition.APPLIED, "", late)


def _decide_signal(state: Tracking, reply: Reply, late: bool) -> Decision:
    """Mail and calendar: they apply only to an open invitation, and only when there is nothing to doubt."""
    if reply.intent is Intent.MAYBE and reply.certain and state.reply == "open" and not state.sticky:
        return Decision(Disposition.APPLIED, "tentative: the invitation stays open, with a note", late)
    if reply.intent not in _ANSWERS or not reply.certain:
        return Decision(Disposition.REVIEW, reply.reason or "not clear enough to decide", late)
    if state.reply != "open" or state.sticky:
        if _confirms(state, reply):
            return Decision(Disposition.IGNORED, "says again what is recorded", late)
        return Decision(Disposition.REVIEW, f"says {reply.intent} where {state.reply} is recorded", late)
    if late and reply.intent is Intent.YES:
        return Decision(Disposition.REVIEW, "came after the deadline", late)
    return Decision(Disposition.APPLIED, reply.reason, late)


def _confirms(state: Tracking, reply: Reply) -> bool:
    """Whether a signal says nothing that is not recorded already (a number or a deputy is something)."""
    same_number = reply.persons in (None, state.persons) or (reply.source is Source.CALENDAR and reply.persons == 1)
    return reply.intent == state.reply and same_number and not reply.deputies and not reply.remark


def _older(state: Tracking, reply: Reply) -> bool:
    return state.declared_at is not None and reply.declared_at < state.declared_at and state.reply in _ANSWERS


def _overturns(state: Tracking, reply: Reply) -> str:
    return "overturns an entry made by staff" if state.sticky and reply.intent != state.reply else ""


def with_workshop(attendee: Attendee, workshop: str, seat: Seat | None) -> Attendee:
    """The same attendee with another working group and its seat."""
    return replace(attendee, workshop=workshop, workshop_seat=seat)
