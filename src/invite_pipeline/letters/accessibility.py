"""What keeps a letter from being accessible (PDF/UA-1), found in the template before anything is rendered.

The rules are those that WeasyPrint's tagged output was measured to fail on; see docs/decisions.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One accessibility mistake at a line of a template."""

    line: int
    message: str
    fix: str


def mistakes(source: str) -> list[Mistake]:
    """The accessibility mistakes of one template's source (HTML with Jinja), in the order of its lines."""
    # Blanked, not removed: the lines must stay where they are.
    html = _JINJA.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return sorted(reader.found + _of_document(html, reader), key=lambda mistake: mistake.line)


def style_mistakes(css: str) -> list[Mistake]:
    """The accessibility mistakes of a style sheet."""
    return [
        Mistake(number, "opacity is not allowed in PDF/A and PDF/UA.", "Use an opaque colour.")
        for number, line in enumerate(css.splitlines(), start=1)
        if re.search(r"(?<![\w-])opacity\s*:", line)
    ]


def _of_document(html: str, reader: _Reader) -> list[Mistake]:
    """What only a whole document can lack; a partial template is none."""
    if "html" not in reader.seen:
        return []
    found = []
    if not reader.language:
        found.append(
            Mistake(reader.seen["html"], "<html> has no lang.", 'Write <html lang="{{ recipient.language }}">.')
        )
    if "title" not in reader.seen:
        found.append(Mistake(reader.seen["html"], "The document has no <title>.", "Add a <title> to <head>."))
    return found


class _Reader(HTMLParser):
    """Walks through the elements and collects what is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Mistake] = []
        self.seen: dict[str, int] = {}
        self.language = ""
        self._open: list[str] = []
        self._heading = 0
        self._untitled_svg: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, attributes = self.getpos()[0], {name: value or "" for name, value in attrs}
        if "svg" not in self._open:
            self.seen.setdefault(tag, line)
        self._check_place(attributes)
        match tag:
            case "html":
                self.language = attributes.get("lang", "")
            case "img" if not attributes.get("alt", "").strip():
                self._report(
                    "<img> has no alt text.", "Describe it in alt, or make a decorative image a CSS background."
                )
            case "th" if not attributes.get("scope") and "thead" not in self._open:
                self._report("A row's <th> has no scope.", 'Write <th scope="row">.')
            case "svg":
                self._untitled_svg = line
            case "title" if "svg" in self._open:
                self._untitled_svg = None
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._check_heading(int(tag[1]))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg" and self._untitled_svg is not None:
            self.found.append(
                Mistake(self._untitled_svg, "Inline <svg> has no <title>.", "Give it a <title> as its first child.")
            )
            self._untitled_svg = None
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def _check_place(self, attributes: dict[str, str]) -> None:
        if "a" in self._open:
            self._report(
                "An element inside <a> breaks the link's tag.", "Put only text into <a> and style the <a> itself."
            )
        if "opacity" in attributes.get("style", ""):
            self._report("opacity is not allowed in PDF/A and PDF/UA.", "Use an opaque colour.")

    def _check_heading(self, level: int) -> None:
        if self._heading == 0:
            # A part of a document may begin with any level.
            if level != 1 and "html" in self.seen:
                self._report(f"The first heading is <h{level}>.", "Begin with <h1>.")
        elif level > self._heading + 1:
            self._report(f"<h{level}> follows <h{self._heading}>: a level is skipped.", f"Use <h{self._heading + 1}>.")
        self._heading = level

    def _report(self, message: str, fix: str) -> None:
        self.found.append(Mistake(self.getpos()[0], message, fix))
