"""A list's file as a header and rows of text, whatever office program wrote it; no value is interpreted here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from invite_pipeline.errors import Problem

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})

Cells = Sequence[str]


class Unreadable(Exception):
    """The file as a whole cannot be used; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """How a file was understood, in words for people: encoding and delimiter, or the sheet's name."""

    file: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    """As the spreadsheet counts."""
    rows: int = 0
    """Rows under the header that hold anything."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What each column means: its field (or `extra`) by letter and header, as in "B “E-Mail”"."""

    def letter(self, field: str) -> str:
        """The letter of a field's column, or ""."""
        return next((column.partition(" ")[0] for column, meant in self.columns.items() if meant == field), "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and the rows under it, which can be read once; `first_row` is the spreadsheet's number of the first."""

    source: Source
    header: tuple[str, ...]
    rows: Iterable[Cells]
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


def read_sheet(path: Path, name: str, also: frozenset[str] = frozenset()) -> Sheet:
    """The table in `path`; `name` is how problems call the file, `also` are headers that the campaign names.

    Raises Unreadable, also while the rows are read.
    """
    from invite_pipeline.recipients.layout import meant
    from invite_pipeline.recipients.text_file import read_text
    from invite_pipeline.recipients.workbook import read_book

    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | BOOK_SUFFIXES:
        raise unreadable(name, f"“{path.suffix}” is no kind of list.", "Save it as .csv, .xlsx, .ods or .xls.")
    try:
        if not path.stat().st_size:
            raise unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
        is_book = _is_book(path, name)
        sheet = read_book(path, name, also) if is_book else read_text(path, name, also)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise unreadable(name, f"The list cannot be read: {reason}.", "Check its name and its permissions.") from error
    if is_book == (suffix in BOOK_SUFFIXES):
        return sheet
    if not is_book and meant(sheet.header, also) < 2:
        raise unreadable(name, "The workbook cannot be read: it is damaged or locked.", "Save it anew.")
    what = "a workbook" if is_book else "text (CSV)"
    message = f"The file is {what}, though its name ends in “{path.suffix}”: it is read as what it is."
    return replace(sheet, problems=(Problem("notice", name, message, "Give it its right name."), *sheet.problems))


_ARCHIVE, _OLD_BOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE | re.DOTALL
)
_XML_BOOK = re.compile(rb"\s*<\?xml\b.{0,2000}urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL)
_FLAT_ODS = re.compile(rb"\s*<\?xml\b.{0,4000}office:document\b", re.DOTALL)


def _is_book(path: Path, name: str) -> bool:
    """Whether a file is a workbook, by what it begins with: names lie, and other programs export what they like.

    Raises Unreadable for a web page and other formats that are only called a workbook.
    """
    with path.open("rb") as file:
        begin = file.read(8192)
    if begin.startswith((_ARCHIVE, _OLD_BOOK)):
        return True
    plain = begin.removeprefix(b"\xef\xbb\xbf")
    for pattern, what in ((_WEB_PAGE, "a web page"), (_XML_BOOK, "XML"), (_FLAT_ODS, "flat XML")):
        if pattern.match(plain):
            raise unreadable(
                name, f"The file is {what}, whatever its name says.", "Open it in a spreadsheet program, save as .xlsx."
            )
    if b"\x00" not in begin or begin.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    return path.suffix.lower() in BOOK_SUFFIXES


def unreadable(name: str, message: str, fix: str, row: int | None = None) -> Unreadable:
    """The exception for a file that cannot be used as a whole."""
    return Unreadable(Problem("error", name, message, fix, row=row))
