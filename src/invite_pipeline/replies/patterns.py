"""How the tables of phrases are written: one expression a line, a space for any white space."""

from __future__ import annotations

import re


def any_of(*phrases: str, flags: int = 0) -> re.Pattern[str]:
    """One of these phrases, whatever its capitals and line breaks; a phrase is an expression."""
    joined = "|".join(f"(?:{phrase})" for phrase in phrases)
    return re.compile(joined.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE | flags)
