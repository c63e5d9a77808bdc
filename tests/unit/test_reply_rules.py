"""Who wins: every row of the table in docs/architecture.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Source, decide
from invite_pipeline.domain.tracking import Tracking
from tests.builders import NOW, a_campaign, a_reply

DEADLINE = a_campaign().deadline
AFTER = DEADLINE + timedelta(days=1)
OPEN = Tracking()
YES_BY_LINK = Tracking(reply="yes", source=Source.WEB, persons=1, declared_at=NOW)
YES_BY_PHONE = Tracking(reply="yes", source=Source.PHONE, sticky=True, persons=1, declared_at=NOW)


def decision(state: Tracking, **changes: Any) -> Disposition:
    return decide(state, a_reply(**changes), deadline=DEADLINE).disposition


def test_web_form_applies_to_an_open_invitation() -> None:
    assert decision(OPEN, source=Source.WEB) is Disposition.APPLIED


def test_later_web_answer_replaces_an_earlier_one() -> None:
    assert decision(YES_BY_LINK, source=Source.WEB, intent=Intent.NO) is Disposition.APPLIED


def test_web_answer_that_overturns_a_staff_entry_applies_and_says_so() -> None:
    made = decide(YES_BY_PHONE, a_reply(intent=Intent.NO), deadline=DEADLINE)
    assert made.disposition is Disposition.APPLIED
    assert "overturns an entry made by staff" in made.reason


@pytest.mark.parametrize("source", [Source.PHONE, Source.LETTER, Source.FAX, Source.COUNTER])
def test_staff_entry_applies_whatever_stands_there(source: Source) -> None:
    for state in (OPEN, YES_BY_LINK, YES_BY_PHONE):
        assert decision(state, source=source, intent=Intent.NO) is Disposition.APPLIED


@pytest.mark.parametrize("source", [Source.MAIL, Source.CALENDAR])
def test_signals_after_a_staff_entry_only_wait_for_review(source: Source) -> None:
    assert decision(YES_BY_PHONE, source=source, intent=Intent.NO) is Disposition.REVIEW


def test_letter_declared_before_a_newer_online_answer_waits_for_review() -> None:
    assert (
        decision(YES_BY_LINK, source=Source.LETTER, intent=Intent.NO, declared_at=NOW - timedelta(days=3))
        is Disposition.REVIEW
    )


def test_letter_declared_after_the_online_answer_applies() -> None:
    assert (
        decision(YES_BY_LINK, source=Source.LETTER, intent=Intent.NO, declared_at=NOW + timedelta(days=1))
        is Disposition.APPLIED
    )


def test_clear_mail_applies_to_an_open_invitation() -> None:
    assert decision(OPEN, source=Source.MAIL) is Disposition.APPLIED
    assert decision(OPEN, source=Source.MAIL, intent=Intent.NO) is Disposition.APPLIED


@pytest.mark.parametrize("intent", [Intent.UNCLEAR, Intent.CONTACT])
def test_mail_without_a_clear_answer_waits_for_review(intent: Intent) -> None:
    assert decision(OPEN, source=Source.MAIL, intent=intent) is Disposition.REVIEW


def test_mail_that_was_not_surely_matched_waits_for_review() -> None:
    assert decision(OPEN, source=Source.MAIL, certain=False) is Disposition.REVIEW


def test_mail_saying_no_after_a_yes_by_link_keeps_the_yes_and_waits() -> None:
    assert decision(YES_BY_LINK, source=Source.MAIL, intent=Intent.NO) is Disposition.REVIEW


def test_calendar_acceptance_of_an_open_invitation_is_a_yes() -> None:
    assert decision(OPEN, source=Source.CALENDAR) is Disposition.APPLIED


def test_calendar_decline_after_a_yes_waits_for_review() -> None:
    assert decision(YES_BY_LINK, source=Source.CALENDAR, intent=Intent.NO) is Disposition.REVIEW


def test_calendar_acceptance_after_a_yes_changes_nothing() -> None:
    assert decision(YES_BY_LINK, source=Source.CALENDAR, persons=1) is Disposition.IGNORED


def test_mail_naming_a_deputy_after_a_yes_waits_for_review() -> None:
    deputy = (Attendee(role=Role.DEPUTY, name="Schulz"),)
    assert decision(YES_BY_LINK, source=Source.MAIL, attendees=deputy) is Disposition.REVIEW


def test_tentative_leaves_an_open_invitation_open() -> None:
    assert decision(OPEN, source=Source.CALENDAR, intent=Intent.MAYBE) is Disposition.APPLIED
    assert decision(YES_BY_LINK, source=Source.CALENDAR, intent=Intent.MAYBE) is Disposition.REVIEW


def test_objection_is_never_an_answer() -> None:
    made = decide(OPEN, a_reply(source=Source.MAIL, intent=Intent.OBJECTION), deadline=DEADLINE)
    assert made.disposition is Disposition.APPLIED
    assert decision(OPEN, source=Source.MAIL, intent=Intent.OBJECTION, certain=False) is Disposition.REVIEW


def test_after_the_deadline_the_form_takes_only_a_cancellation() -> None:
    assert decision(OPEN, declared_at=AFTER) is Disposition.REFUSED
    assert decision(YES_BY_LINK, declared_at=AFTER, intent=Intent.NO) is Disposition.APPLIED


def test_after_the_deadline_staff_may_enter_and_it_is_marked_late() -> None:
    made = decide(OPEN, a_reply(source=Source.PHONE, declared_at=AFTER), deadline=DEADLINE)
    assert (made.disposition, made.late) == (Disposition.APPLIED, True)


def test_after_the_deadline_a_yes_by_mail_waits_for_review() -> None:
    assert decision(OPEN, source=Source.MAIL, declared_at=AFTER) is Disposition.REVIEW


def test_the_whole_day_of_the_deadline_counts() -> None:
    assert decision(OPEN, declared_at=DEADLINE) is Disposition.APPLIED
