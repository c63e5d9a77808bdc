"""Stage 1, reading: every list of a campaign becomes recipients and problems, all found in one pass."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.errors import Problem
from invite_pipeline.recipients.cells import fault, is_plain, one_line, shown, tidy
from invite_pipeline.recipients.columns import Columns, Mapped, read_header, read_mapping
from invite_pipeline.recipients.duplicates import Seen
from invite_pipeline.recipients.layout import no_recipient
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.near import near_duplicates
from invite_pipeline.recipients.rejects import Reject
from invite_pipeline.recipients.row import Row, RowReader
from invite_pipeline.recipients.sheet import BOOK_SUFFIXES, Cells, Sheet, Source, Unreadable, column_letter, read_sheet

_FOLDER = "recipients"
_SHARED = 1000
_FOUND_BY_ITSELF = BOOK_SUFFIXES | {".csv"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the lists hold: every row without errors, every problem, and how each file was understood."""

    recipients: tuple[ListedRecipient, ...]
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...] = ()
    rejects: tuple[Reject, ...] = ()
    """The rows with errors as their list has them."""


def list_files(folder: Path, campaign: Campaign | None) -> list[Path]:
    """The campaign's lists in order: those it names, else every CSV file and workbook in recipients/.

    None stands for a campaign whose file cannot be read.
    """
    if campaign is not None and campaign.recipients:
        return [folder / name for name in campaign.recipients]
    found = (folder / _FOLDER).glob("*")
    # Office programs leave lock files behind: "~$list.xlsx", ".~lock.list.csv#".
    return sorted(
        path for path in found if path.suffix.lower() in _FOUND_BY_ITSELF and not path.name.startswith(("~", "."))
    )


def read_lists(
    files: Sequence[Path], folder: Path, columns: Mapping[str, str | tuple[str, ...]] | None = None
) -> Loaded:
    """Every row of every file: a recipient, or the problems that keep it out. Raises nothing for bad input.

    Problems name files relative to `folder`. Rows with warnings and notices are among the recipients. `columns` is
    the campaign's own word on what its headers mean.
    """
    with _no_collector():
        return _read_lists(files, folder, columns or {})


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing of what is read forms circles: looking for them among a million recipients takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_lists(files: Sequence[Path], folder: Path, columns: Mapping[str, str | tuple[str, ...]]) -> Loaded:
    mapped, problems = read_mapping(columns)
    reading = _Reading(mapped, problems)
    for path in files:
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
        try:
            reading.read(read_sheet(path, name, frozenset(mapped)))
        except Unreadable as error:
            problems.append(error.problem)
    if not files:
        fix = "Put a list (.csv, .xlsx, .xls or .ods) into recipients/, or name it in campaign.toml."
        problems.append(Problem("error", _FOLDER, "The campaign has no recipient list.", fix))
    return reading.loaded()


class _Reading:
    """The lists of one campaign, file after file."""

    def __init__(self, mapped: Mapped, problems: list[Problem]) -> None:
        self._mapped, self._problems = mapped, problems
        self._recipients: list[ListedRecipient] = []
        self._sources: list[Source] = []
        self._rejects: list[Reject] = []
        self._seen = Seen(self._recipients)
        self._letters: dict[str, str | None] = {}
        """The column of the organisation, by file."""

    def loaded(self) -> Loaded:
        """All that was found, with what only the whole shows."""
        # Its indexes have done their work, and the next step needs the memory.
        del self._seen
        near = [self._near(earlier, later) for earlier, later in near_duplicates(self._recipients)]
        problems = _in_their_rows(self._problems, near) if near else self._problems
        return Loaded(tuple(self._recipients), tuple(problems), tuple(self._sources), tuple(self._rejects))

    def read(self, sheet: Sheet) -> None:
        """One sheet. Raises Unreadable, and then nothing of it counts."""
        columns, wrong = read_header(sheet, self._mapped)
        problems = [*sheet.problems, *wrong]
        if any(problem.severity == "error" for problem in wrong):
            self._problems += problems
            self._sources.append(sheet.source)
            return
        self._letters[sheet.file] = columns.letter("organisation")
        begun = len(self._recipients)
        try:
            rows, rejects = self._read_rows(sheet, columns, problems)
        except Unreadable:
            del self._recipients[begun:]
            raise
        if not rows:
            message, fix = "The list has a header but no rows.", "Put one row per recipient under the header."
            problems.append(Problem("error", sheet.file, message, fix, row=sheet.first_row))
        self._problems += problems
        self._rejects += rejects
        self._sources.append(replace(sheet.source, rows=rows, columns=columns.understood(sheet.header)))

    def _read_rows(self, sheet: Sheet, columns: Columns, problems: list[Problem]) -> tuple[int, list[Reject]]:
        """How many rows there are, and those that have errors."""
        reader, seen, rejects = RowReader(columns), self._seen, []
        rows = 0
        for row in _rows(sheet, columns, problems):
            rows += 1
            recipient = reader.read(row)
            if not row.broken:
                seen.check(row, recipient)
            listed = ListedRecipient(recipient, row.file, row.number)
            if not row.broken:
                self._recipients.append(listed)
            if row.problems:
                problems += row.problems
                if row.broken:
                    rejects.append(Reject(listed, sheet.header, tuple(row.given), tuple(row.problems)))
        return rows, rejects

    def _near(self, earlier: ListedRecipient, later: ListedRecipient) -> Problem:
        one, other = later.recipient.organisation, earlier.recipient.organisation
        message = f"“{one}” is almost the same as “{other}” in {earlier.file}, row {earlier.row}."
        fix = "Remove one of them if they are the same."
        return Problem("warning", later.file, message, fix, row=later.row, column=self._letters.get(later.file))


