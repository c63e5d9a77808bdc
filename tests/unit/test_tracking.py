"""Folding the ledger: in pieces as at once, and nothing but a reply changes the reply."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain.events import (
    AutomaticReply,
    Bounced,
    Event,
    Issued,
    Loaded,
    Recorded,
    Replied,
    Revoked,
    SendAccepted,
    SendClaimed,
    SendRefused,
)
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Source
from invite_pipeline.domain.tracking import MessageState, Tracking, fold_all
from tests.builders import NOW


def replied(intent: Intent, disposition: Disposition = Disposition.APPLIED, source: Source = Source.WEB) -> Replied:
    return Replied(source=source, intent=intent, declared_at=NOW, received_at=NOW, disposition=disposition, persons=2)


def history(*events: Event) -> list[Recorded]:
    return [Recorded(seq, "k-bonn", NOW + timedelta(minutes=seq), event) for seq, event in enumerate(events)]


CLAIM = SendClaimed(wave="invitation", attempt=1, message_id="<invite.C0DE000000.invitation@x.example>")
ANY_EVENT = st.sampled_from(
    [
        Loaded(change="new"),
        Loaded(change="gone"),
        Issued(revision=1),
        Revoked(revision=2),
        CLAIM,
        SendAccepted(wave="invitation", attempt=1),
        SendRefused(wave="invitation", attempt=1, permanent=True),
        Bounced(classification="hard"),
        Bounced(classification="policy"),
        AutomaticReply(kind="automatic"),
        *(
            replied(intent, disposition, source)
            for intent in Intent
            for disposition in Disposition
            for source in Source
        ),
    ]
)


@given(st.lists(ANY_EVENT, max_size=12), st.integers(min_value=0, max_value=12))
def test_folding_in_pieces_equals_folding_at_once(events: list[Event], cut: int) -> None:
    whole = history(*events)
    assert fold_all(fold_all(Tracking(), whole[:cut]), whole[cut:]) == fold_all(Tracking(), whole)


@given(st.lists(ANY_EVENT, max_size=12))
def test_a_row_always_makes_sense(events: list[Event]) -> None:
    state = fold_all(Tracking(), history(*events))
    assert (state.persons > 0) == (state.reply == "yes")
    assert state.reviews >= 0
    assert state.reply == "yes" or not state.attendees


def test_bounce_and_out_of_office_never_change_the_reply() -> None:
    state = fold_all(
        Tracking(), history(replied(Intent.YES), Bounced(classification="hard"), AutomaticReply(kind="automatic"))
    )
    assert (state.reply, state.persons) == ("yes", 2)
    assert state.message is MessageState.BOUNCED_HARD


def test_claim_without_an_outcome_is_unknown() -> None:
    assert fold_all(Tracking(), history(CLAIM)).message is MessageState.UNKNOWN


def test_policy_refusal_does_not_give_up_the_address() -> None:
    state = fold_all(
        Tracking(), history(CLAIM, SendAccepted(wave="invitation", attempt=1), Bounced(classification="policy"))
    )
    assert state.message is MessageState.BOUNCED_SOFT


def test_refused_for_now_is_queued_again() -> None:
    state = fold_all(Tracking(), history(CLAIM, SendRefused(wave="invitation", attempt=1, permanent=False, code=450)))
    assert state.message is MessageState.QUEUED


def test_reply_that_waits_counts_as_review_and_changes_nothing_else() -> None:
    state = fold_all(Tracking(), history(replied(Intent.YES), replied(Intent.NO, Disposition.REVIEW)))
    assert (state.reply, state.reviews) == ("yes", 1)


def test_objection_blocks_and_leaves_the_answer() -> None:
    state = fold_all(Tracking(), history(replied(Intent.YES), replied(Intent.OBJECTION)))
    assert (state.reply, state.blocked) == ("yes", True)


def test_revoking_raises_the_revision() -> None:
    state = fold_all(Tracking(), history(Issued(revision=1), Revoked(revision=1), Issued(revision=2)))
    assert (state.invitation, state.revision) == (InvitationState.ISSUED, 2)


def test_deputies_are_named_in_one_line() -> None:
    people = (Attendee(role=Role.DEPUTY, name="Anna Schulz"), Attendee(role=Role.DEPUTY))
    assert Tracking(attendees=people).deputy == "Anna Schulz, N. N."
