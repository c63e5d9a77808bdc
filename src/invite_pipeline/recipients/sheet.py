"""Reading a list's file: bytes become a header and columns of text, whatever office program wrote them.

CSV: byte-order mark, then strict UTF-8, then Windows-1252; `;`, `,` or tab as the header row has it; `sep=` honoured.
XLSX, XLS and ODS: the first sheet that holds anything, every cell as text. No value is ever interpreted here.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from invite_pipeline.errors import Problem

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})

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
_TOO_WIDE = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")
_MAX_COLUMNS = 1000


class Unreadable(Exception):
    """The file as a whole cannot be used; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """How a file was understood, in words for `check`: encoding and delimiter, or the sheet's name."""

    file: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and the columns under it, all of one length; `first_row` is the spreadsheet's number of the first."""

    source: Source
    header: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    first_row: int
    problems: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """The file's path relative to the campaign folder."""
        return self.source.file


def column_letter(index: int) -> str:
    """A column's name in the spreadsheet: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_sheet(path: Path, name: str) -> Sheet:
    """The table in `path`; `name` is how problems call the file. Raises Unreadable."""
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | BOOK_SUFFIXES:
        raise _unreadable(name, f"“{path.suffix}” is no kind of list.", "Save it as .csv, .xlsx, .ods or .xls.")
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unreadable(name, f"The list cannot be read: {reason}.", "Check its name and its permissions.") from error
    if not data.strip():
        raise _unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
    return _read_text(data, name) if suffix in TEXT_SUFFIXES else _read_book(data, name)


# --- text -------------------------------------------------------------------------------------------------------


def _read_text(data: bytes, name: str) -> Sheet:
    text, encoding = _decode(data, name)
    told = _SEP.match(text)
    if told:
        text = text[told.end() :]
    body = text.lstrip("\r\n")
    skipped = len(text[: len(text) - len(body)].splitlines())
    delimiter = told[1] if told else _delimiter(body)
    # NUL would end a cell early in pandas' parser; as another control character it is found and reported.
    table = _parse_csv(body.replace("\x00", "\x01"), delimiter, name)
    source = Source(name, encoding=encoding, delimiter=delimiter, rows=len(table[0]) - 1 if table else 0)
    return _sheet(table, source, skipped)


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_strictly(data, encoding, name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    _refuse_mixture(data, name)
    return _decode_strictly(data, "cp1252", name)


def _decode_strictly(data: bytes, encoding: str, name: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeError as error:
        place = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, place) + 1
        raise _unreadable(
            name, f"The list is neither UTF-8 nor Windows-1252 text (see line {line}).", "Save it as CSV UTF-8.", line
        ) from error


def _refuse_mixture(data: bytes, name: str) -> None:
    """Two encodings in one file come from lists pasted together: whichever is taken, some names would be garbage."""
    for number, line in enumerate(data.splitlines(), start=1):
        if _UTF8_UMLAUT.search(line):
            message = f"The list mixes two encodings: line {number} is UTF-8, other lines are Windows-1252."
            raise _unreadable(name, message, "Open both parts separately, join them and save as CSV UTF-8.", number)


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the header row outside quotes; a semicolon where none does."""
    header = re.sub(r'"(?:[^"]|"")*"', "", text.split("\n", 1)[0].split("\r", 1)[0][:100_000])
    return max((";", ",", "\t"), key=header.count)


def _parse_csv(text: str, delimiter: str, name: str) -> list[list[str]]:
    """The columns of all records; rows longer than the header only widen the table."""
    import pandas as pd

    width: int | None = None
    for _attempt in range(10):
        try:
            frame = pd.read_csv(
                io.StringIO(text),
                sep=delimiter,
                header=None,
                names=None if width is None else list(range(width)),
                index_col=False,
                dtype=str,
                na_filter=False,
                skip_blank_lines=False,
                low_memory=False,
            )
            return [frame[column].tolist() for column in frame.columns]
        except pd.errors.EmptyDataError:
            return []
        except (pd.errors.ParserError, ValueError) as error:
            width = _wider(str(error), name, error)
    raise _unreadable(name, "The rows have too many different lengths.", "Save the list anew from a spreadsheet.")


def _wider(message: str, name: str, error: Exception) -> int:
    """How wide the table must be for the row that did not fit. Raises Unreadable for every other reason."""
    too_wide = _TOO_WIDE.search(message)
    if too_wide and int(too_wide[3]) <= _MAX_COLUMNS:
        return int(too_wide[3])
    if too_wide:
        row = int(too_wide[2])
        raise _unreadable(name, f"Row {row} has {too_wide[3]} cells.", "Check the quotes of that row.", row) from error
    quote = _OPEN_QUOTE.search(message)
    if quote:
        row = int(quote[1]) + 1
        raise _unreadable(
            name, f"A quotation mark that row {row} opens is never closed.", "Close or remove it.", row
        ) from error
    raise _unreadable(name, f"The list cannot be read: {message.strip()}.", "Save it as CSV UTF-8.") from error


# --- workbooks --------------------------------------------------------------------------------------------------


def _read_book(data: bytes, name: str) -> Sheet:
    import pandas as pd

    try:
        frames = pd.read_excel(
            io.BytesIO(data), sheet_name=None, header=None, dtype=str, na_filter=False, engine="calamine"
        )
    except BaseException as error:
        # A malformed file can make the reader's native part panic, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unreadable(name, "The workbook cannot be read: it is damaged or locked.", "Save it anew.") from error
    filled = {str(title): frame for title, frame in frames.items() if not frame.empty}
    if not filled:
        raise _unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
    title, frame = next(iter(filled.items()))
    table = [frame[column].tolist() for column in frame.columns]
    problems = []
    if len(filled) > 1:
        rest = ", ".join(f"“{other}”" for other in list(filled)[1:])
        message = f"Only the sheet “{title}” is read, not {rest}."
        problems.append(Problem("warning", name, message, "Put each list into a file of its own."))
    # Leading empty rows are part of the frame, so that rows are counted as the spreadsheet shows them.
    blank = next((row for row, cells in enumerate(zip(*table, strict=True)) if any(map(str.strip, cells))), 0)
    table = [column[blank:] for column in table]
    return _sheet(table, Source(name, sheet=title, rows=len(table[0]) - 1), blank, tuple(problems))


def _sheet(table: list[list[str]], source: Source, skipped: int, problems: tuple[Problem, ...] = ()) -> Sheet:
    if not table:
        raise _unreadable(source.file, "The list is empty.", "Put a header and one row per recipient into it.")
    header = tuple(column[0] for column in table)
    return Sheet(source, header, tuple(column[1:] for column in table), skipped + 2, problems)


def _unreadable(name: str, message: str, fix: str, row: int | None = None) -> Unreadable:
    return Unreadable(Problem("error", name, message, fix, row=row))
