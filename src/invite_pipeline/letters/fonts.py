"""The letters' fonts: from pinned packages, never from the system, so that output is the same on every machine."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from invite_pipeline.errors import Problem

SERIF, SANS = "Letter Serif", "Letter Sans"
"""The families that templates use."""

_FACES = (
    (
        SERIF,
        "font_source_serif_pro",
        "SourceSerifPro",
        (("Regular", 400, "normal"), ("Semibold", 600, "normal"), ("It", 400, "italic")),
    ),
    (SANS, "font_source_sans_pro", "SourceSansPro", (("Regular", 400, "normal"), ("Semibold", 600, "normal"))),
)


@cache
def font_faces() -> str:
    """The @font-face rules of both families."""
    rules = []
    for family, package, name, cuts in _FACES:
        for cut, weight, style in cuts:
            url = files(package).joinpath("files", f"{name}-{cut}.ttf")
            rules.append(
                f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style};'
                f' src: url("file://{url}") }}'
            )
    return "\n".join(rules)


@cache
def font_folders() -> tuple[Path, ...]:
    """Where the fonts lie: the only folders outside a campaign that its letters may read."""
    return tuple(Path(str(files(package))).resolve() for _, package, _, _ in _FACES)


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that neither family can print upright, in their order of code points."""
    return sorted(one for one in set(text) - _printable() if unicodedata.category(one) not in _INVISIBLE)


# HarfBuzz makes every kind of blank from the font's own; controls and marks of direction show nothing.
_INVISIBLE = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))


@cache
def _printable() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for _, package, name, cuts in _FACES:
        with TTFont(files(package).joinpath("files", f"{name}-{cuts[0][0]}.ttf"), lazy=True) as font:
            found.update(font.getBestCmap())
    # HarfBuzz prints a no-break hyphen as a hyphen where the font has none.
    return frozenset(map(chr, found)) | ({"\u2011"} if 0x2010 in found else set())


COMMON = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) + "–—‘’‚“”„…€\u202f"
"""The characters of most letters: those of German and its western neighbours."""

_RARE = ((0x100, 0x250), (0x370, 0x530), (0x1E00, 0x2000), (0x2010, 0x2028), (0x2030, 0x2060), (0x20A0, 0x20C0))


def is_common(text: str) -> bool:
    """Whether a text has common characters only."""
    return text.isascii() or _COMMON_SET.issuperset(text)


_COMMON_SET = frozenset(COMMON)


def characters(*, rare: bool) -> str:
    """The common characters, or with them the rare ones of Latin, Greek and Cyrillic that the fonts can print."""
    if not rare:
        return COMMON
    known = _printable()
    return COMMON + "".join(chr(one) for first, last in _RARE for one in range(first, last) if chr(one) in known)


@contextmanager
def no_system_fonts() -> Iterator[None]:
    """Within it fontconfig finds no fonts but those that style sheets bring: output is the same on every machine."""
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "fonts.conf")
        empty.write_text('<!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>', encoding="ascii")
        os.environ["FONTCONFIG_FILE"] = str(empty)
        try:
            yield
        finally:
            del os.environ["FONTCONFIG_FILE"]
            if before is not None:
                os.environ["FONTCONFIG_FILE"] = before


def missing_fonts() -> list[Problem]:
    """A problem for each font file that the installation lacks."""
    problems = []
    for _, package, name, cuts in _FACES:
        for cut, _, _ in cuts:
            try:
                there = files(package).joinpath("files", f"{name}-{cut}.ttf").is_file()
            except ModuleNotFoundError:
                there = False
            if not there:
                message = f"The font {name}-{cut} is not installed."
                problems.append(Problem("error", package, message, "Install the package again: make setup."))
    return problems
