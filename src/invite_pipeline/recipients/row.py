"""One row of a list becomes a recipient, or problems with their place and mend."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from invite_pipeline.domain import german
from invite_pipeline.domain.address import MAX_LINES, derive
from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.errors import Problem, Severity
from invite_pipeline.recipients import persons, places
from invite_pipeline.recipients.cells import is_placeholder, is_possible_surname, shown
from invite_pipeline.recipients.columns import PERSON_FIELDS, Columns
from invite_pipeline.recipients.mail_address import AddressChecker

WIDE = 48
"""Characters in a line of the address block that may not fit into 80 mm; the letter measures what really does not."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_NAME_FIELDS = ("last_name", "first_name", "contact", "last_name2", "first_name2", "contact2")
_ORDERS: dict[str, Literal["", "person", "organisation"]] = {
    "": "",
    "person": "person",
    "organisation": "organisation",
    "organization": "organisation",
}


class Row:
    """The tidied cells of one row by field, and the problems found in them."""

    __slots__ = ("_cells", "_columns", "broken", "extra", "file", "number", "problems")

    def __init__(
        self, cells: dict[str, str], extra: dict[str, str], *, number: int, file: str, columns: Columns
    ) -> None:
        self._cells, self.extra, self._columns = cells, extra, columns
        self.number, self.file = number, file
        self.problems: list[Problem] = []
        self.broken = False

    def __getitem__(self, field: str) -> str:
        return self._cells.get(field, "")

    def has_column(self, field: str) -> bool:
        """Whether the list has a column for this field."""
        return field in self._columns.of

    def placeholders(self) -> list[str]:
        """The fields whose cells only say that there is nothing."""
        return [field for field, text in self._cells.items() if text and len(text) <= 6 and is_placeholder(text)]

    def empty(self, field: str) -> None:
        """Take a cell as empty."""
        self._cells[field] = ""

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
    """Makes recipients of the rows of one list."""

    def __init__(self, columns: Columns) -> None:
        self._second = any(field + "2" in columns.of for field in PERSON_FIELDS)
        self._addresses = AddressChecker()

    def read(self, row: Row) -> Recipient | None:
        """The recipient of a row, or None where an error keeps it out; every problem is noted in the row."""
        _drop_placeholders(row)
        language = places.language_code(row["language"])
        if language is None:
            row.error("language", f"No letters are written in “{shown(row['language'])}”.", "Write de, en or fr.")
        people, salutation = self._people(row)
        unit = row["unit"]
        if not people and persons.FOR.match(unit):
            people, unit = persons.read_names(unit), ""
        street, postcode, city, country = _postal(row)
        recipient = Recipient(
            key=_key(row, unit, postcode, people),
            kind=row["kind"].casefold() or "sonstige",
            organisation=row["organisation"],
            unit=unit,
            persons=people,
            order=_order(row),
            street=street,
            postcode=postcode,
            city=city,
            country=country,
            region=row["region"],
            email=self._email(row),
            phone=row["phone"],
            language=language or "de",
            salutation=row["salutation"] or salutation,
            address=_given_address(row["address"]),
            extra=row.extra,
        )
        _check(row, recipient)
        return None if row.broken else recipient

    def _people(self, row: Row) -> tuple[tuple[Person, ...], str]:
        """Up to two persons, and a salutation that stands in the column for the form of address."""
        first, salutation = _person(row, "")
        if not first and row["contact"]:
            first = persons.read_names(row["contact"])
        if not self._second:
            return first, salutation
        second, _ = _person(row, "2")
        if not second and row["contact2"]:
            second = persons.read_names(row["contact2"])
        return first + second, "" if second else salutation

    def _email(self, row: Row) -> str:
        if not row["email"]:
            return ""
        address, wrong, fix = self._addresses.check(row["email"])
        if wrong:
            row.error("email", wrong, fix)
        return address


def _drop_placeholders(row: Row) -> None:
    """Cells that only say that there is nothing; in names they are flagged, since Herr None exists."""
    for field in row.placeholders():
        text = row[field]
        if field in _NAME_FIELDS:
            kept = field.startswith("last_name") and is_possible_surname(text)
            what = "is kept as a name" if kept else "is taken as empty"
            row.say("warning", field, f"“{text}” in a column for names {what}.", "Empty the cell, or correct the name.")
            if kept:
                continue
        row.empty(field)


