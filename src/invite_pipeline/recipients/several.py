"""Persons as people write them in one cell: one or several, couples, companions, offices on either side."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from invite_pipeline.domain import offices
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients.first_names import is_first_name
from invite_pipeline.recipients.name_patterns import (
    AND,
    CARE_OF,
    COMPANY,
    COUPLE,
    EITHER,
    EXCELLENCY,
    FOR,
    GENTLEMEN,
    GREETING,
    NOT_A_NAME,
    PAIR,
    TOGETHER,
    TWO_FIRST_NAMES,
)
from invite_pipeline.recipients.names import (
    gender_of,
    is_degree,
    is_nobody,
    names_a_unit,
    read_name,
    tidy_office,
)

_MOST = 6
"""Persons in one cell; more are no addressees but a text."""
_STRONG = re.compile(r"\s*[;|\n]\s*|\s+/\s+")
_WEAK = re.compile(AND)
_FORM = re.compile(r"^(?:Frau|Herrn?|Hrn?\.|Fr\.)\s+")


def is_couple(form: str) -> bool:
    """Whether a form of address means two or more: "Eheleute", "Herr und Frau"."""
    return bool(COUPLE.match(f"{form} X") or PAIR.match(f"{form} X"))


@lru_cache(maxsize=4096)
def names_company(text: str) -> bool:
    """Whether a cell also means somebody without a name: "Herrn Klein und Gattin"."""
    return bool(COMPANY.search(text.strip(" ,;")))


_ORGANISATION = re.compile(
    r"verein|verband|gesellschaft|stiftung|schule|gymnasium|universität|kreis\b|klub|club|komitee|bund\b|forum|initiative|"
    r"kirche|gemeinde|stadt\b|institut|museum|verlag|haus\b|zentrum|amt\b|büro|werk\b|union|rat\b|agentur|partnerschaft|"
    r"\be\. ?V\.|\bGmbH\b|\bAG\b|\bgGmbH\b",
    re.IGNORECASE,
)


def names_person(text: str) -> bool:
    """Whether a text that may as well be an organisation's name names one or two persons for sure."""
    if is_couple(text.partition(" ")[0]) or COUPLE.match(text):
        return True
    formal = bool(_FORM.match(text))
    if not formal and _ORGANISATION.search(text):
        return False
    first = text.partition(" ")[0]
    return formal or _is_somebody(text, surely=True) or (_is_whole_name(text) and is_first_name(first))


def read_names(text: str) -> tuple[Person, ...]:
    """The persons of one free cell: "z. Hd. Frau Dr. Eva Muster MdL", "Meier, Anna", "Frau Alt und Herrn Berg"."""
    text = CARE_OF.sub("", FOR.sub("", text)).strip(" ,;:/")
    if not text or is_nobody(text) or "@" in text:
        return ()
    text = EXCELLENCY.sub(lambda found: "Herrn " if found["man"] else "Frau " if found["woman"] else "", text)
    text = COMPANY.sub("", EITHER.sub("", GREETING.sub("", text)))
    pair, couple, two = PAIR.match(text), COUPLE.match(text), TWO_FIRST_NAMES.match(text)
    if couple:
        return (_couple(couple[1], couple[2]),)
    if pair:
        return _pair(gender_of(pair[1]) or "", gender_of(pair[2]) or "", pair[3])
    if two and gender_of(two[2]) is None and gender_of(two[1]) is None and not offices.is_office(text):
        return tuple(read_name(f"{first} {two[3]}") for first in (two[1], two[2]))
    if gentlemen := GENTLEMEN.match(text):
        form = "Herrn" if gentlemen[1] == "Herren" else "Frau"
        return (read_name(f"{form} {gentlemen[2]}"), read_name(f"{form} {gentlemen[3]}"))
    if shared := _shared_surname(text):
        return shared
    found = [read_name(FOR.sub("", part)) for part in _parts(text) if part.strip(" ,")]
    return _with_office([found[0], *(_of_first_name(one, found[0]) for one in found[1:])] if found else found)


# --- who begins where -------------------------------------------------------------------------------------------


def _parts(text: str) -> list[str]:
    """The text of each person."""
    strong = [part for part in _STRONG.split(text) if part.strip(" ,")]
    if 1 < len(strong) <= _MOST and all(_is_somebody(part) for part in strong):
        return [one for part in strong for one in _parts(part)]
    parts = TOGETHER.split(text)
    if len(parts) > 1:
        return [one for part in parts for one in (_joined_by_and(part) or _in_a_row(part) or [part])]
    return _joined_by_and(text) or _in_a_row(text) or [text]


def _joined_by_and(text: str) -> list[str]:
    """Two whole persons with "und" between them; empty where it joins anything else."""
    for found in _WEAK.finditer(text):
        left, right = text[: found.start()].strip(" ,"), text[found.end() :].strip(" ,")
        names_only = _is_whole_name(left) and _is_whole_name(right)
        if left and right and (names_only or (_is_somebody(left) and _is_somebody(right, surely=True))):
            return [*(_in_a_row(left) or [left]), *(_joined_by_and(right) or _in_a_row(right) or [right])]
    return []


