"""How wide a text is in the letter's font, and which characters it cannot print.

The letter sets its address in 10 pt Source Serif, and in Source Sans where that lacks a character.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

SIZE = 10 * 25.4 / 72
"""The size of the address, in mm."""

WINDOW = 80.0
"""How wide a line of the address may be, in mm (DIN 5008)."""

_FACES = (
    ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
)


def width(text: str) -> float:
    """The width of one line in mm, with the font's kerning where it could matter."""
    advances = _advances()
    measured = sum(advances.get(one, SIZE) for one in text)
    # Kerning hardly ever widens a line: one that is far from the limit need not be shaped.
    return _shaped(text, measured) if measured > WINDOW * 0.9 else measured


def rough_width(text: str) -> float:
    """The sum of the characters' advances in mm. Raises KeyError for one that the fonts lack."""
    advances = _advances()
    return sum([advances[one] for one in text])


SHORT = 20
"""Characters that fit into the window even where each is a W."""


def missing(text: str) -> list[str]:
    """The characters that the letter's fonts do not have, in their order."""
    advances = _advances()
    return [one for one in text if one not in advances]


@cache
def _advances() -> dict[str, float]:
    """The advance width of every character, in mm; the first face that has it counts."""
    from fontTools.ttLib import TTFont

    found: dict[str, float] = {"\u2011": 0.3 * SIZE, "\u200b": 0.0}
    for package, name in reversed(_FACES):
        with TTFont(str(files(package).joinpath("files", name)), lazy=True) as font:
            units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
            found |= {chr(code): metrics[glyph][0] / units * SIZE for code, glyph in font.getBestCmap().items()}
    return found


def _shaped(text: str, otherwise: float) -> float:
    """The width as HarfBuzz sets it; the sum of the advances where a character comes from the second face."""
    import uharfbuzz as hb

    font = _face()
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    if any(info.codepoint == 0 for info in buffer.glyph_infos):
        return otherwise
    units = sum(position.x_advance for position in buffer.glyph_positions)
    return float(units / font.face.upem * SIZE)


@cache
def _face() -> Any:
    import uharfbuzz as hb

    package, name = _FACES[0]
    return hb.Font(hb.Face(files(package).joinpath("files", name).read_bytes()))
