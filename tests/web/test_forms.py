from __future__ import annotations

from dataclasses import fields as fields_of

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Intent, Role
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.web.forms import FormFields, default_role, posted_fields, read_answer, shown_fields
from tests.builders import a_campaign, a_person, a_recipient

CAMPAIGN = a_campaign()
MOST = CAMPAIGN.rsvp.max_persons
NOBODY = a_recipient(persons=())
TWO = a_recipient(persons=(a_person(), a_person(first_name="Martin", last_name="Schmidt")))

names = st.sampled_from(["", "Jörg Klein", "Ute Berg", "Dr. Eva Muster"])
attendees = st.builds(
    Attendee,
    role=st.sampled_from([Role.DEPUTY, Role.COMPANION]),
    name=names.filter(bool),
    office=st.sampled_from(["", "Beigeordnete"]),
    email=st.sampled_from(["", "klein@stadt.example"]),
    workshop=st.sampled_from(["", "nachwuchs", "nrw-usa"]),
    second=st.just(""),
    speed_dating=st.booleans(),
    diet=st.sampled_from(["", "vegetarisch"]),
)


def _sent(shown: FormFields) -> dict[str, str]:
    """What a browser without script sends of a form as it is shown."""
    sent = {"answer": shown.answer, "persons": shown.persons, "remark": shown.remark}
    for number, person in enumerate(shown.people, start=1):
        for field in fields_of(person):
            value = getattr(person, field.name)
            if field.name == "funders":
                sent |= {f"person-{number}-funder-{funder}": "yes" for funder in value}
            elif value:
                sent[f"person-{number}-{field.name.replace('_', '-')}"] = "yes" if value is True else value
    return sent


@given(coming=st.lists(attendees, min_size=1, max_size=MOST), remark=st.sampled_from(["", "Wir kommen\nmit der Bahn."]))
def test_form_sent_as_it_is_shown_says_what_is_recorded(coming: list[Attendee], remark: str) -> None:
    state = Tracking(reply="yes", persons=len(coming), attendees=tuple(coming), remark=remark)
    shown = shown_fields(state, a_recipient(), most=MOST)
    answer, mistakes = read_answer(posted_fields(_sent(shown), most=MOST), a_recipient(), CAMPAIGN)
    assert mistakes == []
    assert answer is not None
    assert answer.is_recorded_in(state)


@pytest.mark.parametrize("recipient", [a_recipient(), TWO, NOBODY])
def test_first_form_with_a_yes_brings_the_first_invited(recipient: Recipient) -> None:
    shown = shown_fields(Tracking(), recipient, most=MOST, preselected="yes")
    answer, _ = read_answer(posted_fields(_sent(shown), most=MOST), recipient, CAMPAIGN)
    assert answer is not None
    assert [(a.role, a.name) for a in answer.attendees] == [
        (Role.INVITEE, recipient.persons[0].name if recipient.persons else "")
    ]


def test_without_a_number_the_last_filled_row_counts() -> None:
    posted = posted_fields({"answer": "yes", "person-3-workshop": "nachwuchs"}, most=MOST)
    assert posted.persons == "3"


def test_name_typed_for_the_invited_is_taken() -> None:
    posted = posted_fields({"answer": "yes", "person-1-role": "invitee", "person-1-name": "Eva Neu"}, most=MOST)
    answer, _ = read_answer(posted, a_recipient(), CAMPAIGN)
    assert answer is not None
    assert (answer.attendees[0].role, answer.attendees[0].name) == (Role.INVITEE, "Eva Neu")


def test_no_ignores_what_stands_in_the_rows() -> None:
    posted = posted_fields({"answer": "no", "persons": "99", "person-1-email": "?"}, most=MOST)
    answer, mistakes = read_answer(posted, a_recipient(), CAMPAIGN)
    assert mistakes == []
    assert answer is not None
    assert (answer.intent, answer.attendees) == (Intent.NO, ())


def test_nobody_beyond_the_number_is_dropped_unseen() -> None:
    posted = posted_fields({"answer": "yes", "persons": "1", "person-2-name": "Ute Berg"}, most=MOST)
    answer, mistakes = read_answer(posted, a_recipient(), CAMPAIGN)
    assert answer is None
    assert [(mistake.field, mistake.code) for mistake in mistakes] == [("persons", "persons-fewer")]


@pytest.mark.parametrize("persons", ["0", "-1", "5", "zwei", "1.0", "²", "0x2", "1" * 400])
def test_number_out_of_range_is_a_mistake(persons: str) -> None:
    _, mistakes = read_answer(posted_fields({"answer": "yes", "persons": persons}, most=MOST), NOBODY, CAMPAIGN)
    assert mistakes[0].code == "persons-invalid"


@pytest.mark.parametrize(
    "email", ["klein", "klein@", "@stadt.example", "a b@stadt.example", "klein@stadt", "a@b@c.example"]
)
def test_incomplete_address_is_a_mistake(email: str) -> None:
    posted = posted_fields({"answer": "yes", "person-2-email": email}, most=MOST)
    _, mistakes = read_answer(posted, a_recipient(), CAMPAIGN)
    assert [(mistake.field, mistake.code) for mistake in mistakes] == [("person-2-email", "email-invalid")]


@pytest.mark.parametrize("email", ["klein@stadt.example", "j.klein+rat@münster.example", "K@STADT.EXAMPLE"])
def test_whole_address_is_none(email: str) -> None:
    _, mistakes = read_answer(posted_fields({"answer": "yes", "person-2-email": email}, most=MOST), NOBODY, CAMPAIGN)
    assert mistakes == []


def test_rows_begin_with_the_invited_and_go_on_with_companions() -> None:
    assert [default_role(number, TWO) for number in (1, 2, 3)] == ["invitee", "invitee-2", "companion"]
    assert [default_role(number, NOBODY) for number in (1, 2)] == ["invitee", "companion"]
