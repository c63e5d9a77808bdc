"""The journeys of a town hall: accept, send a deputy, decline, change, wait, be offered a place; for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from invite_pipeline.domain.reply import Role, Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url, unsubscribe_url
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.web.serve import serving
from tests.browser.screenshots import keep
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.web.pages import dump

pytestmark = pytest.mark.browser

AFTER_DEADLINE, AFTER_EVENT = timedelta(days=23), timedelta(days=61)


@dataclass
class House:
    """Pages that are served, a clock that tests put forward, and the links of two invitations."""

    base_url: str
    store: Store
    workspace: Workspace
    clock: list[datetime]

    def token(self, number: int = 0) -> str:
        return LinkSigner(self.workspace.keys, self.workspace.campaign.id).token(f"C0DE{number:06}", 1)

    def link(self, page: str = "antwort", number: int = 0) -> str:
        return f"{self.base_url}/r/{self.token(number)}/{page}"

    def state(self, number: int = 0) -> Tracking:
        with self.store.reading() as tx:
            return queries.tracking(tx, f"k-{number}")


@contextmanager
def _open(tmp_path: Path, **changes: object) -> Iterator[House]:
    clock = [NOW]
    workspace = replace(a_workspace(tmp_path, campaign=replace(a_campaign(), **changes)), now=lambda: clock[0])  # type: ignore[arg-type]
    store = a_store(workspace, [a_recipient("k-0"), a_recipient("k-1", organisation="Stadt Essen")])
    with serving(workspace) as base_url:
        yield House(base_url, store, workspace, clock)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with _open(tmp_path) as opened:
        yield opened


def sound(page: Page, name: str) -> None:
    """Nothing hinders anybody, wide or narrow; and a picture of it."""
    page.set_viewport_size({"width": 1000, "height": 900})
    keep(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, (name, found.generate_report())
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if name in ("rsvp-form", "rsvp-mistake", "rsvp-accepted"):
        keep(page, f"{name}-320")
    page.set_viewport_size({"width": 1000, "height": 900})


def test_accept_with_a_deputy_and_two_companions(house: House, page: Page) -> None:
    page.goto(house.link())
    sound(page, "rsvp-form")
    page.get_by_role("radio", name="Ja, wir kommen gern").check()
    page.get_by_label("Wie viele Personen kommen?").select_option("3")
    page.get_by_role("radio", name="Es kommt eine Vertretung").first.check()
    page.get_by_label("Name der Vertretung").fill("Kim Beispiel")
    page.get_by_label("Amt oder Funktion").first.fill("Beigeordneter")
    page.get_by_label("E-Mail der Vertretung").first.fill("kim@stadt.example")
    page.locator("#person-2-name").fill("Toni Muster")
    page.locator("#person-3-name").fill("Sascha Muster")
    page.locator("#person-1-workshop").select_option(index=1)
    sound(page, "rsvp-deputy")
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank, Ihre Zusage ist notiert")
    sound(page, "rsvp-accepted")
    state = house.state()
    assert [person.role for person in state.attendees] == [Role.DEPUTY, Role.COMPANION, Role.COMPANION]
    assert [person.name for person in state.attendees] == ["Kim Beispiel", "Toni Muster", "Sascha Muster"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Termin in den Kalender übernehmen").click()
    assert download.value.suggested_filename.endswith(".ics")


def test_decline_and_come_after_all(house: House, page: Page) -> None:
    page.goto(house.link())
    page.get_by_role("radio", name="Nein, wir können leider nicht kommen").check()
    expect(page.get_by_label("Wie viele Personen kommen?")).to_be_hidden()
    page.get_by_label("Wer antwortet? Ihr Name").fill("Vorzimmer")
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_text("niemand kommt")).to_be_visible()
    sound(page, "rsvp-declined")
    page.get_by_role("link", name="Doch noch anmelden").click()
    expect(page.get_by_text("gegeben von Vorzimmer")).to_be_visible()
    page.get_by_role("radio", name="Ja, wir kommen gern").check()
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank, Ihre Zusage ist notiert")
    assert house.state().reply == "yes"


def test_second_who_answers_sees_the_first_and_overwrites_nothing_unseen(house: House, page: Page) -> None:
    page.goto(house.link())
    page.get_by_role("radio", name="Nein, wir können leider nicht kommen").check()
    record_reply(house.store, house.workspace, a_reply("k-0", actor="Die Bürgermeisterin", dedupe="web:first"))
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_role("alert").get_by_role("heading")).to_have_text("Bitte sehen Sie noch einmal hin")
    expect(page.get_by_role("alert")).to_contain_text("hat jemand anders aus Ihrem Haus geantwortet")
    sound(page, "rsvp-changed-meanwhile")
    assert house.state().reply == "yes"
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_text("niemand kommt")).to_be_visible()


def test_full_group_waits_is_offered_a_place_and_accepts(tmp_path: Path, page: Page) -> None:
    groups = a_campaign().workshops
    with _open(tmp_path, workshops=(replace(groups[0], capacity=1), *groups[1:])) as house:
        for number in (0, 1):
            page.goto(house.link(number=number))
            page.get_by_role("radio", name="Ja, wir kommen gern").check()
            page.locator("#person-1-workshop").select_option(groups[0].id)
            page.get_by_role("button", name="Antwort absenden").click()
        expect(page.get_by_text("Arbeitsgruppe ausgebucht")).to_be_visible()
        sound(page, "rsvp-waiting")
        page.goto(house.link(number=0))
        page.get_by_role("radio", name="Nein, wir können leider nicht kommen").check()
        page.get_by_role("button", name="Antwort absenden").click()
        expect(page.get_by_text("niemand kommt")).to_be_visible()
        page.goto(house.link(number=1))
        page.get_by_role("link", name="bitte annehmen").click()
        sound(page, "rsvp-offer")
        page.get_by_role("radio", name="Ja, wir nehmen den Platz an").check()
        page.get_by_role("button", name="Antwort absenden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank, Ihre Zusage ist notiert")
        assert house.state(1).attendees[0].workshop_seat is Seat.CONFIRMED
        offer = page.url.replace("danke", "platz/1")
        page.goto(offer)
        expect(page.get_by_role("heading", level=1)).to_have_text("Dieses Angebot gilt nicht mehr")
        sound(page, "rsvp-offer-gone")


def test_after_the_deadline_one_can_look_and_cancel(house: House, page: Page) -> None:
    record_reply(house.store, house.workspace, a_reply("k-0"))
    house.clock[0] = NOW + AFTER_DEADLINE
    page.goto(house.link())
    expect(page.get_by_role("heading", name="Die Anmeldefrist ist abgelaufen")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    sound(page, "rsvp-closed")
    page.get_by_role("checkbox", name="Es kommt niemand von uns").check()
    page.get_by_role("button", name="Absage absenden").click()
    expect(page.get_by_text("niemand kommt")).to_be_visible()
    house.clock[0] = NOW + AFTER_EVENT
    page.goto(house.link())
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank")
    sound(page, "rsvp-past")


def test_mistakes_are_at_their_field_summarised_and_nothing_typed_is_lost(house: House, page: Page) -> None:
    page.goto(house.link())
    page.get_by_role("radio", name="Ja, wir kommen gern").check()
    page.get_by_role("radio", name="Es kommt eine Vertretung").first.check()
    page.get_by_label("Möchten Sie uns noch etwas mitteilen?").fill("Wir kommen mit dem Rad.")
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_role("alert")).to_be_focused()
    sound(page, "rsvp-mistake")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Name der Vertretung")).to_be_focused()
    expect(page.get_by_label("Name der Vertretung")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Möchten Sie uns noch etwas mitteilen?")).to_have_value("Wir kommen mit dem Rad.")


def test_keyboard_alone_is_enough(house: House, page: Page) -> None:
    page.goto(house.link())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "answer":
            break
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.value") == "yes"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank, Ihre Zusage ist notiert")
    assert house.state().reply == "yes"


def test_form_works_without_script_and_at_twice_the_size(house: House, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-DE", viewport={"width": 500, "height": 450})
    page = context.new_page()
    page.goto(house.link())
    page.get_by_role("radio", name="Ja, wir kommen gern").check()
    page.get_by_label("Wie viele Personen kommen?").select_option("2")
    page.locator("#person-2-name").fill("Toni Muster")
    page.get_by_role("button", name="Antwort absenden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank, Ihre Zusage ist notiert")
    assert [person.name for person in house.state().attendees][1:] == ["Toni Muster"]
    context.close()


def test_looking_at_every_link_of_the_mail_writes_nothing(house: House, page: Page) -> None:
    before = dump(house.store)
    links = [
        rsvp_url(house.base_url, house.token()),
        f"{rsvp_url(house.base_url, house.token())}?answer=yes",
        unsubscribe_url(house.base_url, house.token()),
        house.link("termin.ics"),
        *(f"{house.base_url}/{path}" for path in ("", "datenschutz", "impressum", "barrierefreiheit", "code")),
    ]
    for link in links * 2:
        if link.endswith(".ics"):
            assert page.request.get(link).ok
            continue
        page.goto(link)
        page.wait_for_load_state("networkidle")
    assert dump(house.store) == before


def test_pages_for_strangers_have_no_barriers(house: House, page: Page) -> None:
    for name, path in {
        "rsvp-start": "/", "rsvp-code": "/code", "rsvp-privacy": "/datenschutz", "rsvp-imprint": "/impressum",
        "rsvp-accessibility": "/barrierefreiheit", "rsvp-unknown": "/r/x/antwort", "rsvp-english": "/?lang=en",
    }.items():  # fmt: skip
        page.goto(house.base_url + path)
        sound(page, name)
    page.goto(house.base_url + "/code")
    page.get_by_label("Ihr Code").fill("00000-00000")
    page.get_by_role("button", name="Weiter").click()
    sound(page, "rsvp-code-unknown")
    page.get_by_label("Ihr Code").fill("c0de0 00000")
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(house.workspace.campaign.title)


def test_objection_is_no_answer(house: House, page: Page) -> None:
    page.goto(house.link("abmelden"))
    sound(page, "rsvp-objection")
    page.get_by_role("checkbox", name="Ich möchte keine weiteren Einladungen erhalten").check()
    page.get_by_role("button", name="Widerspruch absenden").click()
    expect(page.get_by_role("heading", name="Ihr Widerspruch ist vermerkt")).to_be_visible()
    sound(page, "rsvp-objected")
    assert (house.state().blocked, house.state().reply) == (True, "open")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_foreign_form_has_no_barriers(house: House, page: Page, language: str) -> None:
    page.goto(house.link(f"antwort?lang={language}"))
    sound(page, f"rsvp-form-{language}")
    page.locator("input[name=answer][value=no]").check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**/danke?lang={language}")
    sound(page, f"rsvp-declined-{language}")
