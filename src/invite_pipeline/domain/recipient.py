"""A recipient: an organisation, the persons the letter is addressed to, and how they are reached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Literal

Gender = Literal["f", "m", "d", ""]


class Channel(StrEnum):
    """How the invitation goes out: whoever has no e-mail address gets it by post."""

    MAIL = "mail"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One named addressee; every part as the list gives it, empty where it gives nothing."""

    gender: Gender = ""
    degree: str = ""
    """For example "Prof. Dr."."""
    first_name: str = ""
    last_name: str = ""
    office: str = ""
    """In the person's own grammatical gender, nominative: "Oberbürgermeisterin"."""
    suffix: str = ""
    """What follows the name: "MdL", "M. A."."""

    @property
    def name(self) -> str:
        """Degree, first name, last name and suffix in reading order."""
        return " ".join(part for part in (self.degree, self.first_name, self.last_name, self.suffix) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One invitee; `key` is stable over every later version of the list and safe as a file name."""

    key: str
    kind: str
    """For example "kommune" or "verein": a free word by which reports group."""
    organisation: str
    unit: str = ""
    persons: tuple[Person, ...] = ()
    order: Literal["", "person", "organisation"] = ""
    """Which comes first in the address block; empty lets the rules decide."""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DE"
    """ISO 3166-1 alpha-2."""
    region: str = ""
    email: str = ""
    phone: str = ""
    language: str = "de"
    salutation: str = ""
    """Given by the list; wins over the derived one."""
    address: tuple[str, ...] = ()
    """Given by the list, all lines; wins over the derived block."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Columns that mean nothing to the pipeline, for templates."""
    former_channel: Channel | None = None
    """How somebody was written to whose address was erased."""

    @property
    def channel(self) -> Channel:
        """Mail where there is an address, else post."""
        return self.former_channel or (Channel.MAIL if self.email else Channel.POST)

    @property
    def addressee(self) -> str:
        """The named persons in one line, or empty."""
        return " und ".join(person.name for person in self.persons if person.name)

    def fingerprint(self) -> str:
        """A hash over all fields: equal exactly when nothing about the recipient has changed."""
        # Not `asdict`, which copies every value deeply: that would take longer than to store them.
        listed = {name: getattr(self, name) for name in _LISTED}
        listed["persons"] = [{name: getattr(person, name) for name in _OF_A_PERSON} for person in self.persons]
        listed["extra"] = dict(self.extra)
        return hashlib.sha256(json.dumps(listed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def anonymous(self) -> Recipient:
        """What may stay once the persons are erased: the organisation, and by what reports count it."""
        return Recipient(
            key=self.key,
            kind=self.kind,
            organisation=self.organisation,
            city=self.city,
            country=self.country,
            region=self.region,
            language=self.language,
            former_channel=self.channel,
        )


_LISTED = tuple(one.name for one in fields(Recipient) if one.name != "former_channel")
_OF_A_PERSON = tuple(one.name for one in fields(Person))
