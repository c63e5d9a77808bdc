"""Organisations that are spelled almost alike: "Stadt Köln" and "Köln, Stadt", "Partnerschaftsverein Bon e. V.".

Sorted neighbourhood (Hernández and Stolfo, 1995): the names are reduced to what distinguishes them and sorted, once
from the front and once from the back, and each is compared with its next neighbours only. The cost grows with n log n.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.listed import ListedRecipient

_WINDOW = 4
_PIECE = 100_000
_SLIPS = 3
"""Letters left out, added, changed or swapped between two spellings of a name."""
_SIMILAR = 88.0
"""Per cent of two names' letters that agree, so that short names are not alike by accident."""


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


def near_duplicates(listed: Sequence[ListedRecipient]) -> list[tuple[ListedRecipient, ListedRecipient]]:
    """Pairs of rows whose organisations are almost the same, in the order of the later one; equals are no pair."""
    names, first, found = _distinct(listed)
    for one, other in _neighbours(names):
        if _same(names[one], names[other], listed[first[one]].recipient, listed[first[other]].recipient):
            found.add((min(first[one], first[other]), max(first[one], first[other])))
    # One warning for each later row is enough: the earliest that it resembles.
    earliest = {second: first for first, second in sorted(found, reverse=True)}
    return [(listed[earliest[second]], listed[second]) for second in sorted(earliest)]


def _distinct(listed: Sequence[ListedRecipient]) -> tuple[list[str], list[int], set[tuple[int, int]]]:
    """The reduced names, the first row of each, and the pairs that are reduced to the same."""
    places: dict[str, int] = {}
    found = set()
    last = ""
    for place, one in enumerate(listed):
        organisation = one.recipient.organisation
        if not organisation or organisation == last:
            continue
        last = organisation
        before = places.setdefault(reduced(organisation), place)
        if before != place and listed[before].recipient.organisation.casefold() != organisation.casefold():
            found.add((before, place))
    return list(places), list(places.values()), found


def _neighbours(names: list[str]) -> Iterator[tuple[int, int]]:
    """The pairs of neighbours that a few slips tell apart."""
    for turned in (False, True):
        order = sorted(range(len(names)), key=(lambda at: names[at][::-1]) if turned else names.__getitem__)
        texts = [names[at] for at in order]
        for offset in range(1, min(_WINDOW, len(names) - 1) + 1):
            for start in range(0, len(texts) - offset, _PIECE):
                some, others = texts[start : start + _PIECE], texts[start + offset : start + offset + _PIECE]
                slips = cpdist(some[: len(others)], others, scorer=OSA.distance, score_cutoff=_SLIPS)
                for at in (slips <= _SLIPS).nonzero()[0].tolist():
                    yield order[start + at], order[start + at + offset]


def _same(one: str, other: str, first: Recipient, second: Recipient) -> bool:
    if fuzz.ratio(one, other) < _SIMILAR:
        return False
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
