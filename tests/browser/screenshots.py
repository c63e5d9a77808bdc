"""Pictures of pages for docs/pages/: made anew by `INVITE_SCREENSHOTS=1 pytest tests/browser`, else by nobody."""

from __future__ import annotations

import os

from playwright.sync_api import Page

from tests.builders import ROOT

FOLDER = ROOT / "docs" / "pages"


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where pictures are wanted."""
    if os.environ.get("INVITE_SCREENSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=70, full_page=True)
