"""What can happen to a recipient: the ledger's events, append-only, one class each.

Fields named in `PERSONAL` are kept apart from the rest of an event, so that erasing a person keeps the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from .reply import Attendee, Disposition, Intent, Seat, Source

Wave = str
"""One mailing to many: "invitation", "reminder-1", "confirmation-<n>", "update-<n>", …."""

BounceClass = Literal["hard", "soft", "policy", "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The recipient stood in a list: for the first time, with changed fields, no more, or again."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    change: Literal["new", "changed", "gone", "returned"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The invitation's link was made valid at this revision."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The link of every revision up to this one opens nothing any more."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterMoved:
    """A paper letter was printed, posted, or came back."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    step: Literal["printed", "posted", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendClaimed:
    """Written before a message goes to the server; without an outcome the message is unknown."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    wave: Wave
    attempt: int
    message_id: str
    sequence: int | None = None
    """The version of the calendar entry that goes along, if one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAccepted:
    """The server took responsibility for the message; `answer` is its own words."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("answer",)
    wave: Wave
    attempt: int
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRefused:
    """The server did not take the message: for good (`permanent`), or it may be tried again as a new attempt."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("answer",)
    wave: Wave
    attempt: int
    permanent: bool
    code: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResolved:
    """Somebody decided what became of an unknown message, with the evidence."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("evidence",)
    wave: Wave
    attempt: int
    outcome: Literal["sent", "not_sent"]
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A delivered message came back; `classification` says what it means for the address."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("answer", "evidence")
    classification: BounceClass
    status: str = ""
    wave: Wave = "invitation"
    answer: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticReply:
    """An out-of-office note, a delay warning or a receipt: never an answer."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("subject", "evidence")
    kind: Literal["automatic", "delayed", "receipt"]
    sort: str = ""
    """Of an automatic one: vacation, left, moved or challenge."""
    back: str = ""
    """The first day somebody is back (ISO 8601), where their note says so."""
    subject: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """A reply of any channel with what became of it."""

    # Why a mail is read as it is quotes the mail.
    PERSONAL: ClassVar[tuple[str, ...]] = (
        *("attendees", "remark", "evidence", "actor", "sender", "text", "answers"),
        *("decision", "reason"),
    )
    source: Source
    intent: Intent
    declared_at: datetime
    received_at: datetime
    disposition: Disposition
    persons: int | None = None
    late: bool = False
    decision: str = ""
    """Why it applied, waits or was ignored."""
    reason: str = ""
    """Why it was read, or entered, as it is."""
    attendees: tuple[Attendee, ...] = ()
    remark: str = ""
    evidence: str = ""
    actor: str = ""
    sender: str = ""
    text: str = ""
    sequence: int = 0
    partly: bool = False
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """Staff looked at a reply that waited: took it as proposed, set it aside, or settled it by an entry."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("by",)
    review: int
    outcome: Literal["accepted", "dismissed", "settled"]
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A host released exactly this letter and mail: `digest` is that of all that the recipient gets to see."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("by",)
    wave: Wave
    digest: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The persons behind the invitation were erased: nothing is sent to it any more, and its counts stay."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    why: Literal["request", "retention"]


AttendeeSeats = tuple[Seat, Seat | None, Seat | None]
"""What one attendee has: in the hall, in the first choice of working group, in the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """Places were offered to those who wait, or such an offer was accepted, declined, or expired."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    step: Literal["offered", "accepted", "declined", "expired"]
    seats: tuple[AttendeeSeats, ...]
    """Of every attendee, in their order."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """Staff moved attendees to other working groups; the answer and everything else stays."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("by",)
    choices: tuple[tuple[str, str, bool], ...]
    """Of every attendee, in their order: first and second choice of working group, and the speed dating."""
    seats: tuple[AttendeeSeats, ...]
    by: str = ""


CallOutcome = Literal["reached", "not_reached", "again", "wrong_number", "wants_letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Staff called, and no answer came of it yet; one that did is a Replied of its own."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("note", "by")
    outcome: CallOutcome
    again: date | None = None
    """On which day to call again, where that was agreed."""
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Staff corrected how the recipient is reached; `before` and `after` hold each field's words."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("before", "after", "by")
    fields: tuple[str, ...]
    before: Mapping[str, str] = field(default_factory=dict, hash=False)
    after: Mapping[str, str] = field(default_factory=dict, hash=False)
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeued:
    """A message that came back, or was refused, may go again as a new attempt."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("by",)
    wave: Wave
    by: str = ""


Event = (
    Loaded
    | Issued
    | Revoked
    | LetterMoved
    | SendClaimed
    | SendAccepted
    | SendRefused
    | SendResolved
    | Bounced
    | AutomaticReply
    | Replied
    | Reviewed
    | Released
    | Forgotten
    | Seated
    | Regrouped
    | Called
    | Corrected
    | Requeued
)

KINDS: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        Loaded,
        Issued,
        Revoked,
        LetterMoved,
        SendClaimed,
        SendAccepted,
        SendRefused,
        SendResolved,
        Bounced,
        AutomaticReply,
        Replied,
        Reviewed,
        Released,
        Forgotten,
        Seated,
        Regrouped,
        Called,
        Corrected,
        Requeued,
    )
}


def without_persons(event: Event) -> Event:
    """The same event without anything personal; of attendees their roles, choices and seats stay."""
    emptied: dict[str, Any] = {one.name: _empty(one) for one in fields(event) if one.name in event.PERSONAL}
    if isinstance(event, Replied):
        emptied["attendees"] = tuple(attendee.anonymous() for attendee in event.attendees)
    return replace(event, **emptied)


def _empty(one: Field[Any]) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the ledger: `seq` orders all events of a store, `at` is UTC."""

    seq: int
    recipient: str
    at: datetime
    event: Event
