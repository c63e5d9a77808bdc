"""The objects of a PDF that WeasyPrint wrote, and how they are put together again."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import pikepdf

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_ENTRY = struct.Struct(">BIH")
_STREAM, _IN_STREAM = 1, 2


@dataclass(frozen=True, slots=True)
class PdfObject:
    """An object: its value, or the dictionary and the encoded data of a stream."""

    value: bytes
    data: bytes | None = None

    def written(self, number: int) -> bytes:
        """The object as it stands in a file."""
        data = b"" if self.data is None else b"\nstream\n%b\nendstream" % self.data
        return b"%d 0 obj\n%b%b\nendobj\n" % (number, self.value, data)


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file within the file: the number of its object, what it holds, and its entries that are the same in all."""

    number: int
    data: bytes
    shared: bytes

    def holding(self, data: bytes) -> PdfObject:
        """The same with other content."""
        checksum = md5(data, usedforsecurity=False).hexdigest().encode()
        head = b"<< /Type /EmbeddedFile %b /Size %d /CheckSum <%b> >> /Length %d >>"
        return PdfObject(head % (self.shared, len(data), checksum, len(data)), data)


@dataclass(frozen=True, slots=True)
class PdfFile:
    """What a file holds; numbers are those of its objects."""

    objects: dict[int, PdfObject]
    pages: dict[int, int]
    """The content stream of each page."""
    content: dict[int, bytes]
    """Each content stream, decoded."""
    links: tuple[int, ...]
    fonts: frozenset[int]
    """All that belongs to fonts."""
    root: int
    info: int
    metadata: int
    xmp: bytes
    embedded: EmbeddedFile | None


def read_file(data: bytes) -> PdfFile:
    """Read a file whose objects all have generation 0."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = {page.obj.objgen[0]: page.obj.Contents.objgen[0] for page in pdf.pages}
        metadata = pdf.Root.Metadata
        return PdfFile(
            objects={one.objgen[0]: _taken(one) for one in pdf.objects if not _is_frame(one)},
            pages=pages,
            content={page.obj.Contents.objgen[0]: page.obj.Contents.read_bytes() for page in pdf.pages},
            links=tuple(one.objgen[0] for page in pdf.pages for one in page.obj.get("/Annots", [])),
            fonts=frozenset(_below(pdf.pages[0].obj.Resources.Font)),
            root=pdf.Root.objgen[0],
            info=pdf.trailer.Info.objgen[0],
            metadata=metadata.objgen[0],
            xmp=metadata.read_bytes(),
            embedded=_embedded(pdf),
        )


def _embedded(pdf: pikepdf.Pdf) -> EmbeddedFile | None:
    if "/AF" not in pdf.Root:
        return None
    found = pdf.Root.AF[0].EF.F
    dates = found.Params.CreationDate.unparse(), found.Params.ModDate.unparse()
    shared = b"/Subtype %b /Params << /CreationDate %b /ModDate %b" % (found.Subtype.unparse(), *dates)
    return EmbeddedFile(found.objgen[0], found.read_bytes(), shared)


def _is_frame(one: Any) -> bool:
    """Whether an object only holds others, or says where they are."""
    return isinstance(one, pikepdf.Stream) and str(one.get("/Type", "")) in ("/ObjStm", "/XRef")


def _taken(one: Any) -> PdfObject:
    if isinstance(one, pikepdf.Stream):
        return PdfObject(one.stream_dict.unparse(resolved=True), one.read_raw_bytes())
    return PdfObject(one.unparse(resolved=True))


def _below(one: Any) -> set[int]:
    """The numbers of an object and of all that it refers to."""
    found: set[int] = set()
    waiting = [one]
    while waiting:
        this = waiting.pop()
        if this.is_indirect:
            if this.objgen[0] in found:
                continue
            found.add(this.objgen[0])
        if isinstance(this, pikepdf.Stream | pikepdf.Dictionary):
            waiting += [value for _, value in dict[str, Any](this.items()).items() if isinstance(value, pikepdf.Object)]
        if isinstance(this, pikepdf.Array):
            waiting += [value for value in list[Any](this) if isinstance(value, pikepdf.Object)]
    return found


def a_stream(data: bytes, level: int) -> PdfObject:
    """A compressed stream."""
    packed = zlib.compress(data, level)
    return PdfObject(b"<< /Length %d /Filter /FlateDecode >>" % len(packed), packed)


@dataclass(frozen=True, slots=True)
class Binding:
    """The beginning of a file, the same for many, to which each adds some objects of its own."""

    start: bytes
    table: bytes
    """The cross-reference entries of all objects; those of a file's own objects are still empty."""
    trailer: bytes
    number: int
    """The number of the cross-reference stream."""

    def file(self, own: Mapping[int, PdfObject], identifier: bytes) -> list[bytes]:
        """The pieces of a whole file."""
        table = bytearray(self.table)
        pieces = [self.start]
        position = len(self.start)
        for number, one in own.items():
            _ENTRY.pack_into(table, number * _ENTRY.size, _STREAM, position, 0)
            written = one.written(number)
            pieces.append(written)
            position += len(written)
        _ENTRY.pack_into(table, self.number * _ENTRY.size, _STREAM, position, 0)
        name = identifier.hex().encode()
        head = b"<< %b /ID [<%b> <%b>] /Length %d >>" % (self.trailer, name, name, len(table))
        pieces.append(PdfObject(head, bytes(table)).written(self.number))
        pieces.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return pieces


def bind(shared: Mapping[int, PdfObject], *, root: int, info: int, last: int) -> Binding:
    """Put together what is the same in many files whose own objects have other numbers up to `last`."""
    packing, number = last + 1, last + 2
    table = bytearray((number + 1) * _ENTRY.size)
    _ENTRY.pack_into(table, 0, 0, 0, 0xFFFF)
    pieces = [HEADER]
    position = len(HEADER)
    packed = {one: found for one, found in shared.items() if found.data is None}
    whole = {one: found for one, found in shared.items() if found.data is not None}
    whole[packing] = _object_stream(packed)
    for one, found in whole.items():
        _ENTRY.pack_into(table, one * _ENTRY.size, _STREAM, position, 0)
        pieces.append(found.written(one))
        position += len(pieces[-1])
    for index, one in enumerate(packed):
        _ENTRY.pack_into(table, one * _ENTRY.size, _IN_STREAM, packing, index)
    trailer = b"/Type /XRef /W [1 4 2] /Size %d /Root %d 0 R /Info %d 0 R" % (number + 1, root, info)
    return Binding(b"".join(pieces), bytes(table), trailer, number)


def _object_stream(packed: Mapping[int, PdfObject]) -> PdfObject:
    places, position = [], 0
    for number, one in packed.items():
        places.append(b"%d %d" % (number, position))
        position += len(one.value) + 1
    index = b" ".join(places) + b"\n"
    data = zlib.compress(index + b"\n".join(one.value for one in packed.values()), 9)
    head = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>"
    return PdfObject(head % (len(packed), len(index), len(data)), data)
