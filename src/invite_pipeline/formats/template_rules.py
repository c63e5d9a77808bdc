"""What a template that goes out must and must not hold: the personal link, and no link written out by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from invite_pipeline.errors import Problem, TemplateBroken
from invite_pipeline.formats.templates import FOLDER, Templates

_LINK = re.compile(r"https?://[^\s\"'<>{}]+", re.IGNORECASE)
# Names of document types and XML vocabularies look like links and are none.
_NAMES = re.compile(r"https?://(www\.w3\.org/|schemas?\.)", re.IGNORECASE)
_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


def check_template(templates: Templates, name: str, context: Mapping[str, Any], *, needs: str = "") -> list[Problem]:
    """Everything that is wrong with one template: names, trial rendering, hardcoded links, a missing `needs`."""
    problems = templates.check(name, context)
    if any(problem.severity == "error" for problem in problems):
        return problems
    try:
        for one in sorted(templates.included(name)):
            problems += hardcoded_links(one, templates.source(one))
        if needs and needs not in templates.names(name):
            problems.append(
                Problem(
                    "error",
                    f"{FOLDER}/{name}",
                    f"The template never uses {{{{ {needs} }}}}: nobody could answer by it.",
                    f"Put {{{{ {needs} }}}} where the recipient is asked to answer.",
                )
            )
    except TemplateBroken as error:
        problems.append(Problem("error", error.file, error.message, error.fix, row=error.line))
    return problems


def hardcoded_links(name: str, source: str) -> list[Problem]:
    """Links written out in a template: they carry no recipient, and go wrong when the campaign moves."""
    # Blanked, not removed: the lines must stay where they are.
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    return [
        Problem(
            "error",
            f"{FOLDER}/{name}",
            f"The link {found[0]} is written out by hand.",
            "Use {{ link }}, or a setting of campaign.toml.",
            row=number,
        )
        for number, line in enumerate(text.splitlines(), start=1)
        for found in _LINK.finditer(line)
        if not _NAMES.match(found[0])
    ]
