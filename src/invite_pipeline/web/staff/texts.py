"""What the staff pages say: German stands in the templates and the code, English in `locales/en/`, a file for
each area.

A template says `{% trans %}…{% endtrans %}` or `_("…")`, code says `call.text("…")`, and constants that are said
later are marked `N_("…")`. A test finds every message and compares it with the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from invite_pipeline.formats.catalogue import catalogue

Language = Literal["de", "en"]
LANGUAGES: Mapping[Language, str] = {"de": "Deutsch", "en": "English"}
CATALOGUES = Path(__file__).parent / "locales"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """A message that is said later."""
    return message


class Words:
    """One language, and the zone in which its times are told."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language, self._zone = language, zone
        self._messages = catalogue(language, CATALOGUES)

    def text(self, message: str, /, **values: object) -> str:
        """A message, with its values."""
        # gettext gives the catalogue's head for the empty message.
        said = self._messages.gettext(message) if message else ""
        return said % values if values else said

    def ntext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """A message about one or many; `%(num)s` is the number."""
        return self._messages.ngettext(one, many, count) % {"num": self.number(count), **values}

    def number(self, value: float) -> str:
        """A number with the language's points."""
        return format_decimal(value, locale=self.language)

    def percent(self, part: float) -> str:
        """A part of one in whole per cent; only nothing is nought, and only all is a hundred."""
        shown = "< 1" if 0 < part < 0.01 else "> 99" if 0.99 < part < 1 else f"{part * 100:.0f}"
        return f"{shown}\u00a0%" if self.language == "de" else f"{shown}%"

    def day(self, at: date | datetime) -> str:
        """A day in figures."""
        local = at.astimezone(self._zone) if isinstance(at, datetime) else at
        return format_date(local, "dd.MM.y" if self.language == "de" else "d MMM y", locale=self.language)

    def moment(self, at: datetime) -> str:
        """A day and time in figures."""
        pattern = "dd.MM.y, HH:mm" if self.language == "de" else "d MMM y, HH:mm"
        return format_datetime(at.astimezone(self._zone), pattern, locale=self.language)
