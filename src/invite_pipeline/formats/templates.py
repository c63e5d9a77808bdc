"""The campaign's Jinja2 templates: rendered strictly, with German dates, and with errors that name file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, meta, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from invite_pipeline.domain.address import derive
from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.german import typeset
from invite_pipeline.domain.invitation import shown_code
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.errors import Problem, TemplateBroken
from invite_pipeline.formats.printed_names import cut, filled, only_prints

FOLDER = "templates"
"""The templates' folder in a campaign."""


class Templates:
    """The templates of one campaign folder; nothing that stands in the data can become markup or template code."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._existing: dict[str, bool] = {}
        self._environment = _environment(folder)

    def render(self, name: str, /, **context: Any) -> str:
        """Render one template. Raises TemplateBroken naming the template and the line that is wrong."""
        try:
            return self._environment.get_template(name).render(**context)
        except Exception as error:
            # Expressions fail in every way that Python knows: a division by nothing, a template that includes itself.
            raise self._broken(name, error) from error

    def source(self, name: str) -> str:
        """A template's own text. Raises TemplateBroken where there is none."""
        try:
            return self._environment.loader.get_source(self._environment, name)[0]  # type: ignore[union-attr]
        except (TemplateNotFound, UnicodeDecodeError) as error:
            raise self._broken(name, error) from error

    def in_language(self, name: str, language: str) -> str:
        """The translation of a template ("letter.fr.html") where the campaign has it, else the template itself."""
        stem, dot, suffix = name.rpartition(".")
        translated = f"{stem}.{language}{dot}{suffix}"
        return translated if self.exists(translated) else name

    def in_language_of(self, reader: Recipient, names: Sequence[str], fallback: str) -> tuple[list[str], Recipient]:
        """These templates in a reader's language, and the reader as they address them.

        Where one is not translated all are in the language `fallback`: no German letter begins with "Dear Mayor".
        """
        translated = [self.in_language(name, reader.language) for name in names]
        if reader.language != fallback and any(found == name for found, name in zip(translated, names, strict=True)):
            return list(names), replace(reader, language=fallback)
        return translated, reader

    def exists(self, name: str) -> bool:
        """Whether the campaign has this template."""
        if name not in self._existing:
            self._existing[name] = (self._folder / name).is_file()
        return self._existing[name]

    def included(self, name: str) -> set[str]:
        """The template itself and every one that it includes or extends. Raises TemplateBroken."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += [other for other in meta.find_referenced_templates(self._parsed(one)) if other]
        return found

    def names(self, name: str) -> set[str]:
        """The context names that a template, with all that it includes, needs. Raises TemplateBroken."""
        used: set[str] = set()
        for one in self.included(name):
            used |= meta.find_undeclared_variables(self._parsed(one))
        return used

    def only_prints(self, name: str, names: frozenset[str], lists: frozenset[str], *, as_text: bool = False) -> bool:
        """Whether a template, with all that it includes, prints these names and does nothing else with them.

        Once through a name in `lists` is allowed too. Raises TemplateBroken.
        """
        return only_prints((self._parsed(one) for one in self.included(name)), names, lists, as_text=as_text)

    def check(self, name: str, known: Iterable[str]) -> list[Problem]:
        """What is wrong with a template before any recipient is there: syntax, missing includes, unknown names.

        Where `known` is a whole context (a mapping), the template is also tried on it: only that finds unknown parts
        of known names, as in `event.strat`.
        """
        try:
            unknown = self._unknown_names(name, frozenset(known))
            if not unknown and isinstance(known, Mapping):
                self.render(name, **known)
        except TemplateBroken as error:
            return [Problem("error", error.file, error.message.split(": ", 1)[-1], error.fix, row=error.line)]
        return unknown

    def _unknown_names(self, name: str, known: frozenset[str]) -> list[Problem]:
        return [
            Problem(
                "error",
                f"{FOLDER}/{one}",
                f"The template uses the name “{unknown}”, which does not exist.",
                f"Known are: {', '.join(sorted(known))}."
                if known
                else "A style sheet knows no names: write the value.",
                row=self._line_of(one, unknown),
            )
            for one in sorted(self.included(name))
            for unknown in sorted(meta.find_undeclared_variables(self._parsed(one)) - known)
        ]

    def _parsed(self, name: str) -> Any:
        try:
            return self._environment.parse(self.source(name), name)
        except TemplateSyntaxError as error:
            raise self._broken(name, error) from error

    def _line_of(self, name: str, word: str) -> int | None:
        lines = self.source(name).splitlines()
        pattern = re.compile(rf"\b{re.escape(word)}\b")
        return next((number for number, line in enumerate(lines, start=1) if pattern.search(line)), None)

    def _broken(self, name: str, error: Exception) -> TemplateBroken:
        if isinstance(error, TemplateNotFound):
            missing = error.name or name
            where = f"{FOLDER}/{missing}" if missing == name else f"{FOLDER}/{name}"
            return TemplateBroken(
                where,
                None,
                f"The template {FOLDER}/{missing} does not exist.",
                "Write it, or run `invite init` for an example.",
            )
        if isinstance(error, TemplateSyntaxError):
            file = f"{FOLDER}/{error.name or name}"
            return TemplateBroken(
                file, error.lineno, f"This is not a valid template: {error.message}.", "See Jinja's template syntax."
            )
        if isinstance(error, UnicodeDecodeError):
            return TemplateBroken(
                f"{FOLDER}/{name}",
                None,
                "This template, or one that it includes, is not written in UTF-8.",
                "Save it with that encoding.",
            )
        file, line = _place(error, name)
        return TemplateBroken(
            f"{FOLDER}/{file}",
            line,
            f"{str(error).rstrip('.')}.",
            "Check the name's spelling, or add the value to campaign.toml.",
        )


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which knows that public fields of frozen dataclasses are safe: pages read hundreds of them."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read `obj.attr`, which is `value`."""
        fields = getattr(type(obj), "__dataclass_fields__", ())
        return (attr in fields and attr[0] != "_") or super().is_safe_attribute(obj, attr, value)


