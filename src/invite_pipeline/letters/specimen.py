"""A form laid out with specimens in its slots: the file that WeasyPrint writes, and what only its layout knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from weasyprint.formatting_structure import boxes

from invite_pipeline.letters.accessible import write_accessible
from invite_pipeline.letters.document import Typesetter
from invite_pipeline.letters.pdf_objects import PdfFile, read_file
from invite_pipeline.letters.shaping import repertoire, unscaled_width
from invite_pipeline.letters.slots import Form, SlotKind

_NUMBER = "data-slot"


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot's line in the layout, in CSS pixels from the left edge of the sheet."""

    left: float
    width: float
    right_limit: float
    """Where the box that holds the line ends."""
    box_width: float
    alone: bool
    """Whether nothing else stands in this line."""
    language: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form with specimens."""

    values: tuple[str, ...]
    file: PdfFile
    fonts: dict[str, bytes]
    """The whole font file of each font, by its name in the PDF."""
    texts: dict[str, dict[int, str]]
    """The glyphs that each of these fonts has in the PDF, and what they stand for."""
    lines: dict[int, SlotLine]
    """The line of each slot that is printed as exactly one."""


def lay_out(
    typesetter: Typesetter, style: str, form: Form, values: tuple[str, ...], characters: Mapping[str, str]
) -> Sheet:
    """Lay a form out; each font gets the glyphs of the `characters` given for it too. Raises InviteError."""
    document = typesetter.lay_out(form.filled(values, numbered=_NUMBER), style)
    document.fonts = book = _FontBook(characters)
    embedded = values[-1] if form.kinds[-1] is SlotKind.DATA else ""
    data = write_accessible(document, identifier=bytes(16), data=embedded)
    found: dict[int, list[SlotLine]] = {}
    for page in document.pages:
        for slot, line in _lines(page._page_box, None, None):
            found.setdefault(slot, []).append(line)
    return Sheet(
        values,
        read_file(data),
        book.files,
        {name: dict(font.to_unicode) for name, font in book.used.items()},
        {slot: lines[0] for slot, lines in found.items() if len(lines) == 1},
    )


class _FontBook(dict[Any, Any]):
    """WeasyPrint's fonts of a document, to which glyphs are added that its own text does not need."""

    def __init__(self, characters: Mapping[str, str]) -> None:
        self._characters = characters
        self.files: dict[str, bytes] = {}
        self.used: dict[str, Any] = {}

    def __setitem__(self, key: Any, font: Any) -> None:
        super().__setitem__(key, font)
        name = str(font.hash)
        self.files[name], self.used[name] = bytes(font.file_content), font
        for glyph, text in repertoire(self.files[name], self._characters.get(name, "")).items():
            font.to_unicode[glyph] = text
            font.widths[glyph] = unscaled_width(self.files[name], glyph)


def _lines(box: Any, line: Any, container: Any) -> Iterator[tuple[int, SlotLine]]:
    """Every slot's text below a box of the layout."""
    box = getattr(box, "_box", box)
    if isinstance(box, boxes.TextBox):
        slot = None if box.element is None else box.element.get(_NUMBER)
        if slot is not None and line is not None and container is not None:
            yield int(slot), _measured(box, line, container)
        return
    if isinstance(box, boxes.LineBox):
        line = box
    elif isinstance(box, boxes.BlockContainerBox):
        container = box
    for child in getattr(box, "children", ()):
        yield from _lines(child, line, container)


def _measured(text: Any, line: Any, container: Any) -> SlotLine:
    others = [one for one in line.descendants() if isinstance(one, boxes.TextBox) and one.text.strip()]
    return SlotLine(
        left=text.position_x,
        width=text.width,
        right_limit=container.content_box_x() + container.width,
        box_width=container.width,
        alone=len(others) == 1,
        language=text.style["lang"] or "",
    )
