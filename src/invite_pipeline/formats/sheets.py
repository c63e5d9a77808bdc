"""Spreadsheets as German offices open them: CSV in both directions, XLSX to write; no cell can become a formula.

Guarding after OWASP's "CSV injection": a cell that begins with `= + - @`, tab, CR or LF, also as a full-width form,
gets an apostrophe in front, which reading takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | datetime | None
"""What a cell can hold; times are shown as they are, so they must be local ones."""

# Apostrophes before the sign belong to the pattern: else the value '=1 could not be told from a guarded =1.
_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_LONGEST = 32767
"""Characters that Excel holds in one cell."""


class Share(float):
    """A part of one that a workbook shows as a percentage."""


def guard(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as German Excel opens it: UTF-8 with BOM, `;`, all quoted, CRLF; dates as TT.MM.JJJJ."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guard(title) for title in header])
    writer.writerows([_shown(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def from_csv(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table that `to_csv` made, with the values it was given as text.

    Raises UnicodeDecodeError where it is not UTF-8, csv.Error where it is no table.
    """
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    rows = [[unguard(cell) for cell in row] for row in csv.reader(text, delimiter=";", strict=True)]
    return (rows[0], rows[1:]) if rows else ([], [])


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guard(cell)
        case datetime():
            return f"{cell:%d.%m.%Y %H:%M}"
        case date():
            return f"{cell:%d.%m.%Y}"
        case float():
            return f"{cell:g}".replace(".", ",")
        case _:
            return str(cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: a header that stays in view, with filters, over its rows.

    `headings` holds the numbers of rows (from 0) that are titles of a section; such a sheet has no filters.
    """

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    headings: frozenset[int] = frozenset()


def to_xlsx(sheets: Iterable[Sheet], *, title: str, author: str, created: datetime) -> bytes:
    """A workbook with strings as strings and real dates; the same sheets always give the same bytes."""
    import xlsxwriter

    content = io.BytesIO()
    # Nothing that stands in a list may turn into a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        workbook.set_properties({"title": title, "author": author, "created": created.replace(tzinfo=None)})
        formats = _formats(workbook)
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(sheet.name), sheet, formats)
    return content.getvalue()


def _formats(workbook: Workbook) -> dict[str, Any]:
    cell = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    dark = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "text_wrap": True, "valign": "vcenter"}
    return {
        "text": workbook.add_format({**cell, "text_wrap": True}),
        # What Excel itself notes when somebody types an apostrophe first: it stays text when the cell is edited.
        "guarded": workbook.add_format({**cell, "text_wrap": True, "quote_prefix": True}),
        "number": workbook.add_format({**cell, "num_format": "#,##0"}),
        "decimal": workbook.add_format({**cell, "num_format": "#,##0.0"}),
        "share": workbook.add_format({**cell, "num_format": "0.0%"}),
        "date": workbook.add_format({**cell, "num_format": "dd.mm.yyyy", "align": "left"}),
        "time": workbook.add_format({**cell, "num_format": "dd.mm.yyyy hh:mm", "align": "left"}),
        "header": workbook.add_format({**cell, **dark}),
        "heading": workbook.add_format({**cell, "bold": True, "bg_color": "#DCE6F1"}),
    }


def _write_sheet(worksheet: Worksheet, sheet: Sheet, formats: dict[str, Any]) -> None:
    for column, title in enumerate(sheet.header):
        worksheet.write_string(0, column, title, formats["header"])
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            _write_cell(worksheet, number + 1, column, cell, formats, heading=number in sheet.headings)
    for column, width in enumerate(_widths(sheet)):
        worksheet.set_column(column, column, width)
    worksheet.set_row(0, 22)
    worksheet.freeze_panes(1, 1)
    if sheet.rows and not sheet.headings:
        worksheet.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_footer("&L&A&RSeite &P von &N")


def _write_cell(
    worksheet: Worksheet, row: int, column: int, cell: Cell, formats: dict[str, Any], *, heading: bool
) -> None:
    match cell:
        case None | "":
            worksheet.write_blank(row, column, None, formats["heading" if heading else "text"])
        case str():
            style = "heading" if heading else "guarded" if _DANGEROUS.match(cell) else "text"
            worksheet.write_string(row, column, cell[:_LONGEST], formats[style])
        case datetime():
            worksheet.write_datetime(row, column, cell.replace(tzinfo=None), formats["time"])
        case date():
            worksheet.write_datetime(row, column, cell, formats["date"])
        case Share():
            worksheet.write_number(row, column, cell, formats["share"])
        case float():
            worksheet.write_number(row, column, cell, formats["decimal"])
        case _:
            worksheet.write_number(row, column, cell, formats["number"])


def _widths(sheet: Sheet) -> list[float]:
    """Widths in characters: as wide as the longest cell, within what one can read."""
    longest = [len(title) + 4 for title in sheet.header]
    for row in sheet.rows:
        for column, cell in enumerate(row):
            lines = _shown(cell).splitlines() or [""]
            longest[column] = max(longest[column], *(len(line) + 2 for line in lines))
    return [float(min(max(width, 9), 48)) for width in longest]
