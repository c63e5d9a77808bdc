"""Files of every office program become the same table, or one clear sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from invite_pipeline.formats.sheets import to_csv
from invite_pipeline.recipients.sheet import Sheet, Unreadable, column_letter, read_sheet

TEXT = "Organisation;E-Mail\nStadt Köln;a@koeln.example\n"


def sheet_of(folder: Path, data: bytes | str, name: str = "list.csv") -> Sheet:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheet(path, name)


def rows_of(sheet: Sheet) -> list[list[str]]:
    return [list(cells) for cells in sheet.rows]


def problem_of(folder: Path, data: bytes | str, name: str = "list.csv") -> str:
    with pytest.raises(Unreadable) as caught:
        rows_of(sheet_of(folder, data, name))
    assert caught.value.problem.severity == "error"
    assert caught.value.problem.fix
    return str(caught.value.problem)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_encoding_of_an_office_is_understood(tmp_path: Path, encoding: str) -> None:
    sheet = sheet_of(tmp_path, TEXT.encode(encoding))
    assert rows_of(sheet)[0][0] == "Stadt Köln"
    assert sheet.source.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = f'Organisation{delimiter}"Telefon;,\t"{delimiter}Ort\nStadt Bonn{delimiter}1{delimiter}Bonn\n'
    assert sheet_of(tmp_path, text).header == ("Organisation", "Telefon;,\t", "Ort")


def test_excels_sep_line_is_no_row(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "sep=,\r\nOrganisation,E-Mail;x\r\nStadt Bonn,b@bonn.example\r\n")
    assert sheet.header == ("Organisation", "E-Mail;x")
    assert sheet.first_row == 2


def test_quoted_newlines_and_blank_rows_count_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, '\n\na;b\n"x\ny";1\n\nz;2\n')
    assert sheet.first_row == 4
    assert rows_of(sheet) == [["x\ny", "1"], [], ["z", "2"]]


def test_every_cell_stays_text(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "a;b;c\n01067;NA;1e5\n")
    assert rows_of(sheet) == [["01067", "NA", "1e5"]]


def test_rows_may_be_of_any_length(tmp_path: Path) -> None:
    assert rows_of(sheet_of(tmp_path, "a;b\n1;2\n1;2;3;4\n1\n")) == [["1", "2"], ["1", "2", "3", "4"], ["1"]]


def test_our_own_exports_come_back_without_guards(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, to_csv(["Telefon", "Name"], [["+49 228 0", "'=1"], ["=1+1", "O'Hara"]]))
    assert rows_of(sheet) == [["+49 228 0", "'=1"], ["=1+1", "O'Hara"]]


def test_titles_above_the_header_are_not_read_and_said(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "Einladungen 2024;;\nStand: Mai;;\n\nVerein;Ort;E-Mail\nX;Bonn;x@x.example\n")
    assert (sheet.header, sheet.first_row, sheet.source.header_row) == (("Verein", "Ort", "E-Mail"), 5, 4)
    (problem,) = sheet.problems
    assert (problem.severity, problem.row) == ("notice", 4)
    assert problem.message.startswith("Rows 1 to 2 stand above the header")


def test_a_title_without_delimiters_does_not_hide_them(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "Liste, Stand: Mai, neu\nVerein;Ort;E-Mail\nX;Bonn;x@x.example\n")
    assert sheet.header == ("Verein", "Ort", "E-Mail")


def test_a_quotation_mark_that_is_never_closed_is_found_wherever_it_stands(tmp_path: Path) -> None:
    rows = "".join(f"{number};x\n" for number in range(3000))
    assert "row 3002 opens" in problem_of(tmp_path, f'a;b\n{rows}"offen;1\n1;2\n')


def test_mixed_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    data = "Organisation\nStadt Köln\n".encode() + "Stadt Düren\n".encode("cp1252")
    assert "list.csv:2: The list mixes two encodings" in problem_of(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a;b\n\x81\x8d", "neither UTF-8 nor Windows-1252"),
        (b'a;b\n1;2\n"x;3\n4;5\n', "quotation mark that row 3 opens is never closed"),
        (b"a;b\n" + b";" * 2000, "has 2001 cells"),
    ],
)
def test_a_broken_text_says_what_is_wrong(tmp_path: Path, data: bytes, expected: str) -> None:
    assert expected in problem_of(tmp_path, data)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(Unreadable):
            read_sheet(path, "list.csv")


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    assert "“.pdf” is no kind of list" in problem_of(tmp_path, b"%PDF", "list.pdf")


@pytest.mark.parametrize("data", [b"PK\x03\x04 but no workbook", b"Organisation und\n", b"\xd0\xcf\x11\xe0" * 200])
@pytest.mark.parametrize("name", ["list.xlsx", "list.xls", "list.ods"])
def test_a_damaged_workbook_is_one_problem(tmp_path: Path, data: bytes, name: str) -> None:
    assert "damaged or locked" in problem_of(tmp_path, data, name)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, rows in sheets.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return path


def test_numbers_in_a_workbook_are_text_without_decimals(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx", Liste=[["Organisation", "PLZ"], ["Stadt Köln", 50667], ["Stadt Bonn", None]]
    )
    sheet = read_sheet(path, "list.xlsx")
    assert rows_of(sheet) == [["Stadt Köln", "50667"], ["Stadt Bonn", ""]]
    assert (sheet.first_row, sheet.source.sheet) == (2, "Liste")


def test_leading_empty_rows_of_a_workbook_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", Liste=[[None, None], [None, None], ["Organisation", "Ort"], ["A", "B"]])
    sheet = read_sheet(path, "list.xlsx")
    assert (sheet.header, sheet.first_row) == (("Organisation", "Ort"), 4)


def test_further_sheets_are_named_not_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", Leer=[], A=[["Organisation"], ["X"]], Alt=[["Organisation"], ["Y"]])
    sheet = read_sheet(path, "list.xlsx")
    assert sheet.source.sheet == "A"
    assert [problem.message for problem in sheet.problems] == ["Only the sheet “A” is read, not “Alt”."]


def test_an_empty_workbook_is_an_empty_list(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", Leer=[])
    with pytest.raises(Unreadable, match="is empty"):
        read_sheet(path, "list.xlsx")


def test_columns_are_named_as_in_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]


ODS_MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""
ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Liste">
<table:table-row><table:table-cell office:value-type="string"><text:p>Verein</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>PLZ</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Łódź</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="40213"><text:p>40213</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def test_a_list_of_libreoffice_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", ODS_CONTENT.replace("\n<", "<").replace("\n", " "))
    sheet = read_sheet(tmp_path / "list.ods", "list.ods")
    assert (sheet.header, rows_of(sheet)) == (("Verein", "PLZ"), [["Łódź", "40213"]])


# --- what a workbook holds beside its values -----------------------------------------------------------------------


def excel(path: Path, change: Callable[[Any], None]) -> Sheet:
    """A workbook of three rows with whatever `change` does to its sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Liste"
    for row in (
        ["Organisation", "Name", "PLZ", "Seit"],
        ["Stadt Köln", "Eva Muster", 50667, date(2020, 1, 2)],
        [None, "Max Mann", 1067.5, datetime(2020, 1, 2, 9, 5, tzinfo=None)],  # noqa: DTZ001 - spreadsheets know no zone
        ["Stadt Bonn", "Kim Amt", True, time(9, 5)],
    ):
        page.append(row)
    change(page)
    book.save(path)
    return read_sheet(path, path.name)