def _person(row: Row, which: str) -> tuple[tuple[Person, ...], str]:
    form = row["gender" + which]
    degree, office = row["degree" + which], row["office" + which]
    if form.casefold().startswith(("sehr geehrte", "liebe", "guten tag", "dear ")):
        form, salutation = "", form
    else:
        salutation = ""
    gender, rest = persons.split_form_of_address(form)
    if rest and persons.is_degree(rest):
        degree = degree or rest
    elif rest and gender is not None:
        office = office or rest
    elif rest:
        row.say("notice", "gender" + which, f"“{shown(rest)}” says neither “Frau” nor “Herr”.", "Write one of them.")
    # English lists keep "Mr" and "Ms" in a column "Title".
    if degree and not form and persons.gender_of(degree) is not None:
        gender, degree = persons.gender_of(degree), ""
    found = persons.person(
        gender=gender or "",
        degree=degree,
        first=row["first_name" + which],
        last=row["last_name" + which],
        office=office,
        suffix=row["suffix" + which],
    )
    return ((found,) if found else ()), salutation


def _postal(row: Row) -> tuple[str, str, str, str]:
    """Street, postcode, town and country."""
    code, city = row["postcode"], row["city"]
    if row["place"] and not (code or city):
        split = places.split_place(row["place"])
        code, city = split or ("", row["place"])
    code = places.postcode(code)
    country = places.country_code(row["country"])
    if country is None:
        row.error("country", f"The country “{shown(row['country'])}” is not known.", "Write its name or ISO code.")
    if country == "DE" and code:
        wrong, fix = places.postcode_fault(code)
        if wrong:
            row.error("postcode" if row.has_column("postcode") else "place", wrong, fix)
    street = f"{row['street']} {row['house_number']}".strip()
    return street, code, city, country or "DE"


def _order(row: Row) -> Literal["", "person", "organisation"]:
    order = _ORDERS.get(row["order"].casefold())
    if order is None:
        row.error("order", f"“{shown(row['order'])}” is no order of an address.", "Write person or organisation.")
    return order or ""


def _given_address(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in re.split(r"[\r\n|]+", text) if line.strip()) if text else ()


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
    return "r-" + base64.b32encode(digest).decode().lower()[:10]


def _check(row: Row, recipient: Recipient) -> None:
    """What only the whole row shows."""
    if not recipient.organisation and not recipient.address:
        _check_private(row, recipient)
    _check_reach(row, recipient)
    addressing = derive(recipient)
    if len(addressing.lines) > MAX_LINES:
        message = f"The address block has {len(addressing.lines)} lines; {MAX_LINES} fit into the window."
        row.error("address" if recipient.address else "organisation", message, "Shorten it, or leave out the unit.")
    for line in addressing.lines:
        if len(line) > WIDE:
            message = f"The address line “{shown(line)}” may be too wide for the window ({len(line)} characters)."
            row.say("warning", "organisation", message, "Shorten it.")
    for notice in addressing.notices:
        row.say("notice", "gender", notice, "Fill in “Frau”, “Herr” or “divers”, or a column “Briefanrede”.")


def _check_private(row: Row, recipient: Recipient) -> None:
    """Without an organisation a person may be invited, but nobody who holds an office somewhere."""
    in_office = any(german.saluted(person.office) for person in recipient.persons)
    if in_office or not any(person.last_name for person in recipient.persons):
        row.error("organisation", "The organisation is missing.", "Fill in the organisation, or a person's name.")
    elif row.has_column("organisation"):
        message = f"The organisation is missing; the letter goes to {shown(recipient.addressee)} in person."
        row.say("notice", "organisation", message, "Fill in the organisation if the person is invited for one.")


def _check_reach(row: Row, recipient: Recipient) -> None:
    """Whether the recipient can be reached by mail, or else by post."""
    parts: Mapping[str, str] = {"street": recipient.street, "postcode": recipient.postcode, "city": recipient.city}
    missing = [field for field, value in parts.items() if not value]
    # Some countries have no postcodes.
    if recipient.country != "DE" and "postcode" in missing:
        missing.remove("postcode")
    if not missing or len(recipient.address) > 1:
        return
    if recipient.email:
        if recipient.street:
            names = " and ".join(missing)
            row.say("notice", missing[0], f"The postal address lacks {names}.", "Complete it, or empty it.")
    elif row["email"]:
        return  # the mail address is wrong, and that is said already
    elif any(parts.values()):
        names = " and ".join(missing)
        row.error(missing[0], f"Without an e-mail address it goes by post, but {names} is missing.", "Fill it in.")
    else:
        fix = "Fill in an e-mail address, or street, postcode and town."
        row.error("email", "There is neither an e-mail address nor a postal address.", fix)
