"""Who comes instead, and who is responsible instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from invite_pipeline.replies.headcount import number_of
from invite_pipeline.replies.people import mentions
from invite_pipeline.replies.signals import Signals, accepts

_DEPUTY_NOUN = (
    r"(?:kolleg\w+|mitarbeiter\w*|vertreter\w*|stellvertret\w+|personen|mitglieder\w*|vorstandsmitglied\w*|"
    r"delegierte\w*"
    r"|colleagues?)"
)


def deputies_of(signals: Signals) -> tuple[tuple[str, ...], int]:
    """The deputies' names, and how many deputies there are."""
    text, folded = signals.sentence.text, signals.sentence.folded
    people = mentions(text)
    through = re.search(
        r"\b(?:durch|schicke\w*|sende\w*|entsende\w*|delegiere\w*|beauftrage\w*|kommt|vertritt mich)\b",
        text,
        re.IGNORECASE,
    )
    if through and through.group().lower() != "vertritt mich":
        people = [one for one in people if one.start >= through.start()] or people
    # "In Vertretung von Frau Müller": she is the one who is represented.
    people = [one for one in people if not re.search(r"\b(?:von|für|statt|anstelle|anstatt)\s*$", text[: one.start])]
    if stead := re.search(r"\ban (?:seiner|ihrer|deren|dessen) Stelle\b", text):
        people = [one for one in people if one.start > stead.start()] or people
    represented = re.search(r"\bwird\s+(?:Herrn?|Frau)\s|\bvertritt\s+(?:Herrn?|Frau)\s", text)
    if represented and len(people) > 1:
        people = [one for one in people if one.start < represented.start() or one.start > represented.end() + 3]
    names = tuple(dict.fromkeys(one.name for one in people))
    counted = re.search(rf"\b(\d|ein\w*|zwei|drei|vier|two|three) (?:\w+ )?{_DEPUTY_NOUN}", folded)
    return names, max(len(names), number_of(counted[1]) if counted else 1, 1)


def instead(found: Sequence[Signals]) -> Signals | None:
    """Where the writer cannot come, whoever else is named as coming is the deputy: the clause that says so."""
    if not any(one.no for one in found):
        return None
    for one in found:
        for clause in one.sentence.clauses:
            another = mentions(clause.text) or re.search(rf"\bmein\w* {_DEPUTY_NOUN}", clause.folded)
            if another and accepts(clause) and not re.search(r"\b(?:ich|wir|i|we)\b", clause.folded):
                return replace(one, sentence=clause)
    return None


def contact_of(signals: Signals) -> str:
    """The name of whoever is responsible now, as far as the sentence gives it."""
    people = mentions(signals.sentence.text)
    gone = re.search(r"nicht mehr|ausgeschieden|Ruhestand|no longer", signals.sentence.text)
    after = [one for one in people if gone is None or one.start > gone.start()]
    return after[-1].name if after else ""