def said(sheet: Sheet) -> list[tuple[str, int | None, str | None]]:
    return [(problem.severity, problem.row, problem.column) for problem in sheet.problems]


def test_typed_cells_are_text_as_an_office_reads_it(tmp_path: Path) -> None:
    sheet = excel(tmp_path / "list.xlsx", lambda _: None)
    assert [row[2:] for row in rows_of(sheet)] == [
        ["50667", "02.01.2020"],
        ["1067.5", "02.01.2020 09:05"],
        ["WAHR", "09:05"],
    ]


def test_merged_cells_count_for_each_of_their_rows(tmp_path: Path) -> None:
    sheet = excel(tmp_path / "list.xlsx", lambda page: page.merge_cells("A2:A3"))
    assert [row[0] for row in rows_of(sheet)] == ["Stadt Köln", "Stadt Köln", "Stadt Bonn"]
    assert said(sheet) == [("notice", 2, "A")]


def test_hidden_rows_and_columns_are_read_and_named(tmp_path: Path) -> None:
    def hide(page: Any) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["C"].hidden = True

    sheet = excel(tmp_path / "list.xlsx", hide)
    assert len(rows_of(sheet)) == 3
    assert said(sheet) == [("warning", 3, None), ("warning", 1, "C")]


def test_error_values_are_seen_and_so_are_formulas_never_calculated(tmp_path: Path) -> None:
    def break_cells(page: Any) -> None:
        page["B2"].value, page["B2"].data_type = "#N/A", "e"
        page["B3"] = "=1+1"

    assert [row[1] for row in rows_of(excel(tmp_path / "list.xlsx", break_cells))] == ["#N/A", "#?", "Kim Amt"]


