"""Every wave's HTML is what Outlook's Word engine, GMX, WEB.DE, T-Online, Gmail and Apple Mail can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.kinds import KINDS
from tests.mail_clients import lint
from tests.wave_mails import OFFERED, a_wave_workspace, html_of


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_wave_workspace(tmp_path)


@pytest.mark.parametrize("state", [Tracking(), Tracking(reply="no"), OFFERED], ids=["open", "no", "yes"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_wave_shows_in_every_mail_program(workspace: Workspace, kind: str, state: Tracking) -> None:
    assert lint(html_of(workspace, kind, OFFERED if kind == "offer" else state)) == []


def test_test_mail_shows_in_every_mail_program(workspace: Workspace) -> None:
    assert lint(html_of(workspace, "invitation", Tracking(), test_to="ich@amt.example")) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<video src="x">x</video>', "<video>"),
        ('<p style="display:flex">x</p>', "display"),
        ('<p style="padding:12px">x</p>', "Outlook pads table cells only"),
        ('<td style="background-color:#ffffff">x</td>', "without bgcolor="),
        ('<p style="margin:0 auto">x</p>', "neither auto nor negative"),
        ('<p style="font-size:1rem">x</p>', "no rem"),
        ('<td style="border:9px solid #000000">x</td>', "8px at most"),
        ('<table style="width:640px"></table>', "without width="),
        ("<body><style>p { color: red }</style></body>", "in the head only"),
        ("<head><style>@media (hover) { a { color: red } }</style></head>", "@media (hover)"),
        ("<head><style>@import url(x.css);</style></head>", "at-rule"),
        ('<p style="text-align:start">x</p>', "no start"),
        ('<a href="#" onclick="x()">x</a>', "<a onclick>"),
    ],
)
def test_what_some_program_cannot_show_is_found(html: str, problem: str) -> None:
    assert any(problem in found for found in lint(html)), lint(html)
