from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from invite_pipeline.errors import Problem
from invite_pipeline.store import tables
from invite_pipeline.web.check import check_pages
from tests.builders import ROOT, a_campaign, a_recipient
from tests.web.pages import Office, dump

# --- the code of a printed letter -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["C0DE000000", "C0DE0-00000", " c0de0 00000 ", "codeo-ooooo"])
def test_right_code_leads_to_the_form_however_it_is_typed(office: Office, typed: str) -> None:
    response = office.browser.post("/code", data={"code": typed})
    assert (response.status_code, response.headers["location"]) == (303, office.path())


@pytest.mark.parametrize("typed", ["", "C0DE", "C0DE000000000", "U0DE000000", "<script>", "\x00" * 10])
def test_malformed_code_is_told_as_such(office: Office, typed: str) -> None:
    response = office.browser.post("/code", data={"code": typed})
    assert response.status_code == 422
    assert "zehn Buchstaben und Ziffern" in response.text
    assert "<script>" not in response.text


def test_code_that_nobody_has_is_kept_for_comparing(office: Office) -> None:
    response = office.browser.post("/code", data={"code": "7K2M9-Q4XTB"})
    assert response.status_code == 422
    assert "Diesen Code kennen wir nicht" in response.text
    assert 'value="7K2M9-Q4XTB"' in response.text


def test_code_of_a_revoked_invitation_looks_like_one_that_nobody_has(office: Office) -> None:
    unknown = office.browser.post("/code", data={"code": "C0DE000009"}).text
    with office.store.writing() as tx:
        tx.connection.execute(sa.update(tables.invitations).values(state="revoked", revision=2))
    revoked = office.browser.post("/code", data={"code": "C0DE000000"}).text
    assert revoked.replace("C0DE000000", "") == unknown.replace("C0DE000009", "")


def test_guessing_codes_is_slowed_down(office: Office) -> None:
    guesses = [office.browser.post("/code", data={"code": f"7K2M9Q{n:04}"}).status_code for n in range(21)]
    assert guesses == [422] * 20 + [429]
    assert office.browser.post("/code", data={"code": "C0DE000000"}).status_code == 429
    assert office.get().status_code == 200


def test_code_page_changes_nothing(office: Office) -> None:
    before = dump(office.store)
    office.browser.get("/code?code=C0DE000000")
    office.browser.post("/code", data={"code": "C0DE000000"})
    assert dump(office.store) == before


# --- notices --------------------------------------------------------------------------------------------------------


def test_privacy_notice_says_all_that_it_must(office: Office) -> None:
    page, privacy = office.browser.get("/datenschutz").text, office.workspace.campaign.privacy
    for words in (
        *privacy.controllers,
        privacy.purpose,
        privacy.legal_basis,
        privacy.address_source,
        privacy.recipients,
    ):
        assert words in page
    for words in (privacy.authority, privacy.contact, "3 Monate", "30 Tagen", "Auskunft", "Berichtigung", "Löschung"):
        assert words in page


def test_right_to_object_stands_apart(office: Office) -> None:
    assert '<section class="objection" aria-labelledby="widerspruch">' in office.browser.get("/datenschutz").text
    assert '<p class="objection"><strong>Ihr Widerspruchsrecht:</strong>' in office.get().text


def test_form_says_where_the_address_comes_from(office: Office) -> None:
    assert office.workspace.campaign.privacy.address_source in office.get().text


def test_imprint_names_who_invites_and_how_to_reach_them(office: Office) -> None:
    page = office.browser.get("/impressum").text
    for words in (
        "Auslandsgesellschaft.de e. V.",
        "44137 Dortmund",
        "André Kuper MdL",
        office.workspace.campaign.rsvp.email,
    ):
        assert words in page


def test_accessibility_page_says_whom_to_tell(office: Office) -> None:
    assert office.workspace.campaign.rsvp.email in office.browser.get("/barrierefreiheit").text


def test_first_page_names_nobody_and_leads_to_the_code(office: Office) -> None:
    page = office.browser.get("/").text
    assert 'href="/code"' in page
    assert "Bonn" not in page


def test_watchdog_is_answered(office: Office) -> None:
    assert office.browser.get("/healthz").text == "ok\n"


def test_browsers_asking_for_an_icon_get_none(office: Office) -> None:
    assert office.browser.get("/favicon.ico").status_code == 204


@pytest.mark.parametrize("path", ["/", "/code", "/datenschutz", "/impressum", "/barrierefreiheit", "/wrong"])
def test_every_page_is_german_with_one_first_heading_and_a_title_of_its_own(office: Office, path: str) -> None:
    page = office.browser.get(path).text
    assert '<html lang="de">' in page
    assert page.count("<h1") == 1
    assert "5. Tag der Städtepartnerschaften</title>" in page


# --- campaigns of other kinds ---------------------------------------------------------------------------------------


def test_campaign_with_neither_groups_nor_speed_dating_asks_for_neither(open_office: Callable[..., Office]) -> None:
    office = open_office(workshops=(), speed_dating=None)
    page = office.get().text
    assert "Arbeitsgruppe" not in page
    assert "speed-dating" not in page
    assert office.answer(person_2_name="Ute Berg").status_code == 303
    assert "Arbeitsgruppe" not in office.get("danke").text


def test_single_host_invites_in_the_singular(open_office: Callable[..., Office]) -> None:
    office = open_office(hosts=a_campaign().hosts[:1])
    assert "Landtag Nordrhein-Westfalen lädt Sie herzlich ein." in office.get().text


# --- check ----------------------------------------------------------------------------------------------------------


def test_pages_of_the_example_have_no_problem(office: Office) -> None:
    assert check_pages(office.workspace, a_recipient()) == []


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A copy of the example's pages that may be broken."""
    return Path(shutil.copytree(ROOT / "templates" / "rsvp", tmp_path / "campaign" / "templates" / "rsvp"))


def _check(office: Office, pages: Path) -> list[Problem]:
    return check_pages(replace(office.workspace, folder=pages.parent.parent), a_recipient())


def test_check_names_file_and_line_of_an_unknown_name(office: Office, pages: Path) -> None:
    path = pages / "past.html"
    path.write_text(path.read_text(encoding="utf-8").replace("rsvp.phone", "rsvp.fone"), encoding="utf-8")
    (problem,) = _check(office, pages)
    assert (problem.where, problem.row, problem.severity) == ("templates/rsvp/past.html", 13, "error")
    assert "fone" in problem.message


def test_check_names_every_page_that_is_missing(office: Office, pages: Path) -> None:
    gone = ("code.html", "form.html", "style.css")
    for name in gone:
        (pages / name).unlink()
    assert sorted(problem.where for problem in _check(office, pages)) == [f"templates/rsvp/{name}" for name in gone]
