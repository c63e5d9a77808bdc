"""The calendar's part: the entry that an invitation carries, and the answers that calendar programs send (RFC 5546).

Both directions of one format, without any IO. Reading is done line by line and not through a whole calendar
object: one property that a program wrote badly must not cost the answer that stands next to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from invite_pipeline.domain.campaign import Campaign

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

PRODID = "-//invite_pipeline//DE"
# A reply of a calendar program has a few kilobytes; more is no reply.
_MAX_OCTETS = 1_000_000

PartStat = Literal["ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "NEEDS-ACTION"]
_PARTSTATS: dict[str, PartStat] = {
    "ACCEPTED": "ACCEPTED",
    "DECLINED": "DECLINED",
    "TENTATIVE": "TENTATIVE",
    "DELEGATED": "DELEGATED",
    "NEEDS-ACTION": "NEEDS-ACTION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReply:
    """What one attendee's calendar answered; addresses are lower-cased and without `mailto:`."""

    uid: str
    attendee: str
    partstat: PartStat
    comment: str = ""
    dtstamp: datetime | None = None
    """When the answer was made, UTC; None where the program did not say."""
    sequence: int = 0
    delegated_to: tuple[str, ...] = ()
    organizer: str = ""
    """Empty for Outlook.com, which leaves it out."""
    guests: int = 0
    """How many more the attendee brings, where the program lets them say so (Google)."""


# --- writing ----------------------------------------------------------------------------------------------------


Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


def publish(
    campaign: Campaign,
    *,
    uid: str,
    sequence: int = 0,
    now: datetime,
    url: str = "",
    cancelled: bool = False,
    attendee: str = "",
) -> bytes:
    """The campaign's event as an .ics file, CRLF, UTF-8; equal inputs make equal bytes.

    `url` is where one answers; `sequence` rises with every update of the event (RFC 5545, 3.8.7.4). With an `attendee`
    (only ever the one recipient) their calendar program is asked for an answer.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(cancelled=cancelled, asks=bool(attendee)))
    event = _event(campaign, uid=uid, sequence=sequence, now=now, url=url, cancelled=cancelled)
    if attendee:
        event.add("attendee", _attendee(attendee, asked=not cancelled))
    calendar.add_component(event)
    year = timedelta(days=365)
    calendar.add_missing_timezones(campaign.event.start.date() - year, campaign.event.end.date() + year)
    return bytes(calendar.to_ical())


def method_of(*, cancelled: bool, asks: bool) -> Method:
    """The METHOD of a calendar entry (RFC 5546, 1.4)."""
    if cancelled:
        return "CANCEL"
    return "REQUEST" if asks else "PUBLISH"


class CalendarFile:
    """One event's file, laid out once: for each recipient it is what `publish` makes, in a tenth of the time."""

    def __init__(
        self, campaign: Campaign, *, now: datetime, sequence: int = 0, cancelled: bool = False, asks: bool = False
    ) -> None:
        self.method = method_of(cancelled=cancelled, asks=asks)
        attendee = _TO if asks else ""
        whole = publish(
            campaign, uid=_UID, sequence=sequence, now=now, url=_URL, cancelled=cancelled, attendee=attendee
        ).decode()
        lines = whole.replace("\r\n ", "").split("\r\n")
        self._parts = [_prepared(line) for line in lines]

    def publish(self, *, uid: str, url: str, to: str = "") -> bytes:
        """The file of one recipient."""
        # What stands in a text is quoted, what stands in a link is not (RFC 5545, 3.3.11 and 3.3.13).
        values = {_UID: uid, _TO: to, _URL: url, _QUOTED: re.sub(r"([\\;,])", r"\\\1", url)}
        parts = [one if isinstance(one, str) else one.filled(values[one.mark]) for one in self._parts]
        return "\r\n".join(parts).encode()


@dataclass(frozen=True, slots=True)
class _Personal:
    """A line with one recipient's value in it; what comes before the value is folded once for all."""

    mark: str
    before: str
    folded: str
    room: int
    """Octets left in the last line of what is folded."""
    after: str

    def filled(self, value: str) -> str:
        """The line with this value."""
        if not value.isascii():
            return _folded(self.before + value + self.after)
        if len(value) <= self.room:
            text, room = self.folded + value, self.room - len(value)
        else:
            full = _FOLD_AT - 1
            more = [value[start : start + full] for start in range(self.room, len(value), full)]
            text, room = "\r\n ".join([self.folded + value[: self.room], *more]), full - len(more[-1])
        return text + _fold_on(self.after, room)


