"""Postal places: countries by their names and codes, languages, postcodes."""

from __future__ import annotations

import re
from functools import cache

from invite_pipeline.domain.countries import COUNTRIES

_MORE_NAMES = {
    "d": "DE", "brd": "DE", "germany": "DE", "f": "FR", "uk": "GB", "england": "GB", "schottland": "GB",
    "scotland": "GB", "wales": "GB", "nordirland": "GB", "großbritannien": "GB", "great britain": "GB", "usa": "US",
    "u.s.a.": "US", "oesterreich": "AT", "weißrussland": "BY",
    "holland": "NL", "tschechische republik": "CZ", "türkiye": "TR", "a": "AT", "b": "BE", "i": "IT",
}  # fmt: skip
_LANGUAGES = {
    **dict.fromkeys(["", "de", "deutsch", "german", "allemand", "d"], "de"),
    **dict.fromkeys(["en", "englisch", "english", "anglais"], "en"),
    **dict.fromkeys(["fr", "französisch", "french", "français"], "fr"),
}
_PREFIX = re.compile(r"^[A-Z]{1,2}\s?-\s?(?=\d)")
_PLACE = re.compile(r"^((?:[A-Z]{1,2}-)?\d[\w -]*?)\s+(\D.*)$")


@cache
def country_code(text: str) -> str | None:
    """The ISO code of a country in German, English, French or its own letters; "" is Germany, None is unknown."""
    if not text:
        return "DE"
    if text.upper() in COUNTRIES:
        return text.upper()
    return _names().get(text.casefold())


@cache
def _names() -> dict[str, str]:
    # Babel is loaded only for lists that write countries out.
    from babel import Locale

    names = {name.casefold(): code for name, code in _MORE_NAMES.items()}
    for language in ("fr", "en", "de"):
        territories = Locale(language).territories
        names |= {name.casefold(): code for code, name in territories.items() if code in COUNTRIES}
    return names | {name.casefold(): code for code, name in COUNTRIES.items()}


def language_code(text: str) -> str | None:
    """One of "de", "en" and "fr"; None for any other language."""
    return _LANGUAGES.get(text.casefold())


def postcode(text: str) -> str:
    """The postcode without the old country prefix "D-"."""
    return _PREFIX.sub("", text)


@cache
def _prefixes() -> dict[str, str]:
    return {
        **dict.fromkeys(("D", "DE"), "DE"), **dict.fromkeys(("A", "AT"), "AT"), **dict.fromkeys(("F", "FR"), "FR"),
        **dict.fromkeys(("B", "BE"), "BE"), **dict.fromkeys(("I", "IT"), "IT"), **dict.fromkeys(("L", "LU"), "LU"),
        "CH": "CH", "NL": "NL", "PL": "PL", "DK": "DK", "CZ": "CZ",
    }  # fmt: skip


def country_of_prefix(postcode: str) -> str | None:
    """The country that an old prefix names: "F-62300" is French."""
    prefix = postcode.partition("-")[0].strip()
    return _prefixes().get(prefix) if "-" in postcode and prefix.isalpha() else None


def split_place(text: str) -> tuple[str, str] | None:
    """A cell such as "40213 Düsseldorf" as postcode and town."""
    found = _PLACE.match(text)
    return (found[1], found[2]) if found else None


def postcode_fault(text: str) -> tuple[str, str]:
    """What is wrong with a German postcode and the mend; ("", "") where nothing is."""
    if re.fullmatch(r"\d{5}", text):
        return "", ""
    digits = text.removesuffix(".0").removesuffix(",0")
    if re.fullmatch(r"\d{3} \d{2}|\d{2} \d{3}", text):
        return f"The postcode “{text}” holds a blank.", f"Write {text.replace(' ', '')}."
    if re.fullmatch(r"\d{4}", digits):
        return f"The postcode “{text}” has lost its leading zero.", f"Write 0{digits}, and format the column as text."
    if re.fullmatch(r"\d{5}", digits):
        return f"The postcode “{text}” is written as a number.", f"Write {digits}, and format the column as text."
    return f"“{text}” is no German postcode.", "Write five digits, or name the country."
