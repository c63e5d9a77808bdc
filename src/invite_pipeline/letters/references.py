"""The files that templates and style sheets refer to: those that a letter shows, and those that it must not reach."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from invite_pipeline.letters.fonts import font_folders
from invite_pipeline.letters.qr import SCHEME

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/", re.DOTALL)
_REFERENCE = re.compile(
    r"""(?:\bsrc|<link\b[^>]*?\bhref|<object\b[^>]*?\bdata|<image\b[^>]*?\bhref)\s*=\s*["'](?P<attribute>[^"']*)["']"""
    r"""|url\(\s*["']?(?P<url>[^"')]*?)["']?\s*\)|@import\s+["'](?P<imported>[^"']*)["']""",
    re.IGNORECASE,
)
_WITHIN = ("data:", "#", SCHEME)


class Reference(NamedTuple):
    """What stands at a line, from 1."""

    line: int
    url: str


def references(source: str) -> list[Reference]:
    """The files that a template or style sheet names; what Jinja computes is not known before a letter is written."""
    # Blanked, not removed: the lines must stay where they are.
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    found = [
        Reference(text.count("\n", 0, one.start()) + 1, (one[one.lastgroup or 0] or "").strip())
        for one in _REFERENCE.finditer(text)
    ]
    return [one for one in found if one.url and "{" not in one.url and not one.url.startswith(_WITHIN)]


def reached(folder: Path, base: Path, url: str) -> Path | None:
    """The file that a URL leads to from a file in `base`; None where letters of this campaign must not read it."""
    parts = urlsplit(urljoin(f"{base.resolve().as_uri()}/", url))
    path = Path(unquote(parts.path)).resolve()
    allowed = (folder.resolve(), *font_folders())
    return path if parts.scheme == "file" and any(map(path.is_relative_to, allowed)) else None


def files(folder: Path, base: Path, sources: Iterable[str]) -> set[Path]:
    """All files that these sources show, also by way of the style sheets that they import."""
    found: set[Path] = set()
    waiting = [(base, source) for source in sources]
    while waiting:
        where, source = waiting.pop()
        for one in references(source):
            path = reached(folder, where, one.url)
            if path is None or path in found or not path.is_file():
                continue
            found.add(path)
            if path.suffix.lower() in (".css", ".svg"):
                waiting.append((path.parent, path.read_text(encoding="utf-8", errors="replace")))
    return found
