"""German offices: gender, feminine form, accusative, and how the office is said in a salutation.

The forms follow the Federal Ministry of the Interior's advice on forms of address ("Ratgeber für Anschriften und
Anreden"). Only offices known here are ever used in a salutation; any other is printed and the name is greeted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from .recipient import Gender

NARROW = "\u202f"
"""The narrow no-break space that keeps "Dr. h. c." together."""

# By rank, highest first: masculine and feminine as they follow "Herr" and "Frau".
_SALUTED: tuple[tuple[str, str], ...] = (
    ("Bundespräsident", "Bundespräsidentin"),
    ("Bundeskanzler", "Bundeskanzlerin"),
    ("Bundestagspräsident", "Bundestagspräsidentin"),
    ("Bundesratspräsident", "Bundesratspräsidentin"),
    ("Ministerpräsident", "Ministerpräsidentin"),
    ("Landtagspräsident", "Landtagspräsidentin"),
    ("Präsident", "Präsidentin"),
    ("Bundestagsvizepräsident", "Bundestagsvizepräsidentin"),
    ("Landtagsvizepräsident", "Landtagsvizepräsidentin"),
    ("Vizepräsident", "Vizepräsidentin"),
    ("Bundesminister", "Bundesministerin"),
    ("Staatsminister", "Staatsministerin"),
    ("Minister", "Ministerin"),
    ("Staatssekretär", "Staatssekretärin"),
    ("Senator", "Senatorin"),
    ("Botschafter", "Botschafterin"),
    ("Abgeordneter", "Abgeordnete"),
    ("Landtagsabgeordneter", "Landtagsabgeordnete"),
    ("Bundestagsabgeordneter", "Bundestagsabgeordnete"),
    ("Europaabgeordneter", "Europaabgeordnete"),
    ("Generalkonsul", "Generalkonsulin"),
    ("Honorarkonsul", "Honorarkonsulin"),
    ("Konsul", "Konsulin"),
    ("Regierungspräsident", "Regierungspräsidentin"),
    ("Polizeipräsident", "Polizeipräsidentin"),
    ("Regionspräsident", "Regionspräsidentin"),
    ("Landesdirektor", "Landesdirektorin"),
    ("Städteregionsrat", "Städteregionsrätin"),
    ("Landrat", "Landrätin"),
    ("Oberbürgermeister", "Oberbürgermeisterin"),
    ("Bürgermeister", "Bürgermeisterin"),
    ("Samtgemeindebürgermeister", "Samtgemeindebürgermeisterin"),
    ("Verbandsbürgermeister", "Verbandsbürgermeisterin"),
    ("Verbandsgemeindebürgermeister", "Verbandsgemeindebürgermeisterin"),
    ("Bezirksbürgermeister", "Bezirksbürgermeisterin"),
    ("Ortsbürgermeister", "Ortsbürgermeisterin"),
    ("Ortsvorsteher", "Ortsvorsteherin"),
    ("Stadtdirektor", "Stadtdirektorin"),
    ("Kreisdirektor", "Kreisdirektorin"),
    ("Gemeindedirektor", "Gemeindedirektorin"),
    ("Amtsdirektor", "Amtsdirektorin"),
    ("Beigeordneter", "Beigeordnete"),
    ("Stadtrat", "Stadträtin"),
)
_SAID_SHORTER = {"Landtagsabgeordnete": "Abgeordnete", "Bundestagsabgeordnete": "Abgeordnete"} | {
    "Europaabgeordnete": "Abgeordnete", "Landtagsabgeordneter": "Abgeordneter",
    "Bundestagsabgeordneter": "Abgeordneter", "Europaabgeordneter": "Abgeordneter",
}  # fmt: skip
_COLLECTIVE = frozenset({"Eheleute", "Ehepaar", "Familie"})
_RANKS = {form: rank for rank, forms in enumerate(_SALUTED) for form in forms}
_FEMININE = dict(_SALUTED)
_MASCULINE = {feminine: masculine for masculine, feminine in _SALUTED}

_ADJECTIVAL = re.compile(r"(?:vorsitzend|geordnet|auftragt|delegiert|mächtigt|gestellt|beamt)er$", re.IGNORECASE)
_WEAK = re.compile(r"(?:ent|ant|ist|arch|naut|nom|log)e?$", re.IGNORECASE)
_HOLDERS = (
    r"meister|leiter|führer|referent|dezernent|sprecher|sekretär|präsident|direktor|minister|vorsteher|konsul|kanzler|"
    r"botschafter|koordinator|manager|pfarrer|rektor|senator|vertreter|assistent|mitarbeiter|bearbeiter|wart|intendant|"
    r"berater|pfleger|kurator|dekan|gesellschafter|gründer|inhaber|geber|träger|richter|trainer"
)
_SHOWS_A_WOMAN = re.compile(
    rf"(?:{_HOLDERS}|rät|kämmer|bischöf)in$|(?:vorsitzend|geordnet|auftragt|delegiert|mächtigt|gestellt|verordnet)e$",
    re.IGNORECASE,
)
# What becomes feminine by "-in" and nothing else.
_TAKES_IN = re.compile(rf"(?:{_HOLDERS})$", re.IGNORECASE)
# What may stand before the noun: "stellvertretender", "Erste", "1.".
_ADJECTIVE = re.compile(
    r"^(?:[a-zäöüß.]+|\d+\.|[Ss]tv\.|Stellv\.|Ltd\.|(?:Erst|Zweit|Dritt|Viert|Leitend|Geschäftsführend|Regierend|"
    r"Stellvertretend|Amtierend|Ehrenamtlich|Hauptamtlich|Kommissarisch|Designiert|Ehemalig|Früher)(?:e[rn]?)?)$"
)
# What follows the office itself: "des Landtags …", "für Kultur", "a. D.".
_COMPLEMENT = re.compile(r"\s+(?:(?:des|der|von|vom|für|im|in|am|an|beim|zur|zu)\s.*|a\.[\s\u00a0\u202f]*D\..*|,.*)$")
_AND = re.compile(r"(\s+(?:und|u\.|&|sowie)\s+|\s*/\s*|,\s+)")
_GENITIVE = re.compile(r"\s(?:des|der)\s")
_FORMER = re.compile(r"\b[ai]\.\s*[DR]\.|\b(?:ehemalig|früher)e[rn]?\b|\behem\.|^Alt-?(?=bürger|ober)", re.IGNORECASE)
_BOTH_GENDERS = re.compile(r"(?:/-?|\*|:|_|\()in\)?\b|(?<=[a-zäöüß])In\b")
_ADJECTIVAL_BOTH = re.compile(r"e(?:/-?|\*|:|_|\()r\)?(?=\s|$)")
_TWO_FORMS = re.compile(r"^([\w. -]+?)\s*(?:/|\bbzw\.|\boder\b)\s*-?([\w. ]+in|[\w. ]+rätin|rätin)$")
_ARTICLE = re.compile(r"^(?:(?P<m>der)|(?P<f>die))\s+", re.IGNORECASE)
_ABBREVIATIONS = (
    (re.compile(r"\bh\.\s*c\."), f"h.{NARROW}c."),
    (re.compile(r"\ba\.\s*D\."), f"a.{NARROW}D."),
    (re.compile(r"\bi\.\s*R\."), f"i.{NARROW}R."),
    (re.compile(r"\be\.\s*V\."), f"e.{NARROW}V."),
    (re.compile(r"\b([BM])\.\s*(A|Sc|Eng|Ed|Mus)\."), r"\1. \2."),
)
_H_C = re.compile(r"(?<=[\w.])\s*(?=h\.\u202fc\.)")


def typeset(text: str) -> str:
    """The text with "h. c.", "a. D.", "i. R." and "e. V." spaced by narrow no-break spaces."""
    if "." not in text:
        return text
    for pattern, replacement in _ABBREVIATIONS:
        text = pattern.sub(replacement, text)
    return _H_C.sub(NARROW, text)


@lru_cache(maxsize=4096)
def split_article(office: str) -> tuple[Gender, str]:
    """The grammatical gender and the bare office of an authority's name such as "Der Vorsitzende" (Vorsitzender)."""
    match = _ARTICLE.match(office)
    if not match:
        return "", office
    bare = office[match.end() :]
    if match["f"]:
        return "f", bare
    adjectives, noun, rest = _parts(bare)
    return "m", "".join(adjectives) + (noun + "r" if _ADJECTIVAL.search(noun + "r") else noun) + rest


