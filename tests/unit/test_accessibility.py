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


@pytest.mark.parametrize(
    ("html", "line", "message"),
    [
        ('<p>Mehr:\n<a href="{{ link }}"></a></p>', 2, "<a> holds no text"),
        ("<h2>\n</h2>", 1, "<h2> holds no text"),
        ("<p>\n</p><table><tr><td>10 Uhr</td></tr></table>", 2, "no header cells"),
        ('<html lang="de"><head>\n<title> </title></head></html>', 2, "<title> holds no text"),
    ],
)
def test_what_says_nothing_is_found(html: str, line: int, message: str) -> None:
    (found,) = mistakes(html)
    assert (found.line, message in found.message) == (line, True)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="{{ link }}">{{ link }}</a>',
        "<h2>{% include 'title.html' %}</h2>",
        "<h2>{% block title %}{% endblock %}</h2>",
        "<table>{% include 'rows.html' %}</table>",
        '<table role="presentation"><tr><td>x</td></tr></table>',
        '<a id="here"></a>',
    ],
)
def test_what_says_something_is_no_mistake(html: str) -> None:
    assert mistakes(html) == []


@pytest.mark.parametrize("colour", ["#999", "#8a97a5", "#FFF"])
def test_text_too_pale_for_paper_is_a_warning(colour: str) -> None:
    (found,) = style_mistakes(f"p {{ margin: 0 }}\n.mark {{ color: {colour} }}")
    assert (found.line, found.severity) == (2, "warning")


@pytest.mark.parametrize(
    "css", ["p { color: #444 }", "p { border-color: #eee }", "th { background: #14304f; color: #fff }"]
)
def test_text_dark_enough_for_its_ground_is_no_mistake(css: str) -> None:
    assert style_mistakes(css) == []
