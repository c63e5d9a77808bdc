"""Rows become recipients, or problems with file, row, column and mend: all in one pass."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.address import derive
from invite_pipeline.domain.recipient import Channel, Person, Recipient
from invite_pipeline.errors import Problem
from invite_pipeline.recipients.load import Loaded, list_files, read_lists
from invite_pipeline.recipients.rejects import rejects_csv
from tests.builders import a_campaign

HEADER = "Schlüssel;Organisation;Abteilung;Anrede;Titel;Vorname;Nachname;Amt;Straße;PLZ;Ort;Land;E-Mail;Sprache;Hinweis"
GOOD = {
    "Schlüssel": "k-1",
    "Organisation": "Stadt Bonn",
    "Anrede": "Frau",
    "Titel": "Dr.",
    "Vorname": "Eva",
    "Nachname": "Muster",
    "Amt": "Oberbürgermeisterin",
    "Straße": "Markt 2",
    "PLZ": "53111",
    "Ort": "Bonn",
    "E-Mail": "ob@bonn.example",
    "Hinweis": "Beispiel",
}


def load(folder: Path, *rows: dict[str, str], header: str = HEADER) -> Loaded:
    """The list of rows that differ from the good one in the cells named."""
    names = header.split(";")
    lines = [";".join('"' + (GOOD | row).get(name, "").replace('"', '""') + '"' for name in names) for row in rows]
    path = folder / "list.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_lists([path], folder)


def only(loaded: Loaded) -> Recipient:
    (listed,) = loaded.recipients
    return listed.recipient


def the_problem(loaded: Loaded) -> Problem:
    (problem,) = loaded.problems
    return problem


def errors(loaded: Loaded) -> list[str]:
    return [problem.message for problem in loaded.problems if problem.severity == "error"]


def test_a_good_row_becomes_a_recipient_with_its_place(tmp_path: Path) -> None:
    loaded = load(tmp_path, {})
    assert loaded.problems == ()
    assert (loaded.recipients[0].file, loaded.recipients[0].row) == ("list.csv", 2)
    assert only(loaded) == Recipient(
        key="k-1",
        kind="sonstige",
        organisation="Stadt Bonn",
        persons=(Person(gender="f", degree="Dr.", first_name="Eva", last_name="Muster", office="Oberbürgermeisterin"),),
        street="Markt 2",
        postcode="53111",
        city="Bonn",
        email="ob@bonn.example",
        extra={"Hinweis": "Beispiel"},
    )


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"Organisation": "", "Vorname": "", "Nachname": ""}, "B", "The organisation is missing."),
        ({"E-Mail": "ob.bonn.example"}, "M", "“ob.bonn.example” is no e-mail address"),
        ({"E-Mail": "ob@bonn"}, "M", "“ob@bonn” is no e-mail address"),
        ({"E-Mail": "a@bonn.example; b@bonn.example"}, "M", "2 e-mail addresses stand in one cell."),
        ({"PLZ": "1067"}, "J", "The postcode “1067” has lost its leading zero."),
        ({"PLZ": "1067.0"}, "J", "The postcode “1067.0” has lost its leading zero."),
        ({"PLZ": "53111.0"}, "J", "The postcode “53111.0” is written as a number."),
        ({"PLZ": "RG1"}, "J", "“RG1” is no German postcode."),
        ({"E-Mail": "", "Straße": ""}, "I", "Without an e-mail address it goes by post, but street is missing."),
        (
            {"E-Mail": "", "Straße": "", "PLZ": "", "Ort": ""},
            "M",
            "There is neither an e-mail address nor a postal address.",
        ),
        ({"Land": "Atlantis"}, "L", "The country “Atlantis” is not known."),
        ({"Sprache": "klingonisch"}, "N", "No letters are written in “klingonisch”."),
        ({"Schlüssel": "../etc"}, "A", "The key “../etc” cannot be a file's name."),
        ({"Schlüssel": "k-ö"}, "A", "The key “k-ö” cannot be a file's name."),
        ({"Organisation": "Stadt\r\nBcc: x@y.example"}, "B", "The cell holds a line break"),
        ({"Nachname": "Mus\x07ter"}, "G", "The cell holds the control character U+0007"),
        ({"Nachname": "\u202eretsuM"}, "G", "The cell holds the control character U+202E"),
        ({"Ort": "K\ufffdln"}, "K", "The cell has lost a character"),
        ({"Organisation": "x" * 100_000}, "B", "The cell holds 100000 characters"),
    ],
)
def test_an_error_keeps_the_row_out_and_names_its_place(
    tmp_path: Path, cells: dict[str, str], column: str, message: str
) -> None:
    loaded = load(tmp_path, cells, {"Schlüssel": "k-2", "Organisation": "Stadt Köln"})
    assert [listed.recipient.key for listed in loaded.recipients] == ["k-2"]
    first = loaded.problems[0]
    assert (first.severity, first.where, first.row, first.column) == ("error", "list.csv", 2, column)
    assert first.message.startswith(message)
    assert first.fix


def test_an_unusable_cell_is_reported_once(tmp_path: Path) -> None:
    assert len(load(tmp_path, {"Organisation": "a\nb", "Nachname": "", "Vorname": ""}).problems) == 1


def test_the_leading_zero_is_proposed_and_never_added(tmp_path: Path) -> None:
    assert the_problem(load(tmp_path, {"PLZ": "1067"})).fix.startswith("Write 01067")


def test_all_problems_of_all_rows_are_found_in_one_pass(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"PLZ": "1", "E-Mail": "x", "Land": "?"}, {}, {"Schlüssel": "?", "Sprache": "?"})
    assert [(problem.row, problem.column) for problem in loaded.problems] == [
        (2, "L"),
        (2, "M"),
        (4, "N"),
        (4, "A"),
    ]


@pytest.mark.parametrize("cells", [{"Abteilung": "Büro", "Land": "FR"}, {"Adresse": "1\n2\n3\n4\n5\n6\n7"}])
def test_an_address_of_seven_lines_is_an_error(tmp_path: Path, cells: dict[str, str]) -> None:
    loaded = load(tmp_path, cells, header=HEADER.replace("Hinweis", "Adresse"))
    assert errors(loaded) == ["The address block has 7 lines; 6 fit into the window."]


def test_an_address_line_that_does_not_fit_is_an_error_with_its_width(tmp_path: Path) -> None:
    (message,) = errors(load(tmp_path, {"Organisation": "Zweckverband " + "Städtepartnerschaft " * 3}))
    assert re.search(r"is 1\d\d\.\d mm wide; 80 mm fit into the window", message)


def test_a_long_line_of_narrow_letters_fits(tmp_path: Path) -> None:
    assert load(tmp_path, {"Organisation": "Illiliill " * 6}).problems == ()
    assert errors(load(tmp_path, {"Organisation": "MWMWMWMW " * 4})) != []


def test_a_character_that_no_font_has_is_an_error(tmp_path: Path) -> None:
    (message,) = errors(load(tmp_path, {"Organisation": "Stadt 東京"}))
    assert "“東” (U+6771)" in message


def test_placeholders_count_as_empty_and_are_flagged_in_names(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Titel": "k. A.", "Abteilung": "-", "Vorname": "nan", "Straße": "NULL", "Ort": "–"})
    recipient = only(loaded)
    assert (recipient.unit, recipient.street, recipient.city) == ("", "", "")
    assert recipient.persons[0].name == "Muster"
    assert [(problem.severity, problem.column) for problem in loaded.problems] == [("warning", "F")]


def test_herr_none_exists(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Anrede": "Herr", "Vorname": "Karl", "Nachname": "None", "Amt": ""})
    assert only(loaded).persons[0].last_name == "None"
    assert "is kept as a name" in the_problem(loaded).message


def test_a_person_without_an_organisation_is_noticed_not_refused(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Organisation": "", "Amt": "Oberbürgermeisterin a. D."})
    assert the_problem(loaded).severity == "notice"
    assert only(loaded).addressee == "Dr. Eva Muster"


def test_whoever_holds_an_office_holds_it_somewhere(tmp_path: Path) -> None:
    said = "The organisation in which Dr. Eva Muster holds an office is missing."
    assert errors(load(tmp_path, {"Organisation": ""})) == [said]


def test_without_mail_it_goes_by_post(tmp_path: Path) -> None:
    assert only(load(tmp_path, {"E-Mail": ""})).channel is Channel.POST


def test_a_mail_address_needs_no_postal_address(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Straße": "", "PLZ": "", "Ort": ""})
    assert loaded.problems == ()
    assert only(loaded).channel is Channel.MAIL


def test_cells_are_composed_and_stripped(tmp_path: Path) -> None:
    recipient = only(load(tmp_path, {"Organisation": "\u00a0Stadt  Ko\u0308ln\u200b", "Ort": "Ko\u0308ln "}))
    assert (recipient.organisation, recipient.city) == ("Stadt Köln", "Köln")


def test_line_breaks_in_extra_columns_become_spaces(tmp_path: Path) -> None:
    assert only(load(tmp_path, {"Hinweis": "erste\r\nzweite\x00"})).extra == {"Hinweis": "erste zweite"}


def test_a_forms_of_address_cell_may_hold_more(tmp_path: Path) -> None:
    recipient = only(load(tmp_path, {"Anrede": "Herrn Dr.", "Titel": "", "Amt": ""}))
    assert derive(recipient).salutation == "Sehr geehrter Herr Dr. Muster,"
    recipient = only(load(tmp_path, {"Anrede": "Sehr geehrte Frau Muster"}))
    assert derive(recipient).salutation == "Sehr geehrte Frau Muster,"


def test_an_unknown_form_of_address_is_noticed(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Anrede": "Firma"})
    assert loaded.problems[0].message == "“Firma” says neither “Frau” nor “Herr”."
    assert {problem.severity for problem in loaded.problems} == {"notice"}


def test_an_underivable_salutation_is_a_notice_of_its_row(tmp_path: Path) -> None:
    problem = the_problem(load(tmp_path, {"Anrede": "", "Vorname": "", "Amt": ""}))
    assert (problem.severity, problem.row, problem.column) == ("notice", 2, "D")


@pytest.mark.parametrize("cell", ["z. Hd. Frau Meier", "Frau Meier"])
def test_a_contact_in_one_cell(tmp_path: Path, cell: str) -> None:
    (tmp_path / "list.csv").write_text(f"Organisation;Ansprechpartner;E-Mail\nStadt Z;{cell};a@z.example\n")
    addressing = derive(only(read_lists([tmp_path / "list.csv"], tmp_path)))
    assert addressing.lines == ("Stadt Z", "Frau Meier")
    assert addressing.salutation == "Sehr geehrte Frau Meier,"


def test_for_the_attention_of_somebody_is_no_unit(tmp_path: Path) -> None:
    header = "Organisation;Abteilung;E-Mail"
    recipient = only(load(tmp_path, {"Abteilung": "z. Hd. Frau Meier"}, header=header))
    assert (recipient.unit, recipient.addressee) == ("", "Meier")


def test_two_persons_in_a_row(tmp_path: Path) -> None:
    header = "Organisation;Anrede;Vorname;Nachname;Anrede 2;Vorname 2;Nachname 2;E-Mail"
    loaded = load(tmp_path, {"Anrede 2": "Herr", "Vorname 2": "Martin", "Nachname 2": "Schmidt"}, header=header)
    assert derive(only(loaded)).salutation == "Sehr geehrte Frau Muster, sehr geehrter Herr Schmidt,"


def test_an_english_title_may_be_a_form_of_address(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "Company,Title,First Name,Surname,Email,Language\nTwinning Association,Ms,Ann,Hill,a@b.example,en\n"
    )
    assert derive(only(read_lists([tmp_path / "list.csv"], tmp_path))).salutation == "Dear Ms Hill,"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Titel": "Herr Prof. Dr.", "Anrede": "", "Amt": ""}, "Sehr geehrter Herr Professor Muster,"),
        ({"Titel": "Bürgermeisterin", "Anrede": "", "Amt": ""}, "Sehr geehrte Frau Bürgermeisterin,"),
        ({"Anrede": "Frau Landrätin", "Amt": ""}, "Sehr geehrte Frau Landrätin,"),
        ({"Nachname": "von Muster MdL", "Amt": ""}, "Sehr geehrte Frau Abgeordnete,"),
        ({"Vorname": "Dr. Eva", "Titel": "", "Amt": ""}, "Sehr geehrte Frau Dr. Muster,"),
        ({"Anrede": "Herrn", "Amt": "Ersten Beigeordneten"}, "Sehr geehrter Herr Beigeordneter,"),
        ({"Anrede": "Familie", "Amt": "", "Titel": "", "Vorname": ""}, "Sehr geehrte Familie Muster,"),
        ({"Anrede": "Herr/Frau", "Amt": "", "Titel": "", "Vorname": ""}, "Sehr geehrte Damen und Herren,"),
    ],
)
def test_what_stands_in_the_wrong_column_is_set_right(tmp_path: Path, cells: dict[str, str], words: str) -> None:
    assert derive(only(load(tmp_path, cells))).salutation == words


def test_postcode_and_town_in_one_cell(tmp_path: Path) -> None:
    recipient = only(load(tmp_path, {"PLZ Ort": "D-40213 Düsseldorf"}, header="Organisation;Straße;PLZ Ort"))
    assert (recipient.postcode, recipient.city) == ("40213", "Düsseldorf")


@pytest.mark.parametrize(
    ("country", "code"),
    [("France", "FR"), ("Frankreich", "FR"), ("pl", "PL"), ("England", "GB"), ("Großbritannien", "GB"), ("D", "DE")],
)
def test_countries_in_any_spelling(tmp_path: Path, country: str, code: str) -> None:
    assert only(load(tmp_path, {"Land": country})).country == code


def test_a_foreign_recipient(tmp_path: Path) -> None:
    person = {"Anrede": "", "Titel": "", "Vorname": "", "Nachname": "", "Amt": ""}
    place = {"Straße": "17 place Jean Jaurès", "PLZ": "F-62300", "Ort": "Lens", "Land": "Frankreich", "Sprache": "fr"}
    found = derive(only(load(tmp_path, {"Organisation": "Mairie de Lens", **person, **place})))
    assert found.lines == ("Mairie de Lens", "17 place Jean Jaurès", "62300 LENS", "FRANKREICH")
    assert found.salutation == "Madame, Monsieur,"


# --- keys and duplicates ----------------------------------------------------------------------------------------

KEYLESS = HEADER.removeprefix("Schlüssel;")


def test_a_derived_key_survives_every_change_of_person_street_and_mail(tmp_path: Path) -> None:
    before = only(load(tmp_path, {}, header=KEYLESS))
    changes = {"Vorname": "Ada", "Straße": "Neu 1", "E-Mail": "x@y.example", "Organisation": "STADT BONN"}
    assert only(load(tmp_path, changes, header=KEYLESS)).key == before.key
    assert only(load(tmp_path, {"Abteilung": "Büro"}, header=KEYLESS)).key != before.key


def test_a_doubled_key_is_an_error_that_names_both_rows(tmp_path: Path) -> None:
    loaded = load(tmp_path, {}, {"Schlüssel": "K-1", "Organisation": "Stadt Köln"})
    assert the_problem(loaded).message == "The key “K-1” also stands in list.csv, row 2."
    assert len(loaded.recipients) == 1


@pytest.mark.parametrize("change", [{"E-Mail": "OB@bonn.example", "Straße": "Neu 1"}, {"E-Mail": ""}])
def test_the_same_organisation_and_address_is_an_error(tmp_path: Path, change: dict[str, str]) -> None:
    loaded = load(tmp_path, {}, {"Schlüssel": "k-2", "Organisation": "stadt bonn", **change})
    assert errors(loaded) == ["The same organisation and address stand in list.csv, row 2."]


def test_two_organisations_may_share_a_mailbox_but_are_noticed(tmp_path: Path) -> None:
    loaded = load(tmp_path, {}, {"Schlüssel": "k-2", "Organisation": "Kreis Wesel"})
    assert the_problem(loaded).severity == "warning"
    assert len(loaded.recipients) == 2


def test_duplicates_are_found_over_all_files(tmp_path: Path) -> None:
    load(tmp_path, {})
    (tmp_path / "second.csv").write_text((tmp_path / "list.csv").read_text())
    loaded = read_lists([tmp_path / "list.csv", tmp_path / "second.csv"], tmp_path)
    assert (the_problem(loaded).where, len(loaded.recipients)) == ("second.csv", 1)


# --- whole lists ------------------------------------------------------------------------------------------------


def test_a_cell_beyond_the_header_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Organisation;E-Mail\nStadt Z;a@z.example;;x\nStadt Y;a@y.example;;\n")
    loaded = read_lists([tmp_path / "list.csv"], tmp_path)
    assert errors(loaded) == ["The row has a cell beyond the header, in column D."]
    assert only(loaded).organisation == "Stadt Y"


def test_blank_rows_are_no_recipients(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Organisation;E-Mail\n;\nStadt Z;a@z.example\n \n")
    loaded = read_lists([tmp_path / "list.csv"], tmp_path)
    assert (loaded.recipients[0].row, loaded.problems) == (3, ())


def test_a_list_without_rows_is_an_error(tmp_path: Path) -> None:
    assert errors(load(tmp_path)) == ["The list has a header but no rows."]


def test_no_list_at_all_is_an_error(tmp_path: Path) -> None:
    assert the_problem(read_lists([], tmp_path)).message == "The campaign has no recipient list."


def test_one_unreadable_list_does_not_stop_the_others(tmp_path: Path) -> None:
    load(tmp_path, {})
    loaded = read_lists([tmp_path / "gone.csv", tmp_path / "list.csv"], tmp_path)
    assert (the_problem(loaded).where, len(loaded.recipients)) == ("gone.csv", 1)


def test_how_a_list_was_understood_is_said(tmp_path: Path) -> None:
    (source,) = load(tmp_path, {}).sources
    assert (source.encoding, source.delimiter, source.rows) == ("utf-8", ";", 1)


def test_lists_are_found_by_themselves_or_named(tmp_path: Path) -> None:
    (tmp_path / "recipients").mkdir()
    for name in ("b.xlsx", "a.CSV", "~$b.xlsx", ".~lock.a.csv#", "README.md"):
        (tmp_path / "recipients" / name).touch()
    assert [path.name for path in list_files(tmp_path, a_campaign())] == ["a.CSV", "b.xlsx"]
    named = replace(a_campaign(), recipients=("lists/x.csv",))
    assert list_files(tmp_path, named) == [tmp_path / "lists" / "x.csv"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("Summe;;12", "a row of totals"),
        ("Gesamt: 12;;", "a row of totals"),
        (";;12", "a row of totals"),
        ("Stand: Mai 2024;;", "a note under the list"),
        ("Organisation;Ort;E-Mail", "the header once more"),
    ],
)
def test_what_is_no_recipient_is_said_and_not_read(tmp_path: Path, row: str, what: str) -> None:
    (tmp_path / "list.csv").write_text(f"Organisation;Ort;E-Mail\nStadt Z;Z;a@z.example\n{row}\n")
    loaded = read_lists([tmp_path / "list.csv"], tmp_path)
    assert (the_problem(loaded).severity, the_problem(loaded).row) == ("notice", 3)
    assert what in the_problem(loaded).message
    assert only(loaded).organisation == "Stadt Z"


def test_an_organisation_may_be_called_like_a_total(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"Organisation": "Gesamtschule Bonn"})
    assert only(loaded).organisation == "Gesamtschule Bonn"


@pytest.mark.parametrize("value", ["#NV", "#REF!", "#?", "Err:502"])
def test_an_error_value_keeps_the_row_out(tmp_path: Path, value: str) -> None:
    assert errors(load(tmp_path, {"E-Mail": value})) == [f"The cell shows the error value “{value}”."]


def test_campaign_says_what_columns_mean(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Gremium;Kontakt 3;Titel\nRat Z;a@z.example;Buch\n")
    columns: dict[str, str | tuple[str, ...]] = {
        "organisation": "Gremium",
        "email": "kontakt 3",
        "extra": ("Titel",),
    }
    recipient = only(read_lists([tmp_path / "list.csv"], tmp_path, columns))
    assert (recipient.organisation, recipient.email, recipient.extra) == ("Rat Z", "a@z.example", {"Titel": "Buch"})


def test_campaigns_word_settles_two_columns_of_one_meaning(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Organisation;E-Mail;Mail\nRat Z;a@z.example;b@z.example\n")
    recipient = only(read_lists([tmp_path / "list.csv"], tmp_path, {"email": "Mail"}))
    assert (recipient.email, recipient.extra) == ("b@z.example", {"E-Mail": "a@z.example"})


def test_unknown_field_in_the_campaigns_columns_is_an_error(tmp_path: Path) -> None:
    load(tmp_path, {})
    loaded = read_lists([tmp_path / "list.csv"], tmp_path, {"organization": "Gremium"})
    assert (the_problem(loaded).where, the_problem(loaded).column) == ("campaign.toml", "columns.organization")
    assert the_problem(loaded).fix == "Did you mean “organisation”?"


def test_what_each_column_means_is_said(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Organisation;Farbe;E-Mail\nRat Z;rot;a@z.example\n")
    (source,) = read_lists([tmp_path / "list.csv"], tmp_path).sources
    assert source.columns == {"A “Organisation”": "organisation", "B “Farbe”": "extra", "C “E-Mail”": "email"}


def test_almost_equal_organisations_are_noticed_with_both_rows(tmp_path: Path) -> None:
    loaded = load(tmp_path, {}, {"Schlüssel": "k-2", "Organisation": "Bonn, Stadt", "E-Mail": "x@y.example"})
    assert (the_problem(loaded).severity, the_problem(loaded).row, the_problem(loaded).column) == ("warning", 3, "B")
    assert the_problem(loaded).message == "“Bonn, Stadt” is almost the same as “Stadt Bonn” in list.csv, row 2."


def test_slip_in_a_provider_is_a_warning(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"E-Mail": "eva@gmial.com"})
    assert (the_problem(loaded).severity, the_problem(loaded).column) == ("warning", "M")
    assert only(loaded).email == "eva@gmial.com"


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("Markt 1, 53111 Bonn", ("Stadt Z", "Markt 1", "53111 Bonn")),
        ("Markt 1\n53111 Bonn", ("Stadt Z", "Markt 1", "53111 Bonn")),
        ("Rat Z\nz. Hd. Frau Amt\nMarkt 1\n53111 Bonn", ("Rat Z", "z. Hd. Frau Amt", "Markt 1", "53111 Bonn")),
    ],
)
def test_whole_address_in_one_cell(tmp_path: Path, cell: str, lines: tuple[str, ...]) -> None:
    (tmp_path / "list.csv").write_text(f'Organisation;Anschrift\nStadt Z;"{cell}"\n')
    assert derive(only(read_lists([tmp_path / "list.csv"], tmp_path))).lines == lines


def test_form_of_address_belongs_to_the_name_in_one_cell(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "Organisation;Anrede;Titel;Name;E-Mail\nStadt Z;Frau;Dr.;Eva Muster;a@z.example\n"
    )
    assert derive(only(read_lists([tmp_path / "list.csv"], tmp_path))).salutation == "Sehr geehrte Frau Dr. Muster,"


def test_rejected_rows_can_be_mended_and_loaded_again(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"PLZ": "1067", "Telefon": "+49"}, {"Schlüssel": "k-2", "Organisation": "Stadt Köln"})
    mend = rejects_csv(loaded.rejects).decode("utf-8-sig")
    assert mend.count("\r\n") == 2
    assert "list.csv, row 2: The postcode “1067” has lost its leading zero. Write 01067" in mend
    (tmp_path / "mended.csv").write_text(mend.replace('"1067"', '"01067"'))
    again = read_lists([tmp_path / "mended.csv"], tmp_path)
    assert again.problems == ()
    assert only(again) == replace(only(load(tmp_path, {})), postcode="01067")


NAMES = "Name;Straße;PLZ;Ort;E-Mail"


@pytest.mark.parametrize(
    ("name", "lines", "salutation"),
    [
        ("Frau Dr. Eva Muster", ("Frau", "Dr. Eva Muster"), "Sehr geehrte Frau Dr. Muster,"),
        ("Hans Meier", ("Hans Meier",), "Guten Tag Hans Meier,"),
        ("Eheleute Hans und Eva Meier", ("Eheleute", "Hans und Eva Meier"), "Sehr geehrte Eheleute Meier,"),
        ("Freundeskreis Lens e. V.", ("Freundeskreis Lens e. V.", "Vorstand"), "Sehr geehrte Damen und Herren,"),
        ("Dr. Peter Wust Stiftung", ("Dr. Peter Wust Stiftung",), "Sehr geehrte Damen und Herren,"),
        ("Rathaus Bonn, z. Hd. Frau Amt", ("Rathaus Bonn", "Frau Amt"), "Sehr geehrte Frau Amt,"),
    ],
)
def test_a_column_headed_name_may_hold_persons_and_organisations(
    tmp_path: Path, name: str, lines: tuple[str, ...], salutation: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f'{NAMES}\n"{name}";Markt 2;53111;Bonn;a@bonn.example\n', encoding="utf-8")
    loaded = read_lists([path], tmp_path)
    assert loaded.problems == ()
    addressed = derive(only(loaded))
    plain = tuple(line.replace("\u202f", " ") for line in addressed.lines)
    assert (plain, addressed.salutation) == ((*lines, "Markt 2", "53111 Bonn"), salutation)


@pytest.mark.parametrize(
    ("header", "cell", "office", "salutation"),
    [
        ("Bürgermeister/in", "Frau Eva Muster", "Bürgermeisterin", "Sehr geehrte Frau Bürgermeisterin,"),
        ("1. Vorsitzende/r", "Herr Max Klein", "1. Vorsitzender", "Sehr geehrter Herr Klein,"),
        ("Landrat/Landrätin", "Frau Eva Muster", "Landrätin", "Sehr geehrte Frau Landrätin,"),
        ("(Ober-)Bürgermeister/in", "Eva Muster", "", "Guten Tag Eva Muster,"),
        ("Ansprechpartner/in", "Frau Eva Muster", "", "Sehr geehrte Frau Muster,"),
    ],
)
def test_a_column_named_after_an_office_gives_it_to_whoever_stands_in_it(
    tmp_path: Path, header: str, cell: str, office: str, salutation: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Organisation;{header};E-Mail\nStadt Bonn;{cell};a@bonn.example\n", encoding="utf-8")
    recipient = only(read_lists([path], tmp_path))
    assert (recipient.persons[0].office, derive(recipient).salutation) == (office, salutation)


def test_a_list_of_towns_needs_no_other_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Stadt;Straße;PLZ;E-Mail\nBonn;Markt 2;53111;a@bonn.example\n", encoding="utf-8")
    recipient = only(read_lists([path], tmp_path))
    assert derive(recipient).lines == ("Bonn", "Markt 2", "53111 Bonn")


@pytest.mark.parametrize(
    ("language", "office", "line", "said"),
    [
        ("en", "Bürgermeisterin", "Ms Eva Muster, Mayor", []),
        ("fr", "1. Vorsitzende", "Madame Eva Muster, Présidente", []),
        ("en", "Dezernentin", "Ms Eva Muster, Dezernentin", ["notice"]),
    ],
)
def test_an_office_abroad_stands_in_the_letters_language(
    tmp_path: Path, language: str, office: str, line: str, said: list[str]
) -> None:
    loaded = load(tmp_path, {"Amt": office, "Sprache": language, "Titel": "", "Land": "GB"})
    assert derive(only(loaded)).lines[1] == line
    assert [problem.severity for problem in loaded.problems] == said


def test_a_total_beside_the_mail_addresses_is_no_recipient(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{NAMES}\nVerein;Weg 1;53111;Bonn;a@b.example\nSumme;;;;2 Adressen\n", encoding="utf-8")
    loaded = read_lists([path], tmp_path)
    assert len(loaded.recipients) == 1
    assert "totals" in the_problem(loaded).message
