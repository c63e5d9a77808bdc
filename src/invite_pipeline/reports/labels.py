"""What the reports call things: German for every state, source and task, and nowhere else."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal

from invite_pipeline.domain.recipient import Channel
from invite_pipeline.domain.reply import Attendee, Intent, Role, Seat, Source
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.reports.rows import Delivery, Row
from invite_pipeline.reports.tasks import What

CHANNEL = {Channel.MAIL: "E-Mail", Channel.POST: "Post"}

DELIVERY = {
    Delivery.QUEUED: "noch nicht versandt",
    Delivery.UNKNOWN: "unklar",
    Delivery.SENT: "versandt",
    Delivery.REFUSED: "abgelehnt",
    Delivery.BOUNCED_SOFT: "zurückgekommen",
    Delivery.BOUNCED_HARD: "unzustellbar",
    Delivery.TO_PRINT: "noch nicht gedruckt",
    Delivery.PRINTED: "gedruckt",
    Delivery.POSTED: "zur Post gegeben",
    Delivery.RETURNED: "Brief kam zurück",
}

REPLY = {"yes": "Zusage", "no": "Absage", "open": "offen"}

SOURCE = {
    Source.WEB: "Online-Formular",
    Source.MAIL: "E-Mail",
    Source.CALENDAR: "Kalender",
    Source.PHONE: "Telefon",
    Source.LETTER: "Brief",
    Source.FAX: "Fax",
    Source.COUNTER: "persönlich",
}

INTENT = {
    Intent.YES: "Zusage",
    Intent.NO: "Absage",
    Intent.MAYBE: "unter Vorbehalt",
    Intent.UNCLEAR: "unklar",
    Intent.OBJECTION: "keine weiteren Einladungen",
    Intent.CONTACT: "neue Ansprechperson",
}

ROLE = {Role.INVITEE: "eingeladen", Role.DEPUTY: "Vertretung", Role.COMPANION: "Begleitung"}

SEAT = {
    Seat.CONFIRMED: "bestätigt",
    Seat.WAITLISTED: "Warteliste",
    Seat.OFFERED: "Platz angeboten",
    Seat.RELEASED: "freigegeben",
    Seat.CHECKED_IN: "anwesend",
    Seat.ABSENT: "nicht erschienen",
}

_LETTER = {
    LetterState.NONE: "",
    LetterState.PRINTED: "gedruckt",
    LetterState.POSTED: "zur Post gegeben",
    LetterState.RETURNED: "kam zurück",
}

# Singular and plural of what the lists call their kinds; any other word is shown as the list has it.
_KINDS = {
    "kommune": ("Kommune", "Kommunen"),
    "kreis": ("Kreis", "Kreise"),
    "verein": ("Verein", "Vereine"),
}

TASKS: dict[What, tuple[str, str]] = {
    "review": ("Rückmeldung prüfen", "Rückmeldungen prüfen"),
    "resolve": ("unklaren Versand aufklären", "unklare Sendungen aufklären"),
    "render": ("Brief setzen", "Briefe setzen"),
    "send": ("Einladung mailen", "Einladungen mailen"),
    "print": ("Brief drucken", "Briefe drucken"),
    "post": ("gedruckten Brief zur Post geben", "gedruckte Briefe zur Post geben"),
    "remind": ("Erinnerung mailen", "Erinnerungen mailen"),
    "call": ("nicht erreichte Stelle anrufen", "nicht erreichte Stellen anrufen"),
}


def kind(name: str, *, many: bool = False) -> str:
    """A kind of recipient, for one or for many."""
    known = _KINDS.get(name.casefold())
    return known[many] if known else name or "ohne Angabe"


def region(name: str) -> str:
    """A region, also where the list gives none."""
    return name or "ohne Angabe"


def task(what: What, count: int) -> str:
    """What is to be done, for so many."""
    return TASKS[what][count != 1]


def reply(row: Row) -> str:
    """The answer that stands."""
    return "vorbehaltlich" if row.reply == "open" and row.tracking.tentative else REPLY[row.reply]


def wave(name: str) -> str:
    """A wave of mails."""
    if name.startswith("reminder"):
        return "Erinnerung"
    return "Einladung" if name == "invitation" else name


def notes(row: Row) -> list[str]:
    """All that a reader of the table must know besides its columns."""
    tracking = row.tracking
    waiting = [seat for seat in tracking.attendees if seat.seat in (Seat.WAITLISTED, Seat.OFFERED)]
    said = [
        (not row.listed, "nicht mehr in der Empfängerliste"),
        (tracking.reviews, f"{tracking.reviews} Rückmeldung{'en' if tracking.reviews != 1 else ''} zu prüfen"),
        (waiting, f"{len(waiting)} auf der Warteliste"),
        (tracking.late and row.reply != "open", "nach Anmeldeschluss"),
        (tracking.blocked, "möchte keine weiteren Einladungen"),
        (row.channel is Channel.MAIL and tracking.letter, f"Brief {_LETTER[tracking.letter]}"),
        (tracking.remark, f"„{tracking.remark}“"),
    ]
    return [text for applies, text in said if applies]


def attendee(one: Attendee) -> str:
    """A name, or that it is still open."""
    return one.name or "N. N."


def number(value: int) -> str:
    """A whole number with German points."""
    return format_decimal(value, locale="de")


def percent(value: float) -> str:
    """A part of one, in whole per cent; only nothing is nought, and only all is a hundred."""
    if 0 < value < 0.01:
        return "< 1\u00a0%"
    if 0.99 < value < 1:
        return "> 99\u00a0%"
    return f"{value * 100:.0f}\u00a0%"


def moment(at: datetime) -> str:
    """A day and time in full: 20. November 2023, 10:00 Uhr."""
    return f"{format_datetime(at, 'd. MMMM y, HH:mm', locale='de')} Uhr"
