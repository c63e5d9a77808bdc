"""A plate: a letter laid out once, with gaps where its slots stand, from which the press prints any number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pikepdf

from invite_pipeline.letters.pdf_objects import Binding, EmbeddedFile
from invite_pipeline.letters.qr import qr_drawing
from invite_pipeline.letters.shaping import Line, Shaper
from invite_pipeline.letters.slots import SlotKind


class Misfit(Exception):
    """A letter, or a whole form, that no plate can print: it is laid out on its own."""


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where and how a line of text stands; lengths in CSS pixels."""

    font: str
    """The font's name among the PDF's resources."""
    size: float
    language: str
    anchor: float
    """The left edge, middle or right edge of every line."""
    align: float
    """Which of them: 0, 0.5 or 1."""
    y: str
    available: float
    """How wide a line may be."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A slot's place within an object."""

    slot: int


Part = bytes | Gap


@dataclass(frozen=True, slots=True)
class OwnObject:
    """An object that each letter has of its own: `head` is the dictionary of one that is a stream."""

    number: int
    parts: tuple[Part, ...]
    form: str
    """How values are written: as `content` of a page, in a `string`, in `xmp` metadata, or alone as a `file`."""


@dataclass(frozen=True, slots=True)
class Plate:
    """All that is needed to print letters of one form."""

    kinds: tuple[SlotKind, ...]
    places: dict[int, TextPlace]
    fonts: dict[str, bytes]
    glyphs: dict[str, frozenset[int]]
    """The glyphs that each font has in this file."""
    characters: dict[str, frozenset[str]]
    """The characters that a reader finds again in each font: others have a glyph that stands for something else."""
    binding: Binding
    own: tuple[OwnObject, ...]
    embedded: EmbeddedFile | None


class Setting:
    """Writes what stands in the slots of one form."""

    def __init__(
        self, kinds: tuple[SlotKind, ...], places: Mapping[int, TextPlace], fonts: Mapping[str, bytes]
    ) -> None:
        self._kinds = kinds
        self._places = places
        self._shapers = Shapers(fonts)
        self._limits: Plate | None = None

    @classmethod
    def of(cls, plate: Plate) -> Setting:
        """What a plate can print, and nothing else."""
        setting = cls(plate.kinds, plate.places, plate.fonts)
        setting._limits = plate
        return setting

    def object(self, one: OwnObject, values: tuple[str, ...]) -> bytes:
        """What one object says in the letter with these values. Raises Misfit."""
        write = {"content": self._content, "string": in_string, "xmp": in_xmp, "file": in_file}[one.form]
        return b"".join([part if isinstance(part, bytes) else write(part.slot, values) for part in one.parts])

    def _content(self, slot: int, values: tuple[str, ...]) -> bytes:
        if self._kinds[slot] is SlotKind.QR:
            return qr_drawing(values[slot])
        place = self._places[slot]
        line = self._shapers.of(place.font, place.size, place.language).line(values[slot])
        if line is None or line.width > place.available or not self._has(place.font, values[slot], line):
            raise Misfit
        x = place.anchor - line.width * place.align
        start = f"1 0 0 -1 {_number(x)} {place.y} Tm\n/{place.font} {_number(place.size)} Tf\n"
        return start.encode() + line.shown

    def _has(self, font: str, text: str, line: Line) -> bool:
        limits = self._limits
        return limits is None or (line.glyphs <= limits.glyphs[font] and limits.characters[font].issuperset(text))


def in_string(slot: int, values: tuple[str, ...]) -> bytes:
    """A value as a string of PDF's."""
    text = values[slot]
    if text.isascii():
        return pikepdf.String(text).unparse()
    return b"<feff%b>" % text.encode("utf-16-be").hex().encode()


def in_xmp(slot: int, values: tuple[str, ...]) -> bytes:
    """A value within XMP metadata."""
    return escape(values[slot], quote=False).encode()


def in_file(slot: int, values: tuple[str, ...]) -> bytes:
    """A value that is a whole file."""
    return values[slot].encode()


def _number(value: float) -> str:
    """A number as WeasyPrint writes it."""
    return str(int(value)) if value.is_integer() else f"{value:f}".rstrip("0")


class Shapers:
    """A shaper for each font, size and language."""

    def __init__(self, fonts: Mapping[str, bytes]) -> None:
        self._fonts = fonts
        self._made: dict[tuple[str, float, str], Shaper] = {}

    def of(self, font: str, size: float, language: str) -> Shaper:
        """The one for lines in this font, size (CSS pixels) and language."""
        name = font, size, language
        if name not in self._made:
            self._made[name] = Shaper(self._fonts[font], size, language)
        return self._made[name]
