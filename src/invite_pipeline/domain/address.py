"""The address block and the salutation of a letter, derived from what the list says of a recipient.

Rules after the Federal Ministry of the Interior's forms of address and DIN 5008: no "An", the first line in the
accusative, at most six lines. What the list gives explicitly wins; what cannot be derived safely is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from . import abroad, german
from .countries import COUNTRIES
from .german import typeset
from .recipient import Person, Recipient

MAX_LINES = 6
_LONG = 40
"""Characters from which "Herrn" stands in a line of its own above the name."""
NEUTRAL = "Sehr geehrte Damen und Herren,"

_HERR = {"f": "Frau", "m": "Herrn"}
_DEAR = {"f": "Sehr geehrte", "m": "Sehr geehrter"}
_HERR_NOMINATIVE = {"f": "Frau", "m": "Herr"}
_PROFESSOR = re.compile(r"\b(?:Univ\.-|apl\.\s*|Hon\.-|Jun\.-)?Prof(?:\.(?:in\b)?|essor(?:in)?\b)\s*(?:em\.\s*)?")
# Who has left parliament is no member of it.
_PARLIAMENT = re.compile(r"\bM(?:dL|dB|dEP|EP|dA|dBB|dHB)\b(?!\s*a\.\s*D\.)")
_NOBILITY = re.compile(
    r"^(?:\w*[Gg]raf|\w*[Gg]räfin|Fürst|Fürstin|\w*[Pp]rinz|\w*[Pp]rinzessin|Freiherr|Freifrau|Freiin|Herzog|Herzogin|"
    r"Baron|Baronin|Baroness|Comtesse|Komtess)\s"
)
_FEMININE_TITLE = re.compile(r"\b(Professorin|\w*[Gg]räfin|Fürstin|\w*[Pp]rinzessin|Freifrau|Baronin|Herzogin)\s")
_CARE_OF = re.compile(r"(?:c/o|c\. ?o\.|p\. ?A|℅|bei\s+Fam)", re.IGNORECASE)
_NOMEN_NESCIO = re.compile(r"(?:N\.\s*)?N\.|NN")
# Bachelor and Master follow the name, whatever column the list keeps them in.
_AFTER_NAME = re.compile(
    r"\b(?:[BM]\.\s?(?:A|Sc|Eng|Ed)\.|MBA|MPA|LL\.\s?[BM]\.|(?:Bachelor|Master|Magister)(?:\s+of\s+\w+)?)(?=\s|,|$)"
)


@dataclass(frozen=True, slots=True)
class Addressing:
    """How a recipient is addressed; `notices` say what the list left open, in words for whoever keeps it."""

    lines: tuple[str, ...]
    salutation: str
    notices: tuple[str, ...] = ()
    german_left: tuple[str, ...] = ()
    """Offices that stand in German in the address of a letter in another language."""


def address_lines(recipient: Recipient) -> tuple[str, ...]:
    """The lines of the address block, top to bottom; more than MAX_LINES fit no window and are the loader's error."""
    return derive(recipient).lines


def salutation(recipient: Recipient) -> str:
    """The salutation with its comma."""
    return derive(recipient).salutation


def derive(recipient: Recipient) -> Addressing:
    """The address block, the salutation, and why the neutral one was taken if the persons did not allow another."""
    people = _in_order(recipient)
    care, recipient = _care_of(recipient)
    notices: tuple[str, ...] = ()
    if recipient.salutation:
        words = _closed(recipient.salutation)
    elif recipient.language == "de":
        words, notices = _german_salutation(recipient, people)
    else:
        words = abroad.salutation(recipient.language, people)
    foreign = recipient.language != "de" and not recipient.address
    lines = recipient.address or (*_names(recipient, people), *care, *_place(recipient))
    german_left = abroad.half_german(recipient.language, people) if foreign else ()
    return Addressing(tuple(lines), typeset(words), notices, german_left)


def _care_of(recipient: Recipient) -> tuple[tuple[str, ...], Recipient]:
    """The line "c/o …", which stands next to the street whoever is named first, and the recipient without it."""
    if not _CARE_OF.match(recipient.unit):
        return (), recipient
    return (recipient.unit,), replace(recipient, unit="")


