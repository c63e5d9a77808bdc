"""What happened, told in a sentence: the events of the ledger as staff read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from invite_pipeline.domain.events import (
    AutomaticReply,
    Bounced,
    Called,
    Corrected,
    Event,
    Forgotten,
    Issued,
    LetterMoved,
    Loaded,
    Recorded,
    Regrouped,
    Released,
    Replied,
    Requeued,
    Reviewed,
    Revoked,
    Seated,
    SendAccepted,
    SendClaimed,
    SendRefused,
    SendResolved,
)
from invite_pipeline.domain.reply import Disposition
from invite_pipeline.reports import labels
from invite_pipeline.web.staff.texts import N_, Words

# What labels.py says in its functions, for the catalogue.
_SAID_THERE = (N_("Einladung"), N_("Erinnerung"), N_("vorbehaltlich"))

_LOADED = {
    "new": N_("In die Liste aufgenommen"),
    "changed": N_("In der Liste geändert"),
    "gone": N_("Steht nicht mehr in der Liste"),
    "returned": N_("Steht wieder in der Liste"),
}
_LETTER = {
    "printed": N_("Brief gedruckt"),
    "posted": N_("Brief zur Post gegeben"),
    "returned": N_("Brief kam zurück"),
}
_BOUNCED = {
    "hard": N_("Mail unzustellbar"),
    "soft": N_("Mail vorerst nicht zugestellt"),
    "policy": N_("Mail vom fremden Server abgewiesen"),
    "content": N_("Mail wegen ihres Inhalts abgewiesen"),
}
_AUTOMATIC = {
    "automatic": N_("Abwesenheitsnotiz"),
    "delayed": N_("Mail verzögert sich"),
    "receipt": N_("Lesebestätigung"),
}
_REVIEWED = {
    "accepted": N_("Rückmeldung übernommen"),
    "dismissed": N_("Rückmeldung beiseitegelegt"),
    "settled": N_("Rückmeldung durch einen Eintrag erledigt"),
}
_SEATED = {
    "offered": N_("Platz angeboten"),
    "accepted": N_("Platz angenommen"),
    "declined": N_("Platz abgelehnt"),
    "expired": N_("Angebot abgelaufen"),
}
_BECAME = {
    Disposition.APPLIED: "",
    Disposition.REVIEW: N_("zu prüfen"),
    Disposition.IGNORED: N_("schon bekannt"),
    Disposition.REFUSED: N_("nicht angenommen"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event: what happened, and what more there is to say of it."""

    at: datetime
    what: str
    more: tuple[str, ...] = ()
    kind: str = ""
    """"yes", "no", "waiting" or "failed", by which it is coloured."""


def tell(words: Words, recorded: Recorded) -> Told:
    """An event in the reader's language."""
    event = recorded.event
    if isinstance(event, Replied):
        return _told_reply(words, recorded.at, event)
    what, more, kind = _what(words, event)
    return Told(recorded.at, what, tuple(one for one in more if one), kind)


def _what(words: Words, event: Event) -> tuple[str, tuple[str, ...], str]:
    match event:
        case Bounced():
            about = (words.text(labels.wave(event.wave)), f"{event.status} {event.answer}".strip())
            return words.text(_BOUNCED[event.classification]), about, "failed"
        case AutomaticReply():
            back = words.text("wieder da: %(day)s", day=event.back) if event.back else ""
            return words.text(_AUTOMATIC[event.kind]), (event.subject, back), ""
        case Reviewed():
            return words.text(_REVIEWED[event.outcome]), (_by(words, event.by),), ""
        case Called() | Corrected() | Regrouped() | Requeued():
            return _told_work(words, event)
        case Seated():
            until = words.text("bis %(moment)s", moment=words.moment(event.until)) if event.until else ""
            return words.text(_SEATED[event.step]), (until,), ""
        case SendClaimed() | SendAccepted() | SendRefused() | SendResolved():
            return _told_mail(words, event)
    return _simple(words, event)


CALLS: Mapping[str, str] = {
    "reached": N_("erreicht, meldet sich noch"),
    "not_reached": N_("nicht erreicht"),
    "again": N_("erreicht, nochmals anrufen"),
    "wrong_number": N_("Nummer stimmt nicht"),
    "wants_letter": N_("möchte einen Brief"),
}
FIELDS: Mapping[str, str] = {
    "email": N_("E-Mail"),
    "phone": N_("Telefon"),
    "street": N_("Straße"),
    "postcode": N_("Postleitzahl"),
    "city": N_("Ort"),
    "country": N_("Land"),
    "address": N_("Anschrift"),
}


