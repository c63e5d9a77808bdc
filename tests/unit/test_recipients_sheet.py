"""Files of every office program become the same table, or one clear sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

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


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
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


@pytest.mark.parametrize("data", [b"PK\x03\x04 but no workbook", b"Organisation;E-Mail\n", b"\xd0\xcf\x11\xe0" * 200])
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