@lru_cache(maxsize=4096)
def gender_of(office: str) -> Gender:
    """The gender that the form of an office shows: "f" for a feminine form; a masculine form may be generic."""
    nouns = [_noun(one) for one in _offices(office)[::2]]
    return "f" if any(noun in _MASCULINE or _SHOWS_A_WOMAN.search(noun) for noun in nouns) else ""


def contradicts(office: str, gender: Gender) -> bool:
    """Whether the list gives a feminine office to a man."""
    return gender == "m" and gender_of(office) == "f"


def _each_office(change: Callable[[str, Gender], str]) -> Callable[[str, Gender], str]:
    """Do with every office of "Bürgermeister und Vorsitzender" what is done with one."""

    @lru_cache(maxsize=4096)
    def changed(office: str, gender: Gender) -> str:
        return "".join(part if place % 2 else change(part, gender) for place, part in enumerate(_offices(office)))

    return changed


def _offices(office: str) -> list[str]:
    """The offices that one person holds, with what stands between them at the odd places."""
    parts = _AND.split(office)
    if len(parts) == 1 or _TWO_FORMS.match(office):
        return [office]
    kept = parts[:1]
    for between, part in zip(parts[1::2], parts[2::2], strict=True):
        # "Beauftragte für Kultur und Sport" has one office, and "der" belongs to the one before.
        if _is_holder(_noun(part)) and not _COMPLEMENT.match(f" {part}"):
            kept += [between, part]
        else:
            kept[-1] += between + part
    return kept


