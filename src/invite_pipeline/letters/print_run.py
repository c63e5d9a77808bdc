"""The print run: one PDF of all letters for the post in the order of their postcodes, and the posting list."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pikepdf

from invite_pipeline.domain.events import LetterMoved
from invite_pipeline.domain.invitation import Invitation, shown_code
from invite_pipeline.domain.recipient import Channel, Recipient
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, LetterFailed
from invite_pipeline.formats.sheets import Cell, to_csv
from invite_pipeline.formats.templates import Templates, campaign_context
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.fonts import characters, is_common
from invite_pipeline.letters.plate import Misfit
from invite_pipeline.letters.plate_maker import make_plate
from invite_pipeline.letters.press import Press
from invite_pipeline.letters.programme import programme_pdf
from invite_pipeline.letters.slots import Form, split
from invite_pipeline.letters.template import letter_context
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from invite_pipeline.store.letter_files import has_file, letter_name, read_file

SLIP, SLIP_STYLE = "reply_slip.html", "reply_slip.css"
"""A campaign without these templates prints no reply slips."""

_A4 = (595, 842)  # points
_HEADER = ("Nr.", "Empfänger", "Anschrift", "PLZ", "Ort", "Land", "Code", "Schlüssel", "ab Seite", "Blätter")


@dataclass(frozen=True, slots=True)
class PrintRun:
    """How many letters lie in `pdf`, and the posting list; `missing` are the keys that have no rendered letter."""

    letters: int
    pdf: Path
    listing: Path
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What goes to one recipient."""

    recipient: Recipient
    invitation: Invitation
    letter: str
    """The name of the file."""


def print_run(store: Store, workspace: Workspace, *, everybody: bool = False, posted: bool = False) -> PrintRun:
    """Put the rendered letters of the post channel (or of everybody) into one PDF, made for duplex printing.

    Each recipient's sheets are letter, annexed programme and reply slip, each beginning on a front page. The
    ledger notes that they were printed, and with `posted` that they went out. Raises TemplateBroken, and InviteError
    where there is nothing to print.
    """
    envelopes, missing = _envelopes(store, workspace, everybody=everybody)
    if not envelopes and missing:
        raise InviteError("The letters for the post are not rendered yet.", "Run: invite render")
    if not envelopes:
        raise InviteError(
            "There is no letter to print: everybody has an e-mail address.", "Print them all: invite print --all"
        )
    folder = workspace.out / "print"
    pdf, listing = folder / "letters.pdf", folder / "posting-list.csv"
    content, rows = _assemble(workspace, envelopes)
    write_atomically(pdf, content)
    write_atomically(listing, to_csv(_HEADER, rows))
    _note_steps(store, workspace, envelopes, ("printed", "posted") if posted else ("printed",))
    return PrintRun(len(envelopes), pdf, listing, missing)


def _envelopes(store: Store, workspace: Workspace, *, everybody: bool) -> tuple[list[_Envelope], tuple[str, ...]]:
    """What is to be printed, as a post office likes it sorted; and who has no letter yet."""
    with store.reading() as tx:
        recipients, invitations = queries.recipients(tx), queries.invitations(tx)
    wanted = [one for one in recipients if everybody or one.channel is Channel.POST]
    wanted.sort(key=lambda one: (one.country != "DE", one.country, one.postcode, one.city, one.key))
    envelopes = [_Envelope(one, invitations[one.key], letter_name(one.key)) for one in wanted]
    there = [one for one in envelopes if has_file(workspace, one.letter)]
    return there, tuple(sorted({one.recipient.key for one in envelopes} - {one.recipient.key for one in there}))


def _note_steps(
    store: Store, workspace: Workspace, envelopes: Sequence[_Envelope], steps: Sequence[Literal["printed", "posted"]]
) -> None:
    """Whoever's letter was printed counts as written to: the paper may lie in a letter box by now."""
    with store.writing() as tx:
        made_from, trackings = queries.letter_fingerprints(tx), queries.trackings(tx)
        for one in envelopes:
            key = one.recipient.key
            for step in steps:
                # A letter that is printed once more has been posted all the same.
                if step == "printed" and trackings[key].letter is LetterState.POSTED:
                    continue
                # The same letter is posted once, however often the run is repeated.
                dedupe = f"letter:{step}:{key}:{made_from.get(key, '')}"
                append(tx, key, LetterMoved(step=step), at=workspace.now(), dedupe=dedupe)


