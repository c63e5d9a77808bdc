"""Spreadsheets: what is written is read again, and no cell becomes a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from invite_pipeline.formats.sheets import Cell, Share, Sheet, from_csv, guard, to_csv, to_xlsx, unguard

HOSTILE = ["=cmd|'/C calc'!A0", "+49 228 0", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"]
CREATED = datetime(2023, 11, 20, 10, 0, tzinfo=UTC)


def sheet_of(*rows: list[Cell], **changes: frozenset[int]) -> Worksheet:
    columns = ["Spalte"] * len(rows[0])
    content = to_xlsx(
        [Sheet(name="Tabelle", header=columns, rows=rows, **changes)], title="Titel", author="Amt", created=CREATED
    )
    sheet: Worksheet = openpyxl.load_workbook(io.BytesIO(content))["Tabelle"]
    return sheet


# --- CSV --------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
@example([["+49 228 00000", "'=1"], ["''=1", "'"], ['a"b;c', "zwei\nZeilen"]])
def test_own_export_gives_back_the_same_values(rows: list[list[str]]) -> None:
    clean = [[cell.encode(errors="replace").decode() for cell in row] for row in rows]
    assert from_csv(to_csv(["Organisation", "=Telefon"], clean)) == (["Organisation", "=Telefon"], clean)


@given(st.text())
def test_guarding_is_undone_by_reading(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_exported_cell_begins_a_formula(hostile: str) -> None:
    text = to_csv(["Name"], [[hostile]]).decode("utf-8-sig")
    assert next(iter(list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1])) == f"'{hostile}"


def test_csv_is_what_german_excel_opens() -> None:
    content = to_csv(["Ort", "Köpfe"], [["Köln", 3], [None, 2.5]])
    assert content == '\ufeff"Ort";"Köpfe"\r\n"Köln";"3"\r\n"";"2,5"\r\n'.encode()


def test_csv_shows_dates_as_germans_write_them() -> None:
    shown = from_csv(to_csv(["Tag", "Zeit"], [[date(2024, 1, 19), datetime(2024, 1, 19, 9, 5, tzinfo=UTC)]]))
    assert shown[1] == [["19.01.2024", "19.01.2024 09:05"]]


def test_text_that_no_file_can_hold_is_replaced() -> None:
    assert from_csv(to_csv(["Name"], [["kaputt \udcff"]]))[1] == [["kaputt ?"]]


def test_empty_file_is_an_empty_table() -> None:
    assert from_csv(b"") == ([], [])


# --- XLSX -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "\r" not in text])
def test_workbook_keeps_hostile_text_as_text(hostile: str) -> None:
    cell = sheet_of([hostile])["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (hostile, "s", True)


def test_web_address_is_no_link() -> None:
    cell = sheet_of(["https://boese.example/"])["A2"]
    assert (cell.value, cell.hyperlink) == ("https://boese.example/", None)


def test_workbook_holds_real_dates_and_numbers() -> None:
    row = sheet_of([date(2024, 1, 19), datetime(2024, 1, 19, 9, 5, tzinfo=UTC), 3, Share(0.25), None])[2]
    assert row[0].value == datetime(2024, 1, 19)  # noqa: DTZ001 - a spreadsheet knows no zone
    assert row[1].value == datetime(2024, 1, 19, 9, 5)  # noqa: DTZ001
    assert [cell.value for cell in row[2:]] == [3, 0.25, None]
    assert [cell.number_format for cell in row[:4]] == ["dd.mm.yyyy", "dd.mm.yyyy hh:mm", "#,##0", "0.0%"]


def test_header_stays_in_view_with_filters() -> None:
    sheet = sheet_of(["a", "b"], ["c", "d"])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:B3")


def test_sheet_with_sections_has_no_filters() -> None:
    assert sheet_of(["Köpfe", ""], ["a", 1], headings=frozenset({0})).auto_filter.ref is None


def test_columns_are_as_wide_as_their_text_within_reason() -> None:
    sheet = sheet_of(["kurz", "x" * 500])
    assert sheet.column_dimensions["A"].width == pytest.approx(10, abs=1)
    assert sheet.column_dimensions["B"].width == pytest.approx(48, abs=1)


def test_text_longer_than_a_cell_is_cut() -> None:
    assert len(str(sheet_of(["x" * 40_000])["A2"].value)) == 32767


def test_same_sheets_give_the_same_bytes() -> None:
    sheets = [Sheet(name="Tabelle", header=["Ort"], rows=[["Köln"]])]
    once, again = (to_xlsx(sheets, title="Titel", author="Amt", created=CREATED) for _ in range(2))
    assert once == again
    assert b"<f>" not in ZipFile(io.BytesIO(once)).read("xl/worksheets/sheet1.xml")
