"""`invite print`: one PDF for the post, and the posting list that goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from invite_pipeline.domain.events import LetterMoved
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, LetterFailed, UnknownRecipient
from invite_pipeline.formats.sheets import from_csv
from invite_pipeline.letters.preview import preview_letter
from invite_pipeline.letters.print_run import print_run
from invite_pipeline.letters.render import render_batch
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import ROOT, a_campaign, a_recipient, a_store, a_workspace

_BY_POST = (
    a_recipient("k-wesel", email="", organisation="Stadt Wesel", postcode="46483", city="Wesel"),
    a_recipient("k-lens", email="", organisation="Mairie de Lens", postcode="62300", city="Lens", country="FR"),
    a_recipient("k-aachen", email="", organisation="Stadt Aachen", postcode="52062", city="Aachen"),
    a_recipient("k-ahlen", email="", organisation="Stadt Ahlen", postcode="09227", city="Ahlen"),
)


def _rendered(
    folder: Path, recipients: Sequence[Recipient], workspace: Workspace | None = None
) -> tuple[Store, Workspace]:
    workspace = workspace or a_workspace(folder)
    store = a_store(workspace, recipients)
    render_batch(store, workspace, [one.key for one in recipients], jobs=1)
    return store, workspace


def _rows(listing: Path) -> list[dict[str, str]]:
    header, rows = from_csv(listing.read_bytes())
    return [dict(zip(header, row, strict=True)) for row in rows]


def _page(pdf: Path, number: int) -> str:
    with pdfplumber.open(pdf) as document:
        return str(document.pages[number - 1].extract_text())


def test_letters_lie_in_the_order_of_their_postcodes_and_abroad_last(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST)
    run = print_run(store, workspace)
    assert run.letters == 4
    assert [row["Schlüssel"] for row in _rows(run.listing)] == ["k-ahlen", "k-wesel", "k-aachen", "k-lens"]


def test_list_names_the_page_where_each_letter_begins(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:3])
    run = print_run(store, workspace)
    for row in _rows(run.listing):
        assert int(row["ab Seite"]) % 2 == 1
        assert row["Ort"] in _page(run.pdf, int(row["ab Seite"]))


def test_letter_programme_and_slip_each_begin_on_a_front_page(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:2])
    run = print_run(store, workspace)
    with pikepdf.open(run.pdf) as document:
        assert len(document.pages) == 12
    assert "Mit freundlichen Grüßen" in _page(run.pdf, 7)
    assert "Programmpunkt" in _page(run.pdf, 9)
    assert "Unterschrift" in _page(run.pdf, 11)
    assert [_page(run.pdf, back) for back in (8, 10, 12)] == ["", "", ""]


def test_slip_carries_code_sender_and_working_groups(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:1])
    slip = _page(print_run(store, workspace).pdf, 5)
    assert "C0DE0-00000" in slip
    assert "46483 Wesel" in slip
    assert "Bitte bis zum 12. Dezember 2023" in slip
    assert all(workshop.title in slip.replace("\n", " ") for workshop in workspace.campaign.workshops)


def test_slips_qr_code_opens_the_personal_page(tmp_path: Path) -> None:
    import pypdfium2
    import zxingcpp

    store, workspace = _rendered(tmp_path, _BY_POST[:1])
    with pypdfium2.PdfDocument(print_run(store, workspace).pdf) as document:
        found = zxingcpp.read_barcodes(document[4].render(scale=3).to_pil())
    assert [one.text.startswith("http://localhost:8000/r/") for one in found] == [True]


def test_who_gets_a_mail_is_printed_only_on_request(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, [a_recipient("k-bonn"), _BY_POST[0]])
    assert print_run(store, workspace).letters == 1
    assert print_run(store, workspace, everybody=True).letters == 2


def test_campaign_without_slips_and_annexes_prints_letters_only(tmp_path: Path) -> None:
    for name in ("templates", "assets"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "templates" / "reply_slip.html").unlink()
    workspace = replace(a_workspace(tmp_path), folder=tmp_path)
    workspace = replace(workspace, campaign=a_campaign(letter=replace(a_campaign().letter, annexes=())))
    store, _ = _rendered(tmp_path, _BY_POST[:1], workspace)
    with pikepdf.open(print_run(store, workspace).pdf) as document:
        assert len(document.pages) == 2


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:2])
    first = print_run(store, workspace).pdf.read_bytes()
    assert print_run(store, workspace).pdf.read_bytes() == first


def test_letter_that_was_not_rendered_is_named(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:2])
    workspace.letter_path("k-lens").unlink()
    run = print_run(store, workspace)
    assert (run.letters, run.missing) == (1, ("k-lens",))


def test_print_before_render_says_what_to_do(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    with pytest.raises(InviteError, match="not rendered") as caught:
        print_run(a_store(workspace, _BY_POST[:1]), workspace)
    assert "invite render" in caught.value.fix


def test_posting_is_noted_once_however_often_it_is_said(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, _BY_POST[:1])
    print_run(store, workspace)
    with store.reading() as tx:
        assert queries.tracking(tx, "k-wesel").letter is LetterState.PRINTED
    for _ in range(2):
        print_run(store, workspace, posted=True)
    with store.reading() as tx:
        moves = [one.event for one in queries.history(tx, "k-wesel") if isinstance(one.event, LetterMoved)]
        assert queries.tracking(tx, "k-wesel").letter is LetterState.POSTED
    assert [move.step for move in moves] == ["printed", "posted"]


def test_nothing_to_print_says_so(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, [a_recipient("k-bonn")])
    with pytest.raises(InviteError, match="no letter to print"):
        print_run(store, workspace)


def test_damaged_letter_is_named(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, [a_recipient("k-bonn")])
    workspace.letter_path("k-bonn").write_bytes(b"%PDF-1.7")
    with pytest.raises(LetterFailed, match="k-bonn"):
        print_run(store, workspace, everybody=True)


def test_preview_is_the_letter_as_pdf_and_picture(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, [a_recipient("k-bonn")])
    pdf, png = preview_letter(store, workspace, "k-bonn")
    assert (pdf, png) == (tmp_path / "out/preview/k-bonn/letter.pdf", tmp_path / "out/preview/k-bonn/letter.png")
    assert pdf.read_bytes() == workspace.letter_path("k-bonn").read_bytes()
    assert png.read_bytes().startswith(b"\x89PNG")


def test_preview_of_nobody_names_the_key(tmp_path: Path) -> None:
    store, workspace = _rendered(tmp_path, [])
    with pytest.raises(UnknownRecipient, match="k-nobody"):
        preview_letter(store, workspace, "k-nobody")
