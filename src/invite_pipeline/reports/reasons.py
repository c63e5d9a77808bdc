"""Why a reply waits, in German: what the readers and rules of replies say in English, phrase by phrase."""

from __future__ import annotations

import re
from collections.abc import Callable

from invite_pipeline.domain.reply import Intent
from invite_pipeline.reports.labels import INTENT, REPLY

_PHRASES = {
    # the rules of who wins
    "the deadline has passed; only cancelling is still possible": "nach dem Anmeldeschluss",
    "came after the deadline": "nach dem Anmeldeschluss eingegangen",
    "declared before the answer that is recorded": "älter als die gespeicherte Antwort",
    "not clear enough to decide": "nicht eindeutig",
    "could not be matched to a recipient": "keiner Einladung zuzuordnen",
    "matches no recipient": "keiner Einladung zuzuordnen",
    "the invitation was revoked": "Einladung wurde zurückgezogen",
    "the invitation was erased": "Daten wurden gelöscht",
    "asks for no further invitations": "bittet um keine weiteren Einladungen",
    # the text of a mail
    "the mail has no text of its own": "ohne eigenen Text",
    "accepts, and asks for no further mails": "sagt zu und möchte keine weiteren Mails",
    "takes an acceptance back, and accepts": "nimmt eine Zusage zurück und sagt zu",
    "takes an acceptance back": "nimmt eine Zusage zurück",
    "speaks of a deputy without deciding": "nennt eine Vertretung, ohne zu- oder abzusagen",
    "says yes and no": "sagt zu und ab",
    "names another contact": "nennt eine andere Ansprechperson",
    "declines with a reservation": "sagt unter Vorbehalt ab",
    "gives a reason against, but puts the answer off": "nennt ein Hindernis, will sich aber noch melden",
    "declines": "sagt ab",
    "accepts with a reservation": "sagt unter Vorbehalt zu",
    "accepts on a condition": "sagt unter einer Bedingung zu",
    "accepts and puts off in one sentence": "sagt zu und vertagt im selben Satz",
    "accepts, but leaves something open": "sagt zu, lässt aber etwas offen",
    "accepts": "sagt zu",
    "neither accepts nor declines for certain": "sagt weder sicher zu noch ab",
    "reads like an out-of-office note": "klingt wie eine Abwesenheitsnotiz",
    "asks something": "stellt eine Frage",
    "puts the answer off": "will sich noch melden",
    "says what they would like, not what they will do": "äußert einen Wunsch, keine Antwort",
    "says nothing that accepts or declines": "sagt weder zu noch ab",
    "the number is not clear": "Personenzahl unklar",
    "the number is to be confirmed": "Personenzahl zu bestätigen",
    # calendars
    "the calendar proposes another time": "Kalender schlägt eine andere Zeit vor",
}

_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (
        r"says (\w+) where (yes|no|open) is recorded",
        lambda found: f"widerspricht: sagt „{_intent(found[1])}“, gespeichert ist „{REPLY[found[2]]}“",
    ),
    (r"cannot come; a deputy comes(?: \(.*\))?", lambda _: "sagt ab, schickt aber eine Vertretung"),
    (r"a deputy comes(?: \(.*\))?", lambda _: "schickt eine Vertretung"),
    (r"something is attached \((.*)\)", lambda found: f"mit Anlage: {found[1]}"),
    (r"the calendar says [\w-]+, but the comment (.*)", lambda found: f"Kalender und Kommentar: {_phrase(found[1])}"),
    (r"the calendar says ([\w-]+)", lambda found: f"Kalenderantwort {found[1]}"),
    (r"the subject (.*)", lambda found: f"Betreff {_phrase(found[1])}"),
)


def reason(text: str) -> str:
    """Why a reply waits: the phrase, then the passage that it rests on; what is not known here is shown as it is."""
    found = re.fullmatch(r"(?P<says>[^“]+?): “(?P<passage>.*)”(?P<more>(?:; .*)?)", text, re.DOTALL)
    if not found:
        return _phrases(text)
    more = "".join(f"; {_phrase(one)}" for one in found["more"].split("; ")[1:])
    return f"{_phrase(found['says'])}: „{found['passage']}“{more}"


def _phrases(text: str) -> str:
    whole = _phrase(text)
    return whole if whole != text else "; ".join(_phrase(one) for one in text.split("; "))


def _phrase(text: str) -> str:
    if text in _PHRASES:
        return _PHRASES[text]
    for pattern, german in _PATTERNS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return german(found)
    return text


def _intent(word: str) -> str:
    return INTENT[Intent(word)] if word in list(Intent) else word
