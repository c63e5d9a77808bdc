"""In which language a page speaks: the one that was chosen, the recipient's, the browser's, the campaign's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.formats.catalogue import catalogue

LANGUAGES: Mapping[str, str] = {"de": "Deutsch", "en": "English", "fr": "Français"}
"""What the pages speak, each by its own name."""
CATALOGUES = Path(__file__).parent / "locales"
OWN = Path("templates/rsvp/locales")
"""Where a campaign keeps translations of what it wrote itself, below its folder."""


@dataclass(frozen=True)
class PageWords:
    """A page's language and its messages, for templates and their filters."""

    language: str
    folder: Path
    """The campaign's, which may translate what it changed."""

    @cached_property
    def messages(self) -> NullTranslations:
        """The language's catalogue."""
        return catalogue(self.language, CATALOGUES, self.folder / OWN)


@dataclass(frozen=True, slots=True)
class Choice:
    """A page's language, and what links add so that the next page speaks it too."""

    language: str
    query: str = ""


def choose(scope: Scope, recipient: Recipient | None, campaign: str) -> Choice:
    """The language for one visitor; what they chose (`?lang=en`) goes along in links: there are no cookies."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    if asked in LANGUAGES:
        return Choice(asked, f"?lang={asked}")
    if recipient is not None:
        return Choice(next((one for one in (recipient.language, campaign) if one in LANGUAGES), "de"))
    return Choice(
        _browsers(Headers(scope=scope).get("accept-language", "")) or (campaign if campaign in LANGUAGES else "de")
    )


def _browsers(accepted: str) -> str:
    """The language that a browser likes best of those that we speak (RFC 9110, 12.5.4), or none."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        language = name.strip()[:2].lower()
        if language in LANGUAGES and quality > 0:
            liked.append((-quality, place, language))
    return min(liked)[2] if liked else ""
