"""The tracking table's row, folded from the ledger: four axes, never one status column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from .events import (
    AutomaticReply,
    Bounced,
    Forgotten,
    Issued,
    LetterMoved,
    Loaded,
    Recorded,
    Released,
    Replied,
    Reviewed,
    Revoked,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from .invitation import InvitationState
from .reply import Attendee, Disposition, Intent, Role, Source


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
    reviews: int = 0
    """How many replies of this recipient wait for a human."""
    blocked: bool = False
    """Wants no further invitations."""
    listed: bool = True
    """Stands in the newest list."""
    last_contact: datetime | None = None

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
        case Issued(revision=revision):
            return replace(state, invitation=InvitationState.ISSUED, revision=revision)
        case Revoked(revision=revision):
            return replace(state, invitation=InvitationState.REVOKED, revision=revision)
        case LetterMoved(step=step):
            return replace(state, letter=LetterState(step), last_contact=at)
        case Replied():
            return _fold_reply(state, recorded.event, at)
        case Reviewed():
            return replace(state, reviews=max(0, state.reviews - 1))
        case AutomaticReply():
            return replace(state, last_contact=at)
        case Released():
            return state
        case Forgotten():
            people = tuple(attendee.anonymous() for attendee in state.attendees)
            forgotten = InvitationState.FORGOTTEN
            return replace(state, invitation=forgotten, blocked=True, attendees=people, remark="")
        case message_event:
            return _fold_message(state, message_event, at)


def fold_all(state: Tracking, history: Iterable[Recorded]) -> Tracking:
    """The state after all of `history`, in order."""
    for recorded in history:
        state = fold(state, recorded)
    return state


def _fold_message(
    state: Tracking, event: SendClaimed | SendAccepted | SendRefused | SendResolved | Bounced, at: datetime
) -> Tracking:
    match event:
        case SendClaimed(wave=wave):
            return replace(state, message=MessageState.UNKNOWN, message_wave=wave)
        case SendAccepted():
            return replace(state, message=MessageState.SENT, last_contact=at)
        case SendRefused(permanent=permanent):
            return replace(state, message=MessageState.REFUSED if permanent else MessageState.QUEUED)
        case SendResolved(outcome=outcome):
            return replace(state, message=MessageState.SENT if outcome == "sent" else MessageState.QUEUED)
        case Bounced(classification=classification):
            # A policy refusal is the sender's fault and a content refusal the message's: neither gives up the
            # address, but nobody has read the mail either.
            hard = classification == "hard"
            return replace(
                state, message=MessageState.BOUNCED_HARD if hard else MessageState.BOUNCED_SOFT, last_contact=at
            )


def _fold_reply(state: Tracking, replied: Replied, at: datetime) -> Tracking:
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
    )
    if replied.intent is Intent.YES:
        persons = max(replied.persons or 1, len(replied.attendees))
        return replace(common, reply="yes", persons=persons, attendees=replied.attendees)
    if replied.intent is Intent.NO:
        return replace(common, reply="no", persons=0, attendees=())
    return replace(common, reply="open", persons=0, attendees=())
