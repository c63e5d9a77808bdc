from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from invite_pipeline.domain.reply import Role, Seat, Source
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from tests.builders import a_campaign, a_reply
from tests.web.conftest import Clock
from tests.web.pages import Office, dump

AFTER_DEADLINE, AFTER_EVENT = timedelta(days=23), timedelta(days=61)


# --- looking changes nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["antwort", "antwort?answer=yes", "danke", "termin.ics", "abmelden"])
def test_looking_changes_nothing(office: Office, page: str) -> None:
    before = dump(office.store)
    for method in ("HEAD", "GET", "GET"):
        assert office.browser.request(method, office.path(page)).status_code in (200, 303)
    assert dump(office.store) == before


def test_form_names_the_invited_the_event_and_the_deadline(office: Office) -> None:
    page = office.get().text
    for words in (
        "Stadt Bonn",
        "Dr. Eva Muster",
        "Freitag, 19. Januar 2024",
        "10:00 bis 16:00 Uhr",
        "12. Dezember 2023",
    ):
        assert words in page


def test_form_tells_neither_address_nor_mail_of_the_invited(office: Office) -> None:
    page = office.get().text
    assert "Musterplatz" not in page
    assert "k-bonn@stadt.example" not in page


def test_answer_is_never_preset(office: Office) -> None:
    page = office.get().text
    assert 'name="answer" value="yes">' in page
    assert 'name="answer" value="no">' in page


def test_link_may_suggest_an_answer(office: Office) -> None:
    assert 'name="answer" value="no" checked' in office.get("antwort?answer=no").text
    assert 'name="answer" value="maybe"' not in office.get("antwort?answer=maybe").text


# --- answering ------------------------------------------------------------------------------------------------------


def test_yes_with_deputy_and_companion_is_recorded(office: Office) -> None:
    deputy = {"person_1_role": "deputy", "person_1_name": "Jörg Klein", "person_1_office": "Beigeordneter"}
    more = {"person_1_email": "klein@stadt.example", "person_1_workshop": "nachwuchs", "person_1_speed_dating": "yes"}
    companion = {"person_2_name": "Ute Berg", "person_2_workshop": "nrw-usa"}
    response = office.answer(persons="2", remark="Wir kommen mit der Bahn.", **deputy, **more, **companion)
    assert (response.status_code, response.headers["location"]) == (303, office.path("danke"))
    state = office.state()
    klein, berg = state.attendees
    assert (state.reply, state.persons, state.source, state.remark) == (
        "yes",
        2,
        Source.WEB,
        "Wir kommen mit der Bahn.",
    )
    assert (klein.role, klein.name, klein.office, klein.email) == (
        Role.DEPUTY,
        "Jörg Klein",
        "Beigeordneter",
        "klein@stadt.example",
    )
    assert (klein.workshop, klein.workshop_seat, klein.speed_dating) == ("nachwuchs", Seat.CONFIRMED, True)
    assert (berg.role, berg.name, berg.workshop, berg.speed_dating) == (Role.COMPANION, "Ute Berg", "nrw-usa", False)


def test_invitee_who_comes_needs_no_name_typed(office: Office) -> None:
    office.answer(person_1_role="invitee")
    (attendee,) = office.state().attendees
    assert (attendee.role, attendee.name) == (Role.INVITEE, "Dr. Eva Muster")


def test_second_invited_person_can_come_alone(office: Office) -> None:
    office.answer("yes", 1, person_1_role="invitee-2")
    (attendee,) = office.state("k-koeln").attendees
    assert (attendee.role, attendee.name) == (Role.INVITEE, "Martin Schmidt")


def test_two_invited_persons_stand_in_the_first_two_rows(office: Office) -> None:
    office.answer("yes", 1, persons="2")
    assert [a.name for a in office.state("k-koeln").attendees] == ["Christiane Müller", "Martin Schmidt"]


def test_association_without_a_name_types_who_comes(office: Office) -> None:
    page = office.get(number=2).text
    assert "person-1-role" not in page
    office.answer("yes", 2, person_1_name="Max Mann", persons="2")
    first, second = office.state("v-x").attendees
    assert (first.role, first.name, second.role, second.name) == (Role.INVITEE, "Max Mann", Role.COMPANION, "")


def test_no_is_recorded_without_anybody(office: Office) -> None:
    office.answer("no", remark="Ratssitzung", person_1_role="deputy")
    state = office.state()
    assert (state.reply, state.persons, state.attendees, state.remark) == ("no", 0, (), "Ratssitzung")


def test_confirmation_says_what_was_recorded_and_how_to_change_it(office: Office) -> None:
    office.answer(person_1_role="deputy", person_1_name="Jörg Klein", person_1_workshop="nachwuchs")
    page = office.get("danke").text
    for words in ("Ihre Zusage ist notiert", "Jörg Klein", "in Vertretung", "Nachwuchs in Städtepartnerschaften"):
        assert words in page
    assert office.path("antwort") in page
    assert office.path("termin.ics") in page


def test_confirmation_of_nothing_leads_to_the_form(office: Office) -> None:
    assert office.get("danke").headers["location"] == office.path("antwort")


