"""Which column means what: German and English headers in the variants that offices use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from invite_pipeline.errors import Problem
from invite_pipeline.recipients.cells import tidy
from invite_pipeline.recipients.sheet import Sheet, column_letter

_VARIANTS = {
    # Running numbers are no keys: they change with the order of the rows.
    "key": "Schlüssel, Key, ID, Kennung",
    "kind": "Art, Kind, Typ, Type, Kategorie, Category, Gruppe, Group",
    "organisation": "Organisation, Organization, Einrichtung, Institution, Firma, Company, Verein, Behörde, Kommune, "
    "Gemeinde, Stadt/Gemeinde, Name der Organisation, Organisationsname, Name der Einrichtung, Körperschaft",
    "unit": "Abteilung, Unit, Department, Einheit, Referat, Amt/Abteilung, Dienststelle, Fachbereich, "
    "Organisationseinheit, Zusatz, Adresszusatz, Organisation 2",
    "street": "Straße, Street, Straße / Hausnr., Straße und Hausnummer, Straße Hausnummer, Str., Anschrift, "
    "Straße/Postfach, Street Address, Address Line 1",
    "house_number": "Hausnummer, Hausnr., Hnr., House Number",
    "postcode": "PLZ, Postleitzahl, Postcode, Postal Code, Zip, Zip Code",
    "city": "Ort, City, Stadt, Town, Wohnort, Ortsname",
    "place": "PLZ Ort, PLZ / Ort, PLZ und Ort, Postleitzahl Ort, Postleitzahl und Ort",
    "country": "Land, Country, Staat, Ländercode, Country Code",
    "region": "Region, Bezirk, Regierungsbezirk, Bundesland, District",
    "email": "E-Mail, Mail, E-Mail-Adresse, Mailadresse, E-Mail (dienstl.), E-Mail dienstlich, Email Address, "
    "E-Mail-Anschrift, elektronische Post",
    "phone": "Telefon, Phone, Tel., Telefonnummer, Telefon (dienstl.), Telefon dienstlich, Rufnummer, Phone Number",
    "language": "Sprache, Language",
    "salutation": "Briefanrede, Salutation, Anredezeile, Anredeformel, Grußformel, Persönliche Anrede",
    "address": "Adresse, Address, Anschriftfeld, Adressblock, Address Block, Postanschrift",
    "order": "Reihenfolge, Order, Adressreihenfolge",
}
_PERSON_VARIANTS = {
    "gender": "Anrede, Gender, Geschlecht, Form of Address, Mr/Ms",
    "degree": "Titel, Degree, Title, Akad. Titel, Akademischer Titel, Akademischer Grad, Grad",
    "first_name": "Vorname, First Name, Given Name, Vornamen, Firstname",
    "last_name": "Nachname, Last Name, Surname, Familienname, Zuname, Family Name",
    "office": "Amt, Office, Funktion, Position, Amtsbezeichnung, Dienststellung, Role",
    "suffix": "Namenszusatz, Suffix, Zusatz zum Namen, Mandat",
    "contact": "Ansprechpartner, Ansprechpartnerin, Ansprechperson, Contact, Contact Person, Kontakt, Kontaktperson, "
    "z. Hd., zu Händen, Ansprechpartner/in, Vorsitz, Vor- und Nachname, Vorname Nachname, Full Name",
}
PERSON_FIELDS = tuple(_PERSON_VARIANTS)


def spelling(header: str) -> str:
    """A header reduced to what distinguishes it: letters and digits, case folded."""
    text = unicodedata.normalize("NFC", tidy(header)).casefold()
    return re.sub(r"[\W_]+", "", text)


def _dictionary() -> dict[str, str]:
    names = {spelling(one): field for field, variants in _VARIANTS.items() for one in (*variants.split(","), field)}
    for field, variants in _PERSON_VARIANTS.items():
        for one in (*variants.split(","), field):
            names |= {spelling(one): field, spelling(one) + "1": field, spelling(one) + "2": field + "2"}
    # "Zusatz" and "Organisation 2" are units; a bare "Name" depends on its neighbours.
    return names


_FIELDS = _dictionary()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands; `extra` are the columns that mean nothing to the pipeline, by header."""

    of: Mapping[str, int]
    extra: Mapping[str, int]

    def letter(self, field: str) -> str | None:
        """The spreadsheet's name of a field's column."""
        return column_letter(self.of[field]) if field in self.of else None


def read_header(sheet: Sheet) -> tuple[Columns, list[Problem]]:
    """What each column means, and every reason why the header cannot be used."""
    header = [tidy(name) for name in sheet.header]
    of: dict[str, int] = {}
    extra: dict[str, int] = {}
    problems = []
    fields = _meanings(header)
    for index, (name, field) in enumerate(zip(header, fields, strict=True)):
        if not field:
            if name:
                extra.setdefault(name, index)
        elif field in of:
            problems.append(_twice(sheet, header, of[field], index))
        else:
            of[field] = index
    return Columns(of, extra), problems + _lacking(sheet, of, header)


def _meanings(header: list[str]) -> list[str]:
    fields = [_FIELDS.get(spelling(name), "") for name in header]
    for index, name in enumerate(header):
        if spelling(name) in ("name", "name1", "name2"):
            fields[index] = _meaning_of_name(spelling(name), fields)
    # "Stadt" is the organisation's town, unless the list has a column for that already.
    if fields.count("city") == 2 and "organisation" not in fields:
        stadt = next((index for index, name in enumerate(header) if spelling(name) == "stadt"), None)
        if stadt is not None:
            fields[stadt] = "organisation"
    return fields


def _meaning_of_name(name: str, others: list[str]) -> str:
    """Beside a first name it is the last name; without an organisation it is that; else it is a whole name."""
    second = "2" if name.endswith("2") else ""
    if f"first_name{second}" in others and f"last_name{second}" not in others:
        return "last_name" + second
    if "organisation" not in others:
        return "organisation"
    return "contact" + second if f"contact{second}" not in others else ""


def _twice(sheet: Sheet, header: list[str], first: int, second: int) -> Problem:
    message = (
        f"The columns {column_letter(first)} “{header[first]}” and {column_letter(second)} “{header[second]}” "
        "mean the same."
    )
    fix = "Rename or remove one of them."
    return Problem("error", sheet.file, message, fix, row=sheet.first_row - 1, column=column_letter(second))


def _lacking(sheet: Sheet, of: Mapping[str, int], header: list[str]) -> list[Problem]:
    lacking = []
    if not {"organisation", "last_name", "contact", "address"} & of.keys():
        lacking.append("for the organisation (“Organisation”) or a person's name (“Nachname”)")
    postal = "address" in of or ("street" in of and ("place" in of or {"postcode", "city"} <= of.keys()))
    if "email" not in of and not postal:
        lacking.append("by which anyone can be reached (“E-Mail”, or “Straße”, “PLZ” and “Ort”)")
    shown = ", ".join(f"“{name[:40]}”" for name in header[:20] if name) or "nothing"
    return [
        Problem(
            "error",
            sheet.file,
            f"The header has no column {what}; it has {shown}.",
            "Add the column, or rename the one that holds it.",
            row=sheet.first_row - 1,
        )
        for what in lacking
    ]
