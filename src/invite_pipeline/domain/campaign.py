"""The campaign: what campaign.toml says, as frozen values that can only exist when they make sense."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from invite_pipeline.errors import SettingInvalid

# Read by the campaign file's validator: a key that no field has is an error, never silently ignored.
_CLOSED: dict[str, object] = {"extra": "forbid"}

Language = Literal["de", "en", "fr"]
LANGUAGES: tuple[Language, ...] = ("de", "en", "fr")


@dataclass(frozen=True, kw_only=True)
class Event:
    """What people are invited to; `start` and `end` are local times of `zone`."""

    __pydantic_config__: ClassVar = _CLOSED
    start: datetime
    end: datetime
    zone: str = "Europe/Berlin"
    venue: str
    address: tuple[str, ...]
    """Street, then postcode and town, of the venue."""
    capacity: int | None = None
    """Seats in the hall; None means unlimited."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingInvalid(
                "zone", f"“{self.zone}” is not a time zone; write for example “Europe/Berlin”"
            ) from None
        if self.start.tzinfo or self.end.tzinfo:
            raise SettingInvalid("start", "write local times without an offset; the zone stands in “zone”")
        if self.end <= self.start:
            raise SettingInvalid("end", f"the event ends ({self.end:%d.%m.%Y %H:%M}) before it starts")
        _at_least_one("capacity", self.capacity)
        _not_empty("venue", self.venue)

    @property
    def tz(self) -> ZoneInfo:
        """The event's time zone."""
        return ZoneInfo(self.zone)

    @property
    def starts_at(self) -> datetime:
        """The start as an aware time."""
        return self.start.replace(tzinfo=self.tz)

    @property
    def ends_at(self) -> datetime:
        """The end as an aware time."""
        return self.end.replace(tzinfo=self.tz)


