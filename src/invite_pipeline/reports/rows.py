"""The tracking table: one row for each recipient, with all that staff ask on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.recipient import Channel, Recipient
from invite_pipeline.domain.tracking import LetterState, MessageState, Tracking
from invite_pipeline.reports.known import Known


class Delivery(StrEnum):
    """Where the invitation stands: the first six by mail, the others by post."""

    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    REFUSED = "refused"
    BOUNCED_SOFT = "bounced_soft"
    BOUNCED_HARD = "bounced_hard"
    TO_PRINT = "to_print"
    PRINTED = "printed"
    POSTED = "posted"
    RETURNED = "returned"

    @property
    def failed(self) -> bool:
        """Whether the invitation will not arrive this way: somebody has to call."""
        return self in (Delivery.REFUSED, Delivery.BOUNCED_HARD, Delivery.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recipient of the tracking table; times are local ones of the event's zone."""

    recipient: Recipient
    tracking: Tracking
    delivery: Delivery
    workshops: tuple[str, ...]
    """Titles of the working groups, each once, in the campaign's order."""
    last_contact: datetime | None

    @property
    def key(self) -> str:
        """The recipient's key."""
        return self.recipient.key

    @property
    def channel(self) -> Channel:
        """How the invitation goes out."""
        return self.recipient.channel

    @property
    def reply(self) -> Literal["open", "yes", "no"]:
        """The answer that stands."""
        return self.tracking.reply

    @property
    def persons(self) -> int:
        """How many come; 0 unless the answer is yes."""
        return self.tracking.persons

    @property
    def listed(self) -> bool:
        """Whether the recipient stands in the newest list."""
        return self.tracking.listed

    @property
    def reached(self) -> bool:
        """Whether the invitation arrived, as far as anybody can know: a bounce of any class was read by nobody."""
        return arrived(self.delivery, self.tracking.letter) or self.reply != "open"

    @property
    def to_call(self) -> bool:
        """Whether only the phone is left: no answer, and no mail address or one that failed."""
        by_mail = self.channel is Channel.MAIL
        failed = self.delivery.failed or (by_mail and self.tracking.message is MessageState.BOUNCED_HARD)
        return self.reply == "open" and self.listed and not self.tracking.blocked and (failed or not by_mail)


def arrived(delivery: Delivery, letter: LetterState) -> bool:
    """Whether the mail or the letter was delivered and did not come back."""
    return delivery is Delivery.SENT or letter is LetterState.POSTED


def rows_of(known: Known, campaign: Campaign) -> list[Row]:
    """Everybody in the newest list, in its order, then those who left it with an answer or one that waits."""
    rows = [row_of(one, known.trackings[one.key], known.messages.get(one.key), campaign) for one in known.recipients]
    listed = [row for row in rows if row.listed]
    departed = [row for row in rows if not row.listed and (row.reply != "open" or row.tracking.reviews)]
    return listed + departed


def row_of(recipient: Recipient, tracking: Tracking, message: MessageState | None, campaign: Campaign) -> Row:
    """One row; `message` is where the latest attempt of the invitation stands, None where there was none."""
    chosen = {attendee.workshop for attendee in tracking.attendees if attendee.workshop}
    titles = [workshop.title for workshop in campaign.workshops if workshop.id in chosen]
    unknown = sorted(chosen - {workshop.id for workshop in campaign.workshops})
    contact = tracking.last_contact
    return Row(
        recipient=recipient,
        tracking=tracking,
        delivery=_delivery(recipient, tracking, message),
        workshops=(*titles, *unknown),
        last_contact=contact.astimezone(campaign.event.tz) if contact else None,
    )


def _delivery(recipient: Recipient, tracking: Tracking, message: MessageState | None) -> Delivery:
    if recipient.channel is Channel.MAIL:
        return Delivery((message or MessageState.QUEUED).value)
    return Delivery(tracking.letter.value) if tracking.letter is not LetterState.NONE else Delivery.TO_PRINT
