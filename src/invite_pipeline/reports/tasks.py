"""What is due next, read from what is known; each stage decides for itself again when it is asked to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Channel
from invite_pipeline.reports.known import Known
from invite_pipeline.reports.rows import Delivery, Row

What = Literal["review", "resolve", "render", "print", "post", "send", "remind", "call"]

_REMIND_BEFORE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work, and for how many."""

    what: What
    count: int


def due(known: Known, rows: Sequence[Row], campaign: Campaign) -> tuple[Task, ...]:
    """What is to be done for the listed `rows`, the most pressing first; nothing that is done appears."""
    unmatched = sum(not review.recipient for review in known.reviews)
    waiting = {review.recipient for review in known.reviews if review.recipient}
    inviting = known.at <= campaign.deadline
    reminding = inviting and known.at > campaign.deadline - _REMIND_BEFORE
    open_ = [row for row in rows if _may_be_written_to(row)] if inviting else []
    counts: list[tuple[What, int]] = [
        ("review", len(waiting) + unmatched),
        ("resolve", sum(row.channel is Channel.MAIL and row.delivery is Delivery.UNKNOWN for row in rows)),
        ("render", sum(row.key not in known.rendered for row in open_)),
        ("send", sum(row.delivery is Delivery.QUEUED for row in open_)),
        ("print", sum(row.delivery is Delivery.TO_PRINT for row in open_)),
        ("post", sum(row.delivery is Delivery.PRINTED for row in open_)),
        ("remind", sum(reminding and row.delivery is Delivery.SENT and row.key not in known.reminded for row in open_)),
        ("call", sum(row.to_call and row.delivery.failed for row in rows)),
    ]
    return tuple(Task(what, count) for what, count in counts if count)


def _may_be_written_to(row: Row) -> bool:
    issued = row.tracking.invitation is InvitationState.ISSUED
    return issued and row.reply == "open" and not row.tracking.blocked