@dataclass(frozen=True, kw_only=True)
class Rsvp:
    """How and until when people answer; the deadline's day counts in full."""

    __pydantic_config__: ClassVar = _CLOSED
    deadline: date
    base_url: str
    """Where the RSVP pages are reached from outside, without a trailing slash."""
    max_persons: int = 4
    offer_days: int = 3
    """How long a place that fell free is kept for whoever is offered it."""
    call_after_reminders: int = 2
    """After so many reminders whoever has not answered stands on the telephone list."""
    office: str
    """Who answers questions: a name that people may call or write to."""
    phone: str
    email: str

    def __post_init__(self) -> None:
        _at_least_one("max_persons", self.max_persons)
        _at_least_one("offer_days", self.offer_days)
        _at_least_one("call_after_reminders", self.call_after_reminders)
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*[^\s/?#])?", self.base_url):
            raise SettingInvalid(
                "base_url", f"“{self.base_url}” is not a web address like https://anmeldung.stadt.example"
            )
        _mailbox("email", self.email)


@dataclass(frozen=True, kw_only=True)
class Host:
    """One who invites and signs; `role` holds the lines under the name, `signature` an image in the campaign folder."""

    __pydantic_config__: ClassVar = _CLOSED
    name: str
    role: tuple[str, ...]
    organisation: str
    signature: str = ""
    certificate: str = ""
    """A PKCS#12 file with which letters are signed digitally; its pass phrase comes from the environment."""

    def __post_init__(self) -> None:
        _not_empty("name", self.name)
        if not any(line.strip() for line in self.role):
            raise SettingInvalid("role", "a host needs at least one line that says in what office they sign")


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A working group that attendees choose; `capacity` None means unlimited."""

    __pydantic_config__: ClassVar = _CLOSED
    id: str
    title: str
    room: str = ""
    capacity: int | None = None

    def __post_init__(self) -> None:
        _identifier("id", self.id)
        _not_empty("title", self.title)
        _at_least_one("capacity", self.capacity)


@dataclass(frozen=True, kw_only=True)
class SpeedDating:
    """Short talks with funders, between `start` and `end` on the event's day."""

    __pydantic_config__: ClassVar = _CLOSED
    title: str
    start: time
    end: time
    funders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _in_order(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of the campaign's own in the form; asked always, or only where an earlier one was answered so."""

    __pydantic_config__: ClassVar = _CLOSED
    id: str
    text: str
    kind: Literal["text", "choice", "number"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    only_if: str = ""
    """The id of an earlier question."""
    answered: str = ""
    """With what; empty means with anything."""

    def __post_init__(self) -> None:
        _identifier("id", self.id)
        _not_empty("text", self.text)
        if (self.kind == "choice") != bool(self.choices):
            raise SettingInvalid("choices", "a question of kind “choice” needs choices, and only that")

    def is_asked(self, answers: Mapping[str, str]) -> bool:
        """Whether its condition holds, given the answers to the questions before it."""
        if not self.only_if:
            return True
        given = answers.get(self.only_if, "")
        return given == self.answered if self.answered else bool(given)


@dataclass(frozen=True, kw_only=True)
class ProgrammeItem:
    """One line of the programme that is annexed to the letter."""

    __pydantic_config__: ClassVar = _CLOSED
    start: time
    end: time | None = None
    title: str
    speakers: tuple[str, ...] = ()
    workshops: bool = False
    """Whether the working groups are listed under this item."""

    def __post_init__(self) -> None:
        _in_order(self.start, self.end)
        _not_empty("title", self.title)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The letter's own settings: `form` is the DIN 5008 form, `reference` "our reference"."""

    __pydantic_config__: ClassVar = _CLOSED
    date: date
    form: Literal["A", "B"] = "B"
    sender: tuple[str, ...]
    """The return line's parts: organisation, street, postcode and town."""
    reference: str = ""
    annexes: tuple[str, ...] = ("Vorläufiges Programm",)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Who the mails come from, and where answers and bounces go; server and password come from the environment."""

    __pydantic_config__: ClassVar = _CLOSED
    sender: str
    from_name: str
    reply_to: str = ""
    bounce: str = ""
    """The mailbox that takes bounces; `bounce@town.example` becomes `bounce+<token>@town.example` per recipient."""
    subject: str
    reminder_subject: str = ""
    confirmation_subject: str = ""
    update_subject: str = ""
    cancel_subject: str = ""
    message_subject: str = ""
    correction_subject: str = ""
    calendar: Literal["publish", "request"] = "publish"
    """Whether the calendar entry is for information, or asks the calendar program for an answer (iTIP, RFC 5546)."""
    rate: str = ""
    """The pace over all connections, as "20/s" or "300/min"."""
    domain_rates: Mapping[str, str] = field(default_factory=dict, hash=False)
    """A pace for each domain that takes only so many; "*" is that of every domain that is not named."""
    hours: str = ""
    """When invitations and reminders may go, as "Mo–Fr 8–18 Uhr"; confirmations go at any time."""
    connections: int = 4
    messages_per_connection: int = 100
    warm_up: int = 5
    """So many mails go first, one by one, before the other connections open."""
    stop_at: int = 30
    """The per cent of mails not taken at which a run stops."""
    release: Literal["", "required"] = ""
    """Whether a host releases letters and texts (`invite approve`) before they may go."""
    dkim_selector: str = ""
    """Under which name the DKIM key stands in the sender's DNS; the key itself is what INVITE_DKIM_KEY names."""

    def __post_init__(self) -> None:
        _mailbox("sender", self.sender)
        for name in ("reply_to", "bounce"):
            if getattr(self, name):
                _mailbox(name, getattr(self, name))
        subjects = (
            f"{kind}_subject" for kind in ("reminder", "confirmation", "update", "cancel", "message", "correction")
        )
        for name in ("subject", "from_name", *subjects):
            if re.search(r"[\r\n]", getattr(self, name)):
                raise SettingInvalid(name, "a mail header is one line")
        _not_empty("subject", self.subject)
        if self.dkim_selector and not re.fullmatch(
            r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", self.dkim_selector
        ):
            raise SettingInvalid("dkim_selector", f"“{self.dkim_selector}” cannot be a part of a domain's name")
        for name in ("connections", "messages_per_connection", "stop_at"):
            _at_least_one(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """What the data-protection notice says (GDPR, Art. 13, 14 and 21)."""

    __pydantic_config__: ClassVar = _CLOSED
    controllers: tuple[str, ...]
    purpose: str
    legal_basis: str
    address_source: str
    recipients: str = ""
    authority: str
    contact: str
    retention_months: int = 3
    mail_retention_days: int = 30

    def __post_init__(self) -> None:
        _at_least_one("retention_months", self.retention_months)
        _at_least_one("mail_retention_days", self.mail_retention_days)


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """Where the campaign's state lies; empty means SQLite in the campaign folder."""

    __pydantic_config__: ClassVar = _CLOSED
    url: str = ""
    letters: str = ""
    """Where several machines share the letters: `file:///folder` or `s3://bucket/folder`; empty means out/letters/."""

    def __post_init__(self) -> None:
        if self.letters and not re.match(r"(file:///|[a-z0-9]+://[^/])", self.letters):
            raise SettingInvalid("letters", f"“{self.letters}” is no address: s3://bucket/folder or file:///folder")


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """All that campaign.toml says."""

    __pydantic_config__: ClassVar = _CLOSED
    id: str
    title: str
    language: Language = "de"
    event: Event
    rsvp: Rsvp
    hosts: tuple[Host, ...]
    letter: Letter
    mail: Mail
    privacy: Privacy
    workshops: tuple[Workshop, ...] = ()
    speed_dating: SpeedDating | None = None
    questions: tuple[Question, ...] = ()
    programme: tuple[ProgrammeItem, ...] = ()
    store: StoreSettings = field(default_factory=StoreSettings)
    recipients: tuple[str, ...] = ()
    """The lists, relative to the campaign folder; empty means every CSV file and workbook in recipients/."""
    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """What columns of the lists mean: a field and the header(s) of its column; `extra` keeps columns for templates."""

    def __post_init__(self) -> None:
        _identifier("id", self.id)
        _not_empty("title", self.title)
        if not 1 <= len(self.hosts) <= 5:
            raise SettingInvalid("hosts", f"one to five hosts sign a letter, not {len(self.hosts)}")
        doubled = sorted({w.id for w in self.workshops if [o.id for o in self.workshops].count(w.id) > 1})
        if doubled:
            raise SettingInvalid("workshops", f"two working groups have the id “{doubled[0]}”")
        _each_once(self.questions)
        if self.rsvp.deadline > self.event.start.date():
            raise SettingInvalid(
                "rsvp.deadline",
                f"the deadline ({self.rsvp.deadline:%d.%m.%Y}) lies after the event ({self.event.start:%d.%m.%Y})",
            )

    @property
    def deadline(self) -> datetime:
        """The last instant that counts as in time: the end of the deadline's day in the event's zone."""
        return datetime.combine(self.rsvp.deadline, time(23, 59, 59, 999999), tzinfo=self.event.tz)

    def question(self, id_: str) -> Question | None:
        """The campaign's own question with this id, or None."""
        return next((question for question in self.questions if question.id == id_), None)

    def workshop(self, id_: str) -> Workshop | None:
        """The working group with this id, or None."""
        return next((workshop for workshop in self.workshops if workshop.id == id_), None)


def _each_once(questions: tuple[Question, ...]) -> None:
    known: set[str] = set()
    for question in questions:
        if question.id in known:
            raise SettingInvalid("questions", f"two questions have the id “{question.id}”")
        if question.only_if and question.only_if not in known:
            raise SettingInvalid(
                "questions", f"“{question.id}” depends on “{question.only_if}”, which does not come before it"
            )
        known.add(question.id)


def _at_least_one(setting: str, value: int | None) -> None:
    if value is not None and value < 1:
        raise SettingInvalid(setting, f"must be at least 1, not {value}")


def _not_empty(setting: str, value: str) -> None:
    if not value.strip():
        raise SettingInvalid(setting, "must not be empty: write it between the quotes")


def _in_order(start: time, end: time | None) -> None:
    if end is not None and end <= start:
        raise SettingInvalid("end", f"it ends ({end:%H:%M}) before it starts ({start:%H:%M})")


def _identifier(setting: str, value: str) -> None:
    # Identifiers become file names, URL parts and mail headers.
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", value):
        raise SettingInvalid(setting, f"“{value}” is not an identifier: small letters, digits and hyphens, at most 40")


def _mailbox(setting: str, value: str) -> None:
    if not re.fullmatch(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+", value):
        raise SettingInvalid(setting, f"“{value}” is not an e-mail address")


def inside(folder_relative: str) -> bool:
    """Whether a path in a campaign file stays inside the campaign folder."""
    path = PurePosixPath(folder_relative)
    return not path.is_absolute() and ".." not in path.parts