def test_calendar_entry_carries_the_invitations_own_uid(office: Office) -> None:
    response = office.get("termin.ics")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "UID:C0DE000000.invite@staedtepartnerschaften.example" in response.text


# --- changing -------------------------------------------------------------------------------------------------------


def test_later_answer_replaces_the_earlier_and_history_is_kept(office: Office) -> None:
    office.answer(persons="3")
    office.answer("no")
    office.answer(persons="1")
    assert (office.state().reply, office.state().persons, office.replies()) == ("yes", 1, 3)


def test_form_shows_the_answer_that_is_recorded(office: Office) -> None:
    office.answer(person_1_role="deputy", person_1_name="Jörg Klein", person_2_name="Ute Berg", remark="Danke")
    page = office.get().text
    for markup in (
        'name="answer" value="yes" checked',
        'value="deputy" checked',
        'value="Jörg Klein"',
        'value="Ute Berg"',
        '<option value="2" selected>',
        ">Danke</textarea>",
    ):
        assert markup in page


def test_form_says_when_and_how_the_answer_was_given(office: Office) -> None:
    record_reply(office.store, office.workspace, a_reply(source=Source.PHONE, actor="Frau Amt", dedupe="staff:1"))
    page = office.get().text
    assert "Ihre Antwort vom 20. November 2023, 10:00 Uhr, am Telefon" in page
    assert "Frau Amt" not in page


def test_reading_the_form_and_sending_it_unchanged_records_the_same(office: Office) -> None:
    office.answer(person_1_role="invitee", person_1_workshop="nrw-usa", person_2_name="Ute Berg")
    before = office.state().attendees
    office.answer(person_1_role="invitee", person_1_workshop="nrw-usa", person_2_name="Ute Berg", persons="2")
    assert office.state().attendees == before


def test_double_submit_records_once(office: Office) -> None:
    fields = {"nonce": office.nonce(), "answer": "yes", "persons": "2"}
    first, second = office.post(fields), office.post(fields)
    assert first.headers["location"] == second.headers["location"]
    assert office.replies() == 1


def test_one_form_sent_twice_with_different_answers_asks_again(office: Office) -> None:
    fields = {"nonce": office.nonce(), "persons": "2"}
    office.post({**fields, "answer": "yes"})
    response = office.post({**fields, "answer": "no", "remark": "doch nicht"})
    assert response.status_code == 409
    assert "schon einmal abgesendet" in response.text
    assert "doch nicht" in response.text
    assert office.state().reply == "yes"


def test_form_of_yesterday_asks_again_and_keeps_what_was_typed(office: Office, clock: Clock) -> None:
    nonce = office.nonce()
    clock[0] += timedelta(hours=13)
    response = office.post({"nonce": nonce, "answer": "yes", "person-2-name": "Ute Berg"})
    assert response.status_code == 422
    assert "sehr lange geöffnet" in response.text
    assert 'value="Ute Berg"' in response.text
    assert office.replies() == 0


@pytest.mark.parametrize("nonce", ["", "x", "eyJ4IjoxfQ.aaaa.bbbb"])
def test_post_without_a_nonce_of_ours_records_nothing(office: Office, nonce: str) -> None:
    assert office.post({"nonce": nonce, "answer": "no"}).status_code == 422
    assert office.replies() == 0


def test_nonce_of_another_invitation_records_nothing(office: Office) -> None:
    assert office.post({"nonce": office.nonce(number=1), "answer": "no"}).status_code == 422
    assert office.replies() == 0


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"answer": ""}, "answer", "ob Sie kommen oder nicht"),
        ({"person_1_role": "deputy"}, "person-1-name", "Namen der Vertretung"),
        ({"person_1_email": "klein@"}, "person-1-email", "keine vollständige E-Mail-Adresse"),
        ({"person_1_workshop": "unsinn"}, "person-1-workshop", "gibt es nicht"),
        ({"person_1_role": "king"}, "person-1-role", "wer kommt"),
        ({"persons": "5"}, "persons", "von 1 bis 4"),
        ({"persons": "1", "person_2_name": "Ute Berg"}, "persons", "mehr Personen"),
        ({"remark": "x" * 1001}, "remark", "zu lang"),
        ({"person_1_name": "x" * 121}, "person-1-name", "zu lang"),
    ],
)
def test_mistake_is_told_at_the_field_and_at_the_top(
    office: Office, fields: dict[str, str], field: str, words: str
) -> None:
    rest = {name: value for name, value in fields.items() if name != "answer"}
    response = office.answer(fields.get("answer", "yes"), **rest)
    assert response.status_code == 422
    assert f'<a href="#{field}">' in response.text
    assert f'id="{field}-mistake"' in response.text
    assert f'aria-describedby="{field}-mistake"' in response.text
    assert response.text.count(words) >= 2
    assert office.replies() == 0


def test_every_summary_leads_to_a_field_that_exists(office: Office) -> None:
    response = office.answer(
        person_1_role="deputy", person_1_email="?", person_2_role="king", persons="0", remark="x" * 1001
    )
    for target in re.findall(r'<li><a href="#([^"]+)">', response.text):
        assert f'id="{target}"' in response.text


