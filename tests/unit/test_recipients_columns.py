"""Headers of German and English offices mean what they mean, however they are written."""

from __future__ import annotations

import pytest

from invite_pipeline.recipients.columns import Columns, read_header
from invite_pipeline.recipients.sheet import Sheet, Source


def header(*names: str) -> tuple[Columns, list[str]]:
    columns, problems = read_header(Sheet(Source("list.csv"), names, (), 2))
    return columns, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("E-Mail (dienstl.)", "email"),
        ("\ufeffe-mail", "email"),
        ("Straße / Hausnr.", "street"),
        ("Strasse", "street"),
        ("STRAẞE", "street"),
        ("PLZ\u00a0Ort", "place"),
        ("Stra\u00dfe\u200b", "street"),
        ("Anrede 2", "gender2"),
        ("Ansprechpartner/in", "contact"),
        ("Postleitzahl", "postcode"),
        ("Zip Code", "postcode"),
        ("Briefanrede", "salutation"),
        ("Tel.", "phone"),
        ("first_name", "first_name"),
        ("Straße und Hausnr.", "street"),
        ("Strasse, Nr.", "street"),
        ("PLZ, Ort", "place"),
        ("Titel, Vorname, Name", "contact"),
        ("Vorname des Ansprechpartners", "first_name"),
        ("Ansprechpartner (Nachname)", "last_name"),
        ("Name der Ansprechperson", "contact"),
        ("E-Mail-Adresse (geschäftlich)", "email"),
        ("Funktion / Amt", "office"),
        ("Land/Region geschäftlich", "country"),
        ("Business Country/Region", "country"),
        ("1. Vorsitzende/r", "contact"),
    ],
)
def test_a_header_in_its_variants(name: str, field: str) -> None:
    columns, _ = header("Organisation", "Mail" if field != "email" else "Kreis", name)
    assert columns.of[field] == 2


def test_decomposed_umlauts_are_the_same_header() -> None:
    columns, _ = header("Organisation", "E-Mail", "Schlu\u0308ssel")
    assert columns.of["key"] == 2


def test_what_means_nothing_stays_for_templates() -> None:
    columns, problems = header("Organisation", "E-Mail", "Einwohner", "")
    assert (dict(columns.extra), problems) == ({"Einwohner": 2}, [])


def test_a_bare_name_depends_on_its_neighbours() -> None:
    assert header("Vorname", "Name", "E-Mail")[0].of["last_name"] == 1
    assert header("Name", "E-Mail")[0].of["organisation"] == 0
    assert header("Organisation", "Name", "E-Mail")[0].of["contact"] == 1
    assert header("Verein", "Vorname 2", "Name 2", "E-Mail")[0].of["last_name2"] == 2


def test_stadt_beside_ort_is_the_organisation() -> None:
    assert header("Stadt", "Straße", "PLZ", "Ort")[0].of == {"organisation": 0, "street": 1, "postcode": 2, "city": 3}


def test_two_columns_of_one_meaning_are_an_error_that_names_both() -> None:
    _, problems = header("Organisation", "E-Mail", "Mail")
    assert problems == [
        (
            "list.csv:1:C: The columns B “E-Mail” and C “Mail” mean the same (email). "
            'Rename or remove one, or say in campaign.toml under [columns]: email = "E-Mail".'
        )
    ]


def test_a_header_without_organisation_or_address_is_an_error_that_names_what_is_there() -> None:
    _, problems = header("Farbe", "Form")
    assert len(problems) == 2
    assert "“Organisation”" in problems[0]
    assert "“Farbe”, “Form”" in problems[0]
    assert "“E-Mail”" in problems[1]


def test_a_postal_address_is_enough() -> None:
    assert header("Organisation", "Straße", "PLZ Ort")[1] == []
    assert header("Organisation", "Straße", "Ort")[1] != []


def test_the_columns_letter_is_known() -> None:
    assert header("Organisation", "E-Mail")[0].letter("email") == "B"
    assert header("Organisation", "E-Mail")[0].letter("phone") is None


@pytest.mark.parametrize("name", ["E-Mail privat", "Einwohner", "Farbe", "Lfd. Nr.", "Mobil", "Fax", "Bemerkungen"])
def test_what_is_not_meant_is_not_taken(name: str) -> None:
    assert name in header("Organisation", "E-Mail", name)[0].extra


def test_town_beside_an_association_is_its_town() -> None:
    assert header("Verein", "Kommune", "E-Mail")[0].of == {"organisation": 0, "city": 1, "email": 2}


def test_address_beside_a_postcode_is_the_street() -> None:
    assert header("Organisation", "Adresse", "PLZ", "Ort")[0].of["street"] == 1
    assert header("Organisation", "Adresse")[0].of["address"] == 1


def test_lines_of_a_name_are_organisation_and_unit() -> None:
    assert header("Name1", "Name2", "Straße", "PLZ", "Ort")[0].of["unit"] == 1
