from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_page_is_laid_out_and_scripted(page: Page) -> None:
    page.set_content("<h1>Grußwort</h1><script>document.title = 'Ä'</script>")
    assert page.get_by_role("heading").inner_text() == "Grußwort"
    assert page.title() == "Ä"


def test_visitor_is_german(page: Page) -> None:
    assert page.evaluate("navigator.language") == "de-DE"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Europe/Berlin"
