"""What is personal in a letter's HTML: its slots, and the form that all letters of the same kind share.

A template marks a personal line with the filter `slot`; links, QR codes and a `<title class="slot">` are slots too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from html import unescape

from markupsafe import escape

from invite_pipeline.formats.printed_names import BEGIN
from invite_pipeline.letters.qr import SCHEME

# One expression for each kind of slot: the search for what each begins with takes a tenth of the time of one for all.
_SLOTS = tuple(
    re.compile(one)
    for one in (
        r'<span class="slot">()([^<]*)(?=</span>)',
        rf' (href)="((?:https?://|{BEGIN})[^"]*)',
        rf' (src)="{SCHEME}([^"]*)',
        r'<(title) class="slot">([^<]*)',
    )
)
_LINK = re.compile("https?://")
_CODE = re.compile(r"[0-9A-Z]+-[0-9A-Z-]+")
# What one run of glyphs cannot show: several lines, blanks that are folded, marks of direction, joiners, controls.
_OTHER = r"[^ \x00-\x1f\x7f-\x9f\u00ad\u1680\u2000-\u200f\u2028-\u202e\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff]+"
_SIMPLE = re.compile(f"{_OTHER}(?: {_OTHER})*")


class SlotKind(StrEnum):
    """What a slot holds."""

    TEXT = "text"
    CODE = "code"
    """A text of digits, capitals and hyphens only: a plate needs few glyphs for it."""
    LINK = "link"
    QR = "qr"
    TITLE = "title"
    DATA = "data"
    """The file that is embedded in the letter; it stands nowhere in the HTML."""

    @property
    def printed(self) -> bool:
        """Whether it is a line of text on the page."""
        return self in (SlotKind.TEXT, SlotKind.CODE)


@dataclass(frozen=True, slots=True)
class Form:
    """A letter without what is personal: a slot of its kind stands after each of the `pieces` but the last."""

    pieces: tuple[str, ...]
    kinds: tuple[SlotKind, ...]

    def digest(self) -> str:
        """A name of this form that is the same in every process."""
        return _digest(self)

    def filled(self, values: tuple[str, ...], *, numbered: str = "") -> str:
        """The HTML of a letter in this form; `numbered` names an attribute that says each printed slot's number."""
        html = [self.pieces[0]]
        for slot, (kind, value, piece) in enumerate(zip(self.kinds, values, self.pieces[1:], strict=False)):
            if numbered and kind.printed:
                html[-1] = f'{html[-1].removesuffix(">")} {numbered}="{slot}">'
            html += [str(escape(value)), piece]
        return "".join(html)

    @property
    def has_text(self) -> bool:
        """Whether its template marks anything: where nothing is marked, a plate would serve one letter only."""
        return any(kind.printed for kind in self.kinds)


@lru_cache(maxsize=100)
def _digest(form: Form) -> str:
    return sha256("\0".join((*form.pieces, *form.kinds)).encode()).hexdigest()


def split(html: str, data: str = "") -> tuple[Form, tuple[str, ...]]:
    """Take a letter's HTML apart into its form and what stands in its slots, the file that it embeds last."""
    found = [one for pattern in _SLOTS for one in pattern.finditer(html)]
    found.sort(key=re.Match.start)
    pieces, kinds, values = [], [], []
    start = 0
    for one in found:
        value = unescape(one[2])
        kind = _KINDS[one[1]]
        if kind is SlotKind.TEXT:
            if not fits(kind, value):
                # It stays in the form: such a letter is laid out on its own.
                continue
            kind = kind_of_text(value)
        pieces.append(html[start : one.start(2)])
        kinds.append(kind)
        values.append(value)
        start = one.end(2)
    pieces.append(html[start:])
    if data:
        kinds.append(SlotKind.DATA)
        values.append(data)
    return Form(tuple(pieces), tuple(kinds)), tuple(values)


_KINDS = {"": SlotKind.TEXT, "href": SlotKind.LINK, "src": SlotKind.QR, "title": SlotKind.TITLE}


def fits(kind: SlotKind, value: str) -> bool:
    """Whether a slot of this kind can hold the value."""
    if kind is SlotKind.LINK:
        return _LINK.match(value) is not None
    return not kind.printed or _is_simple(value)


def kind_of_text(value: str) -> SlotKind:
    """The kind of a printed slot that holds this value."""
    return SlotKind.CODE if _CODE.fullmatch(value) else SlotKind.TEXT


def _is_simple(value: str) -> bool:
    return _SIMPLE.fullmatch(value) is not None and (value.isascii() or not any(map(unicodedata.combining, value)))