def test_all_input_is_kept_when_something_is_wrong(office: Office) -> None:
    typed = {"person_1_role": "deputy", "person_2_name": "Ute <b>Berg</b>", "person_2_workshop": "nrw-usa"}
    page = office.answer(persons="2", remark="Zug kommt um 9:48", **typed).text
    assert 'value="Ute &lt;b&gt;Berg&lt;/b&gt;"' in page
    assert '<option value="nrw-usa" selected>' in page
    assert ">Zug kommt um 9:48</textarea>" in page


def test_same_invited_person_cannot_come_twice(office: Office) -> None:
    response = office.answer("yes", 1, persons="2", person_1_role="invitee", person_2_role="invitee")
    assert "schon weiter oben gewählt" in response.text


# --- places ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_group(open_office: Callable[..., Office]) -> Office:
    workshops = tuple(replace(workshop, capacity=1) for workshop in a_campaign().workshops)
    return open_office(workshops=workshops)


def test_full_working_group_means_waiting_and_the_page_says_so(small_group: Office) -> None:
    small_group.answer("yes", 1, person_1_workshop="nachwuchs")
    assert "(ausgebucht, Warteliste)" in small_group.get().text
    small_group.answer(person_1_workshop="nachwuchs")
    (attendee,) = small_group.state().attendees
    assert (attendee.seat, attendee.workshop_seat) == (Seat.CONFIRMED, Seat.WAITLISTED)
    page = small_group.get("danke").text
    assert "Arbeitsgruppe ausgebucht" in page
    assert "Warteliste" in page


def test_own_place_counts_as_free_for_its_holder(small_group: Office) -> None:
    small_group.answer(person_1_workshop="nachwuchs")
    assert "Nachwuchs in Städtepartnerschaften (noch 1 Platz)" in small_group.get().text


def test_full_hall_is_said_before_and_after(open_office: Callable[..., Office]) -> None:
    office = open_office(event=replace(a_campaign().event, capacity=1))
    office.answer("yes", 1, persons="1")
    assert "Alle Plätze sind zurzeit vergeben" in office.get().text
    office.answer()
    assert "Auf der Warteliste" in office.get("danke").text


# --- after the deadline ---------------------------------------------------------------------------------------------


def test_after_the_deadline_the_page_only_reads_and_names_the_phone(office: Office, clock: Clock) -> None:
    office.answer(person_1_role="deputy", person_1_name="Jörg Klein")
    clock[0] += AFTER_DEADLINE
    page = office.get().text
    assert "Die Anmeldefrist ist abgelaufen" in page
    assert office.workspace.campaign.rsvp.phone.replace(" ", "\u00a0") in page
    assert "Jörg Klein" in page
    assert 'name="persons"' not in page


def test_after_the_deadline_a_yes_is_refused(office: Office, clock: Clock) -> None:
    nonce = office.nonce()
    clock[0] += AFTER_DEADLINE
    assert office.post({"nonce": nonce, "answer": "yes"}).status_code == 409
    assert office.state().reply == "open"


def test_after_the_deadline_cancelling_is_possible(office: Office, clock: Clock) -> None:
    office.answer()
    clock[0] += AFTER_DEADLINE
    assert office.answer("no").status_code == 303
    assert (office.state().reply, office.state().late) == ("no", True)


def test_cancelling_must_be_ticked(office: Office, clock: Clock) -> None:
    clock[0] += AFTER_DEADLINE
    assert office.answer("").status_code == 422
    assert office.replies() == 0


def test_after_the_event_there_is_a_thank_you_and_nothing_else(office: Office, clock: Clock) -> None:
    office.answer()
    clock[0] += AFTER_EVENT
    assert "Vielen Dank" in office.get().text
    assert "<form" not in office.get().text
    assert office.post({"nonce": "", "answer": "no"}).status_code == 409
    assert office.state().reply == "yes"


def test_more_persons_than_the_form_holds_are_not_cut(office: Office) -> None:
    record_reply(office.store, office.workspace, a_reply(source=Source.PHONE, persons=6, dedupe="staff:1"))
    page = office.get().text
    assert "6 Personen" in page
    assert 'name="persons"' not in page


# --- who sees what --------------------------------------------------------------------------------------------------


def test_recipients_never_see_each_other(office: Office) -> None:
    office.answer(person_1_role="deputy", person_1_name="Jörg Klein", remark="geheim")
    for page in ("antwort", "danke", "abmelden", "termin.ics"):
        text: Any = office.get(page, number=1).text
        assert "Bonn" not in text
        assert "Klein" not in text
        assert "geheim" not in text


def test_staff_learn_that_the_form_overturned_their_entry(office: Office) -> None:
    record_reply(office.store, office.workspace, a_reply(source=Source.PHONE, dedupe="staff:1"))
    office.answer("no")
    with office.store.reading() as tx:
        last: Any = queries.history(tx, "k-bonn")[-1].event
    assert last.decision == "overturns an entry made by staff"
