"""What only a whole row shows: whether it can be reached, and whether its address fits into the window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from invite_pipeline.domain import german
from invite_pipeline.domain.address import MAX_LINES, contradiction, derive
from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.formats.letter_font import SHORT, WINDOW, missing, rough_width, width
from invite_pipeline.recipients.cells import shown

if TYPE_CHECKING:
    from invite_pipeline.recipients.row import Row


def check_recipient(row: Row, recipient: Recipient) -> None:
    """Note everything that keeps the recipient from getting a letter or a mail."""
    if not recipient.organisation and not recipient.address:
        _check_private(row, recipient)
    _check_reach(row, recipient)
    if _is_plain(recipient):
        return
    addressing = derive(recipient)
    if len(addressing.lines) > MAX_LINES:
        message = f"The address block has {len(addressing.lines)} lines; {MAX_LINES} fit into the window."
        row.error("address" if recipient.address else "organisation", message, "Shorten it, or leave out the unit.")
    _check_lines(row, recipient, addressing.lines)
    for office in addressing.german_left:
        language = {"en": "English", "fr": "French"}.get(recipient.language, recipient.language)
        message = f"The office “{shown(office)}” stands in German in a letter in {language}."
        row.say("notice", "office", message, f"Write it in {language}.")
    for notice in addressing.notices:
        row.say("notice", "gender", notice, "Fill in “Frau”, “Herr” or “divers”, or a column “Briefanrede”.")


def _is_plain(one: Recipient) -> bool:
    """Whether nothing about the address can be wrong: one person of known gender, four short parts, common letters.

    Most rows are; the address block and the salutation of the others are derived and looked at.
    """
    if one.address or one.country != "DE" or one.language != "de" or len(one.persons) != 1:
        return False
    person = one.persons[0]
    if not (person.gender in ("f", "m") and person.last_name and one.organisation) or "N." in person.last_name:
        return False
    if person.gender == "m" and contradiction(person):
        return False
    try:
        long = [part for part in _longest_parts(one, person) if len(part) > SHORT or not part.isascii()]
        return all(rough_width(part) <= _SURE for part in long)
    except KeyError:
        return False


_SURE = WINDOW * 0.9
"""What the sum of the advances may be, in mm, before kerning could matter."""


def _longest_parts(one: Recipient, person: Person) -> tuple[str, ...]:
    """The lines of the block, each at least as long as it will be printed."""
    place = f"{one.postcode} {one.city}"
    degree = f"{person.degree}essorin" if "Prof" in person.degree else person.degree
    name = f"Herrn {degree} {person.first_name} {person.last_name} {person.suffix}"
    if person.first_name or person.degree:
        return (
            one.organisation,
            one.unit,
            one.street,
            place,
            name,
            f"Frau {person.office}innen" if person.office else "",
        )
    return one.organisation, one.unit, one.street, place, f"{name} {person.office}innen"


def _check_lines(row: Row, recipient: Recipient, lines: tuple[str, ...]) -> None:
    for line in lines:
        field = _field_of(recipient, line)
        lacking = missing(line)
        if lacking:
            message = f"The letter's fonts have no “{lacking[0]}” (U+{ord(lacking[0]):04X}), as in “{shown(line)}”."
            row.error(field, message, "Write it in Latin, Greek or Cyrillic letters.")
            continue
        measured = width(line)
        if measured > WINDOW:
            message = (
                f"The address line “{shown(line)}” is {measured:.1f} mm wide; {WINDOW:.0f} mm fit into the window."
            )
            row.error(field, message, "Shorten it, or put a part of it into another column.")


def _field_of(recipient: Recipient, line: str) -> str:
    """The column that a line of the address block comes from."""
    if recipient.address:
        return "address"
    plain = line.replace("\u202f", " ")
    parts = {"organisation": recipient.organisation, "unit": recipient.unit, "street": recipient.street}
    for field, text in parts.items():
        if text and (plain == text or german.typeset(text) == line):
            return field
    if recipient.city and recipient.city.casefold() in plain.casefold():
        return "city"
    return "last_name"


def _check_private(row: Row, recipient: Recipient) -> None:
    """Without an organisation a person may be invited, but nobody who holds an office somewhere."""
    in_office = any(
        german.saluted(person.office) and not german.is_collective(person.office) for person in recipient.persons
    )
    if in_office and recipient.addressee:
        message = f"The organisation in which {shown(recipient.addressee)} holds an office is missing."
        row.error("organisation", message, "Fill in the organisation in a column “Organisation”.")
    elif not any(person.last_name for person in recipient.persons):
        row.error("organisation", "The organisation is missing.", "Fill in the organisation, or a person's name.")
    elif row.has_column("organisation"):
        message = f"The organisation is missing; the letter goes to {shown(recipient.addressee)} in person."
        row.say("notice", "organisation", message, "Fill in the organisation if the person is invited for one.")


def _check_reach(row: Row, recipient: Recipient) -> None:
    """Whether the recipient can be reached by mail, or else by post."""
    if recipient.street and recipient.postcode and recipient.city:
        return
    parts: Mapping[str, str] = {"street": recipient.street, "postcode": recipient.postcode, "city": recipient.city}
    missing_parts = [field for field, value in parts.items() if not value]
    # Some countries have no postcodes.
    if recipient.country != "DE" and "postcode" in missing_parts:
        missing_parts.remove("postcode")
    if not missing_parts or len(recipient.address) > 1:
        return
    names = " and ".join(missing_parts)
    if recipient.email:
        if recipient.street:
            row.say("notice", missing_parts[0], f"The postal address lacks {names}.", "Complete it, or empty it.")
    elif row["email"]:
        return  # the mail address is wrong, and that is said already
    elif any(parts.values()):
        row.error(
            missing_parts[0], f"Without an e-mail address it goes by post, but {names} is missing.", "Fill it in."
        )
    else:
        fix = "Fill in an e-mail address, or street, postcode and town."
        row.error("email", "There is neither an e-mail address nor a postal address.", fix)
