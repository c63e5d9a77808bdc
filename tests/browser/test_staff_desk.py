"""Journeys over the telephone list, the delivery and the working groups, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

import pdfplumber
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from invite_pipeline.domain.events import Bounced, LetterMoved, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Attendee, Role
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import account_queries, queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from invite_pipeline.web.serve import serving
from tests.browser.screenshots import keep
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.smtp_server import SmtpServer
from tests.web.staff_office import PASSWORD, an_account

pytestmark = [pytest.mark.browser, pytest.mark.smtp]

GROUPS = [one.id for one in a_campaign().workshops]
A4 = (595, 842)  # points


@pytest.fixture
def workspace(tmp_path: Path, smtp_server: SmtpServer) -> Workspace:
    campaign = a_campaign()
    groups = tuple(replace(one, capacity=1) for one in campaign.workshops)
    unhurried = replace(campaign, workshops=groups, mail=replace(campaign.mail, rate="", warm_up=0, hours=""))
    made = a_workspace(tmp_path, campaign=unhurried, smtp_url=smtp_server.url)
    made.letter_path("k-essen").parent.mkdir(parents=True)
    made.letter_path("k-essen").write_bytes(b"%PDF-1.7 a letter")
    (made.out / "programme.pdf").write_bytes(b"%PDF-1.7 the programme")
    return made


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """Essen bounced, Hagen and Herne by post, Ulm unknown, Bonn and Köln want the one place of a group."""
    people = [
        a_recipient("k-essen", organisation="Stadt Essen", email="alt@essen.example"),
        a_recipient("v-hagen", organisation="Verein Hagen", email="", phone="+49 2331 4711"),
        a_recipient("v-herne", organisation="Verein Herne", email="", phone=""),
        a_recipient("k-ulm", organisation="Stadt Ulm"),
        a_recipient("k-bonn", organisation="Stadt Bonn"),
        a_recipient("k-koeln", organisation="Stadt Köln"),
    ]
    store = a_store(workspace, people)
    with store.writing() as tx:
        account_queries.add_account(tx, an_account("organise", StaffRole.ORGANISE))
        for key in ("k-essen", "k-ulm"):
            append(tx, key, SendClaimed(wave="invitation", attempt=1, message_id=f"<{key}>"), at=NOW)
        append(tx, "k-essen", SendAccepted(wave="invitation", attempt=1), at=NOW)
        append(tx, "k-essen", Bounced(classification="hard", status="5.1.1", answer="550 User unknown"), at=NOW)
        append(tx, "v-hagen", LetterMoved(step="posted"), at=NOW)
        append(tx, "v-herne", LetterMoved(step="returned"), at=NOW)
    for key in ("k-bonn", "k-koeln"):
        one = Attendee(role=Role.INVITEE, name=f"Kim aus {key}", workshop=GROUPS[0])
        record_reply(store, workspace, a_reply(key, dedupe=key, attendees=(one,)))
    yield store
    store.close()


@pytest.fixture
def staff(workspace: Workspace, store: Store, page: Page) -> Iterator[tuple[Page, str]]:
    """A page in which a member of staff has just logged in, and where the pages are."""
    assert store.campaign == workspace.campaign.id
    with serving(workspace) as base_url:
        page.goto(f"{base_url}/staff")
        page.get_by_label("Name").fill("organise")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Lage")
        yield page, f"{base_url}/staff"


PATHS = (
    "/calls",
    "/calls/of/v-hagen",
    "/calls/print",
    "/delivery?what=hard",
    "/delivery?what=unknown",
    "/delivery?what=returned",
    "/delivery?what=posted",
    "/groups",
    f"/groups/list?room={GROUPS[0]}",
    f"/groups/print?room={GROUPS[0]}",
)


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_have_no_barriers_and_fit_the_screen(staff: tuple[Page, str], width: int) -> None:
    page, base = staff
    page.set_viewport_size({"width": width, "height": 900})
    for path in PATHS:
        page.goto(f"{base}{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_bounced_address_is_mended_and_the_invitation_goes_again(
    staff: tuple[Page, str], store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    page, _ = staff
    page.get_by_role("link", name="Zustellung").click()
    expect(page.get_by_text("Dieses Postfach gibt es nicht.")).to_be_visible()
    keep(page, "staff-delivery")
    page.get_by_label("Richtige E-Mail-Adresse").fill("neu@essen.example")
    page.get_by_role("button", name="Berichtigen und erneut senden").click()
    expect(page.get_by_role("status")).to_contain_text("Die Mail ist wieder fällig")
    assert smtp_server.deliveries == []
    due = [one for one in plan_invitations(store, workspace).due if one.key == "k-essen"]
    # Playwright has an event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(send_batch, store, workspace, due).result()
    assert [one.recipients for one in smtp_server.deliveries] == [("neu@essen.example",)]
    page.get_by_role("link", name="Tabelle").click()
    page.get_by_role("link", name="Stadt Essen").click()
    expect(page.get_by_text("E-Mail: alt@essen.example → neu@essen.example")).to_be_visible()


def test_telephone_list_is_printed(staff: tuple[Page, str], tmp_path: Path) -> None:
    page, _ = staff
    page.get_by_role("link", name="Telefonliste").click()
    keep(page, "staff-calls")
    page.get_by_role("link", name="Liste drucken").click()
    expect(page.get_by_role("button", name="Drucken")).to_be_visible()
    page.pdf(path=tmp_path / "calls.pdf", prefer_css_page_size=True)
    with pdfplumber.open(tmp_path / "calls.pdf") as pdf:
        (sheet,) = pdf.pages
        assert (round(cast(float, sheet.width)), round(cast(float, sheet.height))) == A4
        text = sheet.extract_text()
        sizes = [float(letter["size"]) for letter in sheet.chars]
    for said in ("Stadt Essen", "Verein Hagen", "+49 2331 4711", "keine Nummer", "Dürfen wir mit Ihnen rechnen?"):
        assert said in text
    for control in ("Abmelden", "Zuteilen", "Zustellung"):
        assert control not in text
    assert min(sizes) >= 8


def test_call_is_noted_and_leads_to_the_reply(staff: tuple[Page, str], store: Store) -> None:
    page, base = staff
    page.goto(f"{base}/calls?reason=no_mail")
    page.get_by_role("button", name="Verein Hagen: nicht erreicht").click()
    expect(page.get_by_role("status")).to_have_text("Notiert: nicht erreicht.")
    page.get_by_role("link", name="Verein Hagen", exact=True).click()
    keep(page, "staff-call")
    page.get_by_role("link", name="Sagt zu: erfassen").click()
    expect(page.get_by_role("radio", name="Zusage")).to_be_checked()
    expect(page.get_by_label("Wie kam sie?")).to_have_value("phone")
    page.get_by_role("button", name="Antwort erfassen").click()
    with store.reading() as tx:
        state = queries.tracking(tx, "v-hagen")
    assert (state.reply, state.source, state.calls) == ("yes", "phone", 1)


def test_person_is_moved_and_a_capacity_raised(staff: tuple[Page, str], store: Store, workspace: Workspace) -> None:
    page, _ = staff
    page.get_by_role("link", name="Arbeitsgruppen").click()
    title = workspace.campaign.workshops[0].title
    page.get_by_label(f"Plätze: {title}").fill("2")
    page.get_by_role("row", name=title).get_by_role("button", name="ändern").click()
    expect(page.get_by_role("status")).to_contain_text("1 Anmeldung hat ein Angebot bekommen.")
    keep(page, "staff-groups")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("checkbox", name="Kim aus k-bonn").check()
    page.get_by_label("Ausgewählte umsetzen nach").select_option(GROUPS[1])
    page.get_by_role("button", name="Umsetzen").click()
    expect(page.get_by_role("status")).to_have_text("1 geändert, 0 übersprungen.")
    with store.reading() as tx:
        assert queries.tracking(tx, "k-bonn").attendees[0].workshop == GROUPS[1]