def test_the_sheet_with_the_list_is_found_and_hidden_ones_are_not_it(tmp_path: Path) -> None:
    def add_sheets(page: Any) -> None:
        notes = page.parent.create_sheet("Notizen", 0)
        notes["A1"] = "Bitte beachten"
        old = page.parent.create_sheet("Alt", 0)
        old.append(["Organisation", "Name", "PLZ", "Ort", "Straße", "E-Mail"])
        old.sheet_state = "hidden"

    sheet = excel(tmp_path / "list.xlsx", add_sheets)
    assert sheet.source.sheet == "Liste"
    assert sheet.problems[0].message == "Only the sheet “Liste” is read, not “Alt” (hidden), “Notizen”."


def test_an_old_workbook_is_read_with_its_hidden_rows(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("Liste")
    rows: list[list[str | int]] = [["Organisation", "PLZ"], ["Stadt Köln", 50667], ["Stadt Bonn", 53111]]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            page.write(row, column, cell)
    page.row(2).hidden = True
    page.col(1).hidden = True
    book.save(str(tmp_path / "list.xls"))
    sheet = read_sheet(tmp_path / "list.xls", "list.xls")
    assert rows_of(sheet) == [["Stadt Köln", "50667"], ["Stadt Bonn", "53111"]]
    assert said(sheet) == [("warning", 3, None), ("warning", 1, "B")]


def test_hidden_rows_of_libreoffice_are_named(tmp_path: Path) -> None:
    content = ODS_CONTENT.replace("<table:table-row>", '<table:table-row table:visibility="filter">').replace(
        '<table:table-row table:visibility="filter">', "<table:table-row>", 1
    )
    with zipfile.ZipFile(tmp_path / "list.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", content.replace("\n<", "<").replace("\n", " "))
    assert said(read_sheet(tmp_path / "list.ods", "list.ods")) == [("warning", 2, None)]


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_list_of_an_old_program_says_how_it_is_written(tmp_path: Path, encoding: str) -> None:
    data = "Organisation;E-Mail\nVerein Düren;a@dueren.example\n".encode(encoding)
    message = problem_of(tmp_path, data)
    assert "for “Düren" in message
    assert "Save it as CSV UTF-8" in message


def test_czech_letters_are_no_umlauts_of_an_old_program(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "Organisation;E-Mail\nKlub Dušan;a@b.example\n".encode("cp1252")).header


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<html><table><tr><td>Organisation</td></tr></table></html>", "list.xls"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "list.csv"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "list.xls"),
    ],
)
def test_web_page_called_a_workbook_is_named(tmp_path: Path, data: bytes, name: str) -> None:
    assert "whatever its name says" in problem_of(tmp_path, data, name)


@pytest.mark.parametrize("called", ["list.csv", "list.ods", "list.xls"])
def test_workbook_is_read_by_what_it_is(tmp_path: Path, called: str) -> None:
    path = workbook(tmp_path / "list.xlsx", Liste=[["Organisation", "E-Mail"], ["Verein", "a@b.example"]])
    sheet = sheet_of(tmp_path, path.read_bytes(), called)
    assert rows_of(sheet) == [["Verein", "a@b.example"]]
    assert [problem.severity for problem in sheet.problems] == ["notice"] * (called == "list.csv")


def test_text_called_a_workbook_is_read_and_said(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "Organisation;E-Mail\nVerein;a@b.example\n", "list.xlsx")
    assert rows_of(sheet) == [["Verein", "a@b.example"]]
    assert "text (CSV)" in sheet.problems[0].message
