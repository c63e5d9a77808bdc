"""The figures add up, whatever happened; and one module computes them from the projection as from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invite_pipeline.domain.events import (
    AutomaticReply,
    Bounced,
    Event,
    Issued,
    LetterMoved,
    Loaded,
    Recorded,
    Replied,
    Reviewed,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Seat, Source
from invite_pipeline.reports.figures import Figures, figures, figures_of
from invite_pipeline.reports.known import Known, from_history, load
from invite_pipeline.reports.rows import Delivery, Row, rows_of
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace

RECIPIENTS = (
    a_recipient("k-bonn"),
    a_recipient("k-koeln", organisation="Stadt Köln"),
    a_recipient("k-ahlen", organisation="Stadt Ahlen", region="Münster", email=""),
    a_recipient("v-lens", organisation="Freunde von Lens e. V.", kind="verein", region=""),
)
CLAIM = SendClaimed(wave="invitation", attempt=1, message_id="<1@x.example>")
SENT = SendAccepted(wave="invitation", attempt=1)
FIRST = (Loaded(change="new"), Issued(revision=1))


def replied(intent: Intent, disposition: Disposition = Disposition.APPLIED, **changes: object) -> Replied:
    values: dict[str, object] = {"source": Source.WEB, "declared_at": NOW, "received_at": NOW, "persons": 2}
    return Replied(intent=intent, disposition=disposition, **(values | changes))  # type: ignore[arg-type]


def attendees(*choices: tuple[str, Seat | None]) -> tuple[Attendee, ...]:
    return tuple(
        Attendee(role=Role.INVITEE, workshop=workshop, workshop_seat=seat, speed_dating=True)
        for workshop, seat in choices
    )


def known(*happened: tuple[str, Event], recipients: Sequence[Recipient] = RECIPIENTS) -> Known:
    """What is known after everybody was invited and then `happened`, an hour apart."""
    first = [(recipient.key, event) for recipient in recipients for event in FIRST]
    history = [
        Recorded(seq, key, NOW + timedelta(hours=seq), event) for seq, (key, event) in enumerate([*first, *happened])
    ]
    return from_history(recipients, history, frozenset(), NOW + timedelta(days=3))


def counted(*happened: tuple[str, Event]) -> Figures:
    return figures_of(known(*happened), a_workspace(Path("/nowhere")))


def rows(*happened: tuple[str, Event]) -> list[Row]:
    return rows_of(known(*happened), a_campaign())


def due(*happened: tuple[str, Event]) -> dict[str, int]:
    return {task.what: task.count for task in counted(*happened).due}


# --- invariants -------------------------------------------------------------------------------------------------


def any_reply() -> st.SearchStrategy[Replied]:
    people = st.lists(st.tuples(st.sampled_from(["", "nachwuchs", "gone"]), st.sampled_from([None, *Seat])), max_size=3)
    return st.builds(
        lambda intent, disposition, source, whom: replied(intent, disposition, source=source, attendees=whom),
        st.sampled_from(list(Intent)),
        st.sampled_from(list(Disposition)),
        st.sampled_from(list(Source)),
        people.map(lambda choices: attendees(*choices)),
    )


ANY_EVENT = st.one_of(
    any_reply(),
    st.sampled_from(
        [
            Loaded(change="gone"),
            Loaded(change="returned"),
            LetterMoved(step="printed"),
            LetterMoved(step="posted"),
            LetterMoved(step="returned"),
            SENT,
            SendRefused(wave="invitation", attempt=1, permanent=True),
            SendRefused(wave="invitation", attempt=1, permanent=False),
            SendResolved(wave="invitation", attempt=1, outcome="sent"),
            SendResolved(wave="invitation", attempt=1, outcome="not_sent"),
            Bounced(classification="hard"),
            Bounced(classification="soft"),
            Bounced(classification="hard", wave="reminder-1"),
            AutomaticReply(kind="automatic"),
        ]
    ),
)
CLAIMS = [
    CLAIM,
    replace(CLAIM, attempt=2),
    replace(CLAIM, wave="reminder-1"),
]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Event]]:
    """Any events of any recipient, and each claim at most once, as the store guarantees."""
    key = st.sampled_from([recipient.key for recipient in RECIPIENTS])
    happened: list[tuple[str, Event]] = draw(st.lists(st.tuples(key, ANY_EVENT), max_size=25))
    for recipient in RECIPIENTS:
        places = draw(st.lists(st.integers(0, len(happened)), max_size=len(CLAIMS)))
        for place, claim in zip(places, CLAIMS, strict=False):
            happened.insert(place, (recipient.key, claim))
    return happened


def assert_adds_up(found: Figures) -> None:
    shown = found.as_json()
    channels, messages, replies = shown["channels"], shown["messages"], shown["replies"]
    assert shown["recipients"] == channels["mail"] + channels["post"] == found.funnel.invited
    assert channels["mail"] == sum(messages.values())
    assert channels["post"] == sum(found.letters.values())
    assert shown["recipients"] == replies["yes"] + replies["no"] + replies["open"]
    assert found.funnel.invited == found.funnel.answered + found.funnel.open
    assert found.funnel.invited >= found.funnel.reached >= found.funnel.answered
    assert found.funnel.answered == sum(source.yes + source.no for source in found.by_source)


@given(histories())
def test_figures_add_up(happened: list[tuple[str, Event]]) -> None:
    assert_adds_up(counted(*happened))


@given(histories())
def test_parts_add_up_to_the_whole(happened: list[tuple[str, Event]]) -> None:
    found = counted(*happened)
    for groups in (found.by_kind, found.by_region):
        for name in ("invited", "reached", "answered", "yes", "no", "open", "persons"):
            assert sum(getattr(group, name) for group in groups.values()) == getattr(found.funnel, name)
    assert found.persons >= found.replies.yes
    assert found.persons >= sum(group.confirmed + group.waitlisted for group in found.workshops)


@given(histories())
def test_last_day_shows_what_the_figures_show(happened: list[tuple[str, Event]]) -> None:
    found = counted(*happened)
    if found.timeline:
        assert (found.timeline[-1].yes, found.timeline[-1].no) == (found.replies.yes, found.replies.no)


@given(happened=histories())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_projection_and_ledger_give_the_same(
    happened: list[tuple[str, Event]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace = a_workspace(tmp_path_factory.mktemp("store"))
    store = a_store(workspace, RECIPIENTS)
    with store.writing() as tx:
        for key, event in happened:
            append(tx, key, event, at=NOW)
    assert load(store, workspace) == load(store, workspace, NOW)
    assert figures(store, workspace) == figures(store, workspace, as_of=NOW)
    store.close()


# --- what counts as what ----------------------------------------------------------------------------------------


def test_status_object_has_exactly_the_contracts_keys() -> None:
    shown = counted().as_json()
    assert list(shown) == [
        *("campaign", "now", "recipients", "channels", "messages", "replies", "persons", "capacity", "workshops", "due")
    ]
    assert list(shown["messages"]) == ["queued", "sent", "refused", "bounced", "unknown"]
    assert list(shown["replies"]) == ["yes", "no", "open", "needs_review"]
    assert shown["workshops"][0] == {"id": "nrw-usa", "capacity": 120, "confirmed": 0, "waitlisted": 0}
    assert (shown["campaign"], shown["now"]) == ("tsp-2024", "2023-11-23T10:00:00+01:00")


def test_claim_without_outcome_counts_as_unknown() -> None:
    assert counted(("k-bonn", CLAIM)).messages.unknown == 1


def test_deferred_message_counts_as_queued() -> None:
    deferred = SendRefused(wave="invitation", attempt=1, permanent=False, code=450)
    assert counted(("k-bonn", CLAIM), ("k-bonn", deferred)).messages.queued == 3


def test_latest_attempt_counts() -> None:
    again = (replace(CLAIM, attempt=2), SendAccepted(wave="invitation", attempt=2))
    events = (CLAIM, SENT, Bounced(classification="hard"), *again)
    found = counted(*(("k-bonn", event) for event in events)).messages
    assert (found.sent, found.bounced) == (1, 0)


def test_reminder_does_not_change_the_state_of_the_invitation() -> None:
    reminder = (replace(CLAIM, wave="reminder-1"), SendRefused(wave="reminder-1", attempt=1, permanent=True))
    assert counted(*(("k-bonn", event) for event in (CLAIM, SENT, *reminder))).messages.sent == 1


def test_bounced_mail_did_not_reach_anybody() -> None:
    sent: list[tuple[str, Event]] = [("k-bonn", CLAIM), ("k-bonn", SENT)]
    assert counted(*sent).funnel.reached == 1
    assert counted(*sent, ("k-bonn", Bounced(classification="soft"))).funnel.reached == 0


def test_posted_letter_reaches_until_it_comes_back() -> None:
    posted = ("k-ahlen", LetterMoved(step="posted"))
    assert counted(posted).funnel.reached == 1
    assert counted(posted, ("k-ahlen", LetterMoved(step="returned"))).funnel.reached == 0


def test_whoever_answered_was_reached() -> None:
    funnel = counted(("k-bonn", replied(Intent.NO))).funnel
    assert (funnel.reached, funnel.answered, funnel.rate_of_reached, funnel.rate_of_invited) == (1, 1, 1.0, 0.25)


def test_rates_of_an_empty_campaign_are_nought() -> None:
    funnel = figures_of(known(recipients=()), a_workspace(Path("/nowhere"))).funnel
    assert (funnel.rate_of_invited, funnel.rate_of_reached) == (0.0, 0.0)


def test_who_left_the_list_does_not_count_but_stays_in_the_table() -> None:
    events = (("k-bonn", replied(Intent.YES)), ("k-bonn", Loaded(change="gone")))
    found = counted(*events)
    assert (found.recipients, found.replies.yes, found.persons) == (3, 0, 0)
    assert (found.departed, found.departed_persons) == (1, 2)
    assert [(row.key, row.listed) for row in rows(*events)][-1] == ("k-bonn", False)


def test_who_left_the_list_without_an_answer_is_gone_from_the_table() -> None:
    assert [row.key for row in rows(("k-bonn", Loaded(change="gone")))] == ["k-koeln", "k-ahlen", "v-lens"]


def test_each_unmatched_mail_and_each_waiting_recipient_needs_review() -> None:
    waits = replied(Intent.UNCLEAR, Disposition.REVIEW)
    found = counted(("k-bonn", waits), ("k-bonn", waits), ("", waits), ("", waits))
    assert found.replies.needs_review == 3
    assert [(one.recipient, one.organisation) for one in found.reviews] == [
        *[("k-bonn", "Stadt Bonn")] * 2,
        *[("", "")] * 2,
    ]


def test_reviewed_reply_waits_no_more() -> None:
    waiting = known(("", replied(Intent.UNCLEAR, Disposition.REVIEW))).reviews[0]
    reviewed = Reviewed(review=waiting.seq, outcome="dismissed")
    assert counted(("", replied(Intent.UNCLEAR, Disposition.REVIEW)), ("k-bonn", reviewed)).replies.needs_review == 0


def test_seats_of_a_working_group_are_counted_by_kind() -> None:
    choices = attendees(
        ("nachwuchs", Seat.CONFIRMED), ("nachwuchs", Seat.WAITLISTED), ("nachwuchs", Seat.RELEASED), ("", None)
    )
    found = counted(("k-bonn", replied(Intent.YES, attendees=choices)))
    group = next(one for one in found.workshops if one.id == "nachwuchs")
    assert (group.confirmed, group.waitlisted, group.capacity) == (1, 1, 100)
    assert (found.without_choice, found.speed_dating, found.persons) == (1, 4, 4)


def test_working_group_taken_out_of_the_campaign_is_still_shown() -> None:
    found = counted(("k-bonn", replied(Intent.YES, attendees=attendees(("klima", Seat.CONFIRMED)))))
    assert (found.workshops[-1].id, found.workshops[-1].confirmed) == ("klima", 1)


def test_days_are_those_of_the_events_zone() -> None:
    late = Recorded(99, "k-bonn", datetime(2023, 11, 20, 23, 30, tzinfo=UTC), replied(Intent.YES))
    first = [Recorded(1, "k-bonn", NOW, event) for event in FIRST]
    history = from_history(RECIPIENTS, [*first, late], frozenset(), late.at)
    found = figures_of(history, a_workspace(Path("/nowhere")))
    assert [(day.day, day.yes, day.received) for day in found.timeline] == [(date(2023, 11, 21), 1, 1)]


def test_changed_answer_moves_from_yes_to_no() -> None:
    found = counted(("k-bonn", replied(Intent.YES)), ("k-bonn", replied(Intent.NO)))
    assert (found.timeline[-1].yes, found.timeline[-1].no) == (0, 1)


# --- what is due ------------------------------------------------------------------------------------------------


def test_at_first_everything_is_to_be_rendered_sent_and_printed() -> None:
    assert due() == {"render": 4, "send": 3, "print": 1}


def test_nothing_is_due_for_who_answered_or_wants_no_mail() -> None:
    assert due(("k-bonn", replied(Intent.YES)), ("k-koeln", replied(Intent.OBJECTION))) == {
        "render": 2,
        "send": 1,
        "print": 1,
    }


def test_failed_mail_is_a_call_and_an_unknown_one_to_be_resolved() -> None:
    found = due(("k-bonn", CLAIM), ("k-bonn", SENT), ("k-bonn", Bounced(classification="hard")), ("k-koeln", CLAIM))
    assert (found["call"], found["resolve"]) == (1, 1)


def test_reminders_are_due_two_weeks_before_the_deadline_and_once() -> None:
    sent = (("k-bonn", CLAIM), ("k-bonn", SENT))
    assert "remind" not in due(*sent)
    near = replace(known(*sent), at=a_campaign().deadline - timedelta(days=2))
    workspace = a_workspace(Path("/nowhere"))
    assert {task.what: task.count for task in figures_of(near, workspace).due}["remind"] == 1
    again = replace(near, reminded=frozenset({"k-bonn"}))
    assert "remind" not in {task.what for task in figures_of(again, workspace).due}


def test_after_the_deadline_nobody_is_invited_any_more() -> None:
    over = replace(known(("k-koeln", CLAIM)), at=a_campaign().deadline + timedelta(days=1))
    assert {task.what for task in figures_of(over, a_workspace(Path("/nowhere"))).due} == {"resolve"}


# --- who is to be called ----------------------------------------------------------------------------------------


def test_phone_list_holds_who_cannot_be_mailed() -> None:
    assert [row.key for row in rows() if row.to_call] == ["k-ahlen"]
    bounced = (("k-bonn", CLAIM), ("k-bonn", SENT), ("k-bonn", Bounced(classification="hard", wave="reminder-1")))
    assert [row.key for row in rows(*bounced) if row.to_call] == ["k-bonn", "k-ahlen"]


def test_who_answered_is_not_called() -> None:
    assert [row.key for row in rows(("k-ahlen", replied(Intent.NO))) if row.to_call] == []


def test_row_names_groups_once_in_the_campaigns_order() -> None:
    people = attendees(("nachwuchs", Seat.CONFIRMED), ("nrw-usa", Seat.CONFIRMED), ("nachwuchs", Seat.WAITLISTED))
    row = rows(("k-bonn", replied(Intent.YES, attendees=people)))[0]
    titles = {workshop.id: workshop.title for workshop in a_campaign().workshops}
    assert row.workshops == (titles["nrw-usa"], titles["nachwuchs"])


def test_post_shows_the_letters_way() -> None:
    row = rows(("k-ahlen", LetterMoved(step="printed")))[2]
    assert (row.delivery, row.last_contact is not None) == (Delivery.PRINTED, True)
