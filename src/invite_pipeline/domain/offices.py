"""Offices as people write them into lists: which words are an office, and how it is called in the nominative."""

from __future__ import annotations

import re
from functools import lru_cache

from . import german
from .recipient import Gender

# The head of an office, also within a compound: "Städtepartnerschaftsbeauftragte", "Fachbereichsleiterin".
_HEADS = (
    r"(?:[\w-]+(?i:meister|rat|minister|direktor|sekretär|vorsteher|pfleger|sprecher|leiter|referent|dezernent|konsul|"
    r"führer|wart|amtmann|dirigent|präsident|kanzler|botschafter|berater|vertreter|koordinator|manager|beamter))|"
    r"Minister|Direktor|Sekretär|Sprecher|Leiter|Referent|Dezernent|Konsul|Präsident|Kanzler|Botschafter|"
    r"Koordinator|Kämmerer|Rektor|Senator|Intendant|Superintendent|Dekan|Probst|Propst|Bischof|Prälat|Pfarrer|"
    r"Landeshauptmann|Schatzmeister|Kurator|Manager|Assistent|Sachbearbeiter|Vertreter|Rechtsanwalt|Notar|Pastor|Pater|"
    r"Oberst(?:leutnant|arzt)?|Hauptmann|Major|General(?:major|leutnant|vikar)?|Rabbiner"
)
_FEMININE_ONLY = r"[\w-]*(?i:rätin)|\w*amtfrau|\w*fürstin|Kämmerin|Bischöfin|Rechtsanwältin|\w+beamtin|\w+ärztin"
_ADJECTIVAL = (
    r"[\w-]*(?i:vorsitzende|geordnete|auftragte|delegierte|mächtigte|gestellte|beamte|verordnete)"
    r"(?:[rn]|/-?[rn]|\([rn]\)|[*:_][rn])?"
)
_ABBREVIATED = {
    "OB": "Oberbürgermeister", "OBM": "Oberbürgermeister", "BM": "Bürgermeister", "Bgm": "Bürgermeister",
    "Bgmst": "Bürgermeister", "Bürgerm": "Bürgermeister", "LR": "Landrat", "Vors": "Vorsitzender",
    "GF": "Geschäftsführer", "StS": "Staatssekretär", "RP": "Regierungspräsident", "MP": "Ministerpräsident",
    "Präs": "Präsident", "Abg": "Abgeordneter", "LTP": "Landtagspräsident", "BzBM": "Bezirksbürgermeister",
    "GD": "Gemeindedirektor", "StD": "Stadtdirektor", "Beig": "Beigeordneter",
}  # fmt: skip
_FOREIGN = (
    r"(?:Lord\s)?[Mm]ayor(?:ess)?|Councillor|Cllr\.?|Chair(?:man|woman|person)?|President|Director|Secretary|"
    r"Ambassador|Maire(?:\sadjointe?)?|Présidente?|Adjointe?|Consule?|Préfète?|Députée?|Burgemeester|Burmistrz|"
    r"Prezydent|Starosta|Sindac[oa]|Alcald(?:e|esa)"
)
_IN = r"(?:in(?:nen)?|/-?in|\*in|:in|_in|\(in\)|In|en|s)?"
_OFFICE = re.compile(rf"(?:(?:{_HEADS}){_IN}|{_FEMININE_ONLY}|{_ADJECTIVAL}|{_FOREIGN}|Vorstand|Vorständin)$")
_SHORT = re.compile(rf"(?:{'|'.join(_ABBREVIATED)})(?:\.?['’]?(?:in|:in|\*in|/in))?\.?$")
# "Schneider", "Richter", "Vogt": what is a surname far more often than an office is none of these.
_BEFORE = re.compile(
    r"^(?:\d+\.|[Ss]tv\.?|[Ss]tellv\.?|[Ll]td\.|[Ee]hem\.|(?:[Ss]tellvertretend|[Ee]rst|[Zz]weit|[Dd]ritt|[Vv]iert|"
    r"[Ll]eitend|[Gg]eschäftsführend|[Rr]egierend|[Aa]mtierend|[Ee]hrenamtlich|[Hh]auptamtlich|[Kk]ommissarisch|"
    r"[Dd]esigniert|[Ee]hemalig|[Ff]rüher|[Pp]arlamentarisch|[Tt]echnisch|[Kk]aufmännisch)e?[rnms]?)$"
)
_ARTICLE = re.compile(r"^(?:der|die|den|dem|des)$", re.IGNORECASE)
_AFTER = re.compile(r"^(?:a\.?D\.?|i\.?R\.?|a\.|i\.|D\.|R\.|em\.)$")
_HOUSE = re.compile(r"^(?:Stadt|Gemeinde|Kreises|Landkreises|Landes|Vereins|Verbandes|Republik)$")
_AND = re.compile(r"(\s+(?:und|u\.|&|sowie)\s+|,\s+)")
_OF = re.compile(r"^(?:der|des|für|im|beim|am|bei)$")


