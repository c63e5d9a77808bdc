"""The one door for every reply: decide, give seats, write the ledger, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import Replied, Reviewed
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.reply import (
    Attendee,
    Decision,
    Disposition,
    Intent,
    Reply,
    Role,
    Source,
    decide,
)
from invite_pipeline.domain.seating import give_seats
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import AnswerChanged, ReplyRefused
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.replies.places import free_places, settle_places
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append, known_dedupe


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reply: `seq` is its event, None where it had been read before."""

    seq: int | None
    disposition: Disposition
    reason: str
    attendees: tuple[Attendee, ...] = ()
    late: bool = False

    @property
    def repeated(self) -> bool:
        """Whether the same reply had been recorded already."""
        return self.seq is None


def record_reply(store: Store, workspace: Workspace, reply: Reply) -> Outcome:
    """Record one reply of any channel and say what became of it; committed to disk when this returns.

    Raises ReplyRefused for a reply that its sender must correct (a workshop that does not exist, too many persons, a
    date that lies ahead, the deadline), UnknownRecipient.
    """
    _check(workspace.campaign, reply)
    return store.commit(lambda tx: record_in(tx, workspace, reply))


def record_in(tx: Transaction, workspace: Workspace, reply: Reply) -> Outcome:
    """As record_reply, within a transaction of the caller's."""
    reply = _with_possible_date(reply)
    if not reply.recipient:
        decision = Decision(Disposition.REVIEW, reply.reason or "could not be matched to a recipient")
        return _append(tx, workspace, reply, decision, ())
    # Whoever waits comes before whoever answers now.
    settle_places(tx, workspace)
    state = queries.tracking(tx, reply.recipient, lock=True)
    if reply.based_on is not None and reply.based_on != state.answer:
        return _built_on_an_older_answer(tx, reply)
    decision = _decision(workspace, state, reply)
    attendees = reply.attendees
    if decision.disposition is Disposition.APPLIED and reply.intent is Intent.YES:
        attendees = _with_seats(tx, workspace.campaign, state, reply)
    outcome = _append(tx, workspace, reply, decision, attendees, before=state)
    if state.attendees and not outcome.repeated:
        settle_places(tx, workspace)
    if reply.source.entered_by_staff and outcome.disposition is Disposition.APPLIED and not outcome.repeated:
        _settle_reviews(tx, reply)
    return outcome


def _with_possible_date(reply: Reply) -> Reply:
    if reply.declared_at > reply.received_at:
        if reply.source.entered_by_staff:
            raise ReplyRefused("The reply's own date lies ahead.", "Write the date of the letter.", "declared")
        if reply.source in (Source.MAIL, Source.CALENDAR):
            # A sender's clock that goes fast must not outdo whatever is entered until then.
            return replace(reply, declared_at=reply.received_at)
    return reply


def _decision(workspace: Workspace, state: Tracking, reply: Reply) -> Decision:
    decision = decide(state, reply, deadline=workspace.campaign.deadline)
    if decision.disposition is Disposition.REFUSED:
        raise ReplyRefused(_capital(decision.reason) + ".", f"Please call {workspace.campaign.rsvp.phone}.")
    by_mail = reply.source in (Source.MAIL, Source.CALENDAR)
    if state.invitation is InvitationState.FORGOTTEN and not by_mail:
        raise ReplyRefused("The data of this recipient were erased.", "Invite them anew, under another key.")
    if state.invitation in (InvitationState.REVOKED, InvitationState.FORGOTTEN) and by_mail:
        gone = "revoked" if state.invitation is InvitationState.REVOKED else "erased"
        return Decision(Disposition.REVIEW, f"the invitation was {gone}", decision.late)
    return decision


def _built_on_an_older_answer(tx: Transaction, reply: Reply) -> Outcome:
    """The same form sent twice is a repetition; any other form has not seen the newest answer. Raises AnswerChanged."""
    if not known_dedupe(tx, reply.dedupe):
        raise AnswerChanged
    return Outcome(None, Disposition.IGNORED, "recorded before")


def _append(
    tx: Transaction,
    workspace: Workspace,
    reply: Reply,
    decision: Decision,
    attendees: tuple[Attendee, ...],
    *,
    before: Tracking | None = None,
) -> Outcome:
    event = Replied(
        source=reply.source,
        intent=reply.intent,
        declared_at=reply.declared_at,
        received_at=reply.received_at,
        disposition=decision.disposition,
        persons=reply.persons,
        late=decision.late,
        decision=decision.reason,
        reason=reply.reason,
        attendees=attendees,
        remark=reply.remark,
        evidence=reply.evidence,
        actor=reply.actor,
        sender=reply.sender,
        text=reply.text,
        sequence=reply.sequence,
        partly=reply.partly,
        answers=reply.answers,
    )
    seq = append(tx, reply.recipient, event, at=reply.received_at, dedupe=reply.dedupe, before=before)
    if seq is not None and reply.intent is Intent.OBJECTION and decision.disposition is Disposition.APPLIED:
        _block(tx, workspace, reply.recipient)
    return Outcome(seq, decision.disposition, decision.reason, attendees, decision.late)


def _settle_reviews(tx: Transaction, reply: Reply) -> None:
    """What staff enter after looking is the answer to every reply of this recipient that waits."""
    for review in queries.open_reviews(tx, reply.recipient):
        append(
            tx, reply.recipient, Reviewed(review=review.seq, outcome="settled", by=reply.actor), at=reply.received_at
        )


def _block(tx: Transaction, workspace: Workspace, recipient: str) -> None:
    """An objection outlives this campaign: the address goes on the block list, as a keyed hash."""
    address = queries.recipient(tx, recipient).email
    if address:
        signer = LinkSigner(workspace.keys, workspace.campaign.id)
        queries.block(tx, [signer.block_hash(address)], workspace.now())


def _check(campaign: Campaign, reply: Reply) -> None:
    persons = max(reply.persons or 0, len(reply.attendees))
    if reply.source is Source.WEB and persons > campaign.rsvp.max_persons:
        raise ReplyRefused(f"At most {campaign.rsvp.max_persons} persons can come.", field="persons")
    for attendee in reply.attendees:
        for chosen in filter(None, (attendee.workshop, attendee.second)):
            if campaign.workshop(chosen) is None:
                known = ", ".join(workshop.id for workshop in campaign.workshops)
                raise ReplyRefused(f"There is no working group “{chosen}”.", f"There are: {known}.", "workshop")


def _with_seats(tx: Transaction, campaign: Campaign, state: Tracking, reply: Reply) -> tuple[Attendee, ...]:
    """The attendees with their seats in the hall and in the working groups: confirmed while there is room."""
    free = free_places(tx, campaign, state)
    # A group that was taken out of the campaign file since somebody chose it holds nobody any more.
    known = {room: free.get(room, 0) for one in reply.attendees for room in ("", one.workshop, one.second)}
    return give_seats(_everybody(reply), state.attendees, {**free, **known})


def _everybody(reply: Reply) -> tuple[Attendee, ...]:
    """One attendee for each head: those that are named, then places whose names are open."""
    missing = (reply.persons or 1) - len(reply.attendees)
    first = Role.COMPANION if reply.attendees else Role.INVITEE
    return reply.attendees + tuple(Attendee(role=first if number == 0 else Role.COMPANION) for number in range(missing))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
