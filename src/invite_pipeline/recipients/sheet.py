"""A list's file as a header and rows of text, whatever office program wrote it; no value is interpreted here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    from invite_pipeline.recipients.text_file import read_text
    from invite_pipeline.recipients.workbook import read_book

    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | BOOK_SUFFIXES:
        raise unreadable(name, f"“{path.suffix}” is no kind of list.", "Save it as .csv, .xlsx, .ods or .xls.")
    try:
        if not path.stat().st_size:
            raise unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
        return read_text(path, name, also) if suffix in TEXT_SUFFIXES else read_book(path, name, also)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise unreadable(name, f"The list cannot be read: {reason}.", "Check its name and its permissions.") from error


def unreadable(name: str, message: str, fix: str, row: int | None = None) -> Unreadable:
    """The exception for a file that cannot be used as a whole."""
    return Unreadable(Problem("error", name, message, fix, row=row))