@lru_cache(maxsize=4096)
def office_words(text: str, *, named: bool = False) -> int:
    """How many words at the beginning of a text are an office, with article, adjectives, "a. D." and "der Stadt X".

    Where a name is sure to follow (`named`), the last two words after "des Landtags" or "der Stadt X" are it.
    """
    words = text.split()
    start = 1 if words and _ARTICLE.match(words[0]) else 0
    place = start
    while place < len(words) and _BEFORE.match(words[place]):
        place += 1
    # "stellv. Vorsitzender", but also "Meier" after "1.": adjectives alone are no office.
    if place == len(words) or not is_title(words[place].rstrip(",:")):
        return 0
    place += 1
    if words[place - 1][-1] in ",:":
        return place
    while place < len(words) and _AFTER.match(words[place].rstrip(",")):
        place += 1
        if words[place - 1].endswith(","):
            return place
    if place < len(words) and _OF.match(words[place]):
        comma = next((at for at in range(place, len(words)) if words[at].endswith(",")), None)
        if comma is not None:
            return comma + 1
        house = place + (3 if place + 1 < len(words) and _HOUSE.match(words[place + 1]) else 2)
        return house if named and len(words) == house + 2 else len(words)
    return place


_SURE = re.compile(
    r"(?:bürgermeister|schatzmeister|geschäftsführer|kassenwart|pressewart|sachbearbeiter|"
    r"\w{3,}(?:direktor|sekretär|referent|dezernent|sprecher|leiter|koordinator|manager|berater|vertreter|präsident|"
    r"minister|vorsteher))$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def trailing_office(text: str, least: int) -> int:
    """From which word on a text is an office and nothing else: "Eva Muster Bürgermeisterin"; 0 where it ends in none.

    At least so many words come before. "Burmeister" and "Markwart" are surnames: a title alone counts only where it
    is no surname for sure.
    """
    words = text.split()
    for place in range(max(least, 1), len(words)):
        rest = words[place:]
        length = 0 if _ARTICLE.match(rest[0]) else office_words(" ".join(rest))
        noun = next((word for word in rest[:length] if is_title(word.rstrip(","))), "").rstrip(",")
        if length and (_is_no_surname(noun) or length == len(rest) > 1):
            return place
    return 0


def _is_no_surname(noun: str) -> bool:
    known = german.saluted(noun) or german.gender_of(noun) or _SURE.search(noun)
    return bool(known or re.fullmatch(_ADJECTIVAL, noun) or _SHORT.match(noun))


def is_title(word: str) -> bool:
    """Whether a single word is an office or its abbreviation."""
    return bool(_OFFICE.match(word) or _SHORT.match(word) or german.saluted(word))


def is_office(text: str) -> bool:
    """Whether a text is an office: "stellv. Vorsitzende", "Leiterin Kultur", "Beauftragter für Europa"."""
    return office_words(text) > 0


@lru_cache(maxsize=4096)
def written_out(office: str) -> str:
    """Abbreviated offices in full: "OB" is Oberbürgermeister, "Bgm.'in" Bürgermeisterin, "stellv." stays."""
    if not any(letters in office for letters in _ABBREVIATED):
        return office
    return " ".join(_full(word) for word in office.split(" "))


def _full(word: str) -> str:
    found = _SHORT.match(word)
    if not found:
        return word
    name = next(short for short in sorted(_ABBREVIATED, key=len, reverse=True) if word.startswith(short))
    full, rest = _ABBREVIATED[name], word[len(name) :].strip(".")
    if not rest:
        return full
    return german.in_gender(full, "f") if rest.lstrip("'’") == "in" else full + "/in"


@lru_cache(maxsize=4096)
def nominative(office: str, gender: Gender) -> str:
    """The office of a man or woman in the nominative, whatever case the list has it in: "Vorsitzenden", "Präsidenten".

    What is not declined stays; without a gender nothing is changed but a declined adjective that shows a man. Of
    "Bürgermeister und Vorsitzenden" each office is.
    """
    parts = _AND.split(office)
    if len(parts) > 1 and all(is_office(part) for part in parts[::2]):
        return "".join(part if place % 2 else nominative(part, gender) for place, part in enumerate(parts))
    words = office.split(" ")
    if words[0].casefold() in ("den", "dem", "des"):
        words, gender = words[1:], gender or "m"
    if gender not in ("f", "m") or not words:
        return office
    place = 0
    while place < len(words) - 1 and _BEFORE.match(words[place]):
        words[place] = _adjective(words[place], gender)
        place += 1
    words[place] = _noun(words[place], gender)
    return " ".join(words)


def _adjective(word: str, gender: Gender) -> str:
    if not re.search(r"(?:end|lich|ert|erst|weit|ritt|iert|rüher|ehemalig|isch|ordnet)en$", word, re.IGNORECASE):
        return word
    return word[:-1] if gender == "f" else word[:-1] + "r"


def _noun(word: str, gender: Gender) -> str:
    if re.search(
        r"(?:vorsitzend|geordnet|auftragt|delegiert|mächtigt|gestellt|beamt|verordnet)en$", word, re.IGNORECASE
    ):
        return word[:-1] if gender == "f" else word[:-1] + "r"
    if gender == "m" and re.search(
        r"(?:präsid|refer|dezern|intend|assist|superintend|dirig)[ea]nten$", word.casefold()
    ):
        return word[:-2]
    return word
