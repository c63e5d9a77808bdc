"""Persons out of columns: what stands in the wrong one, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from invite_pipeline.domain.address import NEUTRAL, derive
from invite_pipeline.recipients.load import Loaded, read_lists

_HEADER = ("Anrede", "Titel", "Vorname", "Nachname", "Amt", "Ansprechpartner", "Organisation", "E-Mail")


def load(folder: Path, **cells: str) -> Loaded:
    given = {"Organisation": "Stadt Z", "E-Mail": "a@z.example"} | cells
    header = [name for name in _HEADER if name in given]
    text = ";".join(header) + "\n" + ";".join(f'"{given[name]}"' for name in header) + "\n"
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return read_lists([folder / "list.csv"], folder)


_TABLE: dict[tuple[str, ...], tuple[str, str]] = {
    ("Herr", "MdL", "Jan", "Muster", "", ""): ("Herrn / Jan Muster MdL / Stadt Z", "Sehr geehrter Herr Abgeordneter,"),
    ("Frau", "Dr.", "Eva", "Muster", "MdB", ""): (
        "Frau / Dr. Eva Muster MdB / Stadt Z",
        "Sehr geehrte Frau Abgeordnete,",
    ),
    ("Frau", "", "Eva", "Muster", "Mitglied des Landtags", ""): (
        "Frau / Eva Muster MdL / Stadt Z",
        "Sehr geehrte Frau Abgeordnete,",
    ),
    ("Frau", "", "Eva", "Muster", "MdL a. D.", ""): (
        "Stadt Z / Frau Eva Muster MdL a. D.",
        "Sehr geehrte Frau Muster,",
    ),
    ("Frau", "", "Eva", "Klug", "Professorin", ""): (
        "Stadt Z / Frau Professorin / Eva Klug",
        "Sehr geehrte Frau Professorin Klug,",
    ),
    ("", "Prof.in Dr.in", "Eva", "Klug", "", ""): (
        "Stadt Z / Frau Professorin / Dr. Eva Klug",
        "Sehr geehrte Frau Professorin Klug,",
    ),
    ("Herr", "Graf", "Max", "von Hohenadel", "", ""): (
        "Stadt Z / Max Graf von Hohenadel",
        "Sehr geehrter Graf von Hohenadel,",
    ),
    ("Herr", "Dr. Freiherr", "Max", "von Stein", "", ""): (
        "Stadt Z / Dr. Max Freiherr von Stein",
        "Sehr geehrter Herr Dr. Freiherr von Stein,",
    ),
    ("Gräfin", "", "Eva", "von Hohenadel", "", ""): (
        "Stadt Z / Eva Gräfin von Hohenadel",
        "Sehr geehrte Gräfin von Hohenadel,",
    ),
    ("Herr", "", "Hans", "Meier a. D.", "Bürgermeister", ""): (
        "Stadt Z / Herrn Bürgermeister a. D. / Hans Meier",
        "Sehr geehrter Herr Meier,",
    ),
    ("", "", "Anna und Peter", "Schmidt", "", ""): (
        "Stadt Z / Anna Schmidt / Peter Schmidt",
        "Guten Tag Anna Schmidt, guten Tag Peter Schmidt,",
    ),
    ("Eheleute", "", "Anna und Peter", "Schmidt", "", ""): (
        "Eheleute / Anna und Peter Schmidt / Stadt Z",
        "Sehr geehrte Eheleute Schmidt,",
    ),
    ("Frau", "", "Eva", "Muster", "Geschäftsführer", ""): (
        "Stadt Z / Frau Geschäftsführerin / Eva Muster",
        "Sehr geehrte Frau Muster,",
    ),
    ("Herr", "", "Jan", "Muster", "Bürgermeister und Vorsitzender", ""): (
        "Herrn Bürgermeister und Vorsitzenden / Jan Muster / Stadt Z",
        "Sehr geehrter Herr Bürgermeister,",
    ),
    ("Frau", "", "Eva", "Muster", "Vorsitzender und Bürgermeister", ""): (
        "Frau Vorsitzende und Bürgermeisterin / Eva Muster / Stadt Z",
        "Sehr geehrte Frau Bürgermeisterin,",
    ),
}


@pytest.mark.parametrize("cells", _TABLE)
def test_what_stands_in_the_wrong_column_is_set_right(tmp_path: Path, cells: tuple[str, ...]) -> None:
    loaded = load(tmp_path, **dict(zip(_HEADER, cells, strict=False)))
    found = derive(loaded.recipients[0].recipient)
    assert (" / ".join(found.lines).replace("\u202f", " "), found.salutation) == _TABLE[cells]
    assert loaded.problems == ()


@pytest.mark.parametrize(
    "cells",
    [
        {"Anrede": "Herr", "Nachname": "Klein", "Amt": "Bürgermeisterin"},
        {"Anrede": "Herr", "Nachname": "Klein", "Titel": "Professorin"},
        {"Anrede": "Herr", "Vorname": "Max", "Nachname": "Gräfin von Hohenadel"},
        {"Anrede": "Herr", "Ansprechpartner": "Frau Klein"},
        {"Anrede": "Herr", "Ansprechpartner": "Frau Bürgermeisterin Klein"},
    ],
)
def test_a_contradiction_is_noticed_and_greets_nobody(tmp_path: Path, cells: dict[str, str]) -> None:
    loaded = load(tmp_path, **cells)
    found = derive(loaded.recipients[0].recipient)
    assert found.salutation == NEUTRAL
    assert not any("Herrn" in line or "Frau" in line for line in found.lines)
    assert loaded.problems
    assert {problem.severity for problem in loaded.problems} == {"notice"}


def test_care_of_is_a_line_before_the_street_and_nobodys_name(tmp_path: Path) -> None:
    cells = {"Organisation": "Verein X", "Ansprechpartner": "Frau Eva Muster c/o Familie Schmidt"}
    found = derive(load(tmp_path, **cells).recipients[0].recipient)
    assert found.lines == ("Verein X", "Frau Eva Muster", "c/o Familie Schmidt")
    assert found.salutation == "Sehr geehrte Frau Muster,"


@pytest.mark.parametrize("company", ["und Frau", "und Gattin", "mit Gattin", "nebst Gemahlin", "und Frau Gemahlin"])
def test_a_companion_without_a_name_is_noticed(tmp_path: Path, company: str) -> None:
    loaded = load(tmp_path, Ansprechpartner=f"Herrn Peter Klein {company}")
    assert derive(loaded.recipients[0].recipient).salutation == "Sehr geehrter Herr Klein,"
    (problem,) = loaded.problems
    assert (problem.severity, problem.row, problem.column) == ("notice", 2, "A")
