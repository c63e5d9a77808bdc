"""campaign.toml: read into a Campaign, with every unknown, missing or wrong key reported at its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.errors import CampaignInvalid, Problem, SettingInvalid

NAME = "campaign.toml"

_Path = tuple[str | int, ...]


def read_campaign(path: Path) -> Campaign:
    """Read and validate a campaign file.

    Raises CampaignInvalid with one problem for each thing that is wrong; a file that is no TOML has one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        fix = "Give the campaign's folder with: invite -C DIR …, or make a new one with: invite init DIR"
        raise CampaignInvalid(
            [Problem("error", path.name, f"There is no {path.name} in {path.parent}.", fix)]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CampaignInvalid(
            [Problem("error", path.name, f"The file cannot be read: {error}.", "Save it as UTF-8.")]
        ) from None
    return parse_campaign(text, path.name)


def parse_campaign(text: str, name: str = NAME) -> Campaign:
    """Validate the text of a campaign file. Raises CampaignInvalid."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignInvalid([_syntax_problem(str(error), name)]) from None
    try:
        return _adapter().validate_python(data)
    except ValidationError as error:
        lines = _lines(text)
        raise CampaignInvalid(_problem(detail, lines, name) for detail in error.errors()) from None


@cache
def _adapter() -> TypeAdapter[Campaign]:
    return TypeAdapter(Campaign)


def _syntax_problem(message: str, name: str) -> Problem:
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    plain = re.sub(r"\s*\(at .*\)", "", message)
    fix = "A date is written 2024-01-19, a time 10:00:00, both together 2024-01-19T10:00:00, text in quotes."
    return Problem("error", name, f"This is not valid TOML: {plain}.", fix, row=int(place[1]) if place else None)


def _problem(detail: ErrorDetails, lines: dict[_Path, int], name: str) -> Problem:
    path: _Path = tuple(detail["loc"])
    message, fix = _sentence(detail, path)
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, SettingInvalid):
        path += tuple(cause.setting.split("."))
    return Problem("error", name, message, fix, row=_line(path, lines), column=_dotted(path))


def _sentence(detail: ErrorDetails, path: _Path) -> tuple[str, str]:
    key = _dotted(path[-1:])
    where = f" in [{_dotted(path[:-1])}]" if path[:-1] else ""
    match detail["type"]:
        case "missing" | "missing_argument":
            return f"The setting “{key}”{where} is missing.", f"Add: {_example(path)}"
        case "unexpected_keyword_argument":
            near = get_close_matches(str(path[-1]), _known(path[:-1]), n=1)
            return f"There is no setting “{key}”{where}.", f"Did you mean “{near[0]}”?" if near else "Remove it."
        case "value_error":
            cause = detail["ctx"]["error"]
            sentence = str(cause)
            return f"{sentence[:1].upper()}{sentence[1:]}.", ""
        case "dataclass_type" | "dataclass_exact_type":
            return f"“{key}” is a table, not a single value.", f"Write it as [{_dotted(path)}]."
        case _:
            return f"“{key}”{where}: {detail['msg'][:1].lower()}{detail['msg'][1:]}.", _example_fix(detail, path)


def _example_fix(detail: ErrorDetails, path: _Path) -> str:
    kind = detail["type"]
    for word, example in (
        ("datetime", "2024-01-19T10:00:00, without quotes"),
        ("date", "2024-01-19, without quotes"),
        ("time", "10:00:00, without quotes"),
        ("int", "a whole number, without quotes"),
        ("string", "text in double quotes"),
        ("tuple", 'a list: ["first", "second"]'),
        ("bool", "true or false"),
    ):
        if kind.startswith(word):
            return f"Write {_dotted(path[-1:])} as {example}."
    return ""


def _example(path: _Path) -> str:
    samples = {
        "start": "2024-01-19T10:00:00",
        "end": "2024-01-19T16:00:00",
        "deadline": "2023-12-12",
        "date": "2023-11-06",
    }
    name = str(path[-1])
    if len(path) == 1 and name in ("event", "rsvp", "letter", "mail", "privacy"):
        return f"a section [{name}]"
    if len(path) == 1 and name == "hosts":
        return "a section [[hosts]] for each host"
    return f"{name} = {samples.get(name, '…')}"


def _known(path: Sequence[str | int]) -> list[str]:
    """The settings that exist at a place of the file."""
    schema: dict[str, Any] = _adapter().json_schema()
    node = schema
    for part in path:
        node = node["items"] if isinstance(part, int) else node["properties"].get(part, {})
        node = next((option for option in node.get("anyOf", []) if "$ref" in option), node)
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return list(node.get("properties", ()))


def _dotted(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _line(path: _Path, lines: dict[_Path, int]) -> int | None:
    """The line of the setting, or else of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]+\")(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]+\"))*)\s*=(.*)$")


def _lines(text: str) -> dict[_Path, int]:
    """Where each table and key of a valid TOML text stands: tomllib itself does not say."""
    found: dict[_Path, int] = {}
    table: _Path = ()
    counts: dict[_Path, int] = {}
    until = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if until:
            until = "" if until in line else until
        elif header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_names(key[1])), number)
            until = next((mark for mark in ('"""', "'''") if key[2].count(mark) == 1), "")
    return found


def _names(dotted: str) -> _Path:
    return tuple(part.strip().strip('"') for part in dotted.split("."))
