"""What keeps a letter from being accessible (PDF/UA-1), found in the template before anything is rendered.

The rules are those that WeasyPrint's tagged output was measured to fail on; see docs/decisions.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from invite_pipeline.errors import Severity

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_NEED_TEXT = frozenset(("title", "h1", "h2", "h3", "h4", "h5", "h6"))
_ELSEWHERE = "\ue004"
_INSERTING = re.compile(r"\{%[-+]?\s*(?:include|block|call)\b")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One accessibility mistake at a line of a template."""

    line: int
    message: str
    fix: str
    severity: Severity = "error"


def mistakes(source: str) -> list[Mistake]:
    """The accessibility mistakes of one template's source (HTML with Jinja), in the order of its lines."""
    # Blanked, not removed: the lines must stay where they are.
    html = _JINJA.sub(_blanked, source)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return sorted(reader.found + _of_document(html, reader), key=lambda mistake: mistake.line)


def _blanked(found: re.Match[str]) -> str:
    """Blanks, with a mark where the text of another template comes in."""
    blank = re.sub(r"[^\n]", " ", found[0])
    return _ELSEWHERE + blank[1:] if _INSERTING.match(found[0]) else blank


def style_mistakes(css: str) -> list[Mistake]:
    """The accessibility mistakes of a style sheet."""
    return _opacity(css) + _pale(css)


def _opacity(css: str) -> list[Mistake]:
    return [
        Mistake(number, "opacity is not allowed in PDF/A and PDF/UA.", "Use an opaque colour.")
        for number, line in enumerate(css.splitlines(), start=1)
        if re.search(r"(?<![\w-])opacity\s*:", line)
    ]


def _pale(css: str) -> list[Mistake]:
    """Colours of text that can be read on none of the sheet's backgrounds (WCAG 2.1, 1.4.3)."""
    text = re.sub(r"/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), css, flags=re.DOTALL)
    # Where a paragraph stands is not known here: any background of the sheet may be behind it, or the paper.
    grounds = [_PAPER, *(_rgb(one[1]) for one in _GROUND.finditer(text))]
    found = []
    for one in _COLOUR.finditer(text):
        best = max(_contrast(_rgb(one[1]), ground) for ground in grounds)
        if best < _LEAST_CONTRAST:
            message = f"Text in {one[1]} is hard to read: its contrast is {best:.1f}, at least 4.5 is needed."
            line = text.count("\n", 0, one.start()) + 1
            found.append(Mistake(line, message, "Use a darker colour.", "warning"))
    return found


_PAPER = (255, 255, 255)
_LEAST_CONTRAST = 4.5
_HEX = "(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-fA-F]))"
_COLOUR = re.compile(rf"(?<![\w-])color\s*:\s*{_HEX}")
_GROUND = re.compile(rf"(?<![\w-])background(?:-color)?\s*:[^;}}]*?{_HEX}")


def _rgb(colour: str) -> tuple[int, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return tuple(bytes.fromhex(digits))


def _contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
        self._unheaded_tables: list[int | None] = []
        self._empty: dict[str, int] = {}
        """The lines of the open elements that need a text and have none yet."""

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._empty.clear()
        if _ELSEWHERE in data:
            self._unheaded_tables = [None for _ in self._unheaded_tables]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, attributes = self.getpos()[0], {name: value or "" for name, value in attrs}
        if "svg" not in self._open:
            self.seen.setdefault(tag, line)
        self._check_place(attributes)
        self._check_table(tag, attributes)
        self._check_text(tag, attributes)
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
        if tag == "table" and self._unheaded_tables:
            line = self._unheaded_tables.pop()
            if line is not None:
                self.found.append(Mistake(line, "The table has no header cells.", "Mark them as <th>."))
        if tag in self._empty:
            self.found.append(Mistake(self._empty.pop(tag), f"<{tag}> holds no text.", "Write one, or remove it."))
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def _check_text(self, tag: str, attributes: dict[str, str]) -> None:
        if attributes.get("alt", "").strip():
            self._empty.clear()
        if (tag in _NEED_TEXT or (tag == "a" and "href" in attributes)) and "svg" not in self._open:
            self._empty[tag] = self.getpos()[0]

    def _check_table(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            bare = attributes.get("role") != "presentation"
            self._unheaded_tables.append(self.getpos()[0] if bare else None)
        elif tag == "th" and self._unheaded_tables:
            self._unheaded_tables[-1] = None

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
