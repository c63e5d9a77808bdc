"""Stage 1, reading: every list of a campaign becomes recipients and problems, all found in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.errors import Problem
from invite_pipeline.recipients.cells import LOST, MAX_LENGTH, fault, one_line, shown, tidy
from invite_pipeline.recipients.columns import Columns, read_header
from invite_pipeline.recipients.duplicates import Seen
from invite_pipeline.recipients.row import Row, RowReader
from invite_pipeline.recipients.sheet import BOOK_SUFFIXES, Sheet, Source, Unreadable, column_letter, read_sheet

_FOLDER = "recipients"
_FOUND_BY_ITSELF = BOOK_SUFFIXES | {".csv"}


@dataclass(frozen=True, slots=True)
class ListedRecipient:
    """A recipient with the place it was read from; `row` counts as the spreadsheet shows it."""

    recipient: Recipient
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the lists hold: every row without errors, every problem, and how each file was understood."""

    recipients: tuple[ListedRecipient, ...]
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...] = ()


def list_files(folder: Path, campaign: Campaign) -> list[Path]:
    """The campaign's lists in order: those it names, else every CSV file and workbook in recipients/."""
    if campaign.recipients:
        return [folder / name for name in campaign.recipients]
    found = (folder / _FOLDER).glob("*")
    # Office programs leave lock files behind: "~$list.xlsx", ".~lock.list.csv#".
    return sorted(
        path for path in found if path.suffix.lower() in _FOUND_BY_ITSELF and not path.name.startswith(("~", "."))
    )


def read_lists(files: Sequence[Path], folder: Path) -> Loaded:
    """Every row of every file: a recipient, or the problems that keep it out. Raises nothing for bad input.

    Problems name files relative to `folder`. Rows with warnings and notices are among the recipients.
    """
    recipients: list[ListedRecipient] = []
    problems: list[Problem] = []
    sources: list[Source] = []
    seen = Seen()
    for path in files:
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
        try:
            sheet = read_sheet(path, name)
        except Unreadable as error:
            problems.append(error.problem)
            continue
        sources.append(sheet.source)
        found, wrong = _read_list(sheet, seen)
        recipients.extend(found)
        problems.extend(wrong)
    if not files:
        fix = "Put a list (.csv or .xlsx) into recipients/, or name it in campaign.toml."
        problems.append(Problem("error", _FOLDER, "The campaign has no recipient list.", fix))
    return Loaded(tuple(recipients), tuple(problems), tuple(sources))


def _read_list(sheet: Sheet, seen: Seen) -> tuple[list[ListedRecipient], list[Problem]]:
    columns, wrong = read_header(sheet)
    problems = [*sheet.problems, *wrong]
    if any(problem.severity == "error" for problem in wrong):
        return [], problems
    found = []
    reader = RowReader(columns)
    rows = 0
    for row in _rows(sheet, columns):
        rows += 1
        recipient = reader.read(row)
        if recipient is not None:
            seen.check(row, recipient)
        if recipient is not None and not row.broken:
            found.append(ListedRecipient(recipient, row.file, row.number))
        problems.extend(row.problems)
    if not rows:
        message, fix = "The list has a header but no rows.", "Put one row per recipient under the header."
        problems.append(Problem("error", sheet.file, message, fix, row=sheet.first_row))
    return found, problems


def _rows(sheet: Sheet, columns: Columns) -> Iterator[Row]:
    """The rows that hold anything, with tidied cells; unusable cells are errors of their row."""
    fields, extras = tuple(columns.of), tuple(columns.extra)
    of_fields = [[tidy(cell) for cell in sheet.columns[columns.of[field]]] for field in fields]
    of_extras = [[one_line(tidy(cell)) for cell in sheet.columns[columns.extra[name]]] for name in extras]
    outside = _outside_the_header(sheet, columns)
    unusable = _faults(fields, of_fields)
    height = len(sheet.columns[0])
    cells_by_row = zip(*of_fields, strict=True)
    extras_by_row = zip(*of_extras, strict=True) if of_extras else iter([()] * height)
    for number, (cells, more) in enumerate(zip(cells_by_row, extras_by_row, strict=True), start=sheet.first_row):
        if not any(cells) and not any(more):
            continue
        row = Row(
            dict(zip(fields, cells, strict=True)),
            dict(zip(extras, more, strict=True)),
            number=number,
            file=sheet.file,
            columns=columns,
        )
        for field, what in unusable.get(number - sheet.first_row, ()):
            row.error(field, f"The cell {what}: “{shown(row[field])}”.", "Write plain text in one line.")
            row.empty(field)
        if number - sheet.first_row in outside:
            message = f"The row has a cell beyond the header, in column {outside[number - sheet.first_row]}."
            row.error("", message, "Put quotes around cells that hold the delimiter, or name the column.")
        yield row


def _faults(fields: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[int, list[tuple[str, str]]]:
    """By row: the fields whose cells nothing can be made of, and why."""
    found: dict[int, list[tuple[str, str]]] = {}
    for field, column in zip(fields, cells, strict=True):
        lines_allowed = field == "address"
        for index, cell in enumerate(column):
            if len(cell) <= MAX_LENGTH and cell.isprintable() and LOST not in cell:
                continue
            if what := fault(cell, lines_allowed=lines_allowed):
                found.setdefault(index, []).append((field, what))
    return found


def _outside_the_header(sheet: Sheet, columns: Columns) -> dict[int, str]:
    """By row: the letter of the first filled column that has no header and lies right of all that do."""
    named = {*columns.of.values(), *columns.extra.values()}
    found: dict[int, str] = {}
    for index in range(max(named) + 1, len(sheet.columns)):
        for row, cell in enumerate(sheet.columns[index]):
            if cell.strip():
                found.setdefault(row, column_letter(index))
    return found
