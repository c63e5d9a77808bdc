"""Letters in English and French, and towns abroad: the few forms that differ from the German ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .recipient import Person

_TITLES = {"en": {"f": "Ms", "m": "Mr"}, "fr": {"f": "Madame", "m": "Monsieur"}}
# Where the postcode follows the town (Universal Postal Union, addressing sheets).
_POSTCODE_LAST = frozenset({"GB", "IE", "US", "CA", "AU", "NZ", "IN", "JP"})
# Masculine and feminine as they follow "Monsieur le" and "Madame la".
_FRENCH_OFFICES = (
    ("maire", "maire"),
    ("président", "présidente"),
    ("vice-président", "vice-présidente"),
    ("préfet", "préfète"),
    ("député", "députée"),
    ("sénateur", "sénatrice"),
    ("ministre", "ministre"),
    ("ambassadeur", "ambassadrice"),
    ("consul", "consule"),
    ("directeur", "directrice"),
    ("conseiller", "conseillère"),
)
_ENGLISH_OFFICES = re.compile(
    r"\b(Lord Mayor|Mayor|President|Ambassador|Minister|Councillor|Provost)(?:ess)?\b", re.IGNORECASE
)
# Offices that a list keeps in another language than its recipient's letter.
_TRANSLATED = (
    ("oberbürgermeister", "Lord Mayor", "maire"),
    ("bürgermeister", "Mayor", "maire"),
    ("burgemeester", "Mayor", "maire"),
    ("burmistrz", "Mayor", "maire"),
    ("prezydent miasta", "Mayor", "maire"),
    ("sindac", "Mayor", "maire"),
    ("alcald", "Mayor", "maire"),
    ("maire", "Mayor", "maire"),
    ("mayor", "Mayor", "maire"),
    ("botschafter", "Ambassador", "ambassadeur"),
    ("generalkonsul", "Consul General", "consul"),
    ("minister", "Minister", "ministre"),
    ("präsident", "President", "président"),
    ("president", "President", "président"),
    ("abgeordnet", "", "député"),
    ("landrat", "", "président"),
)
# German offices as they stand behind a name: masculine and feminine of each.
_WRITTEN = (
    (r"oberbürgermeister(?:in)?", ("Lord Mayor", "Lord Mayor"), ("Maire", "Maire")),
    (r"bürgermeister(?:in)?", ("Mayor", "Mayor"), ("Maire", "Maire")),
    (r"stellvertretender? (?:ober)?bürgermeister(?:in)?", ("Deputy Mayor",) * 2, ("Maire adjoint", "Maire adjointe")),
    (r"(?:(?:1\.|erster?) )?vorsitzender?", ("Chair", "Chair"), ("Président", "Présidente")),
    (
        r"(?:(?:stellvertretende|zweite|2\.)r? )vorsitzender?",
        ("Deputy Chair", "Deputy Chair"),
        ("Vice-président", "Vice-présidente"),
    ),
    (r"präsident(?:in)?", ("President", "President"), ("Président", "Présidente")),
    (r"vizepräsident(?:in)?", ("Vice-President", "Vice-President"), ("Vice-président", "Vice-présidente")),
    (r"geschäftsführer(?:in)?", ("Managing Director",) * 2, ("Directeur général", "Directrice générale")),
    (r"botschafter(?:in)?", ("Ambassador", "Ambassador"), ("Ambassadeur", "Ambassadrice")),
    (r"generalkonsul(?:in)?", ("Consul General", "Consul General"), ("Consul général", "Consule générale")),
    (r"abgeordneter?", ("Member of Parliament",) * 2, ("Député", "Députée")),
    (r"schatzmeister(?:in)?", ("Treasurer", "Treasurer"), ("Trésorier", "Trésorière")),
    (r"minister(?:in)?", ("Minister", "Minister"), ("Ministre", "Ministre")),
)
_NOT_ITS_HOLDER = re.compile(
    r"\b(?:stell\S*|stv\.?|deputy|vice|adjointe?|former|ancien\w*|ehem\S*|a\.\s?D\.|i\.\s?R\.)", re.IGNORECASE
)


def salutation(language: str, people: Sequence[Person]) -> str:
    """The salutation with its comma; neutral where no person can be greeted."""
    greeted = [person for person in people if person.last_name or person.office]
    return _french(greeted) if language == "fr" else _english(greeted)


def person_line(language: str, person: Person) -> str:
    """One line for a named person: "Ms Anna Miller, Chair"."""
    # English takes one title: "Dr Thomas Miller", never "Mr Dr".
    title = "" if language == "en" and person.degree else _TITLES.get(language, {}).get(person.gender, "")
    line = f"{title} {person.name}".strip()
    office = office_in(language, person)
    return f"{line}, {office}" if office else line


def office_in(language: str, person: Person) -> str:
    """A person's office in the language of the letter; as the list has it where it cannot be translated for sure."""
    spelled = person.office.casefold()
    for pattern, english, french in _WRITTEN:
        if re.fullmatch(pattern, spelled):
            return (english if language == "en" else french)[person.gender == "f"]
    return person.office


_GERMAN = re.compile(
    r"[äöüß]|meister|leiter|vorsitz|stellv|beauftragt|referent|dezernent|landr|beigeordnet|geschäft|sprecher|kämmer|"
    r"vorstand|schrift|mitglied|abteilung|\b(?:für|der|des|und)\b",
    re.IGNORECASE,
)


def half_german(language: str, people: Sequence[Person]) -> tuple[str, ...]:
    """The offices that would stand in German in a letter of another language."""
    offices = [office_in(language, person) for person in people]
    return tuple(office for office in offices if office and _GERMAN.search(office))


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
    """The words for one person: "Mayor", "Professor Hill", "Dr Hill", "Ms Hill"."""
    office = _english_office(person.office)
    if office:
        return office
    if "Prof" in person.degree and person.last_name:
        return f"Professor {person.last_name}"
    if re.search(r"\bDr\b", person.degree) and person.last_name:
        return f"Dr {person.last_name}"
    if person.gender in ("f", "m") and person.last_name:
        return f"{_TITLES['en'][person.gender]} {person.last_name}"
    return f"{person.first_name} {person.last_name}" if person.first_name and person.last_name else ""


def _english_office(office: str) -> str:
    """The office as one is greeted by it; a deputy or former holder is greeted by name."""
    if not office or _NOT_ITS_HOLDER.search(office):
        return ""
    found = _ENGLISH_OFFICES.search(office)
    if found:
        return found[1].title()
    return next((english for german, english, _ in _TRANSLATED if german in office.casefold()), "")


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
    office = _french_office(person) if title else ""
    if not office:
        return title
    article = "l’" if office[0] in "AEIOUÉ" else "la " if person.gender == "f" else "le "
    return f"{title} {article}{office}"


def _french_office(person: Person) -> str:
    """The office in its holder's gender, with a capital as in an address; "" for one that is not greeted."""
    office = person.office.casefold()
    if not office or _NOT_ITS_HOLDER.search(office):
        return ""
    known = next((forms for forms in _FRENCH_OFFICES if office.startswith(forms)), None)
    if known is None:
        word = next((french for german, _, french in _TRANSLATED if german in office), "")
        known = next((forms for forms in _FRENCH_OFFICES if forms[0] == word), None)
    if known is None:
        return ""
    return (known[1] if person.gender == "f" else known[0]).capitalize()