def _in_their_rows(problems: list[Problem], near: list[Problem]) -> list[Problem]:
    """Problems in the order of their rows, files as they were read."""
    files = {name: place for place, name in enumerate(dict.fromkeys(one.where for one in [*problems, *near]))}
    return sorted([*problems, *near], key=lambda one: (files[one.where], one.row or 0))


def _rows(sheet: Sheet, columns: Columns, problems: list[Problem]) -> Iterator[Row]:
    """The rows that hold anything, with tidied cells; unusable cells are errors of their row."""
    fields, extras = tuple(columns.of), tuple(columns.extra)
    picked, picked_extra = _picker(columns.of.values()), _picker(columns.extra.values())
    width = len(sheet.header)
    named = max((*columns.of.values(), *columns.extra.values())) + 1
    header = [tidy(cell) for cell in sheet.header]
    extra = _extra_reader(extras, picked_extra)
    for number, given in enumerate(sheet.rows, start=sheet.first_row):
        cells: Cells = given if len(given) >= width else [*given, *[""] * (width - len(given))]
        text = "".join(cells)
        if not text or text.isspace():
            continue
        plain = is_plain(text)
        cells = [cell.strip() for cell in cells] if plain else [tidy(cell) for cell in cells]
        if not any(cells):
            continue
        # Only rows with empty cells can be totals and notes.
        if cells.count("") * 3 >= width or cells[0] == header[0]:
            what = no_recipient(cells, header)
            if what:
                message, fix = f"Row {number} is {what}: it is not read.", "Nothing is to be done if that is right."
                problems.append(Problem("notice", sheet.file, message, fix, row=number))
                continue
        row = Row(dict(zip(fields, picked(cells), strict=True)), number=number, file=sheet.file, columns=columns)
        row.given = given
        if extras:
            row.extra = extra(cells, plain)
        if not plain:
            _note_faults(row)
        if len(cells) > named and (beyond := next((i for i in range(named, len(cells)) if cells[i]), None)):
            message = f"The row has a cell beyond the header, in column {column_letter(beyond)}."
            row.error("", message, "Put quotes around cells that hold the delimiter, or name the column.")
        yield row


def _extra_reader(
    names: Sequence[str], picked: Callable[[Cells], Sequence[str]]
) -> Callable[[Cells, bool], dict[str, str]]:
    """Reads the columns for templates; rows that say the same there share it."""
    shared: dict[tuple[str, ...], dict[str, str]] = {}

    def read(cells: Cells, plain: bool) -> dict[str, str]:
        values = tuple(picked(cells) if plain else map(one_line, picked(cells)))
        if values not in shared:
            # Where each row has its own, remembering them would only cost.
            if len(shared) > _SHARED:
                shared.clear()
            shared[values] = dict(zip(names, values, strict=True))
        return shared[values]

    return read


def _picker(indexes: Iterable[int]) -> Callable[[Cells], Sequence[str]]:
    """Takes the cells of some columns out of a row, always as a sequence."""
    wanted = tuple(indexes)
    if len(wanted) > 1:
        return itemgetter(*wanted)
    return lambda cells: [cells[index] for index in wanted]


def _note_faults(row: Row) -> None:
    """Note the cells nothing can be made of, and take them as empty."""
    for field, text in row.cells.items():
        what = fault(text, lines_allowed=field == "address")
        if what:
            row.error(field, f"The cell {what}: “{shown(text)}”.", "Write plain text in one line.")
            row.empty(field)
