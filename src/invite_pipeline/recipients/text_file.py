"""CSV as offices save it: byte-order mark, strict UTF-8, then Windows-1252; `;`, `,`, tab or `|`; `sep=` honoured."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from invite_pipeline.formats.sheets import unguard
from invite_pipeline.recipients.cells import shown
from invite_pipeline.recipients.layout import HEAD, above_the_header, header_index, meant
from invite_pipeline.recipients.sheet import Cells, Sheet, Source, unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# "Ã¼" and its like: what an umlaut in UTF-8 looks like, and Windows-1252 text practically never does.
_UTF8_UMLAUT = re.compile(rb"\xc3[\x80-\xbf]")
_SEP = re.compile(r"\A[\r\n]*\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_DELIMITERS = (";", ",", "\t", "|")
_NO_DELIMITERS = "\"'\r\n\x00"
_MAX_COLUMNS = 1000
_END = "\x00\x04end"
"""A line that no file has: whatever swallows it has opened a quote."""
_PIECE = 1 << 20
_HEAD_BYTES = 1 << 16


def read_text(path: Path, name: str, also: frozenset[str] = frozenset()) -> Sheet:
    """The table in a text file. Raises OSError and Unreadable, also while the rows are read."""
    with path.open("rb") as file:
        begin = file.read(_HEAD_BYTES)
    encoding = _encoding(path, begin, name)
    start = codecs.getincrementaldecoder(encoding)("ignore").decode(begin)
    told = _SEP.match(start)
    if told and told[1] not in _NO_DELIMITERS:
        delimiter, skip = told[1], len(start[: told.end()].splitlines())
    else:
        delimiter, skip = _delimiter(start, also), 0
    rows = _rows(path, encoding, delimiter, name)
    head = list(islice(rows, skip + HEAD))[skip:]
    header = header_index(head, also)
    if not head or not any(cell.strip() for cell in head[header]):
        raise unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
    source = Source(name, encoding=encoding.removesuffix("-sig"), delimiter=delimiter, header_row=header + 1)
    body = chain(head[header + 1 :], rows)
    problems = tuple(above_the_header(name, head, header))
    return Sheet(source, tuple(head[header]), body, header + 2, problems)


# --- encoding ---------------------------------------------------------------------------------------------------


def _encoding(path: Path, start: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            _must_decode(path, encoding, name)
            return encoding
    try:
        _try(path, "utf-8")
    except UnicodeError:
        _refuse_mixture(path, name)
        _refuse_other_encodings(path, name)
        _must_decode(path, "cp1252", name)
        return "cp1252"
    return "utf-8"


def _try(path: Path, encoding: str) -> None:
    """Decode piece by piece, so that the whole text never lies in memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
    decoder.decode(b"", final=True)


def _must_decode(path: Path, encoding: str, name: str) -> None:
    try:
        _try(path, encoding)
    except UnicodeError:
        line = _first_bad_line(path.read_bytes(), encoding)
        message = f"The list is neither UTF-8 nor Windows-1252 text (see line {line})."
        raise unreadable(name, message, "Save it as CSV UTF-8.", line) from None


def _first_bad_line(data: bytes, encoding: str) -> int:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    except UnicodeError:
        pass
    return 1


def _refuse_mixture(path: Path, name: str) -> None:
    """Two encodings in one file come from lists pasted together: whichever is taken, some names would be garbage."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if _UTF8_UMLAUT.search(line):
            message = f"The list mixes two encodings: line {number} is UTF-8, other lines are Windows-1252."
            raise unreadable(name, message, "Open both parts separately, join them and save as CSV UTF-8.", number)


# Umlauts and "ß" between letters, as other encodings write them: in Windows-1252 these bytes are "Ÿ", "§", "„", "”".
_OTHER_UMLAUTS = (
    (re.compile(rb"[A-Za-z][\x9f\xa7][a-z]"), "mac_roman", "Mac OS Roman"),
    (re.compile(rb"[A-Za-z][\x81\x84\x94][a-z]"), "cp850", "MS-DOS (code page 850)"),
)
_UMLAUT = re.compile(rb"[A-Za-z][\xe4\xf6\xfc\xdf][a-z]")


def _refuse_other_encodings(path: Path, name: str) -> None:
    """Lists of old programs, and of a Mac, would load with "DŸren": they say what they are and how to save them."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if _UMLAUT.search(line):
            return
        for umlauts, encoding, called in _OTHER_UMLAUTS:
            if found := umlauts.search(line):
                word = next(word for word in line.split() if found[0] in word)
                seen, meant = shown(word.decode("cp1252", "replace")), shown(word.decode(encoding))
                message = f"The list is written in {called}: line {number} would read “{seen}” for “{meant}”."
                raise unreadable(name, message, "Save it as CSV UTF-8.", number)


# --- cells ------------------------------------------------------------------------------------------------------


def _delimiter(text: str, also: frozenset[str]) -> str:
    """The delimiter under which the most headers are known, else the most frequent; a semicolon where none stands."""
    lines = re.sub(r'"(?:[^"]|"")*"', "", text.lstrip("\r\n").split("\n", 1)[0].split("\r", 1)[0])
    scores = []
    for delimiter in _DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            best = max((meant(cells, also) for cells in islice(rows, HEAD)), default=0)
        except csv.Error:
            best = 0
        scores.append((best, lines.count(delimiter)))
    best, _ = max(scores)
    if best < 2:
        return max(_DELIMITERS, key=lines.count)
    return _DELIMITERS[scores.index(max(scores))]


def _rows(path: Path, encoding: str, delimiter: str, name: str) -> Iterator[Cells]:
    """The records one by one: rows count as a spreadsheet counts them, line breaks within quotes do not."""
    # A cell of ten megabytes is a cell: that it is too long is said of its row.
    csv.field_size_limit(1 << 30)
    with path.open(encoding=encoding, newline="") as text:
        reader = csv.reader(chain(text, [_END]), delimiter=delimiter)
        for number, cells in enumerate(reader, start=1):
            if len(cells) > _MAX_COLUMNS:
                raise unreadable(name, f"Row {number} has {len(cells)} cells.", "Check the quotes of that row.", number)
            if cells and cells[-1].endswith(_END):
                if cells != [_END]:
                    message = f"A quotation mark that row {number} opens is never closed."
                    raise unreadable(name, message, "Close or remove it.", number)
                return
            # Our own exports guard what a spreadsheet would take for a formula.
            yield cells if "'" not in "".join(cells) else [unguard(cell) for cell in cells]
