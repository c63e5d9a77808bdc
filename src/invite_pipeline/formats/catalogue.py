"""Catalogues of messages (gettext): German stands in templates and code, other languages in files beside them."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


@cache
def catalogue(language: str, *folders: Path) -> NullTranslations:
    """The messages of a language: all `LANGUAGE/*.po` of these folders; a later folder's wins. German needs none."""
    if language == "de":
        return NullTranslations()
    messages = Catalog(locale=language)
    for path in (path for folder in folders for path in sorted((folder / language).glob("*.po"))):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string:
                    messages.delete(message.id)
                    messages.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
