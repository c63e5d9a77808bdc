"""One line of text becomes the operand that WeasyPrint would write for it, by HarfBuzz on the same font."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import uharfbuzz

PANGO_UNITS = 1024
"""Of these, a CSS pixel has so many: what Pango rounds positions to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A shaped line: the operand of PDF's `TJ`, its width in CSS pixels, and the glyphs that it needs."""

    shown: bytes
    width: float
    glyphs: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A glyph with the distance to the next one, and how that is written within `<` and `>`."""

    glyph: int
    advance: int
    shown: str


_GLYPH = re.compile(r"(\d+)(?:@(-?\d+),(-?\d+))?(?:\+(-?\d+))?")
_FLAGS = uharfbuzz.BufferSerializeFlags
_WITH_CLUSTERS = _FLAGS.NO_GLYPH_NAMES | _FLAGS.NO_POSITIONS
_NO_CLUSTERS = _FLAGS.NO_GLYPH_NAMES | _FLAGS.NO_CLUSTERS


class Shaper:
    """Shapes lines in one font, size and language, left to right, with the font's default features."""

    def __init__(self, font: bytes, size: float, language: str) -> None:
        self._file = font
        self._units = round(size * PANGO_UNITS)
        self._font = uharfbuzz.Font(uharfbuzz.Face(font))
        self._font.scale = (self._units, self._units)
        self._language = language
        self._buffer = uharfbuzz.Buffer()
        self._placed: dict[str, _Placed | None] = {}
        # Salutations, streets and town names come again and again.
        self.line = lru_cache(maxsize=5_000)(self._line)

    def shaped(self, text: str, script: str, flags: uharfbuzz.BufferSerializeFlags = _NO_CLUSTERS) -> list[str]:
        """The glyphs of a text of one script, each written GLYPH[=CLUSTER][@RIGHT,UP]+ADVANCE."""
        buffer = self._buffer
        buffer.reset()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", script, self._language
        uharfbuzz.shape(self._font, buffer)
        # One string for all glyphs: asking for them one by one takes ten times as long.
        return str(buffer.serialize(self._font, flags=flags))[1:-1].split("|")

    def _line(self, text: str) -> Line | None:
        """Shape a text; None where the font's glyphs cannot show it in one go from left to right."""
        runs = script_runs(text)
        if not runs:
            return None
        operands, glyphs, advance = [], set(), 0
        for script, run in runs:
            placed = [self._place(glyph) for glyph in self.shaped(run, script)]
            if None in placed:
                return None
            found = [one for one in placed if one]
            operand = "".join([one.shown for one in found])
            operands.append(operand[:-1] if operand.endswith("<") else f"{operand}>")
            glyphs.update([one.glyph for one in found])
            advance += sum([one.advance for one in found])
        return Line(f"[<{'<'.join(operands)}] TJ".encode(), advance / PANGO_UNITS, frozenset(glyphs))

    def _place(self, written: str) -> _Placed | None:
        if written not in self._placed:
            found = _GLYPH.fullmatch(written)
            self._placed[written] = self._read(*map(int, found.groups("0"))) if found else None
        return self._placed[written]

    def _read(self, glyph: int, right: int, up: int, advance: int) -> _Placed | None:
        if glyph == 0 or up:
            return None
        size = self._units / PANGO_UNITS
        moved = right / size
        # The number that WeasyPrint writes: rounded alike, so that not one pixel differs.
        kerning = unscaled_width(self._file, glyph) + moved - advance * 1000 / PANGO_UNITS / size
        shown = (f">{-moved}<" if moved else "") + f"{glyph:04x}" + (f">{int(kerning)}<" if kerning else "")
        return _Placed(glyph, advance, shown)


def unscaled_width(font: bytes, glyph: int) -> int:
    """A glyph's own advance in thousandths of the font size, as it stands in the PDF."""
    unscaled = _unscaled(font)
    return round(float(unscaled.get_glyph_h_advance(glyph)) * 1000 / float(unscaled.face.upem))


@cache
def _unscaled(font: bytes) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(font))


_SCRIPTS = {"LATIN": "Latn", "GREEK": "Grek", "CYRILLIC": "Cyrl"}
_ANY_SCRIPT = "ªºµ"


def script_runs(text: str) -> list[tuple[str, str]]:
    """A text's runs of one script each, as Pango finds them; none where a letter is of a script not supported."""
    if text.isascii():
        return [("Latn" if any(map(str.isalpha, text)) else "Zyyy", text)]
    runs: list[tuple[str, str]] = []
    for character in text:
        script = _script_of(character)
        if script == "":
            return []
        if runs and (script is None or runs[-1][0] in (script, "Zyyy")):
            # What belongs to every script goes with what stands before it; at the beginning, with what follows.
            runs[-1] = (script or runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((script or "Zyyy", character))
    if len(runs) > 1 and _PAIRED & set(text):
        # The second of a pair goes with the script of the first: left to Pango.
        return []
    return runs


_PAIRED = frozenset("()[]{}«»‹›„“”‚‘’")


@cache
def _script_of(character: str) -> str | None:
    """A letter's script, "" for one that is not supported; None for what belongs to every script."""
    if not character.isalpha() or character in _ANY_SCRIPT:
        return None
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0], "")


@lru_cache(maxsize=16)
def repertoire(font: bytes, characters: str) -> dict[int, str]:
    """The glyphs that texts of these characters can need, ligatures too, and the text that each stands for."""
    shaper = Shaper(font, 1, "de")
    found: dict[int, str] = {}
    # Where two share a glyph, as mu and the sign for micro do, it stands for the letter.
    for one in sorted(set(characters), key=lambda one: (unicodedata.normalize("NFKC", one) != one, one)):
        glyphs = [glyph for glyph, _ in _clusters(shaper, one)]
        if len(glyphs) == 1 and glyphs[0]:
            found.setdefault(glyphs[0], one)
    # Ligatures are made of these letters; one of others only sends its letter the ordinary way.
    letters = [one for one in characters if one.isascii() and one.isalpha()]
    pairs = _ligatures(shaper, letters, letters)
    for glyph, text in (pairs | _ligatures(shaper, pairs.values(), letters)).items():
        found.setdefault(glyph, text)
    return found


def _clusters(shaper: Shaper, text: str) -> list[tuple[int, int]]:
    """Each glyph of a text, and at which character it begins."""
    runs = script_runs(text)
    if len(runs) != 1:
        return []
    glyphs = (one.split("=") for one in shaper.shaped(text, runs[0][0], _WITH_CLUSTERS))
    return [(int(glyph), int(cluster)) for glyph, cluster in glyphs]


def _ligatures(shaper: Shaper, firsts: Iterable[str], letters: list[str]) -> dict[int, str]:
    """What each of `firsts` and a letter become where they become one glyph."""
    found = {}
    for first in firsts:
        # A figure between them, so that nothing but the two can join: one call instead of one for each pair.
        texts = [f"{first}{letter}0" for letter in letters]
        glyphs = _clusters(shaper, "".join(texts))
        begun = {cluster for _, cluster in glyphs}
        for glyph, cluster in glyphs:
            number, place = divmod(cluster, len(first) + 2)
            if place == 0 and not begun & set(range(cluster + 1, cluster + len(first) + 1)):
                found[glyph] = texts[number][:-1]
    return found
