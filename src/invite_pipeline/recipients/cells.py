"""What a single cell may hold: invisible characters go, control characters are errors, placeholders count as empty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

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
_NOTHING = (
    "nan", "none", "null", "nil", "-", "–", "—", "--", "---", "k. a.", "k.a.", "k. a", "k.a", "n/a", "n.a.", "n. a.",
    "./.", "keine angabe", "unbekannt", "entfällt", "nicht bekannt", "(leer)",
)  # fmt: skip
_PLACEHOLDERS = frozenset(
    form
    for word in _NOTHING
    for form in (word, word.upper(), word.capitalize(), word.title(), word.replace("a", "A"), word.replace(" a", " A"))
) | {"NaN"}
_ERROR_VALUES_TEXT = """
    #NV #BEZUG! #WERT! #NAME? #DIV/0! #ZAHL! #NULL! #N/A #REF! #VALUE! #NUM! #ÜBERLAUF! #SPILL! #LEER! #?
    Err:501 Err:502 Err:503 Err:504 Err:508 Err:509 Err:511 Err:522
    """
_ERROR_VALUES = frozenset(_ERROR_VALUES_TEXT.split())
_SUSPECT = _PLACEHOLDERS | _ERROR_VALUES
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


def is_plain(text: str) -> bool:
    """Whether a row's joined cells need no second look: printable, composed, short, single spaces, no error values."""
    return (
        text.isprintable()
        and len(text) <= MAX_LENGTH
        and (text.isascii() or (LOST not in text and unicodedata.is_normalized("NFC", text)))
        and "  " not in text
    )


def suspects(cells: Mapping[str, str]) -> list[str]:
    """The fields whose cells hold a placeholder or an error value; for most rows none."""
    if _SUSPECT.isdisjoint(cells.values()):
        return []
    return [field for field, text in cells.items() if text in _SUSPECT]


def error_value(text: str) -> bool:
    """Whether a cell shows a spreadsheet's error: "#NV", "#REF!", or a formula that was never calculated."""
    return text in _ERROR_VALUES


def is_possible_surname(text: str) -> bool:
    """Herr None exists: such a name is flagged and kept."""
    return text in _SURNAMES


def shown(text: str) -> str:
    """A cell's text for a message, cut where it is long."""
    text = one_line(text[:200])
    return text if len(text) <= 60 else text[:57] + "…"
