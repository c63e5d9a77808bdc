"""XLSX, XLS and ODS by calamine through pandas: typed cells as text, merged cells unfolded, hidden ones named."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invite_pipeline.errors import Problem
from invite_pipeline.recipients.layout import HEAD, above_the_header, header_index, meant
from invite_pipeline.recipients.sheet import Sheet, Source, column_letter, unreadable
from invite_pipeline.recipients.workbook_marks import Marks, read_marks

if TYPE_CHECKING:
    import pandas as pd

_Table = list[list[str]]


def read_book(path: Path, name: str, also: frozenset[str] = frozenset()) -> Sheet:
    """The sheet of a workbook that is the list. Raises OSError and Unreadable."""
    data = path.read_bytes()
    suffix = kind_of_book(data)
    try:
        sheets, merged, hidden = _open(data)
    except BaseException as error:
        # A malformed file can make the reader's native part panic, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise unreadable(name, "The workbook cannot be read: it is damaged or locked.", "Save it anew.") from error
    if not sheets:
        raise unreadable(name, "The list is empty.", "Put a header and one row per recipient into it.")
    title = _the_list(sheets, hidden, also)
    table, marks = sheets[title], read_marks(data, suffix, title)
    header = header_index(table[:HEAD], also)
    problems = [
        *_other_sheets(name, title, list(sheets), hidden),
        *above_the_header(name, table, header),
        *_unfold(name, table, merged.get(title, []), header),
        *_hidden(name, table, marks, header),
    ]
    _put_errors(table, marks)
    source = Source(name, sheet=title, header_row=header + 1)
    return Sheet(source, tuple(table[header]), iter(table[header + 1 :]), header + 2, tuple(problems))


def kind_of_book(data: bytes) -> str:
    """What a workbook is by its content, as the suffix that it should have."""
    if not data.startswith(b"PK"):
        return ".xls"
    # The first entry of an ODS names its type, uncompressed.
    return ".ods" if b"opendocument.spreadsheet" in data[:200] else ".xlsx"


_Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def _open(data: bytes) -> tuple[dict[str, _Table], dict[str, _Ranges], set[str]]:
    """Every sheet that holds anything, the merged ranges of each, and the names of the hidden sheets."""
    import pandas as pd

    sheets: dict[str, _Table] = {}
    merged: dict[str, _Ranges] = {}
    with pd.ExcelFile(io.BytesIO(data), engine="calamine") as book:
        native: Any = book.book
        hidden = {one.name for one in native.sheets_metadata if "Visible" not in str(one.visible).rsplit(".", 1)[-1]}
        kinds = {one.name: str(one.typ).rsplit(".", 1)[-1] for one in native.sheets_metadata}
        for title in native.sheet_names:
            if kinds.get(title, "WorkSheet") != "WorkSheet":
                continue
            frame = pd.read_excel(book, sheet_name=title, header=None, dtype=object, na_filter=False)
            table = _as_text(frame)
            if any(cell.strip() for cells in table for cell in cells):
                sheets[str(title)] = table
                merged[str(title)] = native.get_sheet_by_name(title).merged_cell_ranges or []
    return sheets, merged, hidden


def _as_text(frame: pd.DataFrame) -> _Table:
    return [[cell if type(cell) is str else _text(cell) for cell in cells] for cells in frame.itertuples(False, None)]


def _text(cell: object) -> str:
    """A typed cell as a German office reads it: no decimals where there are none, dates as TT.MM.JJJJ."""
    match cell:
        case bool():
            return "WAHR" if cell else "FALSCH"
        case float():
            return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}".replace("nan", "")
        case datetime():
            return f"{cell:%d.%m.%Y}" if cell.time() == time() else f"{cell:%d.%m.%Y %H:%M}"
        case date():
            return f"{cell:%d.%m.%Y}"
        case time():
            return f"{cell:%H:%M}"
        case None:
            return ""
        case _:
            return str(cell)


def _the_list(sheets: dict[str, _Table], hidden: set[str], also: frozenset[str]) -> str:
    """The visible sheet whose header has the most known columns; the first of equals."""
    visible = [title for title in sheets if title not in hidden] or list(sheets)
    scores = {title: max((meant(cells, also) for cells in sheets[title][:HEAD]), default=0) for title in visible}
    return max(visible, key=lambda title: (scores[title], -visible.index(title)))


def _other_sheets(name: str, title: str, titles: list[str], hidden: set[str]) -> list[Problem]:
    rest = [f"“{other}”" + (" (hidden)" if other in hidden else "") for other in titles if other != title]
    if not rest:
        return []
    message = f"Only the sheet “{title}” is read, not {', '.join(rest)}."
    return [Problem("warning", name, message, "Put each list into a file of its own.")]


def _unfold(name: str, table: _Table, ranges: _Ranges, header: int) -> list[Problem]:
    """Give every row of a merged range its value, which the file holds only once."""
    unfolded = [
        ((top, left), (bottom, right))
        for (top, left), (bottom, right) in ranges
        if top > header and bottom < len(table) and bottom > top and table[top][left].strip()
    ]
    for (top, left), (bottom, _) in unfolded:
        for row in range(top + 1, bottom + 1):
            table[row][left] = table[row][left] or table[top][left]
    if not unfolded:
        return []
    (top, left), (bottom, _) = unfolded[0]
    place = f"{column_letter(left)}{top + 1}:{column_letter(left)}{bottom + 1}"
    message = f"Merged cells ({place}{' and others' if len(unfolded) > 1 else ''}) count for each of their rows."
    fix = "Unmerge them if that is wrong."
    return [Problem("notice", name, message, fix, row=top + 1, column=column_letter(left))]


def _hidden(name: str, table: _Table, marks: Marks, header: int) -> list[Problem]:
    problems = []
    rows = [row for row in sorted(marks.hidden_rows) if header < row < len(table) and any(table[row])]
    if rows:
        which = ", ".join(str(row + 1) for row in rows[:10]) + (", …" if len(rows) > 10 else "")
        message = f"{len(rows)} hidden row{'s are' if len(rows) > 1 else ' is'} read like the others: {which}."
        fix = "Delete those who are not invited, or show the rows again."
        problems.append(Problem("warning", name, message, fix, row=rows[0] + 1))
    width = max(len(cells) for cells in table)
    columns = [one for one in sorted(marks.hidden_columns) if one < width and any(cells[one] for cells in table)]
    if columns:
        which = ", ".join(column_letter(one) for one in columns)
        message = f"{'Hidden columns are' if len(columns) > 1 else 'A hidden column is'} read like the others: {which}."
        fix = "Delete them if they are outdated, or show them again."
        problems.append(Problem("warning", name, message, fix, row=header + 1, column=column_letter(columns[0])))
    return problems


def _put_errors(table: _Table, marks: Marks) -> None:
    """Error values, which the reader leaves out, as the spreadsheet shows them."""
    for (row, column), text in marks.errors.items():
        if row < len(table) and column < len(table[row]) and not table[row][column]:
            table[row][column] = text
