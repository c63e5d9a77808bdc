"""Names as people write them in one cell: forms of address, degrees, offices, particles, two persons."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from invite_pipeline.domain import german, offices
from invite_pipeline.domain.recipient import Gender, Person

_GENDERS: dict[str, Gender] = {
    **dict.fromkeys(["f", "w", "frau", "fr", "weiblich", "female", "ms", "mrs", "miss", "madame", "mme", "mlle"], "f"),
    **dict.fromkeys(["m", "herr", "herrn", "hr", "hrn", "männlich", "male", "mr", "monsieur"], "m"),
    **dict.fromkeys(["d", "divers", "diverse", "mx", "nonbinary", "nichtbinär"], "d"),
    **dict.fromkeys(["", "unbekannt", "unknown", "x", "u", "keine"], ""),
    **dict.fromkeys(["herr/frau", "frau/herr", "herrn/frau", "frau/herrn", "mr/ms", "ms/mr", "m/w", "m/w/d"], ""),
}
_SHORT = frozenset({"f", "m", "d", "w", "x", "u", "fr", ""})
"""What says a gender in a column of its own, and is an initial or a name elsewhere."""

FOR = re.compile(
    r"^(?:z\.?\s*Hd\.?n?\.?|z\.?\s?H\.|zu\s+Händen|zu\s+Hd\.|attn\.?:?|attention:?|c/o|An)"
    r"(?:\s+(?:v\.|von|des|der|of))?:?\s+(?:(?=\S))",
    re.IGNORECASE,
)
_ACADEMIC = (
    r"(?:(?:Univ|Hon|Jun)\.-|apl\.)?Prof\.?(?:in)?|Professor(?:in)?|Univ\.-Professor(?:in)?|PD|Priv\.-Doz\.|"
    r"Privatdozent(?:in)?|Doz\.|D?Dres\.|D?Dr\.?(?:in)?|Dr\.?-(?:Ing|phil|med)\.?|Dipl\.-\w+\.?|Dipl\.|Ing\.|"
    r"Mag\.(?:a|\(FH\))?|Magister|Lic\.|StD|OStD|OStR"
)
_FACULTY = (
    r"h\.\s?c\.|e\.\s?h\.|E\.\s?h\.|mult\.|em\.|emer\.|apl\.|a\.\s?o\.|rer\.|nat\.|med\.|dent\.|vet\.|phil\.|jur\.|"
    r"iur\.|pol\.|oec\.|publ\.|soc\.|theol\.|habil\.|paed\.|agr\.|techn\.|sc\.|mus\.|päd\.|troph\.|ing\.|\(FH\)|"
    r"\((?:TU|BA|DH|HS|Univ)\.?\)|h\.|c\.|et"
)
_DEGREE = re.compile(rf"(?:{_ACADEMIC})$", re.IGNORECASE)
_AFTER_DEGREE = re.compile(rf"(?:{_FACULTY})$", re.IGNORECASE)
_SUFFIX = re.compile(
    r"[,\s]+\(?(M\.?\s?d\.?\s?L\.?|M\.?\s?d\.?\s?B\.?|MdEP|MEP|MdBB|MdHB|MdA|(?:Dipl\.-\w+\.?|[BM]\.\s?(?:A|Sc|Eng|Ed)\."
    r"|MBA|MPA|LL\.\s?[BM]\.|Ph\.\s?D\.|PhD|OBE|MBE|CBE)|jun\.|sen\.|jr\.|sr\.)\)?$"
)
_NAME_PARTICLE = r"von|van|vom|zu|zum|zur|de|der|den|des|du|dos|da|ten|ter|te|di|del|della|la|le|el|al|bin|ibn|op"
_NOBLE = (
    r"(?:Reichs|Erb|Land|Burg|Mark|Alt|Pfalz)?[Gg]raf|(?:Reichs|Mark)?[Gg]räfin|Fürst|Fürstin|(?:Erb)?[Pp]rinz|"
    r"(?:Erb)?[Pp]rinzessin|Freiherr|Freifrau|Freiin|Frhr\.|Frfr\.|Baron|Baronin|Baroness|Ritter|Edler|Edle|Herzog|"
    r"Herzogin|Komtess|Comtesse"
)
_PARTICLE = re.compile(rf"^(?:{_NAME_PARTICLE}|{_NOBLE}|v\.|d\.)$")
_NOBLE_MAN = re.compile(r"^(?:\w*[Gg]raf|Fürst|\w*[Pp]rinz|Freiherr|Frhr\.|Baron|Ritter|Edler|Herzog)\s")
_NOBLE_WOMAN = re.compile(
    r"^(?:\w*[Gg]räfin|Fürstin|\w*[Pp]rinzessin|Freifrau|Freiin|Frfr\.|Baronin|Baroness|Edle|Herzogin|Komtess|Comtesse)\s"
)
_FORM = r"(?:Frau|Herrn?|Hrn?\.|Fr\.|Ms|Mrs?|Mme|Madame|Monsieur)"
_AND = r"\s*(?:\bund\b|\bu\.|&|\band\b|\bet\b|\+|/|;|\n|\bsowie\b)\s*"
_TOGETHER = re.compile(rf"(?:{_AND}|,\s*)(?={_FORM}\.?\s+\S)")
_PAIR = re.compile(rf"^({_FORM})\.?{_AND}({_FORM})\.?\s+(.+)$")
_COUPLE = re.compile(r"^(?:(?:die|den|Die|Den)\s+)?(Eheleuten?|Ehepaar|Familie|Fam\.)\s+(.+)$")
_ASIDE = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_COMPANY = re.compile(
    r"\s+(?:und|u\.|&|mit|nebst)\s+(?:Frau|Gattin|Gatte|Gemahl(?:in)?|Ehefrau|Ehemann|Partner(?:in)?|Begleitung|Familie)$"
)
_TWO_FIRST_NAMES = re.compile(r"^([^\W\d_][\w-]+)\s+(?:und|u\.|&)\s+([^\W\d_][\w-]+)\s+(\S.*)$")
_BORN = re.compile(r",?\s+geb(?:\.|orene?)\s+[\w-]+")
_NOBODY = re.compile(
    r"^(?:(?:sehr geehrte )?damen und herren|n\.?\s?n\.?|vakant|(?:derzeit )?unbesetzt|unbekannt|offen|entfällt|"
    r"keine?r?|wechselnd|siehe oben|s\. ?o\.|dito|an alle|[-–./?]+)\.?,?$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"^(?:[\w.-]*(?:büro|referat|abteilung|fachbereich|fachdienst|dezernat|sekretariat|geschäftsstelle|stabsstelle|"
    r"vorzimmer|verwaltung|geschäftsführung|vorstand|präsidium|poststelle|kanzlei|zentrale|kulturamt|hauptamt|"
    r"schulamt|sozialamt|jugendamt|presseamt|bauamt|ordnungsamt|bürgeramt|ausschuss|fraktion|arbeitskreis|komitee)|"
    r"amt|team|abt\.|fb|stabstelle|office|department|sachgebiet|bereich|service|cabinet|secretariat|bureau|rathaus)"
    r"(?:\s|$)",
    re.IGNORECASE,
)


def gender_of(word: str) -> Gender | None:
    """The gender that a form of address or an abbreviation says; None for any other word."""
    return _GENDERS.get(word.casefold().rstrip(".").replace("-", "").replace(" ", ""))


def names_a_unit(text: str) -> bool:
    """Whether a cell for persons holds a part of the organisation: "Büro Internationales"."""
    if not _UNIT.match(text):
        return False
    # "Vorstand Max Müller" is a person with an office.
    return not (text.startswith(("Vorstand ", "Präsidium ")) and len(text.split()) > 2)


def begins_with_particle(text: str) -> bool:
    """Whether a text is the beginning of a surname: "von der", "Graf"."""
    return bool(_PARTICLE.match(text.partition(" ")[0]))


def is_nobody(text: str) -> bool:
    """Whether a cell for persons says that there is nobody."""
    return bool(_NOBODY.match(text))


@lru_cache(maxsize=4096)
def split_form_of_address(text: str) -> tuple[Gender | None, str]:
    """A form of address such as "Frau Dr." as gender and rest; the gender is None where the first word says none."""
    gender = gender_of(text)
    if gender is not None:
        return gender, ""
    word, _, rest = text.partition(" ")
    if word.casefold().rstrip(".") in _SHORT - {"fr"}:
        return None, text
    return gender_of(word), rest.strip() if gender_of(word) is not None else text


@lru_cache(maxsize=4096)
def is_degree(text: str) -> bool:
    """Whether every word is an academic degree, or belongs to one."""
    words = text.split()
    return bool(words) and _is_degree(words[0], first=True) and all(_is_degree(word) for word in words)


def _is_degree(word: str, *, first: bool = False) -> bool:
    return bool(_DEGREE.match(word)) or (not first and bool(_AFTER_DEGREE.match(word)))


@lru_cache(maxsize=4096)
def tidy_office(office: str, gender: Gender) -> str:
    """The office in the nominative, written out: "Vorsitzenden" of a man is "Vorsitzender", "OB" Oberbürgermeister."""
    return offices.nominative(offices.written_out(office), gender)


def is_couple(form: str) -> bool:
    """Whether a form of address means two or more: "Eheleute", "Herr und Frau"."""
    return bool(_COUPLE.match(f"{form} X") or _PAIR.match(f"{form} X"))


def read_names(text: str) -> tuple[Person, ...]:
    """The persons of one free cell: "z. Hd. Frau Dr. Eva Muster MdL", "Meier, Anna", "Frau Alt und Herrn Berg"."""
    text = FOR.sub("", text).strip(" ,;:/")
    if not text or is_nobody(text):
        return ()
    text = _COMPANY.sub("", text)
    pair, couple, two = _PAIR.match(text), _COUPLE.match(text), _TWO_FIRST_NAMES.match(text)
    if couple:
        return (_couple(couple[1], couple[2]),)
    if pair:
        return _pair(gender_of(pair[1]) or "", gender_of(pair[2]) or "", pair[3])
    if two and gender_of(two[2]) is None and gender_of(two[1]) is None and not offices.is_office(text):
        return tuple(read_name(f"{first} {two[3]}") for first in (two[1], two[2]))
    found = [read_name(FOR.sub("", part)) for part in _TOGETHER.split(text) if part.strip(" ,")]
    return _with_office(found)


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
    firsts = re.match(rf"^([\w-]+){_AND}([\w-]+)\s+(.+)$", rest)
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
    text, office = _without_asides(_BORN.sub("", text).strip())
    gender, rest = _leading_gender(text)
    suffix = ""
    while found := _SUFFIX.search(rest):
        rest, suffix = rest[: found.start()], joined(_suffix(found[1]), suffix)
    before, office_before, degree = _leading_words(rest)
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
    for found in _ASIDE.finditer(text):
        if offices.is_office(found[1]):
            office = found[1]
    text = _ASIDE.sub(lambda found: found[0] if _AFTER_DEGREE.match(found[0].strip()) else "", text)
    return text.strip(" ,;"), office


def _leading_gender(text: str) -> tuple[Gender, str]:
    """As in "Herrn Bürgermeister …": the gender, and what follows; an initial is no form of address."""
    word, _, rest = text.partition(" ")
    plain = word.casefold().rstrip(".")
    if not rest or (plain in _SHORT and plain != "fr") or gender_of(word) is None:
        return "", text
    again, more = _leading_gender(rest.strip())
    # "Sehr geehrte" and doubled forms such as "An Herrn Herrn" say nothing more.
    return (gender_of(word) or again, more) if again else (gender_of(word) or "", rest.strip())


def _suffix(text: str) -> str:
    """Members of parliaments as they are written: "M. d. L." is "MdL"."""
    letters = re.sub(r"[.\s]", "", text)
    return {"mdl": "MdL", "mdb": "MdB"}.get(letters.casefold(), text)


def _leading_words(text: str) -> tuple[str, str, str]:
    """What remains, the office before the name, and the degrees before it, whatever their order."""
    words = text.split()
    degrees: list[str] = []
    office: list[str] = []
    while words:
        length = 0 if office else offices.office_words(" ".join(words))
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
        return first, last, "" if is_degree(after) else after, after if is_degree(after) else ""
    words = before.split()
    capitals = [place for place, word in enumerate(words) if len(word) > 2 and word.isupper()]
    if len(words) > 1 and len(capitals) == 1 and capitals[0] == 0:
        # "PETIT Luc": who writes the surname first writes it in capitals.
        return " ".join(words[1:]), words[0].title(), "", ""
    start = next((place for place, word in enumerate(words) if _PARTICLE.match(word)), len(words) - 1)
    if start <= 0:
        return "", before, "", ""
    return " ".join(words[:start]), " ".join(words[start:]), "", ""


def _is_last_name(text: str) -> bool:
    """Whether the text before a comma is a surname alone, with its particles."""
    words = text.split()
    return bool(words) and all(_PARTICLE.match(word) for word in words[:-1])


def noble_gender(last: str) -> Gender:
    """The gender that a title in a surname shows: Gräfin, Freiherr."""
    if " " not in last:
        return ""
    return "f" if _NOBLE_WOMAN.match(last) else "m" if _NOBLE_MAN.match(last) else ""


def joined(*parts: str) -> str:
    """The parts that are not empty, with single spaces."""
    return " ".join(part for part in parts if part)
