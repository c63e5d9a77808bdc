"""Mails on a telephone and in the dark: nothing is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from invite_pipeline.mail.kinds import KINDS
from tests.wave_mails import a_wave_workspace, html_of

pytestmark = pytest.mark.browser


def test_no_mail_is_wider_than_a_telephone(page: Page, tmp_path: Path) -> None:
    workspace = a_wave_workspace(tmp_path)
    page.set_viewport_size({"width": 320, "height": 600})
    widths = {}
    for kind in KINDS:
        page.set_content(html_of(workspace, kind))
        widths[kind] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(KINDS, 320)


def test_mail_is_dark_where_the_reader_wants_it_dark(page: Page, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_content(html_of(a_wave_workspace(tmp_path), "invitation"))
    ground = page.evaluate("getComputedStyle(document.querySelector('table.page')).backgroundColor")
    assert ground == "rgb(24, 38, 51)"