def _told_work(words: Words, event: Called | Corrected | Regrouped | Requeued) -> tuple[str, tuple[str, ...], str]:
    by = _by(words, event.by)
    match event:
        case Called():
            again = words.text("am %(day)s", day=words.day(event.again)) if event.again else ""
            note = f"„{event.note}“" if event.note else ""
            what = words.text("Anruf: %(outcome)s", outcome=words.text(CALLS[event.outcome]))
            return what, (again, note, by), ""
        case Corrected():
            changed = [f"{words.text(FIELDS[name])}: {_from_to(event, name)}" for name in event.fields]
            return words.text("Berichtigt"), (*changed, by), ""
        case Regrouped():
            groups = ", ".join(first for first, _, _ in event.choices if first)
            return words.text("In Arbeitsgruppen umgesetzt"), (groups, by), ""
        case Requeued():
            return words.text("Wird erneut versandt"), (words.text(labels.wave(event.wave)), by), ""


def _from_to(event: Corrected, name: str) -> str:
    before, after = (said.get(name, "").replace("\n", ", ") or "–" for said in (event.before, event.after))
    return f"{before} → {after}"


def _simple(words: Words, event: Event) -> tuple[str, tuple[str, ...], str]:
    match event:
        case Loaded():
            return words.text(_LOADED[event.change]), (", ".join(event.fields),), ""
        case LetterMoved():
            return words.text(_LETTER[event.step]), (), "failed" if event.step == "returned" else ""
        case Issued():
            return words.text("Link ausgestellt"), (words.text("Fassung %(number)s", number=event.revision),), ""
        case Revoked():
            return words.text("Link gesperrt"), (words.text("Fassung %(number)s", number=event.revision),), ""
        case Released():
            return words.text("Freigegeben"), (words.text(labels.wave(event.wave)), _by(words, event.by)), ""
        case Forgotten():
            return words.text("Personendaten gelöscht"), (), ""
    return type(event).__name__, (), ""


def _told_mail(
    words: Words, event: SendClaimed | SendAccepted | SendRefused | SendResolved
) -> tuple[str, tuple[str, ...], str]:
    wave = words.text(labels.wave(event.wave))
    match event:
        case SendClaimed():
            attempt = words.text("Versuch %(number)s", number=event.attempt) if event.attempt > 1 else ""
            return words.text("Mail wird übergeben"), (wave, attempt), ""
        case SendAccepted():
            return words.text("Mail versandt"), (wave,), ""
        case SendRefused():
            what = N_("Mail abgelehnt") if event.permanent else N_("Mail vorerst nicht angenommen")
            return words.text(what), (wave, f"{event.code or ''} {event.answer}".strip()), "failed"
        case SendResolved():
            what = N_("Aufgeklärt: versandt") if event.outcome == "sent" else N_("Aufgeklärt: nicht versandt")
            return words.text(what), (wave, event.evidence), ""


def _told_reply(words: Words, at: datetime, event: Replied) -> Told:
    answer = words.text(labels.INTENT[event.intent])
    source = words.text(labels.SOURCE[event.source])
    waits = event.disposition is Disposition.REVIEW
    persons = words.ntext("%(num)s Person", "%(num)s Personen", event.persons) if event.persons else ""
    names = ", ".join(one.name for one in event.attendees if one.name)
    declared = words.text("erklärt am %(day)s", day=words.day(event.declared_at))
    by = _by(words, event.actor) if event.source.entered_by_staff else ""
    said = (
        *(words.text(_BECAME[event.disposition]), persons, names),
        *(declared if event.declared_at.date() != at.date() else "", words.text("nach Anmeldeschluss") * event.late),
        *(by, event.reason if event.source.entered_by_staff else "", f"„{event.remark}“" * bool(event.remark)),
    )
    kind = "waiting" if waits else str(event.intent) if event.intent in ("yes", "no") else ""
    return Told(at, f"{answer} · {source}", tuple(one for one in said if one), kind)


def _by(words: Words, name: str) -> str:
    return words.text("von %(name)s", name=name) if name else ""