@lru_cache(maxsize=8)
def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """One folder's templates are compiled once in a process; the loader sees when one has changed."""
    environment = _Sandbox(
        loader=FileSystemLoader(folder / FOLDER),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    cast(Any, environment).install_gettext_callables(_said, _said_of_many, newstyle=True)
    environment.filters.update(
        date=_in_its_language(long_date),
        weekday_date=_in_its_language(weekday_date),
        time=_in_its_language(clock_time),
        plain=plain,
        keep=keep_together,
        typeset=typeset,
        slot=slot,
    )
    return environment


# A page that speaks several languages has a context with `words`; every other template is in one language.


@pass_context
def _said(context: Context, message: str) -> str:
    words = context.get("words")
    return str(words.messages.gettext(message)) if words else message


@pass_context
def _said_of_many(context: Context, one: str, many: str, number: int) -> str:
    words = context.get("words")
    return str(words.messages.ngettext(one, many, number)) if words else one if number == 1 else many


def _in_its_language(shown: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def in_its_language(context: Context, value: Any, language: str = "") -> str:
        words = context.get("words")
        return shown(value, language or (words.language if words else "de"))

    return in_its_language


def _place(error: Exception, name: str) -> tuple[str, int | None]:
    """The innermost template line of an error: Jinja rewrites tracebacks so that they name templates."""
    place: tuple[str, int | None] = (name, None)
    trace = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if FOLDER in path.parts and path.suffix in (".html", ".txt", ".css"):
            cut = len(path.parts) - path.parts[::-1].index(FOLDER)
            place = ("/".join(path.parts[cut:]), trace.tb_lineno)
        trace = trace.tb_next
    return place


# --- the context ------------------------------------------------------------------------------------------------


_PARTS = ("event", "rsvp", "hosts", "letter", "mail", "privacy", "workshops", "speed_dating", "programme")
"""The sections of campaign.toml that templates reach by their own name; all else is reached through `campaign`."""


def invitation_context(campaign: Campaign, recipient: Recipient, *, link: str, code: str) -> dict[str, Any]:
    """The names that every template of letters, mails and pages about one recipient may use."""
    return campaign_context(campaign) | personal_context(recipient, link=link, code=code)


def personal_context(recipient: Recipient, *, link: str, code: str) -> dict[str, Any]:
    """The names that are different for each recipient."""
    addressing = derive(recipient)
    return {
        "recipient": recipient,
        "address": addressing.lines,
        "salutation": addressing.salutation,
        "link": link,
        "code": shown_code(code),
    }


def campaign_context(campaign: Campaign) -> dict[str, Any]:
    """The names that a template about no recipient may use: the campaign and its parts."""
    return {"campaign": campaign, **{name: getattr(campaign, name) for name in _PARTS}}


# --- filters ----------------------------------------------------------------------------------------------------


# Hosts in Europe write to guests in Europe: the day comes before the month.
_LOCALES = {"en": "en_GB"}


def long_date(value: date, language: str = "de") -> str:
    """A date in words: "19. Januar 2024"."""
    return format_date(value, "long", locale=_LOCALES.get(language, language))


def weekday_date(value: date, language: str = "de") -> str:
    """A date in words with its weekday: "Freitag, 19. Januar 2024"."""
    return format_date(value, "full", locale=_LOCALES.get(language, language))


def clock_time(value: datetime | time, language: str = "de") -> str:
    """Hours and minutes: "10:00", in French "10 h 30"."""
    if language == "fr":
        return f"{value.hour}\u00a0h" + (f"\u00a0{value:%M}" if value.minute else "")
    return f"{value:%H:%M}"


def slot(text: str) -> Markup:
    """A personal line of a letter: all letters that differ in their slots only are laid out once."""
    return Markup('<span class="slot">{}</span>').format(text)


def keep_together(text: str) -> str:
    """The text with its blanks made no-break, so that a name or a number never breaks across lines."""
    return text.replace(" ", "\u00a0")


_BLOCKS = frozenset(("p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "section", "blockquote"))


def plain(html: str, width: int = 72) -> str:
    """The text of simple HTML as plain text: paragraphs wrapped at `width`, list items with a dash, links in full."""
    # Between two paragraphs the text can be cut; those that many mails have alike are read once.
    blocks = [block for piece in re.split(r"(?<=</p>)(?=\s*<p[ >])", str(html)) for block in _blocks(piece)]
    text = ""
    for block in blocks:
        near = block.startswith("- ") and text.rpartition("\n\n")[2].startswith("- ")
        # A block with stand-ins is wrapped when they are filled.
        shown = f"\ue002{block}\ue003" if "\ue000" in block else _wrapped(block, width)
        text += ("\n" if near else "\n\n" if text else "") + shown
    return text


class SharedText:
    """Plain text rendered once with stand-ins: filled for each recipient, and wrapped where they stand."""

    def __init__(self, text: str) -> None:
        pieces = [part for piece in text.split("\ue002") for part in piece.split("\ue003")]
        self._pieces = [cut(piece) for piece in pieces]

    def filled(self, values: Mapping[str, Any]) -> str:
        """The text of one recipient.

        Raises AttributeError for a part of a value that there is not, ValueError where a value changes the layout.
        """
        found = [filled(piece, values) for piece in self._pieces]
        blocks = [re.sub(r"\s+", " ", block).strip() for block in found[1::2]]
        if any(block.startswith("- ") or not block.strip(" -") for block in blocks):
            raise ValueError("a paragraph that looks like the item of a list, or like nothing")
        found[1::2] = [_wrapped(block, 72) for block in blocks]
        return "".join(found)


@lru_cache(maxsize=256)
def _blocks(html: str) -> tuple[str, ...]:
    reader = _PlainReader()
    reader.feed(html)
    reader.close()
    return tuple(reader.finished())


@lru_cache(maxsize=256)
def _wrapped(block: str, width: int) -> str:
    return "\n".join(_filled(line, width) for line in block.split("\n"))


def _filled(text: str, width: int) -> str:
    """One paragraph in lines. Hyphens and long words stay whole: a broken link opens nothing.

    textwrap would do, in five times the time, for each mail and letter.
    """
    words = [word for word in text.replace("\t", " ").split(" ") if word]
    indent = "  " if words[:1] == ["-"] else ""
    lines, line = [], " ".join(words[:1])
    for word in words[1:]:
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = indent + word
        else:
            line += f" {word}"
    return "\n".join([*lines, line])


class _PlainReader(HTMLParser):
    """Collects the text of blocks; a line break stays one, the rest of the white space folds."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[str] = []
        self._text = ""
        self._link = ""
        self._link_starts = 0

    def finished(self) -> list[str]:
        self._flush()
        return self._done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag == "li":
            self._text = "- "
        elif tag == "br":
            self._text = self._text.rstrip() + "\n"
        elif tag == "a":
            self._link, self._link_starts = dict(attrs).get("href") or "", len(self._text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link and self._text[self._link_starts :].strip() != self._link:
            self._text += f" <{self._link}>"
        if tag in _BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        self._text += re.sub(r"\s+", " ", data)

    def _flush(self) -> None:
        if self._text.strip(" -"):
            self._done.append(self._text.strip())
        self._text = ""
