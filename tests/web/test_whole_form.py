"""The form in full: second choices, funders, needs with consent, who answers, the campaign's own questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from invite_pipeline.domain.campaign import Question
from invite_pipeline.errors import SettingInvalid
from invite_pipeline.run.privacy import purge
from invite_pipeline.store import queries
from tests.builders import a_campaign
from tests.web.conftest import Clock
from tests.web.pages import Office, dump

QUESTIONS = (
    Question(id="anreise", text="Wie reisen Sie an?", kind="choice", choices=("Bahn", "Auto"), required=True),
    Question(id="kennzeichen", text="Welches Kennzeichen?", only_if="anreise", answered="Auto", required=True),
    Question(id="koffer", text="Wie viele Koffer?", kind="number"),
)


@pytest.fixture
def asking(open_office: Callable[..., Office]) -> Office:
    return open_office(questions=QUESTIONS)


def test_second_choice_and_funders_are_recorded_and_shown(office: Office) -> None:
    office.answer(person_1_workshop="nachwuchs", person_1_second="nrw-usa", person_1_funder_1="yes")
    (one,) = office.state().attendees
    dating = office.workspace.campaign.speed_dating
    assert dating
    assert (one.workshop, one.second) == ("nachwuchs", "nrw-usa")
    assert (one.speed_dating, one.funders) == (True, dating.funders[:1])
    assert dating.funders[0] in office.get("danke").text


def test_second_choice_is_another_one(office: Office) -> None:
    response = office.answer(person_1_workshop="nachwuchs", person_1_second="nachwuchs")
    assert (response.status_code, "schon die erste Wahl" in response.text) == (422, True)


def test_needs_are_taken_only_with_consent(office: Office) -> None:
    response = office.answer(person_1_diet="vegan")
    assert (response.status_code, "person-1-consent-mistake" in response.text) == (422, True)
    assert 'value="vegan"' in response.text
    office.answer(person_1_diet="vegan", person_1_access="Rampe", person_1_consent="yes")
    (one,) = office.state().attendees
    assert (one.diet, one.access) == ("vegan", "Rampe")


def test_needs_are_erased_after_the_event(office: Office, clock: Clock) -> None:
    office.answer(person_1_diet="vegan", person_1_consent="yes", remark="gern")
    assert purge(office.store, office.workspace).needs == 0
    clock[0] = office.workspace.campaign.event.ends_at + timedelta(hours=1)
    assert purge(office.store, office.workspace).needs == 1
    assert "vegan" not in str(dump(office.store))
    assert (office.state().reply, office.state().remark) == ("yes", "gern")


def test_next_visitor_sees_who_answered(office: Office) -> None:
    office.answer(by_name="Ute Berg", by_email="berg@stadt.example")
    assert "gegeben von Ute Berg" in office.get().text
    assert office.state().answered_email == "berg@stadt.example"


def test_answer_given_meanwhile_is_shown_before_it_is_replaced(office: Office) -> None:
    first, second = office.nonce(), office.nonce()
    office.post({"nonce": first, "answer": "yes", "by-name": "Ute Berg"})
    response = office.post({"nonce": second, "answer": "no", "remark": "Terminkollision"})
    assert response.status_code == 409
    assert "gegeben von Ute Berg" in response.text
    assert "Terminkollision" in response.text
    assert (office.state().reply, office.replies()) == ("yes", 1)


def test_double_submit_records_once(office: Office) -> None:
    fields = {"nonce": office.nonce(), "answer": "yes"}
    assert [office.post(fields).status_code for _ in range(2)] == [303, 303]
    assert office.replies() == 1


def test_own_questions_are_asked_recorded_and_shown(asking: Office) -> None:
    asking.answer(question_anreise="Auto", question_kennzeichen="D-XY 1", question_koffer="2")
    assert dict(asking.state().answers) == {"anreise": "Auto", "kennzeichen": "D-XY 1", "koffer": "2"}
    assert "D-XY 1" in asking.get("danke").text


def test_question_whose_condition_does_not_hold_is_not_asked(asking: Office) -> None:
    asking.answer(question_anreise="Bahn", question_kennzeichen="D-XY 1")
    assert dict(asking.state().answers) == {"anreise": "Bahn"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"question_anreise": "Fahrrad"},
        {"question_anreise": "Auto"},
        {"question_anreise": "Bahn", "question_koffer": "zwei"},
        {"question_anreise": "Auto", "question_kennzeichen": "x" * 501},
    ],
)
def test_wrong_answers_to_own_questions_are_named_at_their_field(asking: Office, fields: dict[str, str]) -> None:
    response = asking.answer(**fields)
    assert response.status_code == 422
    assert "-mistake" in response.text
    with asking.store.reading() as tx:
        assert queries.tracking(tx, "k-bonn").reply == "open"


def test_no_asks_no_questions(asking: Office) -> None:
    assert asking.answer("no").status_code == 303


@pytest.mark.parametrize("wrong", [QUESTIONS[:1] * 2, QUESTIONS[1:]])
def test_questions_that_make_no_sense_are_refused(wrong: tuple[Question, ...]) -> None:
    with pytest.raises(SettingInvalid, match="anreise"):
        replace(a_campaign(), questions=wrong)