def _is_holder(noun: str) -> bool:
    return noun in _RANKS or bool(_TAKES_IN.search(noun) or _ADJECTIVAL.search(noun) or _SHOWS_A_WOMAN.search(noun))


@_each_office
def in_gender(office: str, gender: Gender) -> str:
    """The office in the form of its holder: a known masculine form becomes feminine, "/in" is resolved."""
    forms = _both_forms(office)
    if forms:
        return {"m": forms[0], "f": forms[1]}.get(gender, office)
    if gender != "f":
        return office
    adjectives, noun, rest = _parts(office)
    noun = _FEMININE.get(noun) or _feminine(noun)
    return "".join(_ending(word, "er", "e") for word in adjectives) + noun + rest


def _feminine(noun: str) -> str:
    if _ADJECTIVAL.search(noun):
        return noun[:-1]
    return f"{noun}in" if _TAKES_IN.search(noun) else noun


def says_both(office: str) -> bool:
    """Whether the office is written for whoever holds it: "Bürgermeister/in"."""
    return _both_forms(office) is not None


def _both_forms(office: str) -> tuple[str, str] | None:
    """Masculine and feminine of an office that names both, or None."""
    if not any(mark in office for mark in ("/", "*", ":", "_", "(", "In", " oder ", " bzw.")):
        return None
    both = _BOTH_GENDERS.search(office)
    if both:
        masculine = office[: both.start()] + office[both.end() :]
        feminine = in_gender(masculine, "f")
        return masculine, feminine if feminine != masculine else office[: both.start()] + "in" + office[both.end() :]
    both = _ADJECTIVAL_BOTH.search(office)
    if both:
        start, rest = office[: both.start()], office[both.end() :]
        return f"{start}er{rest}", in_gender(f"{start}er{rest}", "f")
    two = _TWO_FORMS.match(office)
    if not two:
        return None
    feminine = in_gender(two[1], "f")
    return two[1], feminine if feminine != two[1] else two[2]


