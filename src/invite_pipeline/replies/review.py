"""What staff decide about a reply that waited for them: taken over as read or as corrected, or set aside."""

from __future__ import annotations

from dataclasses import dataclass

from invite_pipeline.domain.events import Replied, Reviewed
from invite_pipeline.domain.reply import Attendee, Intent, Reply
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import ReviewSettled
from invite_pipeline.replies.record import Outcome, record_in
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a reply is to be understood; `based_on` is the recipient's answer that whoever decides has seen."""

    recipient: str
    intent: Intent
    persons: int | None = None
    attendees: tuple[Attendee, ...] = ()
    based_on: int | None = None


def accept(tx: Transaction, workspace: Workspace, seq: int, verdict: Verdict, *, by: str) -> Outcome:
    """Let a reply that waited apply as `verdict` says; it keeps its channel and the day on which it was declared.

    Raises ReviewSettled where it waits no more, AnswerChanged, UnknownRecipient, ReplyRefused.
    """
    event = _waiting(tx, seq)
    reply = Reply(
        recipient=verdict.recipient,
        source=event.source,
        intent=verdict.intent,
        declared_at=event.declared_at,
        received_at=workspace.now(),
        dedupe=f"review:{seq}",
        actor=by,
        persons=verdict.persons,
        attendees=verdict.attendees,
        remark=event.remark,
        reason=event.reason,
        evidence=event.evidence,
        sender=event.sender,
        based_on=verdict.based_on,
        approved=True,
    )
    outcome = record_in(tx, workspace, reply)
    _settle(tx, workspace, seq, Reviewed(review=seq, outcome="accepted", by=by))
    return outcome


def dismiss(tx: Transaction, workspace: Workspace, seq: int, *, by: str) -> None:
    """Set a reply aside: what is recorded stays. Raises ReviewSettled where it waits no more."""
    _waiting(tx, seq)
    _settle(tx, workspace, seq, Reviewed(review=seq, outcome="dismissed", by=by))


def _waiting(tx: Transaction, seq: int) -> Replied:
    for one in queries.open_reviews(tx, seq=seq):
        if isinstance(one.recorded.event, Replied):
            return one.recorded.event
    raise ReviewSettled


def _settle(tx: Transaction, workspace: Workspace, seq: int, event: Reviewed) -> None:
    # On the recipient whose count of waiting replies it is: a mail that matched nobody has none.
    whose = queries.open_reviews(tx, seq=seq)[0].recipient
    append(tx, whose, event, at=workspace.now())
