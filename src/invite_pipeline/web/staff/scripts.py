"""What to say on the telephone: short, warm, with the deadline and what to ask, in the language of who is called."""

from __future__ import annotations

from dataclasses import dataclass

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.store.call_queries import Reason, ToCall
from invite_pipeline.web.staff.texts import N_, Words

WHY: dict[Reason, str] = {
    "offer": N_("angebotener Platz"),
    "failed": N_("Einladung kam zurück"),
    "no_mail": N_("keine E-Mail-Adresse"),
    "silent": N_("keine Antwort"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """What to say, then what to ask; `language` is that of the words."""

    language: str
    say: tuple[str, ...]
    ask: tuple[str, ...]


def script_for(campaign: Campaign, one: ToCall) -> Script:
    """The script for one call."""
    words = Words("de" if one.recipient.language == "de" else "en", campaign.event.tz)
    return script(words, campaign, one.reason, until=words.moment(one.offer_until) if one.offer_until else "")


def script(words: Words, campaign: Campaign, reason: Reason, until: str = "") -> Script:
    """The script for all calls of one reason, in one language."""
    greeting = words.text(
        "Guten Tag, mein Name ist …, ich rufe für %(office)s an. "
        "Es geht um unsere Einladung zu „%(title)s“ am %(day)s, %(venue)s.",
        office=campaign.rsvp.office,
        title=campaign.title,
        day=words.day(campaign.event.starts_at),
        venue=campaign.event.venue,
    )
    if reason == "offer":
        return Script(words.language, (greeting, *_offer(words, until)), _ask_for_offer(words))
    asking = words.text(
        "Wir würden uns sehr freuen, wenn Sie dabei sind. Dürfen wir mit Ihnen rechnen? "
        "Bis zum %(day)s brauchen wir Ihre Antwort; gern nehme ich sie gleich auf.",
        day=words.day(campaign.rsvp.deadline),
    )
    return Script(words.language, (greeting, _because(words, reason), asking), _ask(words, campaign))


def _because(words: Words, reason: Reason) -> str:
    said = {
        "failed": words.text("Leider kam unsere Einladung zurück, und wir möchten sicher sein, dass sie Sie erreicht."),
        "no_mail": words.text("Unser Brief müsste bei Ihnen angekommen sein."),
        "silent": words.text("Wir haben Ihnen geschrieben und noch nichts von Ihnen gehört; vielleicht ging es unter."),
    }
    return said[reason]


def _offer(words: Words, until: str) -> tuple[str, ...]:
    said = words.text("Sie stehen auf der Warteliste, und nun ist ein Platz für Sie frei geworden.")
    held = words.text("Bis %(moment)s halten wir ihn für Sie frei. Möchten Sie ihn annehmen?", moment=until)
    return (said, held if until else words.text("Möchten Sie ihn annehmen?"))


def _ask_for_offer(words: Words) -> tuple[str, ...]:
    return (words.text("Nehmen Sie den Platz an?"), _address(words))


def _ask(words: Words, campaign: Campaign) -> tuple[str, ...]:
    group = (words.text("In welche Arbeitsgruppe möchten Sie, und welche wäre die zweite Wahl?"),)
    return (
        words.text("Kommen Sie, und mit wie vielen Personen?"),
        words.text("Kommt eine Vertretung, und wie heißt sie?"),
        *(group if campaign.workshops else ()),
        _address(words),
    )


def _address(words: Words) -> str:
    return words.text("An welche E-Mail-Adresse dürfen wir die Bestätigung schicken?")
