"""Letters in English and French, and towns abroad: the few forms that differ from the German ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .recipient import Person

_TITLES = {"en": {"f": "Ms", "m": "Mr"}, "fr": {"f": "Madame", "m": "Monsieur"}}
# Where the postcode follows the town (Universal Postal Union, addressing sheets).
_POSTCODE_LAST = frozenset({"GB", "IE", "US", "CA", "AU", "NZ", "IN", "JP"})
_FRENCH_OFFICES = re.compile(r"^(?:maire|président|présidente|préfet|préfète|député|députée|ministre)\b", re.IGNORECASE)


def salutation(language: str, people: Sequence[Person]) -> str:
    """The salutation with its comma; neutral where no person can be greeted."""
    greeted = [person for person in people if person.last_name or person.office]
    return _french(greeted) if language == "fr" else _english(greeted)


def person_line(language: str, person: Person) -> str:
    """One line for a named person: "Ms Anna Miller, Chair"."""
    # English takes one title: "Dr Thomas Miller", never "Mr Dr".
    title = "" if language == "en" and person.degree else _TITLES.get(language, {}).get(person.gender, "")
    line = f"{title} {person.name}".strip()
    return f"{line}, {person.office}" if person.office else line


def town_line(country: str, postcode: str, city: str) -> str:
    """Town in capitals with its postcode where the country writes it; never an "F-" before it."""
    bare = re.sub(r"^[A-Z]{1,2}-(?=\d)", "", postcode)
    parts = (city.upper(), bare) if country in _POSTCODE_LAST else (bare, city.upper())
    return " ".join(part for part in parts if part)


def _english(people: Sequence[Person]) -> str:
    names = [_english_name(person) for person in people]
    if not names or not all(names):
        return "Dear Sir or Madam,"
    return f"Dear {' and '.join(names)},"


def _english_name(person: Person) -> str:
    if re.search(r"\bmayor(?:ess)?$", person.office, re.IGNORECASE):
        return "Lord Mayor" if person.office.lower().startswith("lord") else "Mayor"
    if "Prof" in person.degree and person.last_name:
        return f"Professor {person.last_name}"
    if re.search(r"\bDr\b", person.degree) and person.last_name:
        return f"Dr {person.last_name}"
    if person.gender in ("f", "m") and person.last_name:
        return f"{_TITLES['en'][person.gender]} {person.last_name}"
    return f"{person.first_name} {person.last_name}" if person.first_name and person.last_name else ""


def _french(people: Sequence[Person]) -> str:
    """French greets by title and office, never by name."""
    words = [_french_words(person) for person in people]
    if not words or not all(words):
        return "Madame, Monsieur,"
    if len(words) == 2 and words[0] == words[1] in ("Madame", "Monsieur"):
        return "Mesdames," if words[0] == "Madame" else "Messieurs,"
    return f"{', '.join(words)},"


def _french_words(person: Person) -> str:
    title = _TITLES["fr"].get(person.gender, "")
    office = _FRENCH_OFFICES.match(person.office)
    if not title or not office:
        return title
    return f"{title} {'la' if person.gender == 'f' else 'le'} {office[0].capitalize()}"
