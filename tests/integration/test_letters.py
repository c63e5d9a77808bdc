"""Stage 2: letters after DIN 5008 that are accessible and archivable, made again only where something changed."""

from __future__ import annotations

import gc
import itertools
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import page
import pdfplumber
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import TemplateBroken
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.formats.templates import plain
from invite_pipeline.letters import render
from invite_pipeline.letters.programme import programme_pdf
from invite_pipeline.letters.render import due, render_batch
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import ROOT, a_campaign, a_person, a_recipient, a_store, a_workspace

_MM = 72 / 25.4

_DRAWN = (
    a_recipient("k-bonn"),
    a_recipient(
        "k-lang",
        organisation="Deutsch-Polnisch-Türkischer Freundeskreis Łódź–Gaziantep",
        persons=(a_person(gender="m", degree="Prof. Dr. Dr. h. c.", last_name="Żółkiewski-Yıldırım", office=""),),
    ),
    a_recipient("k-greek", organisation="Σύλλογος Θεσσαλονίκης e. V.", persons=(), city="Köln"),
    a_recipient("k-cyrillic", organisation="Товариство «Київ – Лев» e. V.", persons=(), email=""),
    a_recipient("k-abroad", country="FR", street="17 place Jean Jaurès", postcode="62300", city="Lens", persons=()),
    a_recipient("k-two", persons=(a_person(), a_person(gender="m", last_name="O’Neill", office="Landrat"))),
)


def _made(workspace: Workspace, recipients: Sequence[Recipient], jobs: int = 1) -> Store:
    store = a_store(workspace, recipients)
    report = render_batch(store, workspace, due(store, workspace), jobs=jobs)
    assert (report.done, report.failures) == (len(recipients), ())
    return store


