"""The RSVP pages speak English and French wholly: no message is missing, superfluous, or takes other values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from invite_pipeline.formats.catalogue import catalogue
from invite_pipeline.web.language import CATALOGUES, LANGUAGES
from tests.builders import ROOT

Message = str | tuple[str, ...]
OTHERS = [language for language in LANGUAGES if language != "de"]


def said() -> set[Message]:
    options = {"**.html": {"extensions": "jinja2.ext.i18n"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(ROOT / "templates" / "rsvp"), [("**.html", "jinja2")], options, keywords=keywords)
    return {message for _, _, message, _, _ in found}


def translated(language: str) -> dict[Message, Message]:
    with (CATALOGUES / language / "rsvp.po").open("rb") as file:
        return {_one(message.id): _one(message.string or "") for message in read_po(file) if message.id}


def _one(text: str | tuple[str, ...] | list[str]) -> Message:
    return text if isinstance(text, str) else tuple(text)


def marks(message: Message) -> set[str]:
    """The values and the tags of a message."""
    text = message if isinstance(message, str) else " ".join(message)
    return set(re.findall(r"%\(\w+\)s|</?\w+", text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_no_other(language: str) -> None:
    found = translated(language)
    assert {message for message, text in found.items() if text} == said()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_take_the_same_values_and_tags(language: str) -> None:
    assert not {german for german, other in translated(language).items() if marks(german) != marks(other)}


@pytest.mark.parametrize(
    ("language", "wrong"),
    [("en", "[„«»]|\\s[?!;:]"), ("fr", "[„“”]|[^\u202f]»|«[^\u202f]|[^\u202f][?!;]( |$)|[^\u00a0]:( |$)")],
)
def test_quotes_and_spaces_are_the_languages_own(language: str, wrong: str) -> None:
    texts = [text for one in translated(language).values() for text in ([one] if isinstance(one, str) else one)]
    plain = [re.sub(r"<[^>]*>|&nbsp;", "", text) for text in texts]
    assert [text for text in plain if re.search(wrong, text)] == []


def test_campaign_translates_what_it_wrote_itself(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "own.po").write_text('msgid "Wo"\nmsgstr "The place"\n\nmsgid "Neu"\nmsgstr "New"\n', "utf-8")
    ours = catalogue("en", CATALOGUES, tmp_path)
    assert [ours.gettext(word) for word in ("Wo", "Neu", "Wann")] == ["The place", "New", "When"]
