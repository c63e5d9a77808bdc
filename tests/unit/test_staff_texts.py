from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from invite_pipeline.reports import labels
from invite_pipeline.web import staff
from invite_pipeline.web.staff.texts import CATALOGUES, Words

STAFF = Path(staff.__path__[0])
BERLIN = ZoneInfo("Europe/Berlin")
Message = str | tuple[str, ...]


def said() -> Iterator[Message]:
    """Every message of the templates and the code, and every word of the reports that pages show."""
    keywords = {"text": None, "N_": None, "ntext": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2)}
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    options = {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true"}}
    found = extract_from_dir(str(STAFF), methods, options, keywords=keywords)
    yield from (message for _, _, message, _, _ in found)
    for words in (
        labels.CHANNEL,
        labels.DELIVERY,
        labels.REPLY,
        labels.SOURCE,
        labels.INTENT,
        labels.ROLE,
        labels.SEAT,
    ):
        yield from words.values()
    yield from (word for one in labels.TASKS.values() for word in one)


def one(text: str | tuple[str, ...] | list[str]) -> Message:
    return text if isinstance(text, str) else tuple(text)


def entries() -> Iterator[tuple[Message, Message]]:
    for path in sorted((CATALOGUES / "en").glob("*.po")):
        with path.open("rb") as file:
            yield from ((one(message.id), one(message.string or "")) for message in read_po(file) if message.id)


def catalogue() -> dict[Message, Message]:
    return dict(entries())


def placeholders(message: Message) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", message if isinstance(message, str) else " ".join(message)))


def test_every_message_is_there_in_english() -> None:
    missing = {message for message in said() if not catalogue().get(message)}
    assert not missing


def test_catalogue_has_nothing_that_nobody_says() -> None:
    assert set(catalogue()) <= set(said())


def test_every_message_stands_in_one_catalogue_only() -> None:
    twice = [message for message, number in Counter(message for message, _ in entries()).items() if number > 1]
    assert not twice


def test_english_messages_take_the_same_values() -> None:
    wrong = {german for german, english in catalogue().items() if placeholders(german) != placeholders(english)}
    assert not wrong


@pytest.mark.parametrize(
    ("language", "moment", "number", "percent"),
    [("de", "20.11.2023, 10:05", "1.234", "< 1\u00a0%"), ("en", "20 Nov 2023, 10:05", "1,234", "< 1%")],
)
def test_figures_are_told_as_the_language_does(language: str, moment: str, number: str, percent: str) -> None:
    words = Words("en" if language == "en" else "de", BERLIN)
    assert words.moment(datetime(2023, 11, 20, 9, 5, tzinfo=UTC)) == moment
    assert words.number(1234) == number
    assert words.percent(0.001) == percent


def test_one_and_many_are_told_apart() -> None:
    german, english = Words("de", BERLIN), Words("en", BERLIN)
    one, many = "%(num)s weitere Sitzung beendet.", "%(num)s weitere Sitzungen beendet."
    assert german.ntext(one, many, 2) == "2 weitere Sitzungen beendet."
    assert english.ntext(one, many, 1) == "Ended 1 other session."