@pytest.fixture(scope="module", params=("pressed", "laid out one by one"))
def letters(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the letters of all drawn recipients, made in each of both ways."""
    workspace = a_workspace(tmp_path_factory.mktemp("letters"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "_LETTERS_WORTH_A_PLATE", 1 if request.param == "pressed" else 1000)
        store = a_store(workspace, _DRAWN)
        (note,) = render_batch(store, workspace, jobs=1).notes
        # Two of them have a salutation of two lines, or a pair of quotes around another alphabet.
        assert note.startswith("4 from the press" if request.param == "pressed" else "0 from the press")
        store.close()
    return workspace


@pytest.fixture
def sheet(letters: Workspace) -> Iterator[Any]:
    """The first letter's only page."""
    with pdfplumber.open(letters.letter_path("k-bonn")) as document:
        assert len(document.pages) == 1
        yield document.pages[0]


def _words(sheet: Any) -> list[dict[str, Any]]:
    return [
        {"text": word["text"], "x": word["x0"] / _MM, "right": word["x1"] / _MM, "y": word["top"] / _MM}
        for word in sheet.extract_words()
    ]


def _word(sheet: Any, text: str, after: float = 0) -> dict[str, Any]:
    return next(word for word in _words(sheet) if word["text"] == text and word["y"] > after)


def _folded(text: str) -> str:
    """Text without its line breaks, hyphenation and kinds of blanks."""
    return re.sub(r"\s+|-(?=\n)|\u00ad", "", text.replace("-\n", ""))


# --- DIN 5008, form B: every number in mm from the top left of the sheet ---------------------------------------------


def test_return_line_and_address_stand_in_the_windows_place(sheet: Any) -> None:
    line = _word(sheet, "Auslandsgesellschaft.de", after=40)
    assert line["x"] == pytest.approx(25, abs=0.5)
    assert 45 <= line["y"] <= 50
    first, last = _word(sheet, "Oberbürgermeisterin"), _word(sheet, "53111")
    assert 62.7 <= first["y"] < 66
    assert last["y"] + 3.5 <= 90
    assert all(word["x"] == pytest.approx(25, abs=0.5) for word in (_word(sheet, "Dr."), _word(sheet, "Stadt"), last))


def test_nothing_stands_between_address_and_information_block(sheet: Any) -> None:
    beside = [word for word in _words(sheet) if 45 < word["y"] < 90]
    assert all(word["right"] <= 105 or word["x"] >= 124.5 for word in beside)
    assert _word(sheet, "Datum:")["x"] == pytest.approx(125, abs=0.5)
    assert _word(sheet, "Auskunft:")["y"] >= 50


def test_letterhead_ends_above_the_address_field(sheet: Any) -> None:
    assert max(word["y"] for word in _words(sheet) if word["y"] < 40) + 5 < 45
    lines = [word["y"] for word in _words(sheet) if 62 < word["y"] < 90 and word["x"] == pytest.approx(25, abs=0.5)]
    steps = [low - high for high, low in itertools.pairwise(sorted(set(lines)))]
    assert steps == pytest.approx([4.233] * len(steps), abs=0.05)


def test_information_block_begins_at_50_and_ends_at_200(sheet: Any) -> None:
    block = [word for word in _words(sheet) if word["x"] > 124 and 45 < word["y"] < 90]
    assert 50 <= min(word["y"] for word in block) < 54
    assert max(word["right"] for word in block) <= 200


def test_subject_begins_below_the_deeper_of_both_blocks(sheet: Any) -> None:
    subject = _word(sheet, "EINLADUNG")
    assert subject["x"] == pytest.approx(25, abs=0.5)
    assert 98.46 <= subject["y"] < 98.46 + 4.233


def test_fold_and_hole_marks_stand_at_their_heights_left_of_20(sheet: Any) -> None:
    assert _marks(sheet) == pytest.approx([105, 148.5, 210], abs=0.3)


def _marks(sheet: Any) -> list[float]:
    shapes = [shape for shape in (*sheet.lines, *sheet.rects, *sheet.curves) if shape["x1"] / _MM <= 20.1]
    heights = sorted((shape["top"] + shape["bottom"]) / 2 / _MM for shape in shapes)
    # A thin line is one shape or two, as the library likes it.
    return [height for number, height in enumerate(heights) if number == 0 or height - heights[number - 1] > 1]


def test_text_keeps_the_margins(sheet: Any) -> None:
    body = [word for word in _words(sheet) if word["y"] > 98]
    assert min(word["x"] for word in body) == pytest.approx(25, abs=0.5)
    assert max(word["right"] for word in body) == pytest.approx(190, abs=0.5)
    assert max(word["y"] for word in body) + 3 <= 297 - 8


def test_body_type_is_at_least_ten_points_and_the_return_line_eight(sheet: Any) -> None:
    def size(text: str) -> float:
        return min(float(char["size"]) for char in sheet.within_bbox(_box(sheet, text)).chars)

    assert size("Dabei") >= 9.9
    assert size("Musterstraße") >= 7.9


def _box(sheet: Any, text: str) -> tuple[float, float, float, float]:
    word = next(word for word in sheet.extract_words() if word["text"] == text)
    return (word["x0"], word["top"], word["x1"], word["bottom"])


def test_hosts_stand_side_by_side_at_one_height(sheet: Any) -> None:
    names = [_word(sheet, host.name.split()[0], after=200) for host in a_campaign().hosts]
    assert [name["x"] for name in names] == pytest.approx([25, 82.5, 140], abs=0.5)
    assert {round(name["y"], 1) for name in names} == {round(names[0]["y"], 1)}
    greeting = _word(sheet, "freundlichen")
    assert names[0]["y"] - (greeting["y"] + 4.2) >= 12.7


def test_annex_is_named_after_the_hosts_without_a_colon(sheet: Any) -> None:
    annex = _word(sheet, "Anlage", after=240)
    assert annex["y"] > _word(sheet, "Kuratoriumsvorsitzender")["y"]
    assert _word(sheet, "Vorläufiges")["y"] > annex["y"]


def test_form_a_lies_18_mm_higher(tmp_path: Path) -> None:
    campaign = a_campaign(letter=replace(a_campaign().letter, form="A"))
    workspace = a_workspace(tmp_path, campaign=campaign)
    _made(workspace, [a_recipient()])
    with pdfplumber.open(workspace.letter_path("k-bonn")) as document:
        sheet = document.pages[0]
        assert _marks(sheet) == pytest.approx([87, 148.5, 192], abs=0.3)
        assert 27 <= _word(sheet, "Auslandsgesellschaft.de", after=25)["y"] <= 32
        assert 80.46 <= _word(sheet, "EINLADUNG")["y"] < 80.46 + 4.233
        assert 44.7 <= _word(sheet, "Oberbürgermeisterin")["y"] < 48
        assert _word(sheet, "53111")["y"] + 3.5 <= 72
        assert 32 <= min(word["y"] for word in _words(sheet) if word["x"] > 124 and word["y"] > 27) < 36
        assert [word["text"] for word in _words(sheet) if 22 < word["y"] < 27] == []


def test_five_hosts_stand_in_two_rows_and_pages_are_numbered(tmp_path: Path) -> None:
    hosts = a_campaign().hosts
    workspace = a_workspace(tmp_path, campaign=a_campaign(hosts=(*hosts, replace(hosts[0], signature=""), hosts[1])))
    _made(workspace, [a_recipient()])
    with pdfplumber.open(workspace.letter_path("k-bonn")) as document:
        assert len(document.pages) == 2
        second = document.pages[1]
        names = [word for word in _words(second) if word["text"] in ("André", "Klaus")]
        assert sorted(name["x"] for name in names) == pytest.approx([25, 25, 82.5, 82.5], abs=0.5)
        _assert_numbered(document)


def _assert_numbered(document: Any) -> None:
    for number, sheet in enumerate(document.pages, start=1):
        assert f"Seite {number} von {len(document.pages)}" in sheet.extract_text()
        low = max(word["bottom"] / _MM for word in sheet.extract_words())
        assert low <= 297 - 8


# --- the text -------------------------------------------------------------------------------------------------------


def test_letter_carries_the_seeds_text_unshortened(sheet: Any) -> None:
    text = _folded(sheet.extract_text())
    seed = (ROOT / "templates" / "invitation.html").read_text(encoding="utf-8")
    paragraphs = [plain(part) for part in re.findall(r"<p>(.*?)</p>", seed) if "{{" not in part]
    assert len(paragraphs) == 5
    for paragraph in paragraphs:
        assert _folded(paragraph.replace("\n", " ")).replace("-", "") in text.replace("-", "")
    assert "Freitag,19.Januar2024,10:00bis16:00Uhr,LandtagNordrhein-Westfalen." in text


def test_emphasis_of_the_seed_is_kept(sheet: Any) -> None:
    fonts = {text: _font_of(sheet, text) for text in ("Biennale", "Liminski,", "Tags")}
    assert "Semi-Bold" in fonts["Liminski,"]
    assert "Italic" in fonts["Tags"]
    assert not re.search("Bold|Italic", fonts["Biennale"])


def _font_of(sheet: Any, text: str) -> str:
    return str(sheet.within_bbox(_box(sheet, text)).chars[0]["fontname"])


def test_link_and_qr_code_lead_to_the_recipients_own_page(letters: Workspace) -> None:
    link = rsvp_url(letters.base_url, LinkSigner(letters.keys, letters.campaign.id).token("C0DE000000", 1))
    pdf = letters.letter_path("k-bonn")
    with pikepdf.open(pdf) as document:
        targets = [str(note.A.URI) for note in document.pages[0].Annots]
    assert link in targets
    with pypdfium2.PdfDocument(pdf) as document:
        (found,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    assert found.text == link


@pytest.mark.parametrize("recipient", _DRAWN, ids=lambda one: one.key)
def test_every_letter_is_accessible_on_one_page_and_in_the_pinned_fonts(
    letters: Workspace, recipient: Recipient
) -> None:
    pdf = letters.letter_path(recipient.key)
    assert [failure.rule_id for failure in page.validate_pdf(pdf, profile="ua1").failures] == []
    with pikepdf.open(pdf) as document:
        assert len(document.pages) == 1
        fonts = {str(one.BaseFont) for one in document.objects if _is_font(one)}
    assert fonts
    assert all(re.fullmatch(r"/[A-Z]{6}\+Letter-(Serif|Sans)(-Semi-Bold|-Italic)?", font) for font in fonts)


def _is_font(one: object) -> bool:
    return isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"


@pytest.mark.parametrize("recipient", _DRAWN, ids=lambda one: one.key)
def test_every_letter_is_archivable(letters: Workspace, recipient: Recipient) -> None:
    # Both are false alarms: compressed metadata are forbidden in PDF/A-1 only, and a compressed stream may well end
    # in a carriage return, which is no part of the line end before `endstream` as /Length tells.
    harmless = {"PDFA3A-METADATA-FILTER-001", "PDFA3A-STREAM-LENGTH-001"}
    failures = page.validate_pdf(letters.letter_path(recipient.key), profile="3a").failures
    assert {failure.rule_id for failure in failures} <= harmless


def test_letters_say_who_they_are(letters: Workspace) -> None:
    with pikepdf.open(letters.letter_path("k-bonn")) as document:
        assert str(document.Root.Outlines.First.Title) == "Einladung 5. Tag der Städtepartnerschaften"
        assert str(document.docinfo["/Title"]) == "Einladung: 5. Tag der Städtepartnerschaften – Stadt Bonn"
        assert str(document.Root.Lang) == "de"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20231106")


@pytest.mark.parametrize(
    ("key", "word"), [("k-lang", "Żółkiewski-Yıldırım"), ("k-greek", "Σύλλογος"), ("k-cyrillic", "Товариство")]
)
def test_names_of_partners_can_be_read_from_the_pdf(letters: Workspace, key: str, word: str) -> None:
    with pdfplumber.open(letters.letter_path(key)) as document:
        assert word in document.pages[0].extract_text()


# --- what is made again, and what fails -----------------------------------------------------------------------------


def test_rendering_again_does_nothing(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = _made(workspace, _DRAWN[:2])
    before = {key: workspace.letter_path(key).stat().st_mtime_ns for key in ("k-bonn", "k-lang")}
    assert due(store, workspace) == []
    assert render_batch(store, workspace, ["k-bonn", "k-lang"]).skipped == 2
    assert before == {key: workspace.letter_path(key).stat().st_mtime_ns for key in ("k-bonn", "k-lang")}


def test_damaged_letter_is_due_and_made_again(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = _made(workspace, _DRAWN[:2])
    path = workspace.letter_path("k-lang")
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert due(store, workspace) == ["k-lang"]
    assert render_batch(store, workspace, jobs=1).done == 1
    assert path.read_bytes() == whole


def test_only_a_changed_recipients_letter_is_due(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = _made(workspace, _DRAWN[:2])
    with store.writing() as tx:
        queries.save_recipient(tx, replace(_DRAWN[0], street="Neuer Markt 1"), position=0, file="list.csv", row=2)
    assert due(store, workspace) == ["k-bonn"]


def test_a_change_that_no_letter_shows_makes_none_due(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = _made(workspace, _DRAWN[:1])
    with store.writing() as tx:
        queries.save_recipient(tx, replace(_DRAWN[0], phone="+49 228 1"), position=0, file="list.csv", row=2)
    other_pace = replace(workspace, campaign=a_campaign(mail=replace(workspace.campaign.mail, rate="1/s")))
    assert due(store, other_pace) == []


@pytest.mark.parametrize("name", ["templates/invitation.html", "templates/letter.css", "assets/signature-2.svg"])
def test_a_change_of_text_style_or_image_makes_all_due(tmp_path: Path, name: str) -> None:
    workspace = _own_campaign(tmp_path)
    store = _made(workspace, _DRAWN[:2])
    path = workspace.folder / name
    path.write_text(path.read_text(encoding="utf-8").replace("Städte", "Orte") + "\n", encoding="utf-8")
    assert due(store, workspace) == ["k-bonn", "k-lang"]


def _own_campaign(folder: Path) -> Workspace:
    for name in ("templates", "assets"):
        shutil.copytree(ROOT / name, folder / name)
    return replace(a_workspace(folder), folder=folder)


def test_a_deleted_letter_is_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = _made(workspace, _DRAWN[:2])
    path = workspace.letter_path("k-lang")
    before = path.read_bytes()
    path.unlink()
    assert due(store, workspace) == ["k-lang"]
    render_batch(store, workspace, ["k-lang"], jobs=1)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_the_number_of_processes_changes_no_byte(tmp_path: Path) -> None:
    recipients = [a_recipient(f"k-{number}", street=f"Musterplatz {number}") for number in range(44)]
    alone, together = a_workspace(tmp_path / "1"), a_workspace(tmp_path / "2")
    for workspace, jobs in ((alone, 1), (together, 2)):
        workspace.out.mkdir(parents=True)
        _made(workspace, recipients, jobs)
    assert all(
        alone.letter_path(f"k-{n}").read_bytes() == together.letter_path(f"k-{n}").read_bytes() for n in range(44)
    )


def _several(folder: Path, letters: int = 6) -> tuple[Workspace, Store]:
    """A campaign folder of its own, and recipients enough for a plate."""
    workspace = _own_campaign(folder)
    return workspace, a_store(
        workspace, [a_recipient(f"k-{number}", street=f"Platz {number}") for number in range(letters)]
    )


def _bytes(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((workspace.out / "letters").iterdir())}


@pytest.mark.parametrize("missing", [["k-4"], ["k-0", "k-5"]])
def test_letters_of_an_interrupted_run_have_the_bytes_of_a_whole_one(tmp_path: Path, missing: list[str]) -> None:
    workspace, store = _several(tmp_path)
    assert render_batch(store, workspace, jobs=1).notes[0].startswith("6 from the press")
    whole = _bytes(workspace)
    for key in missing:
        workspace.letter_path(key).unlink()
    assert render_batch(store, workspace, jobs=1).done == len(missing)
    assert _bytes(workspace) == whole


def test_one_letter_made_alone_has_the_bytes_of_the_same_letter_among_others(tmp_path: Path) -> None:
    workspace, store = _several(tmp_path)
    assert render_batch(store, workspace, ["k-3"], jobs=1).done == 1
    alone = workspace.letter_path("k-3").read_bytes()
    workspace.letter_path("k-3").unlink()
    render_batch(store, workspace, jobs=1)
    assert workspace.letter_path("k-3").read_bytes() == alone


@pytest.mark.parametrize("expression", ["1 / 0", "5 | date", "{}.x.y", "range(9)[77].x"])
def test_expression_that_fails_names_its_template_and_line(tmp_path: Path, expression: str) -> None:
    workspace, store = _several(tmp_path, 1)
    (workspace.templates / "invitation.html").write_text(f"<p>\n{{{{ {expression} }}}}</p>", encoding="utf-8")
    with pytest.raises(TemplateBroken, match=r"templates/invitation\.html:2"):
        render_batch(store, workspace, jobs=1)


@pytest.mark.parametrize(
    "rule",
    ['@import url("http://127.0.0.1:9/x.css");', '@font-face { font-family: X; src: url("file:///etc/hostname") }'],
)
def test_style_that_reaches_outside_fails_the_letters_by_name(tmp_path: Path, rule: str) -> None:
    workspace, store = _several(tmp_path, 4)
    style = workspace.templates / "letter.css"
    style.write_text(f"{rule}\n{style.read_text(encoding='utf-8')}\n.text {{ font-family: X }}", encoding="utf-8")
    failures = render_batch(store, workspace, jobs=1).failures
    assert len(failures) == 4
    assert "campaign folder" in failures[0].message


def test_collector_of_circles_is_as_before_when_the_run_ends(tmp_path: Path) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    workspace, store = _several(tmp_path, 3)
    render_batch(store, workspace, jobs=1)
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, _DRAWN[:2])
    told: list[tuple[int, int]] = []
    render_batch(store, workspace, due(store, workspace), jobs=1, progress=lambda *now: told.append(now))
    assert told[-1] == (2, 2)


def test_one_letter_that_cannot_be_printed_stops_no_other(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, [a_recipient("k-tokio", organisation="東京 Verein"), a_recipient("k-bonn")])
    report = render_batch(store, workspace, due(store, workspace), jobs=1)
    assert report.done == 1
    (failure,) = report.failures
    assert failure.key == "k-tokio"
    assert "“京” (U+4EAC)" in failure.message
    assert due(store, workspace) == ["k-tokio"]


def test_a_signature_that_is_no_image_fails_the_letter_by_name(tmp_path: Path) -> None:
    workspace = _own_campaign(tmp_path)
    (workspace.folder / "assets" / "signature-2.svg").write_text("kaputt", encoding="utf-8")
    store = a_store(workspace, _DRAWN[:1])
    (failure,) = render_batch(store, workspace, jobs=1).failures
    assert "signature-2.svg cannot be read" in failure.message


def test_a_missing_signature_image_fails_the_letter_by_name(tmp_path: Path) -> None:
    workspace = _own_campaign(tmp_path)
    (workspace.folder / "assets" / "signature-2.svg").unlink()
    store = a_store(workspace, _DRAWN[:1])
    (failure,) = render_batch(store, workspace, due(store, workspace), jobs=1).failures
    assert "signature-2.svg" in failure.message
    assert not workspace.letter_path("k-bonn").exists()


@pytest.mark.parametrize("source", ["/etc/hostname", "../../secret.svg", "http://127.0.0.1:9/pixel.png"])
def test_templates_reach_files_of_the_campaign_and_nothing_else(tmp_path: Path, source: str) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    workspace = _own_campaign(tmp_path / "campaign")
    letter = workspace.templates / "letter.html"
    letter.write_text(f'{letter.read_text(encoding="utf-8")}<img src="{source}" alt="x">', encoding="utf-8")
    store = a_store(workspace, _DRAWN[:1])
    (failure,) = render_batch(store, workspace, due(store, workspace), jobs=1).failures
    assert "campaign folder" in failure.message or "assets/" in failure.message


def test_a_broken_template_is_said_before_any_letter_is_made(tmp_path: Path) -> None:
    workspace = _own_campaign(tmp_path)
    (workspace.templates / "invitation.html").write_text("<p>\n{{ salutatoin }}</p>", encoding="utf-8")
    store = a_store(workspace, _DRAWN[:1])
    with pytest.raises(TemplateBroken, match=r"templates/invitation\.html:2"):
        due(store, workspace)


# --- the programme --------------------------------------------------------------------------------------------------


def test_programme_is_one_accessible_page_with_all_that_the_campaign_says(tmp_path: Path) -> None:
    campaign = a_campaign()
    path = programme_pdf(a_workspace(tmp_path))
    assert page.validate_pdf(path, profile="ua1").is_compliant
    with pdfplumber.open(path) as document:
        (sheet,) = document.pages
        text = _folded(sheet.extract_text())
    titles = [*(item.title for item in campaign.programme), *(workshop.title for workshop in campaign.workshops)]
    assert [title for title in titles if _folded(title) not in text] == []
    assert "Widerspruchsrecht" in text


def test_programme_is_made_again_only_when_it_changed(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    before = programme_pdf(workspace).stat().st_mtime_ns
    assert programme_pdf(workspace).stat().st_mtime_ns == before
    changed = replace(workspace, campaign=a_campaign(workshops=workspace.campaign.workshops[:2]))
    assert programme_pdf(changed).stat().st_mtime_ns != before
