"""The one door for replies, on a real store: decided, seated and written in one transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Seat, Source
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import ReplyRefused, UnknownRecipient
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace

SMALL = replace(
    a_campaign(),
    event=replace(a_campaign().event, capacity=3),
    workshops=(replace(a_campaign().workshops[0], capacity=1), a_campaign().workshops[3]),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path, campaign=SMALL)


@pytest.fixture
def store(workspace: Workspace) -> Store:
    return a_store(workspace, [a_recipient(f"k-{number}") for number in range(12)])


def known(store: Store, key: str = "k-0") -> Tracking:
    with store.reading() as tx:
        return queries.tracking(tx, key)


def one_in(workshop: str, role: Role = Role.INVITEE) -> Attendee:
    return Attendee(role=role, name="Eva Muster", workshop=workshop)


def test_yes_for_two_gives_two_seats(store: Store, workspace: Workspace) -> None:
    outcome = record_reply(store, workspace, a_reply("k-0", persons=2))
    assert [attendee.seat for attendee in outcome.attendees] == [Seat.CONFIRMED, Seat.CONFIRMED]
    assert (known(store).reply, known(store).persons) == ("yes", 2)


def test_same_reply_twice_changes_nothing(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", persons=2))
    before = known(store)
    assert record_reply(store, workspace, a_reply("k-0", persons=2)).repeated
    assert known(store) == before


def test_full_hall_waitlists_the_rest(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", persons=2))
    outcome = record_reply(store, workspace, a_reply("k-1", persons=2, dedupe="2"))
    assert [attendee.seat for attendee in outcome.attendees] == [Seat.CONFIRMED, Seat.WAITLISTED]


def test_full_working_group_waitlists(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", attendees=(one_in("nrw-usa"),)))
    outcome = record_reply(store, workspace, a_reply("k-1", attendees=(one_in("nrw-usa"),), dedupe="2"))
    assert outcome.attendees[0].workshop_seat is Seat.WAITLISTED
    assert outcome.attendees[0].seat is Seat.CONFIRMED


def test_changing_a_reply_keeps_the_place_in_a_full_group(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", attendees=(one_in("nrw-usa"),)))
    outcome = record_reply(
        store, workspace, a_reply("k-0", attendees=(one_in("nrw-usa"),), remark="später", dedupe="2")
    )
    assert outcome.attendees[0].workshop_seat is Seat.CONFIRMED


def test_last_place_goes_to_exactly_one_of_many_at_once(store: Store, workspace: Workspace) -> None:
    def answer(number: int) -> Seat | None:
        reply = a_reply(f"k-{number}", attendees=(one_in("nrw-usa"),), dedupe=str(number))
        return record_reply(store, workspace, reply).attendees[0].workshop_seat

    with ThreadPoolExecutor(6) as pool:
        seats = list(pool.map(answer, range(12)))
    assert seats.count(Seat.CONFIRMED) == 1
    assert seats.count(Seat.WAITLISTED) == 11


def test_unknown_working_group_is_refused_with_the_known_ones(store: Store, workspace: Workspace) -> None:
    with pytest.raises(ReplyRefused, match="no working group") as caught:
        record_reply(store, workspace, a_reply("k-0", attendees=(one_in("xyz"),)))
    assert "nrw-usa" in caught.value.fix
    assert known(store).reply == "open"


def test_too_many_persons_are_refused(store: Store, workspace: Workspace) -> None:
    with pytest.raises(ReplyRefused, match="At most 4"):
        record_reply(store, workspace, a_reply("k-0", persons=5))


def test_after_the_deadline_the_form_is_told_whom_to_call(store: Store, workspace: Workspace) -> None:
    with pytest.raises(ReplyRefused) as caught:
        record_reply(store, workspace, a_reply("k-0", declared_at=SMALL.deadline + timedelta(seconds=1)))
    assert SMALL.rsvp.phone in caught.value.fix


def test_letter_cannot_be_dated_tomorrow(store: Store, workspace: Workspace) -> None:
    ahead = a_reply("k-0", source=Source.LETTER, actor="M", declared_at=NOW + timedelta(days=1))
    with pytest.raises(ReplyRefused, match="lies ahead"):
        record_reply(store, workspace, ahead)


def test_mail_from_a_clock_that_goes_fast_counts_from_when_it_came(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", source=Source.MAIL, declared_at=NOW + timedelta(days=9)))
    later = a_reply("k-0", source=Source.PHONE, actor="M", intent=Intent.NO, reason="rief an", dedupe="2")
    when = NOW + timedelta(hours=1)
    record_reply(store, workspace, replace(later, declared_at=when, received_at=when))
    assert known(store).reply == "no"


def test_unknown_recipient_is_an_error(store: Store, workspace: Workspace) -> None:
    with pytest.raises(UnknownRecipient):
        record_reply(store, workspace, a_reply("nobody"))


def test_unmatched_mail_waits_for_review(store: Store, workspace: Workspace) -> None:
    outcome = record_reply(store, workspace, a_reply("", source=Source.MAIL, sender="jemand@x.example"))
    assert outcome.disposition is Disposition.REVIEW
    with store.reading() as tx:
        assert [review.recipient for review in queries.open_reviews(tx)] == [""]


def test_staff_entry_settles_the_replies_that_wait(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0"))
    record_reply(store, workspace, a_reply("k-0", source=Source.MAIL, intent=Intent.NO, dedupe="mail"))
    assert known(store).reviews == 1
    record_reply(
        store, workspace, a_reply("k-0", source=Source.PHONE, intent=Intent.NO, actor="Beispiel", dedupe="phone")
    )
    assert (known(store).reviews, known(store).reply) == (0, "no")


def test_deputy_takes_the_seat_of_the_organisation(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", attendees=(Attendee(role=Role.DEPUTY, name="Max Schulz"),)))
    assert (known(store).reply, known(store).persons, known(store).deputy) == ("yes", 1, "Max Schulz")


def test_decline_frees_the_seats(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", persons=3))
    record_reply(store, workspace, a_reply("k-0", intent=Intent.NO, dedupe="2"))
    with store.reading() as tx:
        assert queries.confirmed_heads(tx) == 0


def test_objection_puts_only_a_hash_of_the_address_on_the_block_list(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-0", intent=Intent.OBJECTION))
    hashed = LinkSigner(workspace.keys, workspace.campaign.id).block_hash("k-0@stadt.example")
    with store.reading() as tx:
        assert queries.blocked(tx, [hashed]) == {hashed}
    assert (known(store).reply, known(store).blocked) == ("open", True)


def test_tracking_table_is_the_fold_of_the_ledger(store: Store, workspace: Workspace) -> None:
    from invite_pipeline.domain.tracking import fold_all

    record_reply(store, workspace, a_reply("k-0", persons=2))
    record_reply(store, workspace, a_reply("k-0", intent=Intent.NO, dedupe="2", declared_at=NOW + timedelta(hours=1)))
    record_reply(store, workspace, a_reply("k-0", source=Source.MAIL, dedupe="3"))
    with store.reading() as tx:
        assert fold_all(Tracking(), queries.history(tx, "k-0")) == queries.tracking(tx, "k-0")
