"""Why a mail did not arrive, in plain words: what a status means (RFC 3463), and what helps."""

from __future__ import annotations

from collections.abc import Mapping

from invite_pipeline.web.staff.texts import N_

_NO_MAILBOX = N_("Dieses Postfach gibt es nicht.")
_NO_DOMAIN = N_("Die Domain hinter dem @ gibt es nicht, oder sie nimmt keine Mail an.")
_MISSPELT = N_("Die Adresse ist falsch geschrieben.")
_MOVED = N_("Das Postfach ist umgezogen.")
_OFF = N_("Das Postfach ist abgeschaltet.")
_FULL = N_("Das Postfach ist voll.")
_TOO_LARGE = N_("Die Mail ist zu groß.")
_AWAY = N_("Der Server war zu lange nicht erreichbar.")
_LOOP = N_("Die Mail lief dort im Kreis.")
_NOT_ALLOWED = N_("Der Server dort lässt uns nicht zustellen.")
_UNPROVEN = N_("Der Server dort vermisst einen Nachweis des Absenders (SPF, DKIM oder DMARC).")

_STATUS: Mapping[str, str] = {
    "1.1": _NO_MAILBOX,
    "1.2": _NO_DOMAIN,
    "1.3": _MISSPELT,
    "1.6": _MOVED,
    "1.10": _NO_DOMAIN,
    "2.1": _OFF,
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "3.4": _TOO_LARGE,
    "4.1": _AWAY,
    "4.4": _NO_DOMAIN,
    "4.6": _LOOP,
    "4.7": _AWAY,
    "7.1": _NOT_ALLOWED,
    "7.20": _UNPROVEN,
    "7.23": _UNPROVEN,
    "7.25": _UNPROVEN,
    "7.26": _UNPROVEN,
}
_CAUSE: Mapping[str, str] = {
    "hard": N_("Die Adresse nimmt keine Mail an."),
    "soft": N_("Vorübergehend nicht zustellbar."),
    "policy": N_("Abgewiesen wegen unseres Absenders, nicht wegen der Adresse."),
    "content": N_("Abgewiesen wegen der Größe oder des Inhalts."),
    "refused": N_("Der Server hat die Mail gleich abgelehnt."),
}
HELP: Mapping[str, str] = {
    "hard": N_("Fragen Sie telefonisch nach der richtigen Adresse, und berichtigen Sie sie hier."),
    "soft": N_("Oft hilft es, später noch einmal zu senden; sonst rufen Sie an."),
    "policy": N_(
        "An den Adressen liegt es nicht: Zeigen Sie die Worte des Servers denen, die den Mailversand betreuen. "
        "Danach senden Sie erneut."
    ),
    "content": N_("Machen Sie die Mail kleiner (Anlagen, Bilder), und senden Sie erneut."),
    "refused": N_("Prüfen Sie die Adresse; stimmt sie, so steht der Grund in den Worten des Servers."),
    "returned": N_("Tragen Sie die neue Anschrift ein: Der Brief wird dann neu gesetzt und gedruckt."),
    "posted": N_("Kam ein Brief zurück? Suchen Sie ihn nach Organisation, Schlüssel oder dem Code auf dem Brief."),
    "unknown": N_(
        "Die Verbindung brach ab, als die Mail übergeben wurde. Sehen Sie im Protokoll des Mailservers nach, ob sie "
        "hinausging: Von selbst wird sie nicht noch einmal versandt."
    ),
}


def meaning(cause: str, status: str) -> str:
    """What a status such as 5.1.1 means: its own words, or those of its sort."""
    return _STATUS.get(status.partition(".")[2], _CAUSE.get(cause, ""))