@_each_office
def accusative(office: str, gender: Gender) -> str:
    """The office as it stands after "Herrn": weak nouns and adjectives decline, Bürgermeister and Landrat do not."""
    if gender != "m":
        return office
    adjectives, noun, rest = _parts(office)
    if _ADJECTIVAL.search(noun):
        noun = noun[:-1] + "n"
    elif _WEAK.search(noun):
        noun += "n" if noun.endswith("e") else "en"
    return "".join(_ending(word, "er", "en") for word in adjectives) + noun + rest


def with_article(office: str, gender: Gender) -> str:
    """An authority without a name: "Der Oberbürgermeister", "Die Bürgermeisterin", "Der Vorsitzende"."""
    return f"Die {office}" if gender == "f" else f"Der {_weak(office, gender)}"


@_each_office
def _weak(office: str, _gender: Gender) -> str:
    """The office after "der": "stellvertretende Vorsitzende"."""
    adjectives, noun, rest = _parts(office)
    noun = noun[:-1] if _ADJECTIVAL.search(noun) else noun
    return "".join(_ending(word, "er", "e") for word in adjectives) + noun + rest


@lru_cache(maxsize=4096)
def saluted(office: str) -> str:
    """What follows "Herr" or "Frau" in a salutation: the bare office, or "" where the name is greeted instead.

    Of several the highest.
    """
    noun = _noun(min(_offices(office)[::2], key=_rank))
    if noun in _COLLECTIVE:
        return noun
    return _SAID_SHORTER.get(noun, noun) if noun in _RANKS and not is_former(office) else ""


def is_collective(office: str) -> bool:
    """Whether two or more are meant who share a name: "Eheleute", "Familie"."""
    return office in _COLLECTIVE


@lru_cache(maxsize=4096)
def rank(office: str) -> int:
    """The office's place in the order of precedence, 0 highest; deputies come after every holder."""
    return min(_rank(one) for one in _offices(office)[::2])


def _rank(office: str) -> int:
    if _noun(office) not in _RANKS or is_former(office):
        return 2 * len(_SALUTED)
    deputy = any(re.search(r"stell|stv", word.lower()) for word in _parts(office)[0])
    return _RANKS[_noun(office)] + (len(_SALUTED) if deputy else 0)


def is_former(office: str) -> bool:
    """Whether the holder has left office ("a. D.", "i. R.")."""
    return bool(_FORMER.search(office))


def names_its_house(office: str) -> bool:
    """Whether the office says of what: "Präsident des Landtags Nordrhein-Westfalen"."""
    return bool(_GENITIVE.search(office))


def contains_organisation(office: str, organisation: str) -> bool:
    """Whether the office already names the organisation, whatever its case ending."""
    stems = {re.sub(r"e?s$", "", word.lower()) for word in office.split()}
    return all(re.sub(r"e?s$", "", word.lower()) in stems for word in organisation.split())


@lru_cache(maxsize=4096)
def _parts(office: str) -> tuple[tuple[str, ...], str, str]:
    """The adjectives (each with the space after it), the noun, and all that follows."""
    complement = _COMPLEMENT.search(office)
    head, rest = (office[: complement.start()], office[complement.start() :]) if complement else (office, "")
    words = head.split(" ")
    first = next((place for place, word in enumerate(words) if not _ADJECTIVE.match(word)), len(words) - 1)
    after = "".join(" " + word for word in words[first + 1 :])
    return tuple(word + " " for word in words[:first]), words[first], after + rest


def _noun(office: str) -> str:
    return _parts(office)[1]


def _ending(word: str, old: str, new: str) -> str:
    """An adjective (with the space after it) in another ending."""
    return word.removesuffix(old + " ") + new + " " if word.endswith(old + " ") else word