# --- the PDF ----------------------------------------------------------------------------------------------------


def _assemble(workspace: Workspace, envelopes: Sequence[_Envelope]) -> tuple[bytes, list[list[Cell]]]:
    """The bytes of the whole run, and a row of the posting list for each recipient."""
    rows: list[list[Cell]] = []
    with pikepdf.new() as run, pikepdf.open(programme_pdf(workspace)) as programme:
        slips = _slips(workspace, envelopes)
        for number, envelope in enumerate(envelopes, start=1):
            first = len(run.pages) + 1
            try:
                with pikepdf.open(io.BytesIO(read_file(workspace, envelope.letter))) as letter:
                    _add_sheets(run, letter.pages)
            except pikepdf.PdfError as error:
                raise LetterFailed(
                    envelope.recipient.key, f"{envelope.letter} is damaged", "Run: invite render"
                ) from error
            if workspace.campaign.letter.annexes:
                _add_sheets(run, programme.pages)
            slip = next(slips, None)
            if slip is not None:
                _add_sheets(run, [slip])
            rows.append(_row(number, envelope, first, (len(run.pages) + 1 - first) // 2))
        run.docinfo["/Title"] = f"Druckauftrag: {workspace.campaign.title}"
        content = io.BytesIO()
        run.save(content, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return content.getvalue(), rows


def _add_sheets(run: pikepdf.Pdf, pages: Any) -> None:
    """Append pages, and an empty back page where their number is odd."""
    for page in pages:
        run.pages.append(page)
        # Only paper comes of this file: links and the tags of documents that are left behind would lead nowhere.
        for name in ("/Annots", "/StructParents", "/Tabs"):
            if name in run.pages[-1].obj:
                del run.pages[-1].obj[name]
    if len(run.pages) % 2:
        run.add_blank_page(page_size=_A4)


def _slips(workspace: Workspace, envelopes: Sequence[_Envelope]) -> Iterator[pikepdf.Page]:
    """The reply slip of each envelope, from the press as the letters are. Raises InviteError for one of two pages."""
    if not (workspace.templates / SLIP).is_file():
        return
    templates = Templates(workspace.folder)
    printer = _SlipPrinter(workspace, templates.render(SLIP_STYLE))
    for one in envelopes:
        context = letter_context(workspace, one.recipient, one.invitation)
        html = templates.render(SLIP, slips=[context], **campaign_context(workspace.campaign))
        with pikepdf.open(io.BytesIO(printer.pdf(html))) as slip:
            if len(slip.pages) != 1:
                raise InviteError(
                    f"The reply slip of {one.recipient.key} does not fit on one page ({len(slip.pages)} pages).",
                    f"Shorten templates/{SLIP}, or choose a smaller type in templates/{SLIP_STYLE}.",
                )
            yield slip.pages[0]


class _SlipPrinter:
    """Prints slips of one style; those of one form from one plate."""

    def __init__(self, workspace: Workspace, style: str) -> None:
        from invite_pipeline.letters.document import typesetter

        self._typesetter = typesetter(workspace.folder)
        self._style = style
        self._presses: dict[tuple[Form, bool], Press | None] = {}

    def pdf(self, html: str) -> bytes:
        form, values = split(html)
        rare = not is_common("".join(value for kind, value in zip(form.kinds, values, strict=True) if kind.printed))
        if (form, rare) not in self._presses:
            self._presses[form, rare] = self._press(form, rare=rare)
        press = self._presses[form, rare]
        pressed = press.pdf(values, bytes(16)) if press else None
        return pressed or self._typesetter.pdf(html, self._style)

    def _press(self, form: Form, *, rare: bool) -> Press | None:
        try:
            return Press(make_plate(self._typesetter, self._style, form, characters(rare=rare)))
        except Misfit:
            return None


def _row(number: int, envelope: _Envelope, first_page: int, sheets: int) -> list[Cell]:
    one = envelope.recipient
    name = ", ".join(part for part in (one.organisation, one.addressee) if part)
    code = shown_code(envelope.invitation.code)
    return [number, name, one.street, one.postcode, one.city, one.country, code, one.key, first_page, sheets]
