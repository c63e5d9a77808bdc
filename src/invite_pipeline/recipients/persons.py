"""A person out of the cells of separate columns; what stands in the wrong one is set right."""

from __future__ import annotations

from dataclasses import replace

from invite_pipeline.domain.recipient import Person
from invite_pipeline.recipients.name_patterns import FOR
from invite_pipeline.recipients.names import (
    begins_with_particle,
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
    """One person of two readings: what the first lacks is taken from the second."""
    return Person(
        gender=one.gender or other.gender,
        degree=one.degree or other.degree,
        first_name=one.first_name or ("" if one.last_name else other.first_name),
        last_name=one.last_name or other.last_name,
        office=one.office or other.office,
        suffix=one.suffix or other.suffix,
    )
