"""Where in a sheet the table is: titles above the header, totals and notes under the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from invite_pipeline.errors import Problem
from invite_pipeline.recipients.headers import FIELDS, spelling

HEAD = 40
"""Rows in which the header is looked for."""

_TOTAL = re.compile(
    r"^(?:(?:gesamt|zwischen|end)?summe|gesamt(?:zahl|anzahl)?|insgesamt|anzahl|total|subtotal|sum|count|σ|∑)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[-+]?[\d.,\s]+%?$")
_COUNTED = re.compile(r"^\d[\d.]*\s+[^\W\d_][\w-]*$")
_NOTE = re.compile(r"^(?:stand|quelle|hinweise?|anmerkung(?:en)?|legende|erstellt|source|note|\*+)[\s:]", re.IGNORECASE)


def meant(cells: Iterable[str], also: frozenset[str] = frozenset()) -> int:
    """How many of the cells are known as headers."""
    found = {spelling(cell) for cell in cells if 0 < len(cell) <= 80}
    return sum(1 for one in found if one in FIELDS or one in also)


def header_index(rows: Sequence[Sequence[str]], also: frozenset[str] = frozenset()) -> int:
    """The row with the most known headers; where none has two, the first that holds anything."""
    filled = [index for index, cells in enumerate(rows) if any(cell.strip() for cell in cells)]
    if not filled:
        return 0
    scores = {index: meant(rows[index], also) for index in filled}
    best = max(filled, key=lambda index: (scores[index], -index))
    return best if scores[best] >= 2 else filled[0]


def above_the_header(name: str, rows: Sequence[Sequence[str]], header: int) -> list[Problem]:
    """That something stands above the header and is not read."""
    titles = [index + 1 for index in range(header) if any(cell.strip() for cell in rows[index])]
    if not titles:
        return []
    one, which = len(titles) == 1, f"{titles[0]}" if len(titles) == 1 else f"{titles[0]} to {titles[-1]}"
    words = ("Row", "stands", "is") if one else ("Rows", "stand", "are")
    message = f"{words[0]} {which} {words[1]} above the header, which is row {header + 1}, and {words[2]} not read."
    return [Problem("notice", name, message, "Nothing is to be done if the header is right.", row=header + 1)]


def no_recipient(cells: Sequence[str], header: Sequence[str]) -> str:
    """Why a row is no recipient at all (totals, a note, the header again), or ""."""
    filled = [cell for cell in cells if cell]
    if _TOTAL.match(filled[0]) and len(filled) < max(3, len(header) // 2 + 1):
        if all(_TOTAL.match(cell) or _NUMBER.match(cell) or _COUNTED.match(cell) or cell[-1] == ":" for cell in filled):
            return "a row of totals"
    elif all(_NUMBER.match(cell) for cell in filled) and len(header) > 2:
        return "a row of totals"
    if len(filled) == 1 and len(header) > 2 and _NOTE.match(filled[0] + " "):
        return "a note under the list"
    if len(filled) > 1 and [cell for cell in header if cell] == filled:
        return "the header once more"
    return ""
