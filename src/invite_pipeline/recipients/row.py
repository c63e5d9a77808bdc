"""One row of a list becomes a recipient, or problems with their place and mend."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from invite_pipeline.domain import german
from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.errors import Problem, Severity
from invite_pipeline.recipients import names, persons, places, several
from invite_pipeline.recipients.cells import error_value, is_possible_surname, shown, suspects
from invite_pipeline.recipients.columns import Columns
from invite_pipeline.recipients.headers import PERSON_FIELDS
from invite_pipeline.recipients.mail_address import AddressChecker
from invite_pipeline.recipients.name_patterns import CARE_OF, FOR
from invite_pipeline.recipients.row_check import check_recipient
from invite_pipeline.recipients.row_parts import note_contradiction, person_in_name, read_person, read_postal

NO_EXTRA: Mapping[str, str] = {}

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _BASE32 for other in _BASE32]
_NAME_FIELDS = ("last_name", "first_name", "contact", "last_name2", "first_name2", "contact2")
_MAY_BE_CARE_OF = re.compile(r"c/o|℅|[co]\. ?[oO]\.|p\. ?A|bei Fam", re.IGNORECASE)
_UNNEEDED = frozenset({"phone", "region", "kind"})
"""Fields without which a letter is still right."""
_ORDERS: dict[str, Literal["", "person", "organisation"]] = {
    "": "",
    "person": "person",
    "organisation": "organisation",
    "organization": "organisation",
}


class Row:
    """The tidied cells of one row by field, and the problems found in them."""

    __slots__ = ("_columns", "broken", "cells", "extra", "file", "given", "number", "problems")

    def __init__(self, cells: dict[str, str], *, number: int, file: str, columns: Columns) -> None:
        self.cells, self._columns = cells, columns
        self.number, self.file = number, file
        self.extra: Mapping[str, str] = NO_EXTRA
        self.given: Sequence[str] = ()
        self.problems: list[Problem] = []
        self.broken = False

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")

    def has_column(self, field: str) -> bool:
        """Whether the list has a column for this field."""
        return field in self._columns.of and not (field == "organisation" and self._columns.bare_name)

    def letter(self, field: str) -> str | None:
        """The spreadsheet's name of a field's column."""
        return self._columns.letter(field)

    def empty(self, field: str) -> None:
        """Take a cell as empty."""
        self.cells[field] = ""

    def say(self, severity: Severity, field: str, message: str, fix: str) -> None:
        """Note a problem in the column of `field`; an error keeps the row out."""
        letter = self._columns.letter(field)
        self.problems.append(Problem(severity, self.file, message, fix, row=self.number, column=letter))
        self.broken = self.broken or severity == "error"

    def error(self, field: str, message: str, fix: str) -> None:
        """Note what keeps the row out; one error in a cell is enough, since what follows from it helps nobody."""
        letter = self._columns.letter(field)
        if letter is None or not any(p.severity == "error" and p.column == letter for p in self.problems):
            self.say("error", field, message, fix)


class RowReader:
    """Makes recipients of the rows of one list; equal texts of all rows are kept once."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._second = any(field + "2" in columns.of for field in PERSON_FIELDS)
        self._addresses = AddressChecker()
        self._kept: dict[str, str] = {}

    def read(self, row: Row) -> Recipient:
        """What was understood of a row; every problem is noted in it, and one that is `broken` is no recipient."""
        _drop_placeholders(row)
        get, keep = row.cells.get, self._keep
        given = get("language", "")
        language = places.language_code(given) if given else "de"
        if language is None:
            row.error("language", f"No letters are written in “{shown(given)}”.", "Write de, en or fr.")
        if len(get("unit", "")) == 1 and get("house_number"):
            # "Zusatz" of the house's number: 1 and a.
            row.cells["house_number"] += row.cells.pop("unit")
        people, salutation, unit = self._people(row, get("unit", ""))
        postal = read_postal(row)
        kind = get("kind", "")
        recipient = Recipient(
            key=_key(row, unit, postal.postcode, people),
            kind=keep(kind.casefold()) if kind else "sonstige",
            organisation=get("organisation", ""),
            unit=keep(unit),
            persons=people,
            order=_order(row) if get("order") else "",
            street=postal.street,
            postcode=keep(postal.postcode),
            city=keep(postal.city),
            country=postal.country,
            region=keep(get("region", "")),
            email=self._email(row) if get("email") else "",
            phone=get("phone", ""),
            language=language or "de",
            salutation=get("salutation") or salutation,
            address=postal.address,
            extra=row.extra,
        )
        check_recipient(row, recipient)
        return recipient

    def _keep(self, text: str) -> str:
        """The first of all equal texts: towns and names come again and again, and need their memory once."""
        return self._kept.setdefault(text, text) if text else ""

    def _people(self, row: Row, unit: str) -> tuple[tuple[Person, ...], str, str]:
        """The persons, a salutation that stands in the column for the form of address, and the unit."""
        cells = row.cells
        if self._columns.bare_name:
            person_in_name(cells)
        unit = _take_care_of(cells, unit)
        if "contact" in cells or " " in cells.get("last_name", ""):
            _note_company(row)
        first, salutation = read_person(row, "", self._keep)
        contact = cells.get("contact", "")
        if contact:
            first, unit = _with_contact(row, first, contact, unit)
            first = self._in_office("contact", first)
        if self._second:
            second, _ = read_person(row, "2", self._keep)
            contact = cells.get("contact2", "")
            if contact:
                second, unit = _with_contact(row, second, contact, unit)
                second = self._in_office("contact2", second)
            first, salutation = first + second, "" if second else salutation
        if unit and unit.casefold() == cells.get("organisation", "").casefold():
            unit = ""
        if not first and unit and FOR.match(unit):
            first, unit = several.read_names(unit), ""
        return first, salutation, unit

    def _in_office(self, field: str, people: tuple[Person, ...]) -> tuple[Person, ...]:
        """Whoever stands in a column "Bürgermeister/in" holds that office, where the gender says how it is called."""
        office = self._columns.offices.get(field, "")
        if not office or len(people) != 1 or people[0].office or people[0].gender not in ("f", "m"):
            return people
        return (replace(people[0], office=german.in_gender(office, people[0].gender)),)

    def _email(self, row: Row) -> str:
        found = self._addresses.check(row["email"])
        if found.wrong:
            row.error("email", found.wrong, found.fix)
        elif found.doubt:
            row.say("warning", "email", found.doubt, found.fix)
        return found.address