def _prepared(line: str) -> str | _Personal:
    """A line folded, or ready for each recipient's value."""
    mark = next((one for one in (_UID, _TO, _URL) if one in line), None)
    if mark is None:
        return _folded(line)
    before, _, after = line.partition(mark)
    meant = _QUOTED if mark == _URL and not line.startswith("URL") else mark
    if mark in after:
        # Nothing of ours says a value twice; should it, each mail's line is folded whole.
        raise ValueError("a calendar line names a value twice")
    folded = _folded(before)
    room = _FOLD_AT - len(folded.rsplit("\r\n", 1)[-1].encode())
    return _Personal(meant, before, folded, room, after)


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets (RFC 5545, 3.1); no letter is cut in two."""
    if len(line) < _FOLD_AT and line.isascii():
        return line
    if line.isascii():
        rest = (line[start : start + _FOLD_AT - 1] for start in range(_FOLD_AT, len(line), _FOLD_AT - 1))
        return "\r\n ".join([line[:_FOLD_AT], *rest])
    return _fold_on(line, _FOLD_AT)


@lru_cache(maxsize=256)
def _fold_on(text: str, room: int) -> str:
    """A text folded where its first line has `room` octets left."""
    pieces = [""]
    for letter in text:
        octets = len(letter.encode())
        if octets > room:
            pieces.append(" ")
            room = _FOLD_AT - 1
        pieces[-1] += letter
        room -= octets
    return "\r\n".join(pieces)


_FOLD_AT = 75
_UID, _URL, _TO = "\ue000uid\ue001", "\ue000url\ue001", "\ue000to\ue001"
_QUOTED = "\ue000quoted\ue001"


def _attendee(address: str, *, asked: bool) -> vCalAddress:
    from icalendar import vCalAddress

    found = vCalAddress(f"mailto:{address}")
    found.params["ROLE"] = "REQ-PARTICIPANT"
    found.params["PARTSTAT"] = "NEEDS-ACTION"
    found.params["RSVP"] = "TRUE" if asked else "FALSE"
    return found


def _event(campaign: Campaign, *, uid: str, sequence: int, now: datetime, url: str, cancelled: bool) -> Event:
    from icalendar import Event, vCalAddress

    when = campaign.event
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", sequence)
    event.add("dtstart", when.starts_at)
    event.add("dtend", when.ends_at)
    event.add("summary", campaign.title)
    event.add("location", ", ".join((when.venue, *when.address)))
    event.add("description", _description(campaign, url))
    if url:
        event.add("url", url)
    organizer = vCalAddress(f"mailto:{campaign.mail.reply_to or campaign.mail.sender}")
    organizer.params["CN"] = campaign.mail.from_name
    event.add("organizer", organizer)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    return event


def _description(campaign: Campaign, url: str) -> str:
    hosts = dict.fromkeys(host.organisation for host in campaign.hosts)
    invited = f"{campaign.title}: Einladung von {' und '.join(hosts)}"
    # An association's name ends in a full stop of its own: "e. V."
    lines = [invited if invited.endswith(".") else f"{invited}."]
    if url:
        lines += ["", f"Ihre Antwort bis zum {campaign.rsvp.deadline:%d.%m.%Y}: {url}"]
    lines += ["", f"Fragen beantwortet: {campaign.rsvp.office}, {campaign.rsvp.phone}, {campaign.rsvp.email}"]
    return "\n".join(lines)


# --- reading ----------------------------------------------------------------------------------------------------

_Line = tuple[str, dict[str, Any], str]


def read_method(data: bytes) -> str:
    """The calendar's METHOD in capitals (REPLY, REQUEST, COUNTER, …), or empty where it has none or is no calendar."""
    for path, (name, _params, value) in _lines(data):
        if name == "METHOD" and path == ("VCALENDAR",):
            return value.strip().upper()
    return ""


def read_reply(data: bytes) -> CalendarReply | None:
    """The answer in a METHOD:REPLY; None for every other method and for whatever does not say who answers what."""
    if read_method(data) != "REPLY":
        return None
    first: dict[str, _Line] = {}
    for path, line in _lines(data):
        if path == ("VCALENDAR", "VEVENT"):
            # Later events of one reply are further dates of a series: the first speaks for all.
            first.setdefault(line[0], line)
    attendee = first.get("ATTENDEE")
    uid = _text(first, "UID")
    if attendee is None or not uid:
        return None
    _, params, address = attendee
    partstat = _PARTSTATS.get(str(params.get("PARTSTAT", "")).upper())
    if partstat is None or not _address(address):
        return None
    return CalendarReply(
        uid=uid,
        attendee=_address(address),
        partstat=partstat,
        comment=_text(first, "COMMENT") or str(params.get("X-RESPONSE-COMMENT", "")),
        dtstamp=_stamp(_text(first, "DTSTAMP")),
        sequence=_number(_text(first, "SEQUENCE")),
        delegated_to=tuple(filter(None, map(_address, _several(params.get("DELEGATED-TO"))))),
        organizer=_address(first["ORGANIZER"][2]) if "ORGANIZER" in first else "",
        guests=_number(str(params.get("X-NUM-GUESTS", ""))),
    )


def _lines(data: bytes) -> Iterator[tuple[tuple[str, ...], _Line]]:
    """Every property of a calendar with the components it stands in; a line that cannot be read is left out."""
    from icalendar.parser import Contentline, Contentlines

    if len(data) > _MAX_OCTETS or b"VCALENDAR" not in data[:2000].upper():
        return
    path: list[str] = []
    for raw in Contentlines.from_ical(_decode(data)):  # type: ignore[no-untyped-call]
        try:
            name, params, value = Contentline(raw).raw_parts()  # type: ignore[no-untyped-call]
        except (ValueError, IndexError):
            continue
        name = name.upper()
        if name == "BEGIN":
            path.append(value.strip().upper())
        elif name == "END":
            if path:
                path.pop()
        else:
            yield tuple(path), (name, dict(params), value)


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _text(lines: dict[str, _Line], name: str) -> str:
    """A TEXT value with its backslashes undone (RFC 5545, 3.3.11)."""
    if name not in lines:
        return ""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], lines[name][2]).strip()


def _address(value: str) -> str:
    return re.sub(r"^\s*mailto:\s*", "", value, flags=re.IGNORECASE).strip().strip("<>").lower()


def _several(value: object) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _stamp(value: str) -> datetime | None:
    try:
        return datetime.strptime(value.rstrip("Zz"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(value: str) -> int:
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value.strip()) else 0
