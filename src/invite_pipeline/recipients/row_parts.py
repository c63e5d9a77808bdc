"""Parts of a row: the person of separate columns, and the postal address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invite_pipeline.domain import offices
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients import names, persons, places, several
from invite_pipeline.recipients.cells import shown
from invite_pipeline.recipients.name_patterns import AND, NOBLE_TITLE
from invite_pipeline.recipients.names import joined

if TYPE_CHECKING:
    from invite_pipeline.recipients.row import Row

_SALUTATIONS = (
    "sehr ",
    "lieb",
    "guten tag",
    "hallo ",
    "dear ",
    "geehrte",
    "verehrte",
    "hochverehrte",
    "madame,",
    "monsieur,",
)
_TWO_FIRST_NAMES = re.compile(rf"^([^\W\d_][\w-]+){AND}([^\W\d_][\w-]+)$")
_LINES = re.compile(r"[\r\n|]+")
_PLACE_AT_END = re.compile(r"^(?P<above>.+?)[,;]\s*(?P<place>(?:D-)?\d{5}\s+\D.*)$")


def read_person(row: Row, which: str, keep: Callable[[str], str]) -> tuple[tuple[Person, ...], str]:
    """The person of the columns of one set ("" or "2"), and a salutation that stands in the one for its form."""
    get = row.cells.get
    last, first, office = get("last_name" + which, ""), get("first_name" + which, ""), get("office" + which, "")
    form, degree = get("gender" + which, ""), get("degree" + which, "")
    if not (last or first or office or form):
        return (), ""
    salutation = ""
    if form and form.casefold().startswith(_SALUTATIONS):
        form, salutation = "", form
    gender: Gender = ""
    if form:
        gender, degree, office = _form_of_address(row, which, form, degree, office)
    if degree:
        gender, degree, office = _degree(gender, form, degree, office)
    name = last or get("contact" + which, "")
    if form and name and several.is_couple(form):
        return several.read_names(" ".join(part for part in (form, degree, first, name) if part)), salutation
    if last and (two := _TWO_FIRST_NAMES.match(first)):
        # Whose form of address and degree the others are, nobody knows.
        return several.read_names(f"{two[1]} und {two[2]} {last}"), salutation
    suffix = get("suffix" + which, "")
    given = Person(
        gender=gender,
        degree=keep(degree),
        first_name=keep(first),
        last_name=keep(last),
        office=keep(office),
        suffix=suffix,
    )
    contact = get("contact" + which, "")
    if contact and not (last or first or names.names_a_unit(contact)) and (gender or degree or office):
        row.empty("contact" + which)
        named = several.read_names(contact)
        if len(named) == 1:
            note_contradiction(row, given, named[0])
            whole = persons.person(persons.merged(given, named[0]))
            return ((whole,) if whole else ()), salutation
        return named, salutation
    found = persons.person(given)
    return ((found,) if found else ()), salutation


_FOR_ATTENTION = re.compile(r"[,;]?\s+(?=(?:z\.?\s?Hd\.?|z\.\s?H\.|zu\s+Händen)\s)", re.IGNORECASE)


def person_in_name(cells: dict[str, str]) -> None:
    """Move a person out of a column "Name" that holds persons as well as organisations."""
    text = cells.get("organisation", "")
    if cells.get("contact") or cells.get("last_name") or not text:
        return
    organisation, *attention = _FOR_ATTENTION.split(text, maxsplit=1)
    if attention:
        cells["organisation"], cells["contact"] = organisation, attention[0]
    elif several.names_person(text):
        cells["organisation"], cells["contact"] = "", text


def note_contradiction(row: Row, one: Person, other: Person) -> None:
    """Say where two cells make a man and a woman of one person: nobody guesses which is right."""
    if persons.contradictory(one.gender, other.gender):
        words = {"f": "a woman", "m": "a man", "d": "divers"}
        message = f"{words[one.gender]} by one cell is {words[other.gender]} by another: neither is taken."
        row.say("notice", "gender", message[0].upper() + message[1:], "Correct the one that is wrong.")


def _form_of_address(row: Row, which: str, form: str, degree: str, office: str) -> tuple[Gender, str, str]:
    """As in "Frau", "Herrn Dr.", "Frau Bürgermeisterin": the gender, and what else the cell holds."""
    said, rest = names.split_form_of_address(form)
    if rest and all(names.is_degree(word) or NOBLE_TITLE.match(word) for word in rest.split()):
        degree = degree if rest in degree else joined(degree, rest)
    elif (rest and said is not None) or (rest and offices.is_office(rest)):
        office = office or rest
    elif rest and not names.is_nobody(rest) and not several.is_couple(rest):
        row.say("notice", "gender" + which, f"“{shown(rest)}” says neither “Frau” nor “Herr”.", "Write one of them.")
    return said or "", degree, office


def _degree(gender: Gender, form: str, degree: str, office: str) -> tuple[Gender, str, str]:
    """What a column "Titel" holds besides degrees: forms of address ("Mr"), offices ("Bürgermeister")."""
    if not form:
        # English lists keep "Mr" in a column "Title", German ones sometimes "Herr Dr.".
        said, rest = names.split_form_of_address(degree)
        if said is not None:
            gender, degree = said, rest
    if not degree:
        return gender, "", office
    if offices.is_office(degree):
        found = several.read_names(f"{degree} X")
        if found and found[0].office:
            return gender, found[0].degree, office or found[0].office
    return gender, degree, office


@dataclass(frozen=True, slots=True)
class Postal:
    """Where a letter goes; `address` is the whole block where the list gives one."""

    street: str
    postcode: str
    city: str
    country: str
    address: tuple[str, ...] = ()


def read_postal(row: Row) -> Postal:
    """Street, postcode, town and country, out of whatever columns hold them."""
    get = row.cells.get
    code, city, street = get("postcode", ""), get("city", ""), get("street", "")
    address: tuple[str, ...] = ()
    place = get("place", "")
    given = get("address", "")
    if given:
        address, street, place = _given_address(given, street, place, named="organisation" in row.cells)
    elif street and not (code or city or place):
        street, place = _split_street(street)
    if place and not (code or city):
        code, city = places.split_place(place) or ("", place)
    elif city and not code and (split := places.split_place(city)):
        code, city = split
    country = _country(row, get("country", ""))
    if code and not code.isdigit():
        prefix = places.country_of_prefix(code)
        if prefix and not get("country", ""):
            country = prefix
        code = places.postcode(code)
    if country == "DE" and code and not (len(code) == 5 and code.isdigit()):
        wrong, fix = places.postcode_fault(code)
        if wrong:
            row.error("postcode" if row.has_column("postcode") else "place", wrong, fix)
    number = get("house_number", "")
    return Postal(f"{street} {number}".strip() if number else street, code, city, country or "DE", address)


def _country(row: Row, given: str) -> str:
    if not given or given == "DE":
        return "DE"
    country = places.country_code(given)
    if country is None:
        row.error("country", f"The country “{shown(given)}” is not known.", "Write its name or ISO code.")
    return country or ""


def _given_address(text: str, street: str, place: str, *, named: bool) -> tuple[tuple[str, ...], str, str]:
    """The block that a cell holds line by line, or its street and town where it holds no more than those."""
    lines = tuple(line for line in (part.strip(" ,") for part in _LINES.split(text)) if line)
    if len(lines) == 1 and (found := _PLACE_AT_END.match(lines[0])):
        above = [part.strip() for part in found["above"].split(",") if part.strip()]
        if named and len(above) == 1 and not street:
            return (), above[0], found["place"]
        return (*above, found["place"]), street, place
    if len(lines) == 1 and named and not street:
        return (), lines[0], place
    if named and not street and len(lines) == 2 and places.split_place(lines[1]):
        return (), lines[0], lines[1]
    return lines, street, place


def _split_street(text: str) -> tuple[str, str]:
    """As in "Markt 2, 53111 Bonn" in the column for the street: the street and the town."""
    found = _PLACE_AT_END.match(text)
    return (found["above"], found["place"]) if found else (text, "")