# --- lines ------------------------------------------------------------------------------------------------------


def _in_order(recipient: Recipient) -> tuple[Person, ...]:
    """The persons, normalised, higher rank first; equals as the list has them."""
    people = tuple(_normal(person) for person in recipient.persons if person.name or person.office)
    return tuple(sorted(people, key=lambda person: german.rank(person.office)))


def _normal(person: Person) -> Person:
    """The person with the office in its gender, and Bachelor and Master after the name."""
    after = [match[0] for match in _AFTER_NAME.finditer(person.degree)]
    if after:
        before = re.sub(r"[\s,]+", " ", _AFTER_NAME.sub("", person.degree)).strip()
        person = replace(person, degree=before, suffix=" ".join([*after, person.suffix]).strip())
    gender, office = german.split_article(person.office)
    gender = person.gender or gender or german.gender_of(office)
    return replace(person, gender=gender, office=german.in_gender(office, gender))


def _names(recipient: Recipient, people: tuple[Person, ...]) -> list[str]:
    """The lines above the street."""
    above = [typeset(line) for line in (recipient.organisation, recipient.unit) if line]
    named = [person for person in people if person.last_name and _can_be_written(person, recipient)]
    if recipient.language != "de":
        return [*above, *(typeset(abroad.person_line(recipient.language, person)) for person in named)]
    if not named:
        return _authority(recipient, people)
    lines = [line for person in named for line in _person_lines(person, recipient, together=len(named) > 1)]
    first = named[0]
    if german.names_its_house(first.office) and german.contains_organisation(first.office, recipient.organisation):
        above = above[1:]
    return [*lines, *above] if _person_first(recipient, first) else [*above, *lines]


def _person_first(recipient: Recipient, person: Person) -> bool:
    """Whether the letter is meant for the person; otherwise the organisation's post room may open it."""
    if recipient.order:
        return recipient.order == "person"
    return not recipient.organisation or bool(german.saluted(person.office) or _PARLIAMENT.search(person.suffix))


def _can_be_written(person: Person, recipient: Recipient) -> bool:
    """A bare surname of unknown gender makes no line of its own where an organisation can stand for it."""
    named = person.first_name or person.gender or german.is_collective(person.office)
    return bool(named or not recipient.organisation)


def _authority(recipient: Recipient, people: tuple[Person, ...]) -> list[str]:
    """An organisation whose letter goes to an office, a unit, or nobody in particular."""
    offices = [typeset(_authority_office(one)) for one in people if one.office and not one.name]
    unit = recipient.unit
    # An association without a name is reached through its board.
    if not offices and not unit and re.search(r"\be\.\s*V\.$", recipient.organisation):
        unit = "Vorstand"
    above = [typeset(recipient.organisation)] if recipient.organisation else []
    if people and german.names_its_house(people[0].office):
        above = [] if german.contains_organisation(people[0].office, recipient.organisation) else above
    return [*above, *offices, *([typeset(unit)] if unit else [])]


def _authority_office(person: Person) -> str:
    # "Bürgermeister/in" takes no article: which, nobody knows.
    return person.office if german.says_both(person.office) else german.with_article(person.office, person.gender)


def _person_lines(person: Person, recipient: Recipient, *, together: bool) -> list[str]:
    if contradiction(person):
        # Neither "Herrn" nor "Frau": which of the two is wrong, nobody knows.
        person = replace(person, gender="")
    title = _HERR.get(person.gender, "")
    office = german.accusative(person.office, person.gender)
    if german.names_its_house(person.office) and not together:
        return [typeset(office), typeset(_join(title, _name(person)))]
    if _NOBILITY.match(person.last_name) and not office:
        title = ""
    if not office and person.gender == "f" and title and _PROFESSOR.search(person.degree) and not together:
        office, person = "Professorin", replace(person, degree=_PROFESSOR.sub("", person.degree).strip())
    line = _join(title, office)
    more_than_surname = bool(person.first_name or person.degree)
    long = len(line) + len(_name(person)) > _LONG
    alone = more_than_surname and bool(office or long or _person_first(recipient, person))
    if together or not alone or not line:
        return [typeset(part) for part in [_join(line, _name(person))] if part]
    return [typeset(line), typeset(_name(person))]


