"""Organisations that are spelled almost alike: "Stadt Köln" and "Köln, Stadt", "Partnerschaftsverein Bon e. V.".

Sorted neighbourhood (Hernández and Stolfo, 1995): the names are reduced to what distinguishes them and sorted, once
from the front and once from the back, and each is compared with its next neighbours only. The cost grows with n log n.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

_WINDOW = 4
_SIMILAR = 88.0
"""Per cent of two names' letters that agree."""


class Organisation(NamedTuple):
    """One spelling of an organisation, and where it stands first."""

    name: str
    file: str
    row: int
    column: str | None
    city: str


_NO_WORD = re.compile(r"[\W_]+")
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SAME = {"stadtverwaltung": "stadt", "gemeindeverwaltung": "gemeinde", "kreisverwaltung": "kreis", "st": "sankt"}
_NOTHING_TEXT = """ev gmbh ggmbh mbh ag kg gbr eg die der das des fuer und u von in zu im e v"""
_NOTHING = frozenset(_NOTHING_TEXT.split())
"""Legal forms and words that tell no two organisations apart."""


def reduced(name: str) -> str:
    """The words that distinguish a name, sorted: "Köln, Stadt" and "Stadt Koeln" are "koeln stadt"."""
    text = name.casefold().translate(_FOLDED)
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    words = _NO_WORD.sub(" ", text).split()
    kept = [_SAME.get(word, word) for word in words if word not in _NOTHING]
    return " ".join(sorted(kept or words))


def near_pairs(organisations: Sequence[Organisation]) -> list[tuple[Organisation, Organisation]]:
    """The pairs that are almost the same, in the order of the later one."""
    names = [reduced(one.name) for one in organisations]
    found = {
        (min(first, second), max(first, second))
        for first, second in _neighbours(names)
        if _same(names[first], names[second], organisations[first], organisations[second])
    }
    # One warning for each later row is enough: the earliest that it resembles.
    earliest = {second: first for first, second in sorted(found, reverse=True)}
    return [(organisations[earliest[second]], organisations[second]) for second in sorted(earliest)]


def _neighbours(names: list[str]) -> Iterator[tuple[int, int]]:
    """The pairs of neighbours whose letters agree."""
    for turned in (False, True):
        order = sorted(range(len(names)), key=(lambda at: names[at][::-1]) if turned else names.__getitem__)
        texts = [names[at] for at in order]
        for offset in range(1, min(_WINDOW, len(names) - 1) + 1):
            scores = cpdist(texts[:-offset], texts[offset:], scorer=fuzz.ratio, score_cutoff=_SIMILAR)
            yield from ((order[at], order[at + offset]) for at in scores.nonzero()[0].tolist())


def _same(one: str, other: str, first: Organisation, second: Organisation) -> bool:
    if one == other:
        return True
    # Towns have neighbours of almost the same name: Rheda and Rhede.
    if first.city and second.city and first.city.casefold() != second.city.casefold():
        return False
    return _words_alike(one, other)


def _words_alike(one: str, other: str) -> bool:
    """Whether the words that differ are slips of one another: numbers, "Nord" and "Süd", "I" and "II" are not."""
    left, right = one.split(), other.split()
    for word in [word for word in left if word in right]:
        if word in right:
            left.remove(word)
            right.remove(word)
    if any(word.isdigit() or any(sign.isdigit() for sign in word) for word in (*left, *right)):
        return False
    if len(left) != len(right):
        return "".join(left) == "".join(right)
    return all(len(a) > 3 and len(b) > 3 and fuzz.ratio(a, b) >= 75 for a, b in zip(left, right, strict=True))
