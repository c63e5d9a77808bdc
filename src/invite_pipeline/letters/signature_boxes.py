"""Where hosts sign: the room above a host's typed name, found on the laid-out page, so in any template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

from invite_pipeline.errors import InviteError

_MM = 72 / 25.4
_WIDTH, _HEIGHT = 50 * _MM, 14 * _MM
_LEAST_HEIGHT = 7 * _MM
_APART = 1.0
_BESIDE = 6.0
_HYPHEN = "[-\u2010\u2011\u00ad\x02\ufffe]"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page (from 0), in points from its lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Whether both share some room."""
        return (
            self.page == other.page
            and self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


def signature_boxes(pdf: bytes, names: Sequence[str]) -> tuple[Box, ...]:
    """The box of each name; a name that is printed more than once is signed where there is room, the last of them.

    Raises InviteError for a name that has no room above it.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [_characters(document[number], number) for number in range(len(document))]
    finally:
        document.close()
    boxes: list[Box] = []
    for name in names:
        rooms = [room for text, places in pages for room in _rooms(name, text, places)]
        free = [room for room in rooms if not any(room.meets(other) for other in boxes)]
        if not free:
            raise InviteError(
                f"There is no room for the signature of {name}.",
                "Print {{ host.name }} in templates/letter.html, and leave 14 mm above it.",
            )
        boxes.append(free[-1])
    return tuple(boxes)


def _characters(page: pypdfium2.PdfPage, number: int) -> tuple[str, list[Box]]:
    """A page's text, and the box of each of its characters."""
    from pypdfium2 import raw

    text = page.get_textpage()
    count = text.count_chars()
    characters = "".join([chr(raw.FPDFText_GetUnicode(text, index)) for index in range(count)])
    return characters, [Box(number, *text.get_charbox(index)) for index in range(count)]


def _rooms(name: str, text: str, places: Sequence[Box]) -> list[Box]:
    """The room above each place of a page where the name stands, where there is enough."""
    found = []
    shown = [one for one, character in zip(places, text, strict=True) if not character.isspace()]
    for match in re.finditer(_pattern(name), text):
        inside = [one for one in places[match.start() : match.end()] if one.right > one.left]
        room = _room(inside, shown) if inside else None
        if room:
            found.append(room)
    return found


def _pattern(name: str) -> str:
    """Matches the name however its lines are broken."""
    words = [rf"{_HYPHEN}\s*".join(map(re.escape, word.split("-"))) for word in name.split()]
    return r"(?<![\w-])" + r"\s+".join(words) + r"(?![\w-])"


def _room(name: Sequence[Box], shown: Sequence[Box]) -> Box | None:
    """The empty room above a name, up to the next text; None where that is too low for a signature."""
    left, right = min(one.left for one in name), max(one.right for one in name)
    top, low = max(one.top for one in name), min(one.bottom for one in name)
    beside = [one.left for one in shown if one.left > right + _BESIDE and one.bottom < top and one.top > low]
    edge = min([left + _WIDTH, *(other - _BESIDE for other in beside)])
    room = Box(name[0].page, left, top + _APART, max(edge, right), top + _APART + _HEIGHT)
    above = min([one.bottom for one in shown if one.meets(room)], default=room.top + _APART) - _APART
    if above - room.bottom < _LEAST_HEIGHT:
        return None
    return Box(room.page, room.left, room.bottom, room.right, min(room.top, above))