def _name(person: Person) -> str:
    """Degree, names and suffix, "Prof." in full."""
    full = "Professorin " if person.gender == "f" else "Professor "
    degree = _PROFESSOR.sub(full, person.degree, count=1).strip()
    return _join(degree, person.first_name, person.last_name, person.suffix)


def _place(recipient: Recipient) -> list[str]:
    """Street and town; abroad the town in capitals and the country, in German capitals, as the last line."""
    if recipient.country == "DE":
        return [line for line in (recipient.street, _join(recipient.postcode, recipient.city)) if line]
    town = abroad.town_line(recipient.country, recipient.postcode, recipient.city)
    if not (recipient.street or town):
        return []
    country = COUNTRIES.get(recipient.country, recipient.country).upper()
    return [line for line in (recipient.street, town, country) if line]


# --- salutation -------------------------------------------------------------------------------------------------


def _closed(given: str) -> str:
    """A salutation from the list, with the comma that the first sentence waits for."""
    return given if given.endswith((",", "!", ":")) else given + ","


def _german_salutation(recipient: Recipient, people: tuple[Person, ...]) -> tuple[str, tuple[str, ...]]:
    greeted = [person for person in people if person.name] or ([] if recipient.unit else list(people))
    parts, notices = [], []
    for person in greeted:
        part, notice = _greeting(person)
        parts.append(part)
        notices.extend([notice] if notice else [])
    if notices or not parts:
        return NEUTRAL, tuple(notices)
    return ", ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) + ",", ()


def _greeting(person: Person) -> tuple[str, str]:
    """The words for one person without a comma, or "" and why there are none."""
    if german.is_collective(person.office) and person.last_name:
        dear = "Sehr geehrtes" if person.office == "Ehepaar" else "Sehr geehrte"
        return f"{dear} {person.office} {person.last_name}", ""
    if feminine := contradiction(person):
        return "", f"“{feminine}” is said of a woman, but the person is marked as a man: the salutation is neutral."
    if person.gender in _DEAR:
        return _formal(person)
    if person.first_name and person.last_name:
        return _join("Guten Tag", _highest_degree(person), person.first_name, person.last_name), ""
    if person.last_name:
        return "", f"Neither gender nor first name of “{person.last_name}” is known: the salutation is neutral."
    what = f"The office “{person.office}”" if person.office else f"“{person.name}”"
    return "", f"{what} does not say whether a man or a woman is meant: the salutation is neutral."


def contradiction(person: Person) -> str:
    """What is said only of a woman, where the list marks a man."""
    if person.gender != "m":
        return ""
    if person.office and german.contradicts(person.office, person.gender):
        return person.office
    titled = "in" in person.degree or " " in person.last_name
    found = _FEMININE_TITLE.search(f"{person.degree} {person.last_name} ") if titled else None
    return found[1] if found else ""


def _formal(person: Person) -> tuple[str, str]:
    dear, title = _DEAR[person.gender], _HERR_NOMINATIVE[person.gender]
    office = german.saluted(person.office)
    if not office and _PARLIAMENT.search(person.suffix):
        office = "Abgeordnete" if person.gender == "f" else "Abgeordneter"
    if office:
        return f"{dear} {title} {office}", ""
    if not person.last_name or _NOMEN_NESCIO.fullmatch(person.last_name):
        return "", f"“{person.office or person.name}” has no surname to greet: the salutation is neutral."
    degree = _highest_degree(person)
    if _NOBILITY.match(person.last_name) and not degree:
        return f"{dear} {person.last_name}", ""
    return _join(dear, title, degree, person.last_name), ""


def _highest_degree(person: Person) -> str:
    """Professor in full, doctors abbreviated, whatever else is left out."""
    if _PROFESSOR.search(person.degree):
        # Of somebody whose gender is not known the abbreviation says neither.
        return {"f": "Professorin", "m": "Professor"}.get(person.gender, "Prof.")
    return "Dr." if re.search(r"\bDr\b", person.degree) else ""


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
