"""A person out of the cells of separate columns; what stands in the wrong one is set right."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from invite_pipeline.domain.german import gender_of
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients.name_marks import out_of_office, plain_degrees, take_parliament
from invite_pipeline.recipients.name_patterns import FOR, NOBLE_TITLE
from invite_pipeline.recipients.names import (
    begins_with_particle,
    is_degree,
    joined,
    leading_degrees,
    noble_gender,
    read_name,
    tidy_office,
)


def person(found: Person) -> Person | None:
    """The person that the cells give, or None where they hold nobody."""
    if found.last_name and (" " in found.last_name or "," in found.last_name or not found.first_name):
        found = _from_last_name(found)
    found = _settled(found)
    degree, first, last, suffix = found.degree, found.first_name, found.last_name, found.suffix
    if " " in first:
        degree, first = leading_degrees(first, degree)
    if not (last or first or found.office):
        return None
    if first and not last:
        first, last = "", first
    if suffix and begins_with_particle(suffix):
        last, suffix = f"{suffix} {last}", ""
    if not last:
        degree = suffix = ""
    gender = found.gender or noble_gender(last)
    office = tidy_office(found.office, gender) if found.office else ""
    return Person(gender=gender, degree=degree, first_name=first, last_name=last, office=office, suffix=suffix)


def _settled(found: Person) -> Person:
    """What stands in a wrong column where it belongs: "MdL" and "a. D." behind, "Graf" before the surname."""
    if found.office:
        found = _from_office(found)
    if found.degree:
        found = _from_degree(found)
    if found.suffix and ("a. D." in found.suffix or "i. R." in found.suffix):
        before, mark = found.suffix[:-5].strip(), found.suffix[-5:]
        if found.office and "Md" not in before and mark in ("a. D.", "i. R."):
            found = out_of_office(replace(found, suffix=before), mark)
    return found


def _from_office(found: Person) -> Person:
    office, parliament = take_parliament(found.office)
    if parliament:
        found = replace(found, office=office, suffix=joined(found.suffix, parliament))
    if found.last_name and is_degree(office):
        # "Professorin" is a degree, whatever column holds it.
        degree = found.degree if "Prof" in found.degree else joined(office, found.degree)
        found = replace(found, degree=degree, office="")
    return found


def _from_degree(found: Person) -> Person:
    degree, gender, noble, parliament = _read_degree(found.degree)
    if degree == found.degree and not gender:
        return found
    last = found.last_name
    if noble and last and noble not in last.split():
        last = f"{noble} {last}"
    return replace(
        found, gender=found.gender or gender, degree=degree, last_name=last, suffix=joined(found.suffix, parliament)
    )


@lru_cache(maxsize=4096)
def _read_degree(text: str) -> tuple[str, Gender, str, str]:
    """The degrees, the gender that they show, a noble title, and the membership of a parliament."""
    degree, parliament = take_parliament(text)
    degree, gender = plain_degrees(degree)
    noble = next((word for word in degree.split() if NOBLE_TITLE.match(word)), "")
    return " ".join(word for word in degree.split() if word != noble), gender, noble, parliament


def _from_last_name(found: Person) -> Person:
    """What else stands in the cell for the last name: "z. Hd.", a degree, "MdL", sometimes the whole name."""
    text = FOR.sub("", found.last_name)
    read = read_name(text)
    if not read.last_name:
        return found
    last = read.last_name
    if found.first_name and read.first_name and "," not in text:
        # A double surname without a hyphen, not a second first name.
        last = f"{read.first_name} {last}"
    return replace(
        found,
        gender=found.gender or read.gender,
        degree=found.degree if read.degree in found.degree else joined(found.degree, read.degree),
        first_name=found.first_name or read.first_name,
        last_name=last,
        office=found.office or read.office,
        suffix=joined(read.suffix, found.suffix),
    )


def merged(one: Person, other: Person) -> Person:
    """One person of two readings: what the first lacks is taken from the second.

    Where they contradict each other in the gender, it is open, or, beside a woman's office, the doubtful man's.
    """
    office = one.office or other.office
    return Person(
        gender=_agreed(one.gender, other.gender, office),
        degree=one.degree or other.degree,
        first_name=one.first_name or ("" if one.last_name else other.first_name),
        last_name=one.last_name or other.last_name,
        office=office,
        suffix=one.suffix or other.suffix,
    )


def _agreed(one: Gender, other: Gender, office: str) -> Gender:
    if not contradictory(one, other):
        return one or other
    # The letter must not take the office for a third voice: with "m" beside it, it greets nobody.
    return "m" if gender_of(office) == "f" else ""


def contradictory(one: Gender, other: Gender) -> bool:
    """Whether two places of a row say different genders."""
    return bool(one and other and one != other)
