"""An HTML mail as plain text, quotes marked with `>` as mail programs do; nothing is fetched and nothing is run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MAX_HTML = 200_000
_SILENT = {"script", "style", "head", "title", "template", "noscript"}
_BLOCKS = {"p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "hr"}


def html_to_text(html: str) -> str:
    """The readable text; of broken HTML as much as can be read."""
    reader = _Reader()
    try:
        reader.feed(html[:_MAX_HTML])
        reader.close()
    except (AssertionError, ValueError):
        # html.parser gives up on some broken declarations: what was read so far counts.
        pass
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._silent: list[str] = []
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._end_line()
        elif tag == "blockquote":
            self._end_line()
            self._quotes += 1
        elif tag in _BLOCKS:
            self._end_block()
        elif tag in ("td", "th"):
            self._line.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif tag == "blockquote":
            self._end_line()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _BLOCKS:
            self._end_block()
            if tag == "p" and self._lines and not self._quotes:
                self._lines.append("")
        # A body that begins ends every head that was never closed.
        if tag == "head":
            self._silent.clear()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _end_block(self) -> None:
        if "".join(self._line).strip():
            self._end_line()
        else:
            self._line.clear()

    def _end_line(self) -> None:
        text = re.sub(r" +", " ", "".join(self._line)).strip()
        self._lines.append("> " * min(self._quotes, 5) + text if self._quotes else text)
        self._line.clear()
