"""One person's name as people write it in a cell: forms of address, degrees, offices, particles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from invite_pipeline.domain import german, offices
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients.first_names import is_first_name
from invite_pipeline.recipients.name_marks import out_of_office, plain_degrees, take_marks, without_asides
from invite_pipeline.recipients.name_patterns import (
    AFTER_DEGREE,
    BEFORE_NAME,
    BORN,
    COMPANY,
    DEGREE,
    FRENCH_OFFICE,
    GENDERS,
    NOBLE_MAN,
    NOBLE_TITLE,
    NOBLE_WOMAN,
    NOBODY,
    NOT_A_NAME,
    PARTICLE,
    SHORT,
    UNIT,
)


def gender_of(word: str) -> Gender | None:
    """The gender that a form of address or an abbreviation says; None for any other word."""
    return GENDERS.get(word.casefold().rstrip(".").replace("-", "").replace(" ", ""))


def names_a_unit(text: str) -> bool:
    """Whether a cell for persons holds a part of the organisation: "Büro Internationales"."""
    if NOT_A_NAME.match(text):
        return "@" not in text and not text[:3].isdigit()
    if not UNIT.match(text):
        return False
    # "Vorstand Max Müller" is a person with an office.
    return not (text.startswith(("Vorstand ", "Präsidium ")) and len(text.split()) > 2)


def begins_with_particle(text: str) -> bool:
    """Whether a text is the beginning of a surname: "von der", "Graf"."""
    return bool(PARTICLE.match(text.partition(" ")[0]))


def is_nobody(text: str) -> bool:
    """Whether a cell for persons says that there is nobody."""
    return bool(NOBODY.match(text))


@lru_cache(maxsize=4096)
def split_form_of_address(text: str) -> tuple[Gender | None, str]:
    """A form of address such as "Frau Dr." as gender and rest; the gender is None where the first word says none."""
    gender = gender_of(text)
    if gender is not None:
        return gender, ""
    word, _, rest = text.partition(" ")
    if word.casefold().rstrip(".") in SHORT - {"fr"}:
        return None, text
    return gender_of(word), rest.strip() if gender_of(word) is not None else text


@lru_cache(maxsize=4096)
def is_degree(text: str) -> bool:
    """Whether every word is an academic degree, or belongs to one."""
    words = text.split()
    return bool(words) and _is_degree(words[0], first=True) and all(_is_degree(word) for word in words)


def _is_degree(word: str, *, first: bool = False) -> bool:
    return bool(DEGREE.match(word)) or (not first and bool(AFTER_DEGREE.match(word)))


@lru_cache(maxsize=4096)
def tidy_office(office: str, gender: Gender) -> str:
    """The office in the nominative, written out: "Vorsitzenden" of a man is "Vorsitzender", "OB" Oberbürgermeister."""
    return offices.nominative(offices.written_out(office), gender)


# --- one person -------------------------------------------------------------------------------------------------


def read_name(text: str) -> Person:
    """One person of a free text; parts that are no name go where they belong."""
    text, office = without_asides(BORN.sub("", COMPANY.sub("", text)).strip())
    text, suffix, former = take_marks(text)
    gender, rest = _leading_gender(text)
    if behind := BEFORE_NAME.match(rest):
        rest, suffix = rest[behind.end() :], joined(behind[1], suffix)
    before, office_before, degree = _leading_words(rest, named=bool(gender))
    if not gender:
        # "Bürgermeister Herr Dr. Max Müller"
        gender, rest = _leading_gender(before)
        if gender:
            before, _, more = _leading_words(rest, named=True)
            degree = joined(degree, more)
    first, last, after, more = _names(before, formal=bool(gender or degree))
    degree, shown = plain_degrees(joined(degree, more))
    office = office_before or after or office
    if not (first or last) and office and degree:
        degree = ""
    gender = gender or shown or noble_gender(last)
    if office:
        office = tidy_office(office, gender)
    found = Person(gender=gender, degree=degree, first_name=first, last_name=last, office=office, suffix=suffix)
    return out_of_office(found, former)


def _leading_gender(text: str) -> tuple[Gender, str]:
    """As in "Herrn Bürgermeister …": the gender, and what follows; an initial is no form of address."""
    word, _, rest = text.partition(" ")
    plain = word.casefold().rstrip(".")
    if not rest or (plain in SHORT and plain != "fr") or gender_of(word) is None:
        return "", text
    again, more = _leading_gender(rest.strip())
    # "Sehr geehrte" and doubled forms such as "An Herrn Herrn" say nothing more.
    return (gender_of(word) or again, more) if again else (gender_of(word) or "", rest.strip())


# A rank of officials or a profession, as only insiders abbreviate it.
_ABBREVIATION = re.compile(r"(?:[A-ZÄÖÜ][\w-]*(?:[A-ZÄÖÜ'’.])[\w'’.-]*)$")


def _leading_words(text: str, *, named: bool = False) -> tuple[str, str, str]:
    """What remains, the office before the name, and the degrees before it, whatever their order.

    After a form of address (`named`) a name follows the office.
    """
    french = FRENCH_OFFICE.sub("", text)
    words = (french if french != text and offices.is_office(french) else text).split()
    degrees: list[str] = []
    office: list[str] = []
    while words:
        if office and words[0] in ("und", "u.", "&") and offices.is_office(" ".join(words[1:])):
            # "Bürgermeisterin und Stadträtin"
            length = 1 + offices.office_words(" ".join(words[1:]), named=named)
            office, words = [*office, *words[:length]], words[length:]
            continue
        length = 0 if office else offices.office_words(" ".join(words), named=named)
        if length and not _is_surname(words, length, office_before=bool(office)):
            office, words = words[:length], words[length:]
        elif _is_degree(words[0], first=not degrees):
            degrees.append(words.pop(0))
        elif len(words) > 2 and _ABBREVIATION.match(words[0]) and _is_degree(words[1], first=True):
            # "RAin Dr. Julia Jus", "RD'in Dr. Klein"
            degrees.append(words.pop(0))
        else:
            break
    rest = " ".join(words)
    return re.sub(r"^[:–-]\s*", "", rest).lstrip(", "), " ".join(office).strip(" ,:"), " ".join(degrees)


def _is_surname(words: list[str], length: int, *, office_before: bool) -> bool:
    """As in "Meister, Anna": what could be an office is the surname where only a first name follows a comma."""
    return length == 1 and words[0].endswith(",") and not office_before and not german.saluted(words[0].rstrip(","))


def leading_degrees(text: str, degree: str) -> tuple[str, str]:
    """The degrees with those that stand before the first name in its cell, and the first name."""
    words = text.split()
    found: list[str] = []
    while len(words) > 1 and _is_degree(words[0], first=not found):
        found.append(words.pop(0))
    return (degree if " ".join(found) in degree else joined(degree, " ".join(found))), " ".join(words)


def _names(text: str, *, formal: bool = False) -> tuple[str, str, str, str]:
    """First name, last name, an office behind them or behind a comma or dash, and degrees behind the comma.

    After a form of address or a degree (`formal`) a single word is a last name.
    """
    before, comma, after = (part.strip() for part in re.sub(r"\s+[-–|]\s+|\s*[;|]\s*", ", ", text).partition(","))
    if comma and after:
        if _is_last_name(before) and not offices.is_office(after):
            first, _, more = after.partition(",")
            degree, first = leading_degrees(f"{first.strip()} x", "")
            first = first.removesuffix("x").strip()
            return first, before, more.strip(), degree
        first, last, office, _ = _names(before, formal=formal)
        if is_degree(after):
            return first, last, office, after
        if not office and first and " " not in after and is_first_name(after) and not offices.is_office(after):
            # "Meier Schulz, Anna": a surname of two words
            return after, before, "", ""
        no_office = NOT_A_NAME.search(after) or (names_a_unit(after) and not offices.is_office(after))
        return first, last, office or ("" if no_office else after), ""
    words = before.split()
    if place := offices.trailing_office(before, _least_names(words, formal=formal)):
        first, last, _, _ = _names(" ".join(words[:place]), formal=formal)
        return first, last, " ".join(words[place:]), ""
    words = _noble_behind(words)
    capitals = [place for place, word in enumerate(words) if len(word) > 2 and word.isupper()]
    if len(words) > 1 and len(capitals) == 1 and capitals[0] == 0:
        # "PETIT Luc": who writes the surname first writes it in capitals.
        return " ".join(words[1:]), words[0].title(), "", ""
    start = next((place for place in range(len(words)) if _begins_surname(words, place)), len(words) - 1)
    if start <= 0:
        return "", " ".join(words), "", ""
    return " ".join(words[:start]), " ".join(words[start:]), "", ""


def _least_names(words: Sequence[str], *, formal: bool) -> int:
    """How many words a name has at least before an office can follow: "Frau Klein Bürgermeisterin"."""
    return 1 if formal and words and not is_first_name(words[0]) else 2


def _noble_behind(words: list[str]) -> list[str]:
    """Make "Graf Max von Hohenadel" "Max Graf von Hohenadel": the title is part of the surname (Art. 109 WRV)."""
    if len(words) < 3 or not NOBLE_TITLE.match(words[0]) or PARTICLE.match(words[1]):
        return words
    start = next((place for place in range(1, len(words)) if _begins_surname(words, place)), len(words) - 1)
    return [*words[1:start], words[0], *words[start:]]


def _begins_surname(words: list[str], place: int) -> bool:
    """Whether a surname begins here: at a particle, also at "Van" and "De" before another one."""
    if PARTICLE.match(words[place]):
        return True
    following = place + 2 < len(words) and bool(PARTICLE.match(words[place + 1]))
    return following and bool(PARTICLE.match(words[place].lower()))


def _is_last_name(text: str) -> bool:
    """Whether the text before a comma is a surname alone, with its particles."""
    words = text.split()
    return bool(words) and all(PARTICLE.match(word) or PARTICLE.match(word.lower()) for word in words[:-1])


def noble_gender(last: str) -> Gender:
    """The gender that a title in a surname shows: Gräfin, Freiherr."""
    if " " not in last:
        return ""
    return "f" if NOBLE_WOMAN.match(last) else "m" if NOBLE_MAN.match(last) else ""


def joined(*parts: str) -> str:
    """The parts that are not empty, with single spaces."""
    return " ".join(part for part in parts if part)
