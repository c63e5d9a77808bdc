"""What staff type of a reply: the same fields on a recipient's page and on that of a reply to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from invite_pipeline.domain.reply import Attendee, Intent, Role, Source
from invite_pipeline.errors import ReplyRefused
from invite_pipeline.web.staff.site import Call
from invite_pipeline.web.staff.texts import N_

STAFF_SOURCES = tuple(source for source in Source if source.entered_by_staff)
MOST_PERSONS = 99
CHANGED = N_("Inzwischen wurde die Antwort geändert. Nichts ist überschrieben: Bitte prüfen Sie den neuen Stand.")
_LONGEST_NAME = 120
_LONGEST_REASON = 1000


class FieldWrong(ValueError):
    """A field that must be corrected: its name, and what is wrong with it in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A reply as it was typed."""

    intent: Intent
    persons: int | None
    attendees: tuple[Attendee, ...]


def read_answer(call: Call) -> Typed:
    """Answer, number of persons, deputy and working group. Raises FieldWrong."""
    answer = call.posted.get("answer", "")
    if answer not in ("yes", "no"):
        raise FieldWrong("answer", call.text("Bitte wählen Sie Zusage oder Absage."))
    deputy = one_line(call, "deputy", _LONGEST_NAME)
    workshop = call.posted.get("workshop", "")
    if workshop and call.site.campaign.workshop(workshop) is None:
        raise FieldWrong("workshop", call.text("Diese Arbeitsgruppe gibt es nicht."))
    if answer == "no":
        if deputy:
            raise FieldWrong("deputy", call.text("Kommt eine Vertretung, so ist das eine Zusage."))
        return Typed(intent=Intent.NO, persons=None, attendees=())
    people: tuple[Attendee, ...] = ()
    if deputy or workshop:
        people = (Attendee(role=Role.DEPUTY if deputy else Role.INVITEE, name=deputy, workshop=workshop),)
    return Typed(intent=Intent.YES, persons=_persons(call), attendees=people)


def _persons(call: Call) -> int:
    typed = call.posted.get("persons", "").strip() or "1"
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= MOST_PERSONS):
        raise FieldWrong("persons", call.text("Bitte eine Zahl von 1 bis %(most)s.", most=MOST_PERSONS))
    return int(typed)


def one_line(call: Call, field: str, longest: int) -> str:
    """A field without line breaks and doubled spaces. Raises FieldWrong where it is too long."""
    found = " ".join(call.posted.get(field, "").split())
    if len(found) > longest:
        raise FieldWrong(field, call.text("Höchstens %(most)s Zeichen.", most=longest))
    return found


def read_source(call: Call) -> Source:
    """By which channel the reply came to staff. Raises FieldWrong."""
    source = call.posted.get("source", "")
    if source not in STAFF_SOURCES:
        raise FieldWrong("source", call.text("Bitte wählen Sie, wie die Antwort kam."))
    return Source(source)


def read_declared(call: Call) -> datetime:
    """When it was said: now, or the date of a letter, at its day's noon. Raises FieldWrong."""
    typed = call.posted.get("declared", "").strip()
    if not typed:
        return call.now
    try:
        day = date.fromisoformat(typed) if "-" in typed else datetime.strptime(typed, "%d.%m.%Y").date()  # noqa: DTZ007
    except ValueError:
        raise FieldWrong("declared", call.text("Bitte ein Datum wie 31.12.2025.")) from None
    zone = call.site.campaign.event.tz
    today = call.now.astimezone(zone).date()
    if day > today:
        raise FieldWrong("declared", call.text("Das Datum liegt in der Zukunft."))
    return call.now if day == today else datetime.combine(day, time(12), zone)


def read_reason(call: Call) -> str:
    """Why, where it overturns something. Raises FieldWrong."""
    return one_line(call, "reason", _LONGEST_REASON)


def refusal(call: Call, error: ReplyRefused) -> FieldWrong:
    """Why the one door for replies did not take it."""
    if error.field == "declared":
        return FieldWrong("declared", call.text("Das Datum liegt in der Zukunft."))
    return FieldWrong("answer", call.text("Die Personendaten sind gelöscht; eine Antwort ist nicht mehr möglich."))
