from __future__ import annotations

from invite_pipeline.store import queries
from tests.web.pages import Office

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_one_click_of_a_mail_program_acts_at_once(office: Office) -> None:
    response = office.post(ONE_CLICK, "abmelden")
    assert (response.status_code, response.text) == (200, "")
    assert office.state().blocked


def test_one_click_may_come_as_multipart(office: Office) -> None:
    files = {"List-Unsubscribe": (None, "One-Click")}
    assert office.browser.post(office.path("abmelden"), files=files).status_code == 200
    assert office.state().blocked


def test_objection_is_never_an_answer(office: Office) -> None:
    office.post(ONE_CLICK, "abmelden")
    assert office.state().reply == "open"


def test_objection_leaves_a_yes_as_it_is(office: Office) -> None:
    office.answer(persons="2")
    office.post(ONE_CLICK, "abmelden")
    assert (office.state().reply, office.state().persons, office.state().blocked) == ("yes", 2, True)


def test_objection_goes_on_the_block_list_as_a_hash(office: Office) -> None:
    office.post(ONE_CLICK, "abmelden")
    address = office.signer.block_hash("k-bonn@stadt.example")
    with office.store.reading() as tx:
        assert queries.blocked(tx, [address]) == {address}


def test_repeated_one_click_is_recorded_once(office: Office) -> None:
    for _ in range(3):
        assert office.post(ONE_CLICK, "abmelden").status_code == 200
    assert office.replies() == 1


def test_page_asks_for_a_tick_before_it_objects(office: Office) -> None:
    response = office.post({}, "abmelden")
    assert response.status_code == 422
    assert 'id="objection-mistake"' in response.text
    assert not office.state().blocked


def test_ticked_page_objects_and_says_so(office: Office) -> None:
    response = office.post({"objection": "yes"}, "abmelden")
    assert (response.status_code, response.headers["location"]) == (303, office.path("abmelden"))
    assert "Ihr Widerspruch ist vermerkt" in office.get("abmelden").text


def test_page_says_that_it_is_no_answer(office: Office) -> None:
    assert "Das ist keine Absage" in office.get("abmelden").text


def test_wrong_link_objects_for_nobody(office: Office) -> None:
    assert office.browser.post("/r/wrong/abmelden", data=ONE_CLICK).status_code == 404
    assert not office.state().blocked


def test_one_click_on_the_form_is_no_answer(office: Office) -> None:
    assert office.post(ONE_CLICK).status_code == 422
    assert office.replies() == 0
