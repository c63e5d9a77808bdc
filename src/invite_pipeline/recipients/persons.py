"""Persons out of a row: from separate columns, or from one cell as people write names in it."""

from __future__ import annotations

import re

from invite_pipeline.domain import german
from invite_pipeline.domain.recipient import Gender, Person

_GENDERS: dict[str, Gender] = {
    **dict.fromkeys(["f", "w", "frau", "fr", "weiblich", "female", "ms", "mrs", "miss", "madame", "mme", "mlle"], "f"),
    **dict.fromkeys(["m", "herr", "herrn", "hr", "hrn", "männlich", "male", "mr", "monsieur"], "m"),
    **dict.fromkeys(["d", "divers", "diverse", "mx", "nonbinary", "nichtbinär"], "d"),
    **dict.fromkeys(["", "unbekannt", "unknown", "x"], ""),
}
FOR = re.compile(r"^(?:z\.?\s*Hd\.?|z\.\s?H\.|zu Händen(?: von)?|attn\.?:?|An)(?:\s+v\.)?\s+(?=\S)", re.IGNORECASE)
_DEGREE = re.compile(
    r"^(?:(?:Univ\.-|apl\.)?Prof\.?|Professor(?:in)?|PD|Dr\.?(?:-Ing\.)?|Dipl\.-\w+\.?|Mag\.|h\.c\.|h\.|c\.|mult\.|"
    r"rer\.|nat\.|med\.|phil\.|jur\.|iur\.|pol\.|oec\.|theol\.|habil\.)$"
)
_SUFFIX = re.compile(r"[,\s]+(MdL|MdB|MdEP|[BM]\.\s?(?:A|Sc|Eng|Ed)\.|MBA|LL\.\s?M\.)$")
_PARTICLE = re.compile(
    r"^(?:von|van|vom|zu|zum|zur|de|der|den|ten|ter|te|di|da|del|della|la|le|el|al|bin|ibn|Graf|Gräfin|Fürst|Fürstin|"
    r"Prinz|Prinzessin|Freiherr|Freifrau|Herzog|Herzogin)$"
)
_TOGETHER = re.compile(r"\s+(?:und|u\.|&|and|et)\s+(?=(?:Frau|Herrn?|Ms|Mrs?|Madame|Monsieur)\.?\s)")


def gender_of(word: str) -> Gender | None:
    """The gender that a form of address or an abbreviation says; None for any other word."""
    return _GENDERS.get(word.casefold().rstrip(".").replace("-", ""))


def person(*, gender: Gender, degree: str, first: str, last: str, office: str, suffix: str) -> Person | None:
    """A person from separate cells, or None where they hold nobody; a suffix behind the last name is set apart."""
    last = FOR.sub("", last) if last else last
    found = _SUFFIX.search(last) if " " in last else None
    if found:
        last, suffix = last[: found.start()], " ".join(part for part in (found[1], suffix) if part)
    if not (last or first or office):
        return None
    if first and not last:
        first, last = "", first
    if not last:
        degree = suffix = ""
    return Person(gender=gender, degree=degree, first_name=first, last_name=last, office=office, suffix=suffix)


def split_form_of_address(text: str) -> tuple[Gender | None, str]:
    """A form of address such as "Frau Dr." as gender and rest; the gender is None where the first word says none."""
    gender = gender_of(text)
    if gender is not None:
        return gender, ""
    word, _, rest = text.partition(" ")
    return gender_of(word), rest.strip() if gender_of(word) is not None else text


def is_degree(text: str) -> bool:
    """Whether every word is an academic degree."""
    return bool(text) and all(_DEGREE.match(word) for word in text.split())


def read_names(text: str) -> tuple[Person, ...]:
    """The persons of one free cell: "z. Hd. Frau Dr. Eva Muster MdL", "Meier, Anna", "Frau Alt und Herrn Berg"."""
    return tuple(_read_name(part) for part in _TOGETHER.split(FOR.sub("", text)) if part)


def _read_name(text: str) -> Person:
    gender, rest = split_form_of_address(text)
    suffix = ""
    while found := _SUFFIX.search(rest):
        rest, suffix = rest[: found.start()], f"{found[1]} {suffix}".strip()
    office, rest = _leading_office(rest)
    words = rest.split()
    degrees = []
    while words and _DEGREE.match(words[0]):
        degrees.append(words.pop(0))
    first, last, after = _names(" ".join(words))
    return Person(
        gender=gender or "",
        degree=" ".join(degrees),
        first_name=first,
        last_name=last,
        office=office or after,
        suffix=suffix,
    )


def _leading_office(text: str) -> tuple[str, str]:
    """An office before the name, where it is one that is known."""
    word, _, rest = text.partition(" ")
    return (word, rest) if rest and german.saluted(word) else ("", text)


def _names(text: str) -> tuple[str, str, str]:
    """First name, last name, and an office behind a comma."""
    before, comma, after = (part.strip() for part in text.partition(","))
    if comma and after:
        if " " not in before:
            return after, before, ""
        first, last, _ = _names(before)
        return first, last, after
    words = before.split()
    start = next((place for place, word in enumerate(words) if _PARTICLE.match(word)), len(words) - 1)
    if start <= 0:
        return "", before, ""
    return " ".join(words[:start]), " ".join(words[start:]), ""
