"""Names as people write them in one cell: forms of address, degrees, offices, particles, two persons."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from invite_pipeline.domain import german, offices
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients.name_patterns import (
    AFTER_DEGREE,
    AND,
    ASIDE,
    BORN,
    COMPANY,
    COUPLE,
    DEGREE,
    EITHER,
    FOR,
    FRENCH_OFFICE,
    GENDERS,
    GENTLEMEN,
    GREETING,
    NOBLE_MAN,
    NOBLE_WOMAN,
    NOBODY,
    NOT_A_NAME,
    PAIR,
    PARTICLE,
    SHORT,
    SUFFIX,
    TOGETHER,
    TWO_FIRST_NAMES,
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


def is_couple(form: str) -> bool:
    """Whether a form of address means two or more: "Eheleute", "Herr und Frau"."""
    return bool(COUPLE.match(f"{form} X") or PAIR.match(f"{form} X"))


def read_names(text: str) -> tuple[Person, ...]:
    """The persons of one free cell: "z. Hd. Frau Dr. Eva Muster MdL", "Meier, Anna", "Frau Alt und Herrn Berg"."""
    text = FOR.sub("", text).strip(" ,;:/")
    if not text or is_nobody(text) or "@" in text:
        return ()
    text = COMPANY.sub("", EITHER.sub("", GREETING.sub("", text)))
    pair, couple, two = PAIR.match(text), COUPLE.match(text), TWO_FIRST_NAMES.match(text)
    if couple:
        return (_couple(couple[1], couple[2]),)
    if pair:
        return _pair(gender_of(pair[1]) or "", gender_of(pair[2]) or "", pair[3])
    if two and gender_of(two[2]) is None and gender_of(two[1]) is None and not offices.is_office(text):
        return tuple(read_name(f"{first} {two[3]}") for first in (two[1], two[2]))
    return _with_office([read_name(FOR.sub("", part)) for part in _parts(text) if part.strip(" ,")])


def _parts(text: str) -> list[str]:
    """The text of each person: forms of address part them, or a conjunction between two whole names."""
    gentlemen = GENTLEMEN.match(text)
    if gentlemen:
        form = "Herrn" if gentlemen[1] == "Herren" else "Frau"
        return [f"{form} {gentlemen[2]}", f"{form} {gentlemen[3]}"]
    parts = TOGETHER.split(text)
    if len(parts) == 1:
        halves = re.split(rf"{AND}|,\s+", text)
        if len(halves) == 2 and all(_is_whole_name(half) for half in halves):
            return halves
    return parts


def _is_whole_name(text: str) -> bool:
    """Whether a text is a first and a last name and nothing else."""
    words = text.split()
    while words and _is_degree(words[0], first=True):
        words.pop(0)
    plain = all(word[0].isupper() and word.replace("-", "").isalpha() for word in words)
    return len(words) == 2 and plain and not NOT_A_NAME.search(text) and not offices.is_office(text)


def _with_office(found: list[Person]) -> tuple[Person, ...]:
    """As in "Präsident des Landtags, Herrn Max Müller": the office that stands alone is that of the next."""
    if len(found) == 2 and found[0].office and not found[0].name and found[1].name and not found[1].office:
        office, holder = found[0], found[1]
        gender = holder.gender or office.gender
        return (replace(holder, gender=gender, office=tidy_office(office.office, gender)),)
    return tuple(found)


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


# --- one person -------------------------------------------------------------------------------------------------


def read_name(text: str) -> Person:
    """One person of a free text; parts that are no name go where they belong."""
    text, office = _without_asides(BORN.sub("", text).strip())
    gender, rest = _leading_gender(text)
    suffix = ""
    while found := SUFFIX.search(rest):
        rest, suffix = rest[: found.start()], joined(_suffix(found[1]), suffix)
    before, office_before, degree = _leading_words(rest, named=bool(gender))
    if not gender:
        # "Bürgermeister Herr Dr. Max Müller"
        gender, rest = _leading_gender(before)
        if gender:
            before, _, more = _leading_words(rest, named=True)
            degree = joined(degree, more)
    first, last, after, more = _names(before)
    degree = joined(degree, more)
    office = office_before or after or office
    if not (first or last) and office and degree:
        degree = ""
    gender = gender or noble_gender(last)
    if office:
        office = tidy_office(office, gender)
    return Person(gender=gender, degree=degree, first_name=first, last_name=last, office=office, suffix=suffix)


def _without_asides(text: str) -> tuple[str, str]:
    """The text without what stands in brackets, and the office if that is one."""
    office = ""
    for found in ASIDE.finditer(text):
        if offices.is_office(found[1]):
            office = found[1]
    text = ASIDE.sub(lambda found: found[0] if AFTER_DEGREE.match(found[0].strip()) else "", text)
    return text.strip(" ,;"), office


def _leading_gender(text: str) -> tuple[Gender, str]:
    """As in "Herrn Bürgermeister …": the gender, and what follows; an initial is no form of address."""
    word, _, rest = text.partition(" ")
    plain = word.casefold().rstrip(".")
    if not rest or (plain in SHORT and plain != "fr") or gender_of(word) is None:
        return "", text
    again, more = _leading_gender(rest.strip())
    # "Sehr geehrte" and doubled forms such as "An Herrn Herrn" say nothing more.
    return (gender_of(word) or again, more) if again else (gender_of(word) or "", rest.strip())


def _suffix(text: str) -> str:
    """Members of parliaments as they are written: "M. d. L." is "MdL"."""
    letters = re.sub(r"[.\s]", "", text)
    return {"mdl": "MdL", "mdb": "MdB"}.get(letters.casefold(), text)


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


def _names(text: str) -> tuple[str, str, str, str]:
    """First name, last name, an office behind a comma or dash, and degrees behind the comma."""
    before, comma, after = (part.strip() for part in re.sub(r"\s+[-–|]\s+|\s*[;|]\s*", ", ", text).partition(","))
    if comma and after:
        if _is_last_name(before) and not offices.is_office(after):
            first, _, more = after.partition(",")
            degree, first = leading_degrees(f"{first.strip()} x", "")
            first = first.removesuffix("x").strip()
            return first, before, more.strip(), degree
        first, last, _, _ = _names(before)
        if is_degree(after):
            return first, last, "", after
        no_office = NOT_A_NAME.search(after) or (names_a_unit(after) and not offices.is_office(after))
        return first, last, "" if no_office else after, ""
    words = before.split()
    capitals = [place for place, word in enumerate(words) if len(word) > 2 and word.isupper()]
    if len(words) > 1 and len(capitals) == 1 and capitals[0] == 0:
        # "PETIT Luc": who writes the surname first writes it in capitals.
        return " ".join(words[1:]), words[0].title(), "", ""
    start = next((place for place in range(len(words)) if _begins_surname(words, place)), len(words) - 1)
    if start <= 0:
        return "", before, "", ""
    return " ".join(words[:start]), " ".join(words[start:]), "", ""


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
