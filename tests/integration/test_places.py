"""Places that fall free, on a real store: the line, offers with a deadline, groups that come together or in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.reply import Attendee, Intent, Role, Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import AnswerChanged
from invite_pipeline.mail.waves import plan_confirmations, plan_offers
from invite_pipeline.replies.places import OfferAnswer, answer_offer, settle
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import place_queries, queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace


def a_small_campaign(hall: int | None = 2, group: int | None = 1) -> Campaign:
    campaign = a_campaign()
    groups = (replace(campaign.workshops[0], capacity=group), replace(campaign.workshops[3], capacity=None))
    return replace(campaign, event=replace(campaign.event, capacity=hall), workshops=groups)


class House:
    """A campaign with few places, and those who answer one after the other."""

    def __init__(self, folder: Path, campaign: Campaign) -> None:
        self.now = NOW
        self.workspace: Workspace = replace(a_workspace(folder, campaign=campaign), now=lambda: self.now)
        self.store: Store = a_store(self.workspace, [a_recipient(f"k-{number}") for number in range(6)])
        self._replies = 0

    def answer(self, number: int, persons: int = 1, **changes: object) -> tuple[Seat, ...]:
        self._replies += 1
        at: datetime = self.now
        changes = {"persons": persons, "declared_at": at, "received_at": at, "dedupe": f"web:{self._replies}"} | changes
        record_reply(self.store, self.workspace, a_reply(f"k-{number}", **changes))
        return self.seats(number)

    def decline(self, number: int) -> None:
        self.answer(number, intent=Intent.NO, persons=0)

    def take(self, number: int, *, accept: bool = True, offer: int | None = None) -> OfferAnswer:
        wanted = self.state(number).offer if offer is None else offer
        return answer_offer(self.store, self.workspace, f"k-{number}", wanted, accept=accept)

    def state(self, number: int) -> Tracking:
        with self.store.reading() as tx:
            return queries.tracking(tx, f"k-{number}")

    def seats(self, number: int) -> tuple[Seat, ...]:
        return tuple(one.seat for one in self.state(number).attendees)

    def position(self, number: int) -> dict[str, int]:
        with self.store.reading() as tx:
            return place_queries.positions(tx, self.state(number).attendees[0])

    def with_capacity(self, hall: int | None, group: int | None = 1) -> None:
        self.workspace = replace(self.workspace, campaign=a_small_campaign(hall, group))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, a_small_campaign())


@pytest.fixture
def full(house: House) -> House:
    """Two places, taken by k-0; k-1 waits for one, then k-2."""
    house.answer(0, 2)
    house.answer(1)
    house.answer(2)
    return house


def test_who_waits_knows_the_place_in_the_line(full: House) -> None:
    assert (full.seats(1), full.seats(2)) == ((Seat.WAITLISTED,), (Seat.WAITLISTED,))
    assert (full.position(1), full.position(2)) == ({"": 1}, {"": 2})


def test_place_that_falls_free_is_offered_to_who_waits_longest(full: House) -> None:
    full.answer(0, 1)
    assert (full.seats(0), full.seats(1), full.seats(2)) == ((Seat.CONFIRMED,), (Seat.OFFERED,), (Seat.WAITLISTED,))
    assert full.state(1).offer_until == NOW + timedelta(days=3)


def test_offered_place_is_nobody_elses(full: House) -> None:
    full.answer(0, 1)
    assert full.answer(3) == (Seat.WAITLISTED,)


def test_accepted_offer_is_a_place(full: House) -> None:
    full.answer(0, 1)
    assert full.take(1) is OfferAnswer.ACCEPTED
    assert (full.seats(1), full.state(1).offer) == ((Seat.CONFIRMED,), 0)


def test_declined_offer_goes_to_the_next(full: House) -> None:
    full.answer(0, 1)
    assert full.take(1, accept=False) is OfferAnswer.DECLINED
    assert (full.state(1).reply, full.seats(2)) == ("no", (Seat.OFFERED,))


def test_offer_that_runs_out_goes_to_the_next(full: House) -> None:
    full.answer(0, 1)
    first = full.state(1).offer
    full.now = NOW + timedelta(days=3, seconds=1)
    assert full.take(1, offer=first) is OfferAnswer.GONE
    assert (full.seats(1), full.seats(2)) == ((Seat.RELEASED,), (Seat.OFFERED,))
    assert (full.state(1).reply, full.state(1).persons) == ("yes", 0)


def test_offer_is_answered_once(full: House) -> None:
    full.answer(0, 1)
    offer = full.state(1).offer
    full.take(1, offer=offer)
    assert full.take(1, offer=offer, accept=False) is OfferAnswer.GONE
    assert full.seats(1) == (Seat.CONFIRMED,)


def test_raised_capacity_is_offered_to_who_waits(full: House) -> None:
    full.with_capacity(3)
    assert settle(full.store, full.workspace) == 1
    assert settle(full.store, full.workspace) == 0
    assert full.seats(1) == (Seat.OFFERED,)


def test_hall_without_a_limit_is_offered_to_all_who_wait(full: House) -> None:
    full.with_capacity(None)
    assert settle(full.store, full.workspace) == 2


def test_who_waits_comes_before_who_answers_once_the_capacity_is_raised(full: House) -> None:
    full.with_capacity(3)
    assert full.answer(3) == (Seat.WAITLISTED,)
    assert full.seats(1) == (Seat.OFFERED,)


def test_lowered_capacity_takes_no_place_away(full: House) -> None:
    full.with_capacity(1)
    assert full.answer(0, 2) == (Seat.CONFIRMED, Seat.CONFIRMED)


def test_changed_answer_keeps_the_place_in_the_line(full: House) -> None:
    full.answer(1, remark="mit Kinderwagen")
    assert (full.position(1), full.position(2)) == ({"": 1}, {"": 2})


def test_changed_answer_keeps_the_offer(full: House) -> None:
    full.answer(0, 1)
    assert full.answer(1, remark="gern") == (Seat.OFFERED,)
    assert full.take(1) is OfferAnswer.ACCEPTED


def test_group_is_not_torn_apart_unasked(house: House) -> None:
    house.answer(0, 2)
    house.answer(1, 2)
    house.answer(0, 1)
    assert house.seats(1) == (Seat.WAITLISTED, Seat.WAITLISTED)
    assert house.answer(2) == (Seat.CONFIRMED,)


def test_group_is_promoted_in_part_where_it_says_so(house: House) -> None:
    house.answer(0, 2)
    house.answer(1, 2, partly=True)
    house.answer(0, 1)
    assert house.seats(1) == (Seat.OFFERED, Seat.WAITLISTED)


def test_group_that_fits_is_offered_all_its_places(house: House) -> None:
    house.answer(0, 2)
    house.answer(1, 2)
    house.decline(0)
    assert house.seats(1) == (Seat.OFFERED, Seat.OFFERED)


def in_groups(first: str, second: str = "") -> Attendee:
    return Attendee(role=Role.INVITEE, name="Eva Muster", workshop=first, second=second)


def test_second_choice_is_held_while_the_first_is_full(house: House) -> None:
    first, other = (one.id for one in house.workspace.campaign.workshops)
    house.with_capacity(None)
    house.answer(0, attendees=(in_groups(first),))
    house.answer(1, attendees=(in_groups(first, other),))
    one = house.state(1).attendees[0]
    assert (one.workshop_seat, one.second_seat) == (Seat.WAITLISTED, Seat.CONFIRMED)
    house.decline(0)
    house.take(1)
    one = house.state(1).attendees[0]
    assert (one.workshop_seat, one.second_seat) == (Seat.CONFIRMED, None)


def test_who_waits_for_the_hall_blocks_no_working_group(house: House) -> None:
    first = house.workspace.campaign.workshops[0].id
    house.answer(0, 2)
    house.answer(1, attendees=(in_groups(first),))
    assert house.state(1).attendees[0].workshop_seat is Seat.WAITLISTED
    house.answer(0, 1)
    one = house.state(1).attendees[0]
    assert (one.seat, one.workshop_seat) == (Seat.OFFERED, Seat.OFFERED)


def test_rooms_are_counted_as_their_attendees(full: House) -> None:
    full.answer(0, 1)
    full.take(1)
    with full.store.reading() as tx:
        people = [one for state in queries.trackings(tx).values() for one in state.attendees]
        counted = place_queries.room_seats(tx)[""]
    assert counted == {seat: sum(one.seat is seat for one in people) for seat in counted}


def test_offer_is_mailed_once_and_its_answer_confirmed(full: House) -> None:
    full.answer(0, 1)
    offer = full.state(1).offer
    assert [one.wave for one in plan_offers(full.store, full.workspace).due] == [f"offer-{offer}"]
    full.take(1)
    assert plan_offers(full.store, full.workspace).due == ()
    waves = {one.key: one.wave for one in plan_confirmations(full.store, full.workspace).due}
    assert waves["k-1"] == f"confirmation-{full.state(1).answer}"


def test_answer_built_on_an_older_one_is_refused(house: House) -> None:
    house.answer(0)
    seen = house.state(0).answer
    house.answer(0, remark="neu", based_on=seen)
    with pytest.raises(AnswerChanged):
        house.answer(0, remark="blind", based_on=seen)
    assert house.state(0).remark == "neu"
