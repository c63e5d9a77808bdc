"""Accessibility mistakes are found in the template's source, at their line."""

from __future__ import annotations

import pytest

from invite_pipeline.letters.accessibility import mistakes, style_mistakes

GOOD = """<!doctype html>
<html lang="{{ recipient.language }}">
<head><title>{{ campaign.title }}</title></head>
<body><h1>Einladung</h1><h2>Programm</h2>
{% if link %}<p><a href="{{ link }}">{{ link }}</a></p>{% endif %}
<table><thead><tr><th>Zeit</th></tr></thead><tr><th scope="row">10 Uhr</th></tr></table>
<img src="x.svg" alt="Unterschrift von {{ host.name }}">
<svg><title>Code</title><path d="M0 0"/></svg></body></html>
"""


def test_good_template_has_no_mistake() -> None:
    assert mistakes(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (' lang="{{ recipient.language }}"', "", 2, "no lang"),
        ("<title>{{ campaign.title }}</title>", "", 2, "no <title>"),
        ("<h1>Einladung</h1>", "", 4, "first heading"),
        ("<h2>Programm</h2>", "<h3>Programm</h3>", 4, "skipped"),
        ('">{{ link }}</a>', '"><b>{{ link }}</b></a>', 5, "inside <a>"),
        (' scope="row"', "", 6, "no scope"),
        (' alt="Unterschrift von {{ host.name }}"', ' alt=""', 7, "alt"),
        ("<title>Code</title>", "", 8, "<svg>"),
        ("<h2>", '<h2 style="opacity: 0.5">', 4, "opacity"),
    ],
)
def test_mistake_is_found_at_its_line(old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new, 1))
    assert [(mistake.line, message in mistake.message) for mistake in found] == [(line, True)]


def test_partial_template_needs_no_title() -> None:
    assert mistakes("<p>{# <img> in a comment #}Sehr herzlich</p>") == []


def test_opacity_in_a_style_sheet_is_found() -> None:
    assert [mistake.line for mistake in style_mistakes("p { color: red }\n.mark { opacity: 0.2 }\n")] == [2]


def test_partial_template_may_begin_with_any_heading() -> None:
    assert mistakes("<h2>Datenschutz</h2><h3>Ihre Rechte</h3>") == []
