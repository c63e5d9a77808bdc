"""What a single cell may hold: invisible characters go, control characters are errors, placeholders count as empty."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 300
"""Characters in a cell that becomes part of a letter or a mail header; an address cell holds six lines."""

LOST = "\ufffd"
"""What a program writes where it could not read a character."""

# Soft hyphens, zero-width characters, direction marks and the byte-order mark print nothing and break comparisons;
# the no-break spaces are ordinary spaces here: typesetting puts them back where they belong.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")) | dict.fromkeys(
    map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " "
)
_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd-\uffff\ud800-\udfff]",
)
_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")
_PLACEHOLDERS = frozenset({"nan", "none", "null", "-", "–", "k.a.", "n/a", "#n/a", "#nv", "#ref!", "#name?"})
_SURNAMES = frozenset({"None", "Null", "Nan"})


def tidy(text: str) -> str:
    """The text in NFC, without invisible characters, with single spaces and none at the ends."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return re.sub(r" {2,}", " ", text).strip()


def one_line(text: str) -> str:
    """The text with whatever a mail header or a template must not see turned into spaces."""
    return text if text.isprintable() else tidy(_FORBIDDEN.sub(" ", text))


def fault(text: str, *, lines_allowed: bool = False) -> str:
    """What makes a tidied cell unusable, or ""."""
    if len(text) > MAX_LENGTH * (6 if lines_allowed else 1):
        return f"holds {len(text)} characters"
    if text.isprintable() and LOST not in text:
        return ""
    if lines_allowed:
        text = _BREAK.sub("", text)
    elif _BREAK.search(text):
        return "holds a line break"
    found = _FORBIDDEN.search(text)
    if not found:
        return ""
    if found[0] == LOST:
        return "has lost a character (�)"
    return f"holds the control character U+{ord(found[0]):04X}"


def is_placeholder(text: str) -> bool:
    """Whether a cell only says that there is nothing."""
    return len(text) <= 6 and text.casefold().replace(" ", "") in _PLACEHOLDERS


def is_possible_surname(text: str) -> bool:
    """Herr None exists: such a name is flagged and kept."""
    return text in _SURNAMES


def shown(text: str) -> str:
    """A cell's text for a message, cut where it is long."""
    text = one_line(text[:200])
    return text if len(text) <= 60 else text[:57] + "…"