def _in_a_row(text: str) -> list[str]:
    """Persons parted by commas, each with an office before or behind; empty where there are no two of them."""
    chunks = [chunk.strip() for chunk in text.split(",") if chunk.strip()]
    if sum(_is_named(chunk) for chunk in chunks) < 2:
        return []
    parts: list[str] = []
    waiting = ""
    for chunk in chunks:
        if _is_named(chunk):
            parts.append(f"{waiting}, {chunk}" if waiting else chunk)
            waiting = ""
        elif parts and not (offices.is_office(chunk) and read_name(parts[-1]).office):
            parts[-1] += f", {chunk}"
        else:
            waiting = f"{waiting}, {chunk}".strip(" ,")
    return parts


def _is_named(chunk: str) -> bool:
    """Whether what stands between two commas is a person, and not what belongs to one."""
    return _is_whole_name(chunk) or (len(chunk.split()) > 1 and _is_somebody(chunk, surely=True))


def _is_whole_name(text: str) -> bool:
    """Whether a text is a first and a last name and nothing else."""
    words = text.split()
    while words and is_degree(words[0]):
        words.pop(0)
    plain = all(word[0].isupper() and word.replace("-", "").isalpha() for word in words)
    return len(words) == 2 and plain and not NOT_A_NAME.search(text) and not offices.is_office(text)


def _is_somebody(text: str, *, surely: bool = False) -> bool:
    """Whether a text names a person: with a form of address, a degree, an office, or (`surely`) a known first name."""
    if NOT_A_NAME.search(text) or names_a_unit(text) or is_degree(text):
        return False
    found = read_name(text)
    if not found.last_name:
        return False
    if found.gender or found.degree or (found.office and found.first_name):
        return True
    return bool(found.first_name) and (not surely or is_first_name(found.first_name.split()[0]))


def _of_first_name(one: Person, first: Person) -> Person:
    """As in "Herrn Peter Klein und Frau Eva": a first name whose surname nobody has written."""
    lone = first.first_name and not one.first_name and is_first_name(one.last_name)
    return replace(one, first_name=one.last_name, last_name="") if lone else one


def _with_office(found: list[Person]) -> tuple[Person, ...]:
    """As in "Präsident des Landtags, Herrn Max Müller": the office that stands alone is that of the next."""
    if len(found) == 2 and found[0].office and not found[0].name and found[1].name and not found[1].office:
        office, holder = found[0], found[1]
        gender = holder.gender or office.gender
        return (replace(holder, gender=gender, office=tidy_office(office.office, gender)),)
    return tuple(found)


# --- two of one name --------------------------------------------------------------------------------------------


def _shared_surname(text: str) -> tuple[Person, ...]:
    """As in "Frau Dr. Anna und Herrn Dr. Peter Schmidt", "Anna und Dr. Peter Schmidt": the surname is said once."""
    for found in _WEAK.finditer(text):
        left, right = text[: found.start()].strip(), text[found.end() :].strip()
        words = _FORM.sub("", left).split()
        while words and is_degree(words[0]):
            words.pop(0)
        if not words or not all(is_first_name(word) for word in words) or offices.is_office(left):
            continue
        other = read_name(right)
        if other.first_name and other.last_name and is_first_name(other.first_name.split()[0]):
            one = read_name(f"{left} {other.last_name}")
            return (one, other)
    return ()


def _couple(form: str, rest: str) -> Person:
    """Two who share a surname and whose genders the list does not say: greeted as what they are called."""
    office = "Familie" if form.startswith("Fam") else "Ehepaar" if form == "Ehepaar" else "Eheleute"
    found = read_name(rest)
    return Person(
        degree=found.degree, first_name=found.first_name, last_name=found.last_name, office=office, suffix=found.suffix
    )


def _pair(one: Gender, other: Gender, rest: str) -> tuple[Person, ...]:
    """As in "Herr und Frau Müller", "Frau und Herrn Anna und Peter Müller": one surname for both."""
    firsts = re.match(rf"^([\w-]+){AND}([\w-]+)\s+(.+)$", rest)
    if firsts:
        last = read_name(firsts[3])
        names = (firsts[1], firsts[2])
        return tuple(
            Person(gender=gender, degree=last.degree, first_name=first, last_name=last.name)
            for gender, first in zip((one, other), names, strict=True)
        )
    found = read_name(rest)
    if found.first_name:
        # Whose first name it is cannot be known.
        return (
            Person(gender=one, last_name=found.last_name),
            Person(gender=other, last_name=found.last_name),
        )
    return (
        Person(gender=one, degree=found.degree, last_name=found.last_name),
        Person(gender=other, last_name=found.last_name),
    )
