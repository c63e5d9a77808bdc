"""The persons that a sentence names: "Herr Dr. Schulz", "der Beigeordnete Klein", "A. Alt, B. Berg und C. Cron"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UPPER = "A-ZÄÖÜÀ-ÖØ-Þ"
_WORD = rf"[{_UPPER}][\w'’-]+"
_DEGREE = r"(?:(?:Prof(?:\.|essorin|essor)?|Dr\.|Dres\.|Mag\.|Dipl\.-?\s?\w+\.?|h\.\s?c\.)\s*)"
_OFFICE = (
    r"(?:(?:stellv\.|stellvertretende[rn]?|erste[rn]?|ehem\.)\s+)?"
    r"(?:\w*(?:meister|meisterin|leiter|leiterin|rat|rätin|referent|referentin|referenten|vertreter|vertreterin|"
    r"beauftragte[rn]?|vorsitzende[rn]?|dezernent|dezernentin|dezernenten|präsident|präsidentin|präsidenten|"
    r"direktor|direktorin|sekretär|sekretärin|geschäftsführer|geschäftsführerin|kämmerer|kämmerin|sprecher|sprecherin)"
    r"|Beigeordnete[rn]?|Abgeordnete[rn]?|Minister(?:in)?|Staatssekretär(?:in)?|Vorstand)"
)
_PARTICLE = r"(?:(?:von|van|de|zu|zur|vom|der|den|del|di|la)\s+)"
_NAME = rf"(?P<name>{_DEGREE}*(?:(?:[{_UPPER}]\.|{_WORD})\s+){{0,2}}{_PARTICLE}{{0,2}}{_WORD})"
_TITLED = re.compile(
    rf"\b(?:(?P<title>Herrn?|Frau|Hr\.|Fr\.|Mrs?\.?|Ms\.?)\s+(?:{_OFFICE}\s+)?|"
    rf"(?P<office>(?:Kollegen?|Kollegin|Stellvertreter(?:in)?|{_OFFICE}))\s*,?\s+(?:(?:Herrn?|Frau)\s+)?){_NAME}"
)
_FULL_NAME = re.compile(
    rf"(?:(?:Herrn?|Frau)\s+)?(?:{_OFFICE}\s+)?(?P<name>{_DEGREE}*(?:[{_UPPER}]\.|{_WORD})(?:\s+(?:[{_UPPER}]\.|"
    rf"{_WORD}))?\s+"
    rf"{_PARTICLE}{{0,2}}{_WORD})"
)
_LIST = re.compile(
    r"(?:teilnehmen\s+(?:werden|wird)|(?:es\s+)?(?:kommen|nehmen\s+teil)(?:\s+werden)?|teilnehme(?:r|rinnen|nde)n?|"
    r"angemeldet\s+(?:werden|seien)|(?:melde|melden)\s+(?:ich|wir)?|(?:folgende\s+)?personen(?:\s+melden?\s+(?:ich|wir)(?:\s+\w+)?\s+an)?|namen?|participants?|"
    r"attendees?)"
    r"(?:\s+(?:sind|wird|werden|hiermit|an|gern|gerne|sein|bei\s+uns|von\s+uns|are|will\s+be))*\s*:?\s+(?P<list>.+)",
    re.IGNORECASE,
)
# Capitalised words that follow a title or office and are no names.
_NOT_A_NAME = {
    "Damen", "Herren", "Herr", "Herrn", "Frau", "Stadt", "Gemeinde", "Verein", "Einladung", "Veranstaltung",
    "Vertretung", "Termin", "Teilnahme", "Personen", "Haus", "Büro", "Amt", "Tag", "Gruß", "Grüße", "Sie", "Ich", "Wir",
    "Die", "Der", "Das", "Bitte", "Danke", "Kollege", "Kollegin", "Kollegen", "Begleitung", "Landtag", "Januar", "Uhr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in a sentence, and where: `start` and `end` are offsets."""

    name: str
    start: int
    end: int


def mentions(sentence: str) -> list[Mention]:
    """The persons with a title or an office, in order: the name without both."""
    found = []
    for hit in _TITLED.finditer(sentence[:600]):
        name = _trim(hit["name"])
        if name:
            found.append(Mention(name, hit.start(), hit.start("name") + len(name)))
    return found


def listed(sentence: str) -> tuple[str, ...]:
    """The names of an enumeration ("Teilnehmen werden A. Alt und B. Berg"); empty unless every item is a name."""
    found = _LIST.search(sentence[:600])
    if not found:
        return ()
    items = re.split(r"\s*(?:,|;|/|\bund\b|\bsowie\b|&|\band\b)\s*", found["list"].rstrip(".!? "))
    names = [_FULL_NAME.fullmatch(item) or _TITLED.fullmatch(item) for item in items if item]
    if not names or not all(names):
        return ()
    return tuple(hit["name"] for hit in names if hit)


def _trim(name: str) -> str:
    """The name up to the first word that is none."""
    words = []
    for word in name.split():
        if word in _NOT_A_NAME:
            break
        words.append(word)
    while words and re.fullmatch(r"(?:von|van|de|zu|zur|vom|der|den|del|di|la)", words[-1]):
        words.pop()
    return " ".join(words) if any(len(word) > 1 and not word.endswith(".") for word in words) else ""