def _take_care_of(cells: dict[str, str], unit: str) -> str:
    """The unit, with "c/o …" out of the cells for names: it is a line of the address, and nobody's name."""
    if not _MAY_BE_CARE_OF.search("\0".join(cells.values())):
        return unit
    for field in ("organisation", *_NAME_FIELDS):
        text = cells.get(field, "")
        if text and (found := CARE_OF.search(text)):
            cells[field] = text[: found.start()].rstrip(" ,;")
            unit = f"{unit}, {found[1]}" if unit else found[1]
    return unit


def _note_company(row: Row) -> None:
    for field in _NAME_FIELDS:
        text = row.cells.get(field, "")
        if " " in text and several.names_company(text):
            message = f"Whom “{shown(text)}” means besides, has no name: the letter greets the one who has."
            row.say("notice", field, message, "Write the second name in full, or leave it out.")


def _with_contact(row: Row, found: tuple[Person, ...], contact: str, unit: str) -> tuple[tuple[Person, ...], str]:
    """The persons with what a cell for whole names holds: persons, a holder for a bare office, or a unit."""
    if names.names_a_unit(contact):
        return found, unit or contact
    named = several.read_names(contact)
    if not named:
        return found, unit
    if not found:
        return named, unit
    if len(found) == 1 == len(named):
        note_contradiction(row, found[0], named[0])
        return (persons.merged(found[0], named[0]),), unit
    return found if found[0].last_name else named, unit


def _drop_placeholders(row: Row) -> None:
    """Cells that only say that there is nothing; in names they are flagged, since Herr None exists."""
    for field in suspects(row.cells):
        text = row.cells[field]
        if error_value(text):
            fix = "Correct the formula, or empty the cell."
            severity: Severity = "warning" if field in _UNNEEDED else "error"
            row.say(severity, field, f"The cell shows the error value “{shown(text)}”.", fix)
        elif field in _NAME_FIELDS:
            kept = field.startswith("last_name") and is_possible_surname(text)
            what = "is kept as a name" if kept else "is taken as empty"
            row.say("warning", field, f"“{text}” in a column for names {what}.", "Empty the cell, or correct the name.")
            if kept:
                continue
        row.cells[field] = ""


def _order(row: Row) -> Literal["", "person", "organisation"]:
    order = _ORDERS.get(row["order"].casefold())
    if order is None:
        row.error("order", f"“{shown(row['order'])}” is no order of an address.", "Write person or organisation.")
    return order or ""


def _key(row: Row, unit: str, postcode: str, people: Sequence[Person]) -> str:
    """The list's own key, or one that survives every change of person, street and e-mail address."""
    given = row["key"]
    if given:
        if not _KEY.fullmatch(given):
            fix = "Write at most 80 letters (without umlauts), digits and hyphens, beginning with a letter or digit."
            row.error("key", f"The key “{shown(given)}” cannot be a file's name.", fix)
        return given
    # Who is invited as a person, not for an organisation, is known by the name.
    who = row["organisation"] or " ".join(f"{person.first_name} {person.last_name}" for person in people)
    identity = "|".join(part.casefold() for part in (who or row["address"], unit, postcode))
    digest = hashlib.sha256(identity.encode("utf-8", "replace")).digest()
    # Ten letters of base32 are five pairs of 10 bits.
    bits = int.from_bytes(digest[:7], "big") >> 6
    return "r-" + "".join([_PAIRS[bits >> shift & 0x3FF] for shift in (40, 30, 20, 10, 0)])
