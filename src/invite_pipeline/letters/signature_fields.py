"""Signature fields: put into a finished letter before it is signed, tagged as PDF/UA wants form fields to be.

What a field shows is drawn as outlines: a font would have to be embedded once more in each letter.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pikepdf
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from invite_pipeline.letters.signature_boxes import Box

_PRINTED_AND_LOCKED = 132
_SIGNATURES_EXIST, _APPEND_ONLY = 1, 2
_SIZE = 5.5  # points
_LEADING, _DEPTH = 1.2, 0.3  # of the size
_SHARE = 0.735
_COLOUR = b"0.078 0.188 0.31"


@dataclass(frozen=True, slots=True)
class Field:
    """A signature field: its name in the file, what it is called aloud, and the lines that it shows."""

    name: str
    title: str
    lines: tuple[str, ...]
    box: Box


def with_fields(pdf: bytes, fields: Sequence[Field]) -> bytes:
    """The letter with empty signature fields; equal bytes for equal input."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        root = file.Root.StructTreeRoot
        parents = pikepdf.NumberTree(root.ParentTree)
        document = root.K[0] if isinstance(root.K, Array) else root.K
        if not isinstance(document.K, Array):
            document.K = Array([document.K])
        # Below the page's own numbers: the trees that WeasyPrint writes count from 0.
        first = max(parents.keys(), default=-1) + 1
        widgets = []
        for key, field in enumerate(fields, start=first):
            page = file.pages[field.box.page].obj
            widget = file.make_indirect(_widget(file, page, field, key))
            element = _element(file, document, page, widget, field.title)
            parents[key] = element
            document.K.append(element)
            if Name.Annots not in page:
                page.Annots = Array()
            page.Annots.append(widget)
            page.Tabs = Name.S
            widgets.append(widget)
        root.ParentTreeNextKey = first + len(fields)
        file.Root.AcroForm = file.make_indirect(
            Dictionary(Fields=Array(widgets), SigFlags=_SIGNATURES_EXIST | _APPEND_ONLY)
        )
        identifier = hashlib.sha256(pdf + repr(fields).encode()).digest()[:16]
        file.trailer.ID = Array([pikepdf.String(identifier), pikepdf.String(identifier)])
        target = io.BytesIO()
        file.save(
            target,
            deterministic_id=True,
            fix_metadata_version=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return target.getvalue()


def _widget(file: pikepdf.Pdf, page: Any, field: Field, key: int) -> Dictionary:
    box = field.box
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=pikepdf.String(field.name),
        TU=pikepdf.String(field.title),
        Contents=pikepdf.String(field.title),
        F=_PRINTED_AND_LOCKED,
        Rect=Array([round(value, 2) for value in (box.left, box.bottom, box.right, box.top)]),
        P=page,
        StructParent=key,
        AP=Dictionary(N=_appearance(file, field)),
    )


def _element(file: pikepdf.Pdf, document: Any, page: Any, widget: Any, title: str) -> Any:
    kid = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page)
    element = Dictionary(Type=Name.StructElem, S=Name.Form, P=document, Pg=page, K=kid, Alt=pikepdf.String(title))
    return file.make_indirect(element)


def _appearance(file: pikepdf.Pdf, field: Field) -> pikepdf.Stream:
    width, height = field.box.right - field.box.left, field.box.top - field.box.bottom
    stream = pikepdf.Stream(file, b"")
    # Packed once for all letters, not by each saving.
    stream.write(_drawing(field.lines, width, height), filter=Name.FlateDecode)
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array([0, 0, round(width, 2), round(height, 2)])
    stream.Resources = Dictionary()
    return stream


@cache
def _drawing(lines: tuple[str, ...], width: float, height: float) -> bytes:
    """The lines in the right quarter of the box, beside the handwriting, with a rule to their left; compressed."""
    left, unit = width * _SHARE, _font()["head"].unitsPerEm
    outlines = [_outline(line) for line in lines]
    size = min([_SIZE, height / len(lines) / _LEADING, *((width - left) / ems for _, ems in outlines if ems)])
    parts = [b"q %b rg %b RG" % (_COLOUR, _COLOUR)]
    for number, (outline, _) in enumerate(reversed(outlines)):
        base = _DEPTH * size + number * size * _LEADING
        parts.append(b"q %.6f 0 0 %.6f %.3f %.3f cm\n%b\nQ" % (size / unit, size / unit, left, base, outline))
    rule = left - _DEPTH * _SIZE
    parts.append(b"0.4 w %.3f 0 m %.3f %.3f l S Q" % (rule, rule, len(lines) * size * _LEADING))
    return zlib.compress(b"\n".join(parts), 9)


def _outline(text: str) -> tuple[bytes, float]:
    """A line as filled outlines in the font's units, and its width in ems, without what the font lacks."""
    font = _font()
    glyphs, names, unit = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
    parts, x = [], 0.0
    for character in text:
        name = names.get(ord(character))
        if name is None:
            continue
        pen = _Outline(glyphs, x)
        glyphs[name].draw(pen)
        parts += pen.parts
        x += glyphs[name].width
    return b"\n".join([*parts, b"f"]), x / unit


@cache
def _font() -> TTFont:
    return TTFont(files("font_source_sans_pro").joinpath("files", "SourceSansPro-Regular.ttf"), lazy=True)


class _Outline(BasePen):  # type: ignore[misc]
    """Draws a glyph as PDF path operators; BasePen makes cubic curves of quadratic ones."""

    def __init__(self, glyphs: Any, x: float) -> None:
        super().__init__(glyphs)
        self.parts: list[bytes] = []
        self._x = x

    def _at(self, *points: tuple[float, float]) -> bytes:
        return b" ".join(b"%d %d" % (x + self._x, y) for x, y in points)

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self.parts.append(self._at(pt) + b" m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.parts.append(self._at(pt) + b" l")

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self.parts.append(self._at(*points) + b" c")

    def _closePath(self) -> None:  # noqa: N802
        self.parts.append(b"h")
