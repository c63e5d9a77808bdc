"""HTML becomes a PDF/UA-1 and PDF/A-3a by WeasyPrint, with the files of the campaign and the pinned fonts only."""

from __future__ import annotations

import atexit
import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from invite_pipeline.errors import InviteError
from invite_pipeline.letters.accessible import write_accessible
from invite_pipeline.letters.fonts import font_faces, font_folders, missing_glyphs, no_system_fonts
from invite_pipeline.letters.qr import Images

_PAGE_NUMBERS = """
@page { @bottom-right { content: "Seite " counter(page) " von " counter(pages); font: 8pt "Letter Sans"; } }
@page :first { margin-bottom: 20mm }
"""


class Typesetter:
    """Lays out documents of one campaign folder; what is the same in all of them is read once."""

    def __init__(self, folder: Path) -> None:
        self._base = f"{folder.resolve().as_uri()}/templates/"
        self._fetcher = _Fetcher(folder.resolve())
        with no_system_fonts():
            self._fonts = FontConfiguration()
        self._styles: dict[str, Any] = {}
        self._images = Images()

    def pdf(self, html: str, style: str, data: str = "") -> bytes:
        """The PDF of one document, with `data` embedded as a file; equal bytes for equal input.

        Raises InviteError for a file that it may not read, and for a character that no font has.
        """
        return write_accessible(self.lay_out(html, style), identifier=identifier(html + data, style), data=data)

    def lay_out(self, html: str, style: str) -> Any:
        """WeasyPrint's layout of one document. Raises InviteError as `pdf` does."""
        _must_be_printable(html)
        try:
            with _images_are_shown():
                styles = [self._style(font_faces()), self._style(style)]
                document = self._lay_out(html, styles)
            if len(document.pages) > 1:
                # Counting pages makes WeasyPrint lay out twice: only where there is more than one to count.
                document = self._lay_out(html, [*styles, self._style(_PAGE_NUMBERS)])
        except FatalURLFetchingError as error:
            raise InviteError(
                str(error), "Put the file into the campaign's assets/ folder and name it there."
            ) from error
        return document

    def _lay_out(self, html: str, styles: list[Any]) -> Any:
        source = weasyprint.HTML(string=html, base_url=self._base, url_fetcher=self._fetcher)
        return source.render(stylesheets=styles, font_config=self._fonts, cache=self._images)

    def _style(self, css: str) -> Any:
        if css not in self._styles:
            self._styles[css] = weasyprint.CSS(
                string=css, base_url=self._base, font_config=self._fonts, url_fetcher=self._fetcher
            )
        return self._styles[css]


class _Complaints(logging.Handler):
    """What WeasyPrint says of images that it leaves out."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.images: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith("Failed to load image"):
            self.images.append(record.getMessage())


@contextmanager
def _images_are_shown() -> Iterator[None]:
    """Raises InviteError where WeasyPrint left an image out: a letter without its signature is none."""
    complaints = _Complaints()
    LOGGER.addHandler(complaints)
    try:
        yield
    finally:
        LOGGER.removeHandler(complaints)
    if complaints.images:
        name = re.search(r"at '?([^'\s:]*:[^'\s]*)", complaints.images[0])
        shown = Path(unquote(urlsplit(name[1]).path)).name if name else complaints.images[0]
        raise InviteError(f"The image {shown} cannot be read.", "Save it anew as SVG, PNG or JPEG.")


def identifier(html: str, style: str) -> bytes:
    """What names a document in its PDF: 16 bytes made from all that it was made from."""
    return hashlib.sha256(f"{style}\0{html}".encode()).digest()[:16]


def _must_be_printable(html: str) -> None:
    missing = missing_glyphs(html)
    if missing:
        shown = ", ".join(f"“{one}” (U+{ord(one):04X})" for one in missing)
        raise InviteError(f"The fonts cannot print {shown}.", "Write it in Latin, Greek or Cyrillic letters.")


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Reads data URIs, and files of the campaign folder or the font packages; nothing else, no network."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols={"data", "file"}, fail_on_errors=True)
        self._allowed = (folder, *font_folders())

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Fetch one URL. Raises FatalURLFetchingError, which ends the document: a letter without its image is none."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or not any(path.is_relative_to(folder) for folder in self._allowed):
            raise FatalURLFetchingError(f"A letter may only use files of the campaign folder, not {url}.")
        if not path.is_file():
            raise FatalURLFetchingError(f"The letter uses {path.name}, which does not exist.")
        return super().fetch(url, headers)


@cache
def typesetter(folder: Path) -> Typesetter:
    """One typesetter for each campaign folder and process."""
    return Typesetter(folder)


# Its fonts lie in temporary folders, which WeasyPrint can no longer remove once Python takes its modules down.
atexit.register(typesetter.cache_clear)
