"""What calamine does not tell of a workbook: hidden rows and columns, and cells that hold an error value.

Sources: ECMA-376 part 1, 18.3.1 (row, col, c); OpenDocument 1.3 part 3, 19.742 (table:visibility); [MS-XLS] 2.4.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

_NO_VALUE = "#?"
"""A formula whose value the file does not hold."""
_LARGEST = 1 << 30
_ERROR_CODES = {0: "#NULL!", 7: "#DIV/0!", 15: "#WERT!", 23: "#BEZUG!", 29: "#NAME?", 36: "#ZAHL!", 42: "#NV"}


@dataclass(slots=True)
class Marks:
    """Rows and columns count from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def read_marks(data: bytes, suffix: str, title: str) -> Marks:
    """The marks of one sheet; none where the file's inner structure is unusual."""
    read = {".xls": _read_xls, ".ods": _read_ods}.get(suffix, _read_xlsx)
    try:
        return read(data, title)
    except (OSError, KeyError, IndexError, ValueError, struct.error, zipfile.BadZipFile, expat.ExpatError, EOFError):
        return Marks()
    except (NotImplementedError, RuntimeError, UnicodeError):
        # An encrypted or oddly compressed archive.
        return Marks()


# --- XLSX -------------------------------------------------------------------------------------------------------

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*\bhidden=[^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*\bhidden=[^>]*)>")
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(?:<f[^<]*(?:</f>|/>))?\s*<(?:\w+:)?v>([^<]*)<")
_UNCALCULATED = re.compile(rb"<(?:\w+:)?c\s([^>]*)><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>")
_REFERENCE = re.compile(rb"([A-Z]+)(\d+)")


def _read_xlsx(data: bytes, title: str) -> Marks:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = _member(archive, _sheet_path(archive, title))
    marks = Marks()
    for found in _ROW.finditer(sheet):
        row = _attributes(found[1])
        if row.get(b"hidden") in (b"1", b"true"):
            marks.hidden_rows.add(int(row[b"r"]) - 1)
    for found in _COLUMN.finditer(sheet):
        column = _attributes(found[1])
        if column.get(b"hidden") in (b"1", b"true"):
            marks.hidden_columns.update(range(int(column[b"min"]) - 1, min(int(column[b"max"]), 1000)))
    for found in _ERROR.finditer(sheet):
        marks.errors[_place(_attributes(found[1])[b"r"])] = found[2].decode()
    for found in _UNCALCULATED.finditer(sheet):
        marks.errors[_place(_attributes(found[1])[b"r"])] = _NO_VALUE
    return marks


def _sheet_path(archive: zipfile.ZipFile, title: str) -> str:
    relations = [_attributes(one[1]) for one in _RELATION.finditer(_member(archive, "xl/_rels/workbook.xml.rels"))]
    targets = {one[b"Id"]: one[b"Target"].decode() for one in relations}
    for found in _SHEET.finditer(_member(archive, "xl/workbook.xml")):
        sheet = _attributes(found[1])
        if _unescaped(sheet[b"name"]) == title:
            target = targets[next(value for name, value in sheet.items() if name.endswith(b":id"))]
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(title)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST:
        raise ValueError("too large")
    return archive.read(name)


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return {name: one or other for name, one, other in _ATTRIBUTE.findall(text)}


def _unescaped(text: bytes) -> str:
    from html import unescape

    return unescape(text.decode())


def _place(reference: bytes) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]) - 1, column - 1


# --- ODS --------------------------------------------------------------------------------------------------------


def _read_ods(data: bytes, title: str) -> Marks:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = _member(archive, "content.xml")
    reader = _OdsReader(title)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.Parse(content, True)
    return reader.marks


class _OdsReader:
    """Follows the rows and columns of one table; a repeated one counts as often as it says."""

    def __init__(self, title: str) -> None:
        self.marks = Marks()
        self._title = title
        self._inside = False
        self._row = self._column = self._cell = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._inside = attributes.get("table:name") == self._title
        elif not self._inside:
            return
        elif name == "table:table-column":
            self._column += self._count(attributes, "columns", self._column, self.marks.hidden_columns)
        elif name == "table:table-row":
            self._cell = 0
            self._repeated = self._count(attributes, "rows", self._row, self.marks.hidden_rows)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if attributes.get("calcext:value-type") == "error":
                self.marks.errors[self._row, self._cell] = "#NV"
            self._cell += int(attributes.get("table:number-columns-repeated", 1))

    def end(self, name: str) -> None:
        if name == "table:table":
            self._inside = False
        elif name == "table:table-row" and self._inside:
            self._row += self._repeated

    @staticmethod
    def _count(attributes: dict[str, str], what: str, at: int, hidden: set[int]) -> int:
        repeated = int(attributes.get(f"table:number-{what}-repeated", 1))
        # The empty rest of a sheet is one repeated row.
        if attributes.get("table:visibility") in ("collapse", "filter") and repeated < 100_000:
            hidden.update(range(at, at + repeated))
        return repeated


# --- XLS --------------------------------------------------------------------------------------------------------

_BOF, _EOF, _BOUNDSHEET, _ROW_RECORD, _COLINFO, _BOOLERR, _FORMULA = 0x809, 0xA, 0x85, 0x208, 0x7D, 0x205, 0x6


def _read_xls(data: bytes, title: str) -> Marks:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as container:
        stream = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    marks = Marks()
    for kind, body in _records(stream, _sheet_offset(stream, title)):
        if kind == _ROW_RECORD and struct.unpack_from("<H", body, 12)[0] & 0x20:
            marks.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            marks.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == _BOOLERR and body[7]:
            marks.errors[struct.unpack_from("<HH", body)] = _ERROR_CODES.get(body[6], "#NV")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            marks.errors[struct.unpack_from("<HH", body)] = _ERROR_CODES.get(body[8], "#NV")
    return marks


def _sheet_offset(stream: bytes, title: str) -> int:
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            length, wide = body[6], body[7] & 1
            name = body[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            if name == title:
                return int(struct.unpack_from("<I", body)[0])
    raise KeyError(title)


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, up to its end."""
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        if kind == _EOF:
            return
        yield kind, stream[offset + 4 : offset + 4 + length]
        offset += 4 + length
