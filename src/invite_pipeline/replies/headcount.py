"""How many come: numerals and words, "zu dritt", "meine Frau und ich", "mit Begleitung"; dates and the like are none.

Everything is matched against folded sentences (replies/sentences.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = {
    "ein": 1, "eine": 1, "einen": 1, "einer": 1, "einem": 1, "one": 1,
    "zwei": 2, "zwo": 2, "two": 2, "drei": 3, "three": 3, "vier": 4, "four": 4, "fuenf": 5, "five": 5,
    "sechs": 6, "six": 6, "sieben": 7, "seven": 7, "acht": 8, "eight": 8, "neun": 9, "nine": 9, "zehn": 10, "ten": 10,
    "elf": 11, "zwoelf": 12,
}  # fmt: skip
_ORDINALS = {
    "zweit": 2, "dritt": 3, "viert": 4, "fuenft": 5, "sechst": 6, "siebt": 7, "acht": 8, "neunt": 9, "zehnt": 10,
}  # fmt: skip
_MOST = 99

_ANY = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_SEVERAL = rf"(?:\d{{1,2}}|{'|'.join(word for word, value in _WORDS.items() if value > 1)})"
_ADJECTIVE = r"(?:(?!uhr\b|am\b)[a-z]+(?:e|en|er|es) ){0,2}"
_PERSONS = (
    r"(?:pers(?:on(?:en)?)?\b|leute[n]?|teilnehm\w*|gaeste[n]?|gast|koepfe[n]?|mitglied\w*|vorstandsmitglied\w*|vertreter\w*|"
    r"kolleg\w*|mitarbeiter\w*|delegierte\w*|platz|plaetze[n]?|erwachsene\w*|kind(?:er[n]?)?|damen|herren|"
    r"people|persons?|guests?|attendees?|participants?|seats?|places?|members?|colleagues?)"
)
_OTHERS = rf"{_SEVERAL} {_ADJECTIVE}(?:kolleg\w*|mitarbeiter\w*|gaeste\w*|vertreter\w*|mitglied\w*|guests?|colleagues?)"
_RELATIVE = (
    r"(?:(?:ehe)?(?:frau|mann|gatte[n]?|gattin|partner(?:in)?)|lebensgefaehrt\w+|sohn|tochter|begleitung|begleitperson|"
    r"stellvertreter(?:in)?|kolleg(?:e|en|in)|referent(?:en|in)?|mitarbeiter(?:in)?|wife|husband|spouse|colleague)"
)
_OWN = r"(?:(?:mein|unser|ein)\w*|my|a) "

# What looks like a number of people and is none.
_NOISE = re.compile(
    "|".join(
        (
            r"\b(?:statt|anstatt|anstelle von|nicht mehr|bisher) (?:mit |der |den |zu )?\S+(?: personen)?",
            r"\+?\d[\d /()-]{5,}\d",
            r"\b\d{1,2}[.:]\d{2}\b|\b\d{1,2}(?:[.:]\d{2})? ?(?:uhr|h)\b",
            r"\b\d{1,2}\. ?\d{1,2}\.(?: ?\d{2,4})?|\b\d{4,5}\b",
            r"\b\d{1,2}\. ?(?:jan|feb|maer|apr|mai|jun|jul|aug|sep|okt|nov|dez|tag)\w*",
            r"\b\d+ ?(?:x|×|mal) \w+|\b(?:arbeitsgruppe|ag|raum|gruppe|nr\.?) \d+",
        )
    )
)
_RANGE = re.compile(rf"\b{_ANY} ?(?:-|–|bis|oder|/|or) ?{_ANY} {_PERSONS}")
_ESTIMATE = re.compile(
    r"\b(?:maximal|max\.?|hoechstens|bis zu|ca\.?|circa|etwa|ungefaehr|rund|voraussichtlich|up to|about)(?= \S)"
)


@dataclass(frozen=True, slots=True)
class Headcount:
    """`persons` is None where no number, or more than one, is said."""

    persons: int | None
    estimate: bool = False
    """The number is an upper bound or a guess: to be confirmed."""
    conflicting: bool = False


def count_heads(sentences: Sequence[str], *, named: int = 0) -> Headcount:
    """The number of people that folded sentences speak of; `named` is how many of them are named."""
    text = " . ".join(_NOISE.sub(" ", sentence.rstrip(".!? ")) for sentence in sentences)
    if _RANGE.search(text):
        return Headcount(None, conflicting=True)
    numbers = {*_by_ordinal(text), *_by_persons(text), *_by_company(text)}
    if not numbers and named:
        numbers = {named}
    if not numbers and _speaks_for_one(text):
        numbers = {1}
    if len(numbers) > 1 or any(not 0 < number <= _MOST for number in numbers):
        return Headcount(None, conflicting=True)
    return Headcount(next(iter(numbers), None), estimate=bool(numbers) and bool(_ESTIMATE.search(text)))


def number_of(word: str) -> int:
    """A numeral or number word as a number; 0 where it is neither."""
    return int(word) if word.isdigit() else _WORDS.get(word, 0)


def _by_ordinal(text: str) -> set[int]:
    """For example "zu dritt", "zu 3"."""
    words = {_ORDINALS[hit[1]] for hit in re.finditer(rf"\bzu ({'|'.join(_ORDINALS)})\b", text)}
    digits = {
        int(hit[1]) for hit in re.finditer(r"\bzu (\d{1,2})(?:t|\.)?(?=$| [.!]| und| am| kommen| teil| dabei)", text)
    }
    return words | digits


def _by_persons(text: str) -> set[int]:
    """For example "mit 2 Personen", "zwei Kolleginnen und ich", "zwei weitere Personen", "2 Erwachsene und 1 Kind"."""
    companions = 0
    values: list[int] = []
    pattern = rf"\b({_ANY}) ((?:weitere[nr]?|zusaetzliche[nr]?|more|additional) )?{_ADJECTIVE}({_PERSONS}|begleit\w*)"
    for number, more, noun in re.findall(pattern, text):
        if more or noun.startswith("begleit"):
            companions += number_of(number)
        elif not number.startswith(("ein", "one")) or noun.startswith(("person", "kind")):
            values.append(number_of(number))
    if re.search(r"\b(?:kind|kinder[n]?|herren)\b", text) and len(values) > 1:
        values = [sum(values)]
    values = values or _bare_number(text)
    extra = companions + int(_adds_speaker(text))
    if not values:
        return {1 + companions} if companions else set()
    return {value + extra for value in values}


def _bare_number(text: str) -> list[int]:
    """For example "wir kommen mit 4", "wir sind 3", "Personenzahl: 2"."""
    found = re.search(
        rf"\b(?:(?:personen|teilnehmer|gaeste)(?:an)?zahl|anzahl(?: der)? (?:personen|teilnehm\w*|gaeste)) ?:? ?"
        rf"({_ANY})\b",
        text,
    ) or re.search(
        rf"\b(?:kommen|sind|nehmen)\b.{{0,40}}?\b(?:mit|insgesamt|sind) ({_SEVERAL})(?=$| [.!,]| teil| mann)", text
    )
    return [number_of(found[1])] if found else []


def _adds_speaker(text: str) -> bool:
    """Whether whoever writes comes besides those they count: "zwei Kolleginnen und ich", "ich bringe zwei mit"."""
    return bool(
        re.search(rf"{_OTHERS} und ich\b|\bich und {_OTHERS}|\bbring\w*\b.{{0,40}}?{_OTHERS}", text)
        or re.search(rf"\b(?:ich|i) (?:\S+ ){{0,6}}?(?:mit|with) {_OTHERS}", text)
    )


def _by_company(text: str) -> set[int]:
    """For example "meine Frau und ich", "bringe meine Frau mit", "mit Begleitung", "wir beide"."""
    patterns = (
        rf"\b{_OWN}{_RELATIVE} (?:und|and) (?:ich|i)\b|\b(?:ich|i) (?:und|and) {_OWN}{_RELATIVE}\b",
        rf"\bfuer mich und {_OWN}{_RELATIVE}\b",
        rf"\bbring(?:e|en)?\b (?:\S+ ){{0,4}}?{_OWN}{_RELATIVE}\b",
        rf"\b(?:mit|with|in) (?:{_OWN})?(?:\S+e[nr]? )?{_RELATIVE}\b(?! (?:und|and) {_OWN})",
        r"\bwir beide[n]?\b|\bbeide (?:kommen|nehmen)\b|\b(?:kommen|nehmen) (?:wir )?beide\b|\b(?:two|both) of us\b",
        r"\bmit (?:herrn|frau) [\w-]+\b",
        r"\b(?:with|plus) (?:one|a|my) (?:guest|companion|colleague|partner)\b",
        r"\bmit (?:einem|einer|1) (?:gast|kollegen|kollegin|mitarbeiter|mitarbeiterin|begleiter|begleiterin)\b",
    )
    return {2} if any(re.search(pattern, text) for pattern in patterns) else set()


def _speaks_for_one(text: str) -> bool:
    """Whether one person speaks, or is spoken of, and no "wir" leaves the number open."""
    if re.search(r"\b(?:wir|uns|unser\w*|we|us|our)\b", text):
        return False
    one = r"ich|mir|meiner|komme|nehme|sage|bin|freue|werde|moechte|melde|kann|i|i'll|mich|my|accept"
    return bool(re.search(rf"\b(?:{one}|zusage|zugesagt|ja|yes|dabei|nimmt|kommt|wird)\b", text))
