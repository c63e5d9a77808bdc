"""What stands behind a name and sometimes before it: "MdL", "M. A.", "a. D."; and what gendered degrees say."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from invite_pipeline.domain import german, offices
from invite_pipeline.domain.recipient import Gender, Person
from invite_pipeline.recipients.name_patterns import AFTER_DEGREE, ASIDE, SUFFIX

# Members of parliaments, abbreviated or in words; a place in the office's own words ("… des Landtags") stays there.
_PARLIAMENT = re.compile(
    r"(?:^|(?<=[\s,;(/]))\(?(?:(?P<land>M\.?\s?d\.?\s?L\b\.?)|(?P<bund>M\.?\s?d\.?\s?B\b\.?)|"
    r"(?P<other>MdEP|MEP|MdBB|MdHB|MdA)\b|(?P<words>Mitglied\s+des\s+(?P<house>(?:Deutschen\s+)?Bundestag(?:e?s)?|"
    r"(?:\w+\s)?Landtag(?:e?s)?|Europäischen\s+Parlaments)(?:\s+(?:von\s+)?[A-Z][\w-]+$)?))\)?"
)
_FORMER = re.compile(r"[,\s]+\(?(?:(?P<ad>a\.\s?D\.?|aD|außer\s+Dienst)|(?P<ir>i\.\s?R\.?|iR|im\s+Ruhestand))\)?$")
_GENDERED = re.compile(r"^(Prof|Dr|Mag|Doz|PD|Ing)\.?(?:(?P<both>[:*_/]-?)|['’-])?in\.?$", re.IGNORECASE)
_FEMININE = re.compile(r"^(?:Univ\.-|Priv\.-)?(?:Professorin|Dozentin|Privatdozentin|Mag\.a)$", re.IGNORECASE)


def without_asides(text: str) -> tuple[str, str]:
    """The text without what stands in brackets, and the office if that is one; degrees and "(MdL)" stay."""
    office = ""
    for found in ASIDE.finditer(text):
        if offices.is_office(found[1]):
            office = found[1]

    def kept(found: re.Match[str]) -> str:
        if AFTER_DEGREE.match(found[0].strip()):
            return found[0]
        behind = f" {found[1]}"
        return behind if SUFFIX.search(behind) or _PARLIAMENT.search(behind) or _FORMER.search(behind) else ""

    return ASIDE.sub(kept, text).strip(" ,;"), office


def take_marks(text: str) -> tuple[str, str, str]:
    """The text without them, what follows the name ("MdL", "M. A."), and "a. D." or "i. R."."""
    parliament = ""
    if found := _PARLIAMENT.search(text):
        parliament = _as_written(found)
        behind = text[found.end() :].lstrip(" ,")
        text = f"{text[: found.start()].rstrip(' ,')} {behind}".strip()
        if former := _FORMER.fullmatch(f" {behind}"):
            return text[: -len(behind)].rstrip(" ,"), f"{parliament} {_said(former)}", ""
    former_mark, after = "", ""
    while True:
        if former := _FORMER.search(text):
            text, former_mark = text[: former.start()], _said(former)
        elif suffix := SUFFIX.search(text):
            text, after = text[: suffix.start()], f"{suffix[1]} {after}".strip()
        else:
            return text.strip(" ,"), " ".join(part for part in (after, parliament) if part), former_mark


def _as_written(found: re.Match[str]) -> str:
    house = found["house"] or ""
    if found["land"] or "Landtag" in house:
        return "MdL"
    return "MdB" if found["bund"] or "Bundestag" in house else found["other"] or "MdEP"


def _said(former: re.Match[str]) -> str:
    return "a. D." if former["ad"] else "i. R."


@lru_cache(maxsize=4096)
def take_parliament(text: str) -> tuple[str, str]:
    """What a cell for offices or degrees holds besides the membership of a parliament, and that as it is written."""
    found = _PARLIAMENT.search(text)
    if not found:
        return text, ""
    before, behind = text[: found.start()].strip(" ,;/"), text[found.end() :].strip(" ,;/")
    if former := _FORMER.fullmatch(f" {behind}"):
        return before, f"{_as_written(found)} {_said(former)}"
    return ", ".join(part for part in (before, behind) if part), _as_written(found)


def out_of_office(person: Person, former: str) -> Person:
    """The person with "a. D." where it belongs: behind the office, or behind the name where there is none."""
    if not former:
        return person
    if person.office and not german.is_former(person.office):
        return replace(person, office=f"{person.office} {former}")
    return person if person.office else replace(person, suffix=f"{person.suffix} {former}".strip())


def plain_degrees(degree: str) -> tuple[str, Gender]:
    """Degrees as they are written in an address ("Dr.in" is "Dr."), and the gender that they show."""
    words = degree.split()
    gender: Gender = ""
    for place, word in enumerate(words):
        if gendered := _GENDERED.match(word):
            words[place] = f"{gendered[1]}."
            gender = gender if gendered["both"] else "f"
        elif _FEMININE.match(word):
            gender = "f"
    return " ".join(words), gender
