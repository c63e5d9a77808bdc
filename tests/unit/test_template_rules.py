"""Templates that go out hold the personal link, and no link written out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from invite_pipeline.formats.template_rules import check_template, hardcoded_links
from invite_pipeline.formats.templates import Templates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    return tmp_path


def write(folder: Path, name: str, text: str) -> Templates:
    (folder / "templates" / name).write_text(text, encoding="utf-8")
    return Templates(folder)


def test_hardcoded_link_is_found_at_its_line() -> None:
    (problem,) = hardcoded_links("mail.txt", "Guten Tag\nhttps://anmeldung.example/r/abc/antwort\n")
    assert (problem.where, problem.row) == ("templates/mail.txt", 2)


def test_names_of_vocabularies_and_comments_are_no_links() -> None:
    assert hardcoded_links("x.html", '{# https://x.example #}<svg xmlns="http://www.w3.org/2000/svg">') == []


def test_template_without_the_link_is_an_error(folder: Path) -> None:
    (problem,) = check_template(write(folder, "mail.txt", "Guten Tag"), "mail.txt", {"link": "x"}, needs="link")
    assert "nobody could answer" in problem.message


def test_link_may_stand_in_an_included_template(folder: Path) -> None:
    write(folder, "text.txt", "Bitte: {{ link }}")
    templates = write(folder, "mail.txt", '{% include "text.txt" %}')
    assert check_template(templates, "mail.txt", {"link": "x"}, needs="link") == []


def test_unknown_name_is_found_in_the_included_template(folder: Path) -> None:
    write(folder, "text.txt", "\n{{ linc }}")
    (problem,) = check_template(write(folder, "mail.txt", '{% include "text.txt" %}'), "mail.txt", {"link": "x"})
    assert (problem.where, problem.row, "linc" in problem.message) == ("templates/text.txt", 2, True)


def test_hardcoded_link_in_an_included_template_is_found(folder: Path) -> None:
    write(folder, "text.txt", "https://x.example")
    (problem,) = check_template(write(folder, "mail.txt", '{% include "text.txt" %}'), "mail.txt", {})
    assert problem.where == "templates/text.txt"
