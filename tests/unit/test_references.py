"""What templates and styles refer to: files of the campaign, found before a letter is made, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import Problem
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.check import check_letters
from invite_pipeline.letters.origin import origin
from invite_pipeline.letters.references import reached, references
from tests.builders import ROOT, a_campaign, a_recipient, a_workspace


def _campaign(folder: Path) -> Workspace:
    for name in ("templates", "assets"):
        shutil.copytree(ROOT / name, folder / name)
    return replace(a_workspace(folder), folder=folder)


def test_references_are_found_at_their_lines() -> None:
    source = """<img src="../assets/a.svg" alt="x">
{# <img src="no.svg"> #} <img src="qr:{{ link }}"> <img src="{{ host.signature }}">
<link rel="stylesheet" href="b.css"><a href="https://x.example/">x</a>
@import "c.css"; /* url(no.svg) */ .x { background: url('d.png') no-repeat; src: url(data:,x) }"""
    assert references(source) == [(1, "../assets/a.svg"), (3, "b.css"), (4, "c.css"), (4, "d.png")]


@pytest.mark.parametrize(
    "url", ["../../x.svg", "/etc/hostname", "file:///etc/hostname", "http://127.0.0.1/x.svg", "//host.example/x.svg"]
)
def test_nothing_outside_the_campaign_is_reached(tmp_path: Path, url: str) -> None:
    (tmp_path / "campaign" / "templates").mkdir(parents=True)
    assert reached(tmp_path / "campaign", tmp_path / "campaign" / "templates", url) is None


def test_link_in_the_file_system_that_leads_out_of_the_campaign_reaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    workspace = _campaign(tmp_path / "campaign")
    (workspace.folder / "assets" / "out.svg").symlink_to(tmp_path / "secret.svg")
    assert reached(workspace.folder, workspace.templates, "../assets/out.svg") is None
    assert reached(workspace.folder, workspace.templates, "../assets/signature-1.svg") is not None


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("invitation.html", '<img src="../assets/none.svg" alt="x">', "../assets/none.svg does not exist."),
        ("letter.html", '<img src="../../x.svg" alt="x">', "only use files of the campaign folder"),
        ("letter.css", '@import "http://127.0.0.1:9/x.css";', "only use files of the campaign folder"),
        ("programme.css", "h1 { background: url(none.png) }", "none.png does not exist."),
    ],
)
def test_check_names_the_place_of_a_file_that_no_letter_can_show(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    workspace = _campaign(tmp_path)
    path = workspace.templates / name
    path.write_text(f"{text}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    found = [one for one in check_letters(workspace, a_recipient()) if message in one.message]
    assert [(one.severity, one.where, one.row) for one in found] == [("error", f"templates/{name}", 1)]


def _errors(problems: list[Problem]) -> list[Problem]:
    return [one for one in problems if one.severity != "notice"]


def test_example_refers_to_nothing_else(tmp_path: Path) -> None:
    assert _errors(check_letters(a_workspace(tmp_path), a_recipient())) == []


@pytest.mark.parametrize("name", ["templates/base.css", "templates/mark.svg", "logos/own.svg"])
def test_change_of_any_file_that_letters_show_makes_them_due(tmp_path: Path, name: str) -> None:
    workspace = _campaign(tmp_path)
    style = workspace.templates / "letter.css"
    style.write_text(f'@import "base.css";\n{style.read_text(encoding="utf-8")}', encoding="utf-8")
    (workspace.folder / "logos").mkdir()
    for one, text in (
        ("templates/base.css", "p { background: url(mark.svg) }"),
        ("templates/mark.svg", "<svg/>"),
        ("logos/own.svg", "<svg/>"),
    ):
        (workspace.folder / one).write_text(text, encoding="utf-8")
    hosts = (replace(a_campaign().hosts[0], signature="logos/own.svg"), *a_campaign().hosts[1:])
    workspace = replace(workspace, campaign=a_campaign(hosts=hosts))
    before = origin(workspace, Templates(workspace.folder)).digest
    (workspace.folder / name).write_text("<svg> </svg>", encoding="utf-8")
    assert origin(workspace, Templates(workspace.folder)).digest != before


def test_letters_are_made_from_the_same_in_every_folder(tmp_path: Path) -> None:
    digests = set()
    for folder in (tmp_path / "1", tmp_path / "2"):
        digests.add(origin(_campaign(folder), Templates(folder)).digest)
    assert len(digests) == 1
