"""What mail programs can show, for linting the mails: Outlook's Word engine, GMX, WEB.DE, T-Online, Gmail, Apple Mail.

A small table of our own, made in November 2026 from the data of caniemail.com (github.com/hteumeuleu/caniemail, MIT),
pages css-margin, css-padding, css-background-color, css-border, css-width, css-font, css-font-size, css-font-weight,
css-line-height, css-text-align, css-text-decoration, css-white-space, css-word-break, css-at-media,
css-at-media-prefers-color-scheme, html-style and html-lists. T-Online is not in these data; it shows mails through a
browser and strips what GMX strips, so it is held to the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

_PIXELS = r"(?:0|\d{1,3}px)"
_COLOUR = r"#[0-9a-f]{6}"


@dataclass(frozen=True)
class Rule:
    """How a style may be used so that every program shows it."""

    values: str
    elements: frozenset[str] | None = None
    """Where alone it has its effect in all of them; None for anywhere."""
    attribute: str = ""
    """The attribute that must say the same, for programs that lose the style."""
    why: str = ""


_CELLS = frozenset(("td",))
_TABLES = frozenset(("td", "table"))

RELIABLE = {
    "margin": Rule(rf"{_PIXELS}(?: {_PIXELS})*", why="Outlook and Gmail know neither auto nor negative margins"),
    "padding": Rule(rf"{_PIXELS}(?: {_PIXELS})*", _CELLS, why="Outlook pads table cells only"),
    "background-color": Rule(
        _COLOUR, _TABLES | {"body"}, "bgcolor", why="GMX and WEB.DE lose colours that are no words"
    ),
    "border": Rule(rf"[1-8]px solid {_COLOUR}", _CELLS, why="Outlook draws 8px at most, and unreliably but on cells"),
    "width": Rule(r"\d{1,3}(?:px|%)", _TABLES, "width", why="Outlook sizes tables and cells only"),
    "color": Rule(_COLOUR),
    "font-family": Rule(r"""[\w"', -]+(?:serif|sans-serif)""", why="a generic family is what all have"),
    "font-size": Rule(r"\d{2}px", why="Outlook, GMX and WEB.DE know no rem"),
    "font-weight": Rule(r"bold|normal", why="Outlook knows two weights"),
    "line-height": Rule(r"\d{2}px", why="Outlook counts a number or em otherwise"),
    "text-align": Rule(r"left|center|right", why="Outlook and GMX know no start and end"),
    "text-decoration": Rule(r"none|underline", why="Outlook knows one value at a time"),
}
"""Styles that may carry meaning."""

EXTRAS = {
    ("ul", "padding"): "Outlook indents lists by itself",
    ("span", "white-space"): "Outlook breaks the line: not nice, and readable",
    ("a", "word-break"): "GMX and WEB.DE show a long link beyond the narrow screen's edge, and it opens",
    ("body", "padding"): "the page's edge",
}
"""Styles that some programs lose, and why a mail that loses them is a good mail all the same."""

ELEMENTS = frozenset(
    "html head meta title style body table tbody tr td div p h1 h2 ul ol li a strong em br span".split()  # noqa: SIM905
)
_ATTRIBUTES = frozenset(
    "class style href lang role width cellpadding cellspacing border align bgcolor charset name content type".split()  # noqa: SIM905
)
_MEDIA = re.compile(r"\(max-width: \d+px\)|\(prefers-color-scheme: dark\)")


class _Styles(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.sheets: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in ("br", "meta"):
            self._open.append(tag)
        if tag not in ELEMENTS:
            self.found.append(f"<{tag}> is not shown alike everywhere")
        if tag == "style" and "head" not in self._open:
            self.found.append("<style> counts in the head only")
        self.found += [f"<{tag} {name}> is not known everywhere" for name in attributes.keys() - _ATTRIBUTES]
        self.found += _of_element(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            self.sheets.append(data)


def lint(html: str) -> list[str]:
    """What some program would not show as it is meant; empty for a good mail."""
    styles = _Styles()
    styles.feed(html)
    styles.close()
    return [*styles.found, *(problem for sheet in styles.sheets for problem in _of_sheet(sheet))]


def _of_element(tag: str, attributes: dict[str, str]) -> Iterator[str]:
    for declaration in filter(None, map(str.strip, attributes.get("style", "").split(";"))):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if (tag, name) in EXTRAS:
            continue
        rule = RELIABLE.get(re.sub(r"^(margin|padding)-(top|right|bottom|left)$", r"\1", name))
        if rule is None:
            yield f"<{tag}> {name}: some programs do not know it"
        elif not re.fullmatch(rule.values, value):
            yield f"<{tag}> {name}: {value}: {rule.why or 'not a value that all know'}"
        elif rule.elements is not None and tag not in rule.elements and value not in ("0", "0px"):
            yield f"<{tag}> {name}: {rule.why}"
        elif rule.attribute and rule.attribute not in attributes:
            yield f"<{tag}> {name} without {rule.attribute}=: {rule.why}"


def _of_sheet(sheet: str) -> Iterator[str]:
    """What is left in the sheet after inlining may only improve: queries that programs obey or pass over."""
    rest = sheet
    for query in re.findall(r"@media ([^{]+){", sheet):
        if not _MEDIA.fullmatch(query.strip()):
            yield f"@media {query.strip()} is not known everywhere"
    rest = re.sub(r"@media [^{]+{(?:[^{}]*{[^{}]*})*\s*}", "", rest)
    if "@" in rest:
        yield "an at-rule that not all know: " + rest[rest.index("@") :][:40]
