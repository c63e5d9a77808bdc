"""What staff do beside entering replies: correcting addresses, sending again, moving people, raising capacities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.events import (
    Bounced,
    Called,
    Corrected,
    Forgotten,
    LetterMoved,
    SendAccepted,
    SendClaimed,
)
from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.domain.tracking import LetterState, MessageState, fold_all
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import AnswerChanged, CorrectionRefused, GroupFull, RecordChanged
from invite_pipeline.mail.resolve import due_again_in
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.recipients.correct import correct_in
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.store import store_recipients
from invite_pipeline.replies.phone import note_call_in, version
from invite_pipeline.replies.places import change_capacity_in, free_places
from invite_pipeline.replies.record import record_reply
from invite_pipeline.replies.regroup import move_in, set_dating_in
from invite_pipeline.reports.figures import figures
from invite_pipeline.store import queries
from invite_pipeline.store.correction_queries import corrections
from invite_pipeline.store.database import Store
from invite_pipeline.store.erasure import forget_recipient
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace

KEYS = ("k-1", "k-2", "k-3")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    campaign = a_campaign()
    groups = tuple(replace(one, capacity=1) for one in campaign.workshops)
    return a_workspace(tmp_path, campaign=replace(campaign, workshops=groups))


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    store = a_store(workspace, [a_recipient(key) for key in KEYS])
    yield store
    store.close()


def bounce(store: Store, key: str, classification: Any = "hard", wave: str = "invitation") -> None:
    with store.writing() as tx:
        append(tx, key, SendClaimed(wave=wave, attempt=1, message_id=f"<{key}-{wave}>"), at=NOW)
        append(tx, key, SendAccepted(wave=wave, attempt=1), at=NOW)
        append(tx, key, Bounced(classification=classification, status="5.1.1", wave=wave), at=NOW)


def correct(store: Store, workspace: Workspace, key: str = "k-1", **values: str) -> list[str]:
    with store.writing() as tx:
        return correct_in(tx, workspace, key, values, by="kim")


def state(store: Store, key: str = "k-1") -> Any:
    with store.reading() as tx:
        return queries.tracking(tx, key)


def listed(store: Store, **changes: Any) -> None:
    """Read the list of all three again, the first with `changes`."""
    people = [a_recipient(key, **(changes if key == "k-1" else {})) for key in KEYS]
    rows = [ListedRecipient(one, "recipients/list.csv", row) for row, one in enumerate(people, 2)]
    store_recipients(store, rows, NOW)


def email(store: Store) -> str:
    with store.reading() as tx:
        return queries.recipient(tx, "k-1").email


# --- corrections ------------------------------------------------------------------------------------------------


def test_correction_stands_in_the_history_with_what_stood_there(store: Store, workspace: Workspace) -> None:
    assert correct(store, workspace, email=" Neu@Stadt.example ", phone="") == ["email", "phone"]
    with store.reading() as tx:
        event = queries.history(tx, "k-1")[-1].event
    assert isinstance(event, Corrected)
    assert event.before == {"email": "k-1@stadt.example", "phone": "+49 228 00000"}
    assert event.after == {"email": "Neu@stadt.example", "phone": ""}
    assert event.by == "kim"


def test_correction_outlives_the_same_list_and_yields_to_a_new_one(store: Store, workspace: Workspace) -> None:
    correct(store, workspace, email="neu@stadt.example")
    listed(store)
    assert email(store) == "neu@stadt.example"
    listed(store, street="Neue Straße 1")
    assert email(store) == "neu@stadt.example"
    listed(store, street="Neue Straße 1", email="dritte@stadt.example")
    assert email(store) == "dritte@stadt.example"


def test_correction_that_changes_nothing_is_none(store: Store, workspace: Workspace) -> None:
    assert correct(store, workspace, email="k-1@stadt.example") == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "kein"}, "email"),
        ({"email": "a@b.example\nc@d.example"}, "email"),
        ({"phone": "keins"}, "phone"),
        ({"postcode": "1067"}, "postcode"),
        ({"country": "Atlantis"}, "country"),
        ({"address": "1\n2\n3\n4\n5\n6\n7"}, "address"),
        ({"organisation": "x"}, "organisation"),
    ],
)
def test_what_cannot_be_right_is_refused(
    store: Store, workspace: Workspace, values: dict[str, str], field: str
) -> None:
    with pytest.raises(CorrectionRefused) as refused:
        correct(store, workspace, **values)
    assert refused.value.field == field


def test_letter_that_came_back_is_due_again_at_the_new_address(store: Store, workspace: Workspace) -> None:
    with store.writing() as tx:
        append(tx, "k-1", LetterMoved(step="returned"), at=NOW)
    correct(store, workspace, street="Neue Straße 1")
    assert state(store).letter is LetterState.NONE


def test_erased_recipient_keeps_no_correction(store: Store, workspace: Workspace) -> None:
    correct(store, workspace, email="neu@stadt.example")
    with store.writing() as tx:
        forget_recipient(tx, "k-1", Forgotten(why="request"), at=NOW)
    with store.reading() as tx:
        assert corrections(tx) == {}
        assert "neu@" not in repr(queries.history(tx, "k-1"))
    with pytest.raises(CorrectionRefused):
        correct(store, workspace, email="neu@stadt.example")


# --- sending again ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classification", ["hard", "soft", "policy", "content"])
def test_mail_that_came_back_is_due_again_only_when_staff_say_so(
    store: Store, workspace: Workspace, classification: str
) -> None:
    bounce(store, "k-1", classification)
    assert state(store).bounce == classification
    assert "k-1" not in {due.key for due in plan_invitations(store, workspace).due}
    with store.writing() as tx:
        assert due_again_in(tx, workspace, "k-1", by="kim") == ["invitation"]
    assert "k-1" in {due.key for due in plan_invitations(store, workspace).due}
    assert (state(store).bounce, state(store).message) == ("", MessageState.QUEUED)


def test_nothing_is_due_again_of_what_arrived(store: Store, workspace: Workspace) -> None:
    with store.writing() as tx:
        assert due_again_in(tx, workspace, "k-2", by="kim") == []


def test_history_folds_to_the_row_with_all_that_staff_did(store: Store, workspace: Workspace) -> None:
    bounce(store, "k-1")
    correct(store, workspace, email="neu@stadt.example")
    with store.writing() as tx:
        due_again_in(tx, workspace, "k-1", by="kim")
        note_call_in(tx, workspace, "k-1", Called(outcome="not_reached"), seen="0.0.0")
    with store.reading() as tx:
        assert fold_all(type(state(store))(), queries.history(tx, "k-1")) == state(store)


def test_call_that_has_not_seen_the_last_one_is_refused(store: Store, workspace: Workspace) -> None:
    seen = version(state(store))
    with store.writing() as tx:
        note_call_in(tx, workspace, "k-1", Called(outcome="wrong_number"), seen=seen)
    with pytest.raises(RecordChanged), store.writing() as tx:
        note_call_in(tx, workspace, "k-1", Called(outcome="reached"), seen=seen)
    correct(store, workspace, phone="+49 228 11111")
    assert (state(store).call, state(store).calls) == ("", 1)


# --- groups and capacities --------------------------------------------------------------------------------------


def comes(store: Store, workspace: Workspace, key: str, workshop: str, **changes: Any) -> None:
    person = Attendee(role=Role.INVITEE, name=key, workshop=workshop, **changes)
    record_reply(store, workspace, a_reply(key, dedupe=f"web:{key}", attendees=(person,)))


def move(store: Store, workspace: Workspace, key: str, group: str, *, wait: bool = False) -> Seat | None:
    with store.writing() as tx:
        return move_in(tx, workspace, key, 0, group, seen=state(store, key).answer, by="kim", wait=wait)


def groups(workspace: Workspace) -> list[str]:
    return [one.id for one in workspace.campaign.workshops]


def test_who_is_moved_leaves_the_place_to_who_waits(store: Store, workspace: Workspace) -> None:
    first, second = groups(workspace)[:2]
    comes(store, workspace, "k-1", first)
    comes(store, workspace, "k-2", first)
    assert state(store, "k-2").attendees[0].workshop_seat is Seat.WAITLISTED
    assert move(store, workspace, "k-1", second) is Seat.CONFIRMED
    assert state(store, "k-2").attendees[0].workshop_seat is Seat.OFFERED


def test_full_group_takes_nobody_unless_they_may_wait(store: Store, workspace: Workspace) -> None:
    first, second = groups(workspace)[:2]
    comes(store, workspace, "k-1", first)
    comes(store, workspace, "k-2", second)
    with pytest.raises(GroupFull):
        move(store, workspace, "k-2", first)
    assert state(store, "k-2").attendees[0].workshop == second
    assert move(store, workspace, "k-2", first, wait=True) is Seat.WAITLISTED
    assert state(store, "k-2").attendees[0].seat is Seat.CONFIRMED


def test_second_of_two_who_move_somebody_is_told(store: Store, workspace: Workspace) -> None:
    first, second = groups(workspace)[:2]
    comes(store, workspace, "k-1", first)
    seen = state(store).answer
    move(store, workspace, "k-1", second)
    with pytest.raises(AnswerChanged), store.writing() as tx:
        move_in(tx, workspace, "k-1", 0, first, seen=seen, by="jo")
    with pytest.raises(AnswerChanged), store.writing() as tx:
        set_dating_in(tx, workspace, "k-1", 0, takes_part=True, seen=seen, by="jo")


def test_speed_dating_is_changed_and_all_else_stays(store: Store, workspace: Workspace) -> None:
    comes(store, workspace, "k-1", groups(workspace)[0])
    before = state(store)
    with store.writing() as tx:
        set_dating_in(tx, workspace, "k-1", 0, takes_part=True, seen=before.answer, by="kim")
    after = state(store)
    assert after.attendees == (replace(before.attendees[0], speed_dating=True),)
    assert (after.reply, after.source, after.sticky) == (before.reply, before.source, before.sticky)


def test_raised_capacity_is_offered_to_who_waits_and_seen_by_every_report(store: Store, workspace: Workspace) -> None:
    first = groups(workspace)[0]
    for key in KEYS:
        comes(store, workspace, key, first)
    with store.writing() as tx:
        assert change_capacity_in(tx, workspace, first, 2, seen=1) == 1
    assert state(store, "k-2").attendees[0].workshop_seat is Seat.OFFERED
    assert next(one for one in figures(store, workspace).workshops if one.id == first).capacity == 2
    with pytest.raises(RecordChanged), store.writing() as tx:
        change_capacity_in(tx, workspace, first, 3, seen=1)


def test_campaign_file_that_says_something_new_counts_again(store: Store, workspace: Workspace) -> None:
    first = groups(workspace)[0]
    with store.writing() as tx:
        change_capacity_in(tx, workspace, first, 5, seen=1)
    campaign = workspace.campaign
    later = replace(campaign, workshops=tuple(replace(one, capacity=3) for one in campaign.workshops))
    with store.reading() as tx:
        assert free_places(tx, campaign)[first] == 5
        assert free_places(tx, later)[first] == 3
