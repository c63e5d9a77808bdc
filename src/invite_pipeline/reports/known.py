"""What is known of a campaign, now or at an earlier time: the one thing that every report reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from invite_pipeline.domain.events import (
    Bounced,
    Recorded,
    Replied,
    Requeued,
    Reviewed,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Disposition
from invite_pipeline.domain.seating import Raised
from invite_pipeline.domain.tracking import MessageState, Tracking, fold_all
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store import place_queries, queries, report_queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.queries import Review
from invite_pipeline.store.report_queries import Answer

INVITATION = "invitation"

# The message table's words, and what they mean for the recipient: a claim without an outcome is unknown.
MESSAGE_STATES = {
    "claimed": MessageState.UNKNOWN,
    "sent": MessageState.SENT,
    "refused": MessageState.REFUSED,
    "deferred": MessageState.QUEUED,
    "bounced_soft": MessageState.BOUNCED_SOFT,
    "bounced_hard": MessageState.BOUNCED_HARD,
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """One state of the campaign; names and addresses are today's also where `at` lies in the past."""

    at: datetime
    recipients: tuple[Recipient, ...]
    """All that stood in a list by then, in the newest list's order; `trackings` says who still does."""
    trackings: Mapping[str, Tracking]
    messages: Mapping[str, MessageState]
    """The latest attempt of each recipient's invitation; who is missing was never tried."""
    reminded: frozenset[str]
    waves: Mapping[str, datetime]
    """When each wave began."""
    answers: tuple[Answer, ...]
    """Every reply that applied, oldest first."""
    reviews: tuple[Review, ...]
    rendered: frozenset[str]
    """Whose letter lies there, now: files have no history."""
    raised: Mapping[str, Raised] = field(default_factory=dict)
    """The capacities that staff changed, now."""


def load(store: Store, workspace: Workspace, as_of: datetime | None = None) -> Known:
    """What is known, in one reading transaction: from the projection, or folded from the ledger up to `as_of`."""
    with store.reading() as tx:
        recipients = report_queries.all_recipients(tx)
        rendered = frozenset(queries.letter_fingerprints(tx))
        if as_of is not None:
            known = from_history(recipients, report_queries.history_until(tx, as_of), rendered, as_of)
            return replace(known, raised=place_queries.raised_capacities(tx))
        return _projected(tx, recipients, rendered, workspace.now())


def from_history(
    recipients: Iterable[Recipient], history: Sequence[Recorded], rendered: frozenset[str], at: datetime
) -> Known:
    """What `history` says; `recipients` may hold some of whom it does not know yet."""
    of_recipient = sorted((recorded for recorded in history if recorded.recipient), key=attrgetter("recipient"))
    trackings = {
        key: fold_all(Tracking(), events) for key, events in groupby(of_recipient, key=attrgetter("recipient"))
    }
    claims = [(one.recipient, one.event.wave, one.at) for one in history if isinstance(one.event, SendClaimed)]
    waves: dict[str, datetime] = {}
    for _, wave, claimed in claims:
        waves[wave] = min(claimed, waves.get(wave, claimed))
    return Known(
        at=at,
        recipients=_those_in(trackings, recipients),
        trackings=trackings,
        messages=_fold_messages(history),
        reminded=frozenset(key for key, wave, _ in claims if wave.startswith("reminder")),
        waves=waves,
        answers=tuple(_fold_answers(history)),
        reviews=_fold_reviews(history),
        rendered=rendered,
    )


def _projected(tx: Transaction, recipients: Iterable[Recipient], rendered: frozenset[str], now: datetime) -> Known:
    trackings = queries.trackings(tx)
    return Known(
        at=now,
        recipients=_those_in(trackings, recipients),
        trackings=trackings,
        messages={key: MESSAGE_STATES[message.state] for key, message in queries.messages(tx, INVITATION).items()},
        reminded=report_queries.reminded(tx),
        waves=report_queries.first_claims(tx),
        answers=tuple(report_queries.answers(tx)),
        reviews=tuple(queries.open_reviews(tx)),
        rendered=rendered,
        raised=place_queries.raised_capacities(tx),
    )


def _those_in(trackings: Mapping[str, Tracking], recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    return tuple(one for one in recipients if one.key in trackings)


def _fold_messages(history: Iterable[Recorded]) -> dict[str, MessageState]:
    """As the ledger projects them: an outcome settles its own attempt, a bounce the latest, the latest counts."""
    attempts: dict[str, dict[int, MessageState]] = {}
    for recorded in history:
        event, mine = recorded.event, attempts.setdefault(recorded.recipient, {})
        match event:
            case SendClaimed(wave="invitation", attempt=attempt):
                mine[attempt] = MessageState.UNKNOWN
            case (
                SendAccepted(wave="invitation", attempt=attempt)
                | SendResolved(wave="invitation", attempt=attempt, outcome="sent")
            ) if attempt in mine:
                mine[attempt] = MessageState.SENT
            case SendRefused(wave="invitation", attempt=attempt, permanent=permanent) if attempt in mine:
                mine[attempt] = MessageState.REFUSED if permanent else MessageState.QUEUED
            case SendResolved(wave="invitation", attempt=attempt) if attempt in mine:
                mine[attempt] = MessageState.QUEUED
            case Bounced(wave="invitation", classification=classification) if mine:
                hard = classification == "hard"
                mine[max(mine)] = MessageState.BOUNCED_HARD if hard else MessageState.BOUNCED_SOFT
            case Requeued(wave="invitation") if mine:
                mine[max(mine)] = MessageState.QUEUED
    return {key: states[max(states)] for key, states in attempts.items() if states}


def _fold_answers(history: Iterable[Recorded]) -> Iterable[Answer]:
    for recorded in history:
        if isinstance(recorded.event, Replied) and recorded.event.disposition is Disposition.APPLIED:
            yield Answer(recorded.recipient, recorded.at, recorded.event.intent)


def _fold_reviews(history: Iterable[Recorded]) -> tuple[Review, ...]:
    waiting: dict[int, Review] = {}
    for recorded in history:
        event = recorded.event
        if isinstance(event, Replied) and event.disposition is Disposition.REVIEW:
            waiting[recorded.seq] = Review(recorded.seq, recorded.recipient, event.decision, recorded)
        elif isinstance(event, Reviewed):
            waiting.pop(event.review, None)
    return tuple(waiting.values())
