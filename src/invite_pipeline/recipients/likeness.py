"""How much two versions of a row have in common: whether they may be the same invitee, whatever their keys."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz import fuzz

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.near import reduced

# By what an invitee is known, surest first: the name outweighs all that is not the name. A mailbox outweighs what is
# usual among units of one house, since offices keep their address when their holders change.
_NAME, _MAILBOX, _CITY, _PERSONS, _UNIT, _STREET, _SPELLING = 32, 16, 8, 4, 4, 2, 1
_SIMILAR = 88.0


def likeness(one: Recipient, other: Recipient) -> int:
    """How sure it is that both are the same invitee; 0 where they have nothing in common that tells anybody apart."""
    mine, others = _who(one), _who(other)
    found = _MAILBOX if one.email and one.email.casefold() == other.email.casefold() else 0
    if mine and mine == others:
        found += _NAME
        found += _CITY * (one.city.casefold() == other.city.casefold())
        found += _UNIT * (one.unit.casefold() == other.unit.casefold())
    elif fuzz.ratio(mine, others) >= _SIMILAR:
        found += _SPELLING
    found += _STREET * bool(_place(one) and _place(one) == _place(other))
    # Names of persons come again and again: alone they say nothing.
    if found and one.addressee and one.addressee.casefold() == other.addressee.casefold():
        found += _PERSONS
    return found


def marks(recipient: Recipient) -> Iterator[tuple[str, ...]]:
    """What two rows have in common that are the same invitee; surest first, each with the words for it."""
    who = _who(recipient)
    if recipient.email:
        yield "the same e-mail address", recipient.email.casefold()
    if who:
        yield "the same name", who, recipient.unit.casefold(), recipient.city.casefold()
    if place := _place(recipient):
        yield "the same street and persons", place, recipient.addressee.casefold()


def _who(one: Recipient) -> str:
    return reduced(one.organisation or one.addressee)


def _place(one: Recipient) -> str:
    return f"{one.street} {one.postcode} {one.city}".casefold() if one.street and one.city else ""
