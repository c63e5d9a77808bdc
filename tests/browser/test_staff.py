from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from invite_pipeline.domain.reply import Intent, Source
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import account_queries, queries
from invite_pipeline.store.database import Store
from invite_pipeline.web.serve import serving
from tests.builders import a_recipient, a_reply, a_store, a_workspace
from tests.web.staff_office import PASSWORD, an_account

pytestmark = pytest.mark.browser

TOWNS = ("Bonn", "Köln", "Essen", "Hagen", "Ulm")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    people = [a_recipient(f"k-{number}", organisation=f"Stadt {town}") for number, town in enumerate(TOWNS)]
    store = a_store(workspace, people)
    with store.writing() as tx:
        account_queries.add_account(tx, an_account("organise", StaffRole.ORGANISE))
    text = "Sehr geehrte Damen und Herren,\nwir prüfen noch, ob jemand kommen kann."
    for number, town in enumerate(TOWNS[:2]):
        unclear = a_reply(
            f"k-{number}",
            source=Source.MAIL,
            intent=Intent.UNCLEAR,
            dedupe=town,
            text=text,
            persons=None,
            certain=False,
        )
        record_reply(store, workspace, unclear)
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
        yield page, base_url


def first_review(store: Store) -> int:
    with store.reading() as tx:
        return queries.open_reviews(tx)[0].seq


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_have_no_barriers_and_fit_the_screen(staff: tuple[Page, str], store: Store, width: int) -> None:
    page, base_url = staff
    page.set_viewport_size({"width": width, "height": 900})
    paths = ("", "/table", "/recipients/k-0", "/reviews", f"/reviews/{first_review(store)}", "/log", "/account")
    for path in paths:
        page.goto(f"{base_url}/staff{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_unclear_replies_are_decided_by_keyboard(staff: tuple[Page, str], store: Store) -> None:
    page, _ = staff
    page.get_by_role("link", name="2 Rückmeldungen prüfen").click()
    page.get_by_role("link", name="Stadt Bonn").click()
    page.get_by_role("radio", name="Zusage").focus()
    page.keyboard.press("Space")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stadt Köln")
    page.keyboard.press("x")
    expect(page.get_by_text("Alle Rückmeldungen sind entschieden")).to_be_visible()
    with store.reading() as tx:
        assert [queries.tracking(tx, key).reply for key in ("k-0", "k-1")] == ["yes", "open"]


def test_phone_reply_stands_when_a_mail_contradicts_it(
    staff: tuple[Page, str], store: Store, workspace: Workspace
) -> None:
    page, _ = staff
    page.get_by_role("link", name="Tabelle").click()
    page.get_by_label("Suchen").fill("Essen")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Stadt Essen").click()
    page.get_by_role("radio", name="Zusage").check()
    page.get_by_label("Vertretung").fill("Kim Beispiel")
    page.get_by_role("button", name="Antwort erfassen").click()
    expect(page.get_by_role("status")).to_have_text("Die Antwort ist erfasst.")
    record_reply(store, workspace, a_reply("k-2", source=Source.MAIL, intent=Intent.NO, dedupe="later", persons=None))
    page.reload()
    expect(page.get_by_text("Eine Rückmeldung wartet auf Prüfung.")).to_be_visible()
    with store.reading() as tx:
        state = queries.tracking(tx, "k-2")
    assert (state.reply, state.deputy, state.reviews) == ("yes", "Kim Beispiel", 1)


def test_exported_workbook_holds_the_rows_on_the_screen(staff: tuple[Page, str]) -> None:
    page, base_url = staff
    page.goto(f"{base_url}/staff/table?only=review")
    shown = page.locator("tbody th a").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="als Excel-Datei").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown == ["Stadt Bonn", "Stadt Köln"]
