"""Whatever lies in a list: the outcome is rows and problems, never an exception, never a broken header."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from invite_pipeline.domain.address import derive
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.cells import one_line
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.load import Loaded, read_lists
from invite_pipeline.recipients.near import near_duplicates
from invite_pipeline.recipients.several import read_names

CELLS = st.text(max_size=20) | st.sampled_from(
    [
        "",
        "Frau",
        "a@b.example",
        "a@b.example\r\nBcc: c@d.example",
        "'; DROP TABLE recipients; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "=cmd|' /C calc'!A0",
        "\u202egnp.exe",
        "👩🏽‍💼",
        "01067",
        "None",
        "z. Hd. ",
        "Herr und",
        '"',
        "\x00",
        "x" * 5000,
    ]
)
_WORDS = """
Frau Herrn Herr und / , Dr. Prof. h. c. von Graf zu Müller Eva Bürgermeister OB MdL a. D. des Landtags (CDU) Eheleute
z. Hd. Büro Vorsitzende/r stellv. 1. & N. - @
"""
WORDS = st.sampled_from(_WORDS.split())
HEADERS = st.sampled_from(
    ["Organisation", "E-Mail", "Name", "Nachname", "Anrede", "Amt", "Straße", "PLZ Ort", "Land", "Schlüssel", "", "?"]
)


def load(data: bytes, name: str) -> Loaded:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_lists([path], Path(folder))


def assert_harmless(loaded: Loaded) -> None:
    assert all(problem.message and problem.fix and problem.severity for problem in loaded.problems)
    assert all(derive(reject.listed.recipient).salutation for reject in loaded.rejects)
    for listed in loaded.recipients:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}", listed.recipient.key)
        assert not re.search(r"[\x00-\x1f\x7f]", "".join(texts(listed.recipient)))
        assert listed.recipient.email or listed.recipient.street or listed.recipient.address


def texts(recipient: Recipient) -> list[str]:
    named = [recipient.organisation, recipient.unit, recipient.email, recipient.addressee, recipient.salutation]
    return [*named, *recipient.address, *recipient.extra.values(), recipient.street, recipient.city]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\x00")
@example(b"sep=")
@example(b'"')
@example(b"\xef\xbb\xbf")
@example(b"a\rb\r\rc")
def test_arbitrary_bytes_as_text(data: bytes) -> None:
    assert_harmless(load(data, "list.csv"))


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".xlsx", ".xls", ".ods"]))
@example(b"PK\x05\x06" + b"\x00" * 18, ".xlsx")
def test_arbitrary_bytes_as_a_workbook(data: bytes, suffix: str) -> None:
    loaded = load(data, "list" + suffix)
    assert loaded.recipients == ()
    assert len(loaded.problems) == 1


@settings(max_examples=80, deadline=None)
@given(st.lists(HEADERS, max_size=6), st.lists(st.lists(CELLS, max_size=7), max_size=5), st.sampled_from(";,\t"))
def test_arbitrary_tables(header: list[str], rows: list[list[str]], delimiter: str) -> None:
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *rows]]
    assert_harmless(load("\n".join(lines).encode("utf-8", "replace"), "list.csv"))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * 6), min_size=1, max_size=4))
def test_hostile_cells_under_a_good_header(rows: list[tuple[str, ...]]) -> None:
    header = "Organisation;Anrede;Nachname;Amt;E-Mail;Hinweis"
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    loaded = load("\n".join([header, *lines]).encode("utf-8", "replace"), "list.csv")
    assert_harmless(loaded)
    assert len(loaded.recipients) <= len(rows)


_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BOOK_CELLS: st.SearchStrategy[object] = st.one_of(
    CELLS.filter(lambda text: not _NOT_IN_XML.search(text)),
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False),
    st.dates(min_value=date(1901, 1, 1)),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(BOOK_CELLS, max_size=5), min_size=1, max_size=5), st.lists(HEADERS, max_size=5), st.booleans())
def test_arbitrary_workbooks(rows: list[list[object]], header: list[str], merge: bool) -> None:
    book = openpyxl.Workbook()
    table: list[list[object]] = [list(header), *rows]
    for number, cells in enumerate(table, start=1):
        for column, cell in enumerate(cells, start=1):
            place = book.active.cell(number, column)
            place.value = cell
            if isinstance(cell, str):
                place.data_type = "s"
    if merge:
        book.active.merge_cells("A2:B4")
    content = io.BytesIO()
    book.save(content)
    assert_harmless(load(content.getvalue(), "list.xlsx"))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.lists(WORDS, max_size=8).map(" ".join))
def test_arbitrary_names_give_persons_and_whole_salutations(text: str) -> None:
    recipient = Recipient(key="k", kind="k", organisation="Stadt Z", persons=read_names(one_line(text)))
    found = derive(recipient)
    assert found.salutation.endswith(",")
    assert all(line.strip() for line in found.lines)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.sampled_from("aAbä 1-.,e V"), max_size=20), max_size=12))
def test_arbitrary_organisations_are_compared_without_fail(names: list[str]) -> None:
    listed = [
        ListedRecipient(Recipient(key=f"k-{row}", kind="k", organisation=name), "l.csv", row)
        for row, name in enumerate(names)
    ]
    assert all(one.row < other.row for one, other in near_duplicates(listed))
