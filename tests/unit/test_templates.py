"""Templates: strict, escaped, confined to the campaign's folder; errors name file and line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from invite_pipeline.errors import TemplateBroken
from invite_pipeline.formats.templates import Templates, campaign_context, invitation_context, plain
from tests.builders import ROOT, a_campaign, a_person, a_recipient


def _templates(folder: Path, **files: str) -> Templates:
    (folder / "templates").mkdir()
    for name, text in files.items():
        (folder / "templates" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return Templates(folder)


def _broken(templates: Templates, name: str, **context: object) -> TemplateBroken:
    with pytest.raises(TemplateBroken) as caught:
        templates.render(name, **context)
    return caught.value


# --- what is wrong is named ---


def test_missing_template_is_named_with_its_folder(tmp_path: Path) -> None:
    error = _broken(_templates(tmp_path), "letter.html")
    assert error.file == "templates/letter.html"
    assert "templates/letter.html does not exist" in str(error)
    assert "invite init" in error.fix


def test_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    error = _broken(_templates(tmp_path, letter_html="<p>\n{% if %}</p>"), "letter.html")
    assert (error.file, error.line) == ("templates/letter.html", 2)


def test_syntax_error_in_an_included_template_names_that_one(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html='{% include "text.html" %}', text_html="\n\n{{ a b }}")
    error = _broken(templates, "letter.html", a=1)
    assert (error.file, error.line) == ("templates/text.html", 3)


def test_undefined_name_names_file_and_line(tmp_path: Path) -> None:
    error = _broken(_templates(tmp_path, letter_html="<p>\n{{ salutatoin }}</p>"), "letter.html")
    assert (error.file, error.line) == ("templates/letter.html", 2)
    assert "salutatoin" in str(error)


def test_unknown_part_of_a_known_name_names_the_included_file(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html='{% include "text.html" %}', text_html="\n{{ event.strat }}")
    error = _broken(templates, "letter.html", **campaign_context(a_campaign()))
    assert (error.file, error.line) == ("templates/text.html", 2)
    assert "strat" in str(error)


def test_date_filter_on_something_else_names_the_line(tmp_path: Path) -> None:
    error = _broken(_templates(tmp_path, letter_html="\n\n{{ 'Freitag' | time }}"), "letter.html")
    assert (error.file, error.line) == ("templates/letter.html", 3)


def test_file_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    templates = _templates(tmp_path)
    (tmp_path / "templates" / "letter.html").write_bytes("<p>Grüße</p>".encode("cp1252"))
    error = _broken(templates, "letter.html")
    assert error.file == "templates/letter.html"
    assert "UTF-8" in str(error)


# --- the same without a recipient ---


def test_check_finds_every_unknown_name_with_its_line(tmp_path: Path) -> None:
    templates = _templates(
        tmp_path, letter_html='{{ one }}\n{{ link }}{% include "text.html" %}', text_html="\n{{ two }}"
    )
    problems = templates.check("letter.html", {"link"})
    assert [(problem.where, problem.row) for problem in problems] == [
        ("templates/letter.html", 1),
        ("templates/text.html", 2),
    ]
    assert all("link" in problem.fix for problem in problems)


def test_check_on_a_whole_context_finds_unknown_parts(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html="\n{{ event.strat }}")
    assert templates.check("letter.html", campaign_context(a_campaign()).keys()) == []
    (problem,) = templates.check("letter.html", campaign_context(a_campaign()))
    assert (problem.where, problem.row) == ("templates/letter.html", 2)


def test_check_finds_a_missing_include(tmp_path: Path) -> None:
    (problem,) = _templates(tmp_path, letter_html='{% include "gone.html" %}').check("letter.html", set())
    assert "templates/gone.html does not exist" in problem.message


def test_the_examples_invitation_has_nothing_to_report() -> None:
    context = invitation_context(a_campaign(), a_recipient(), link="https://a.example/r/t/antwort", code="C0DE000000")
    assert Templates(ROOT).check("invitation.html", context) == []


# --- data stays data ---


def test_recipients_data_can_never_be_markup(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html="{{ recipient.organisation }}")
    recipient = a_recipient(organisation="<script>alert(1)</script> & Söhne")
    assert templates.render("letter.html", recipient=recipient) == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne"


def test_recipients_data_can_never_be_template_code(tmp_path: Path) -> None:
    templates = _templates(tmp_path, mail_txt="{{ recipient.organisation }}")
    assert templates.render("mail.txt", recipient=a_recipient(organisation="{{ 7 * 7 }}")) == "{{ 7 * 7 }}"


def test_text_templates_are_not_escaped(tmp_path: Path) -> None:
    assert _templates(tmp_path, mail_txt="{{ name }}").render("mail.txt", name="Müller & Co.") == "Müller & Co."


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/hostname", "sub/../../secret.txt"])
def test_templates_cannot_leave_their_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("geheim", encoding="utf-8")
    error = _broken(_templates(tmp_path, letter_html=f'{{% include "{path}" %}}'), "letter.html")
    assert "does not exist" in str(error)


def test_templates_cannot_reach_pythons_insides(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html="{{ campaign.__class__.__mro__ }}")
    assert _broken(templates, "letter.html", campaign=a_campaign()).line == 1


# --- the context ---


def test_context_has_address_salutation_and_the_shown_code() -> None:
    context = invitation_context(a_campaign(), a_recipient(), link="https://a.example/r/t/antwort", code="C0DE000000")
    assert context["salutation"] == "Sehr geehrte Frau Oberbürgermeisterin,"
    assert context["address"][0] == "Frau Oberbürgermeisterin"
    assert (context["code"], context["link"]) == ("C0DE0-00000", "https://a.example/r/t/antwort")


def test_context_has_optional_parts_even_where_the_campaign_has_none() -> None:
    context = campaign_context(a_campaign(speed_dating=None, workshops=(), programme=()))
    assert context["speed_dating"] is None
    assert context["workshops"] == ()


def test_invitations_text_carries_salutation_and_link() -> None:
    recipient = a_recipient(persons=(a_person(gender="m", office="", first_name="Peter", last_name="Richter"),))
    context = invitation_context(a_campaign(), recipient, link="https://a.example/r/t/antwort", code="C0DE000000")
    html = Templates(ROOT).render("invitation.html", **context)
    assert "Sehr geehrter Herr Dr. Richter," in html.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ")
    assert 'href="https://a.example/r/t/antwort"' in html


# --- filters ---


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("day | date", "19. Januar 2024"),
        ("day | weekday_date", "Freitag, 19. Januar 2024"),
        ("start | time", "09:05"),
        ("day | date('en')", "19 January 2024"),
        ("day | weekday_date('fr')", "vendredi 19 janvier 2024"),
        ("'Dr. Eva Muster' | keep", "Dr.\xa0Eva\xa0Muster"),
    ],
)
def test_filters(tmp_path: Path, expression: str, expected: str) -> None:
    templates = _templates(tmp_path, mail_txt=f"{{{{ {expression} }}}}")
    assert templates.render("mail.txt", day=date(2024, 1, 19), start=datetime(2024, 1, 19, 9, 5)) == expected  # noqa: DTZ001


def test_plain_wraps_paragraphs_and_drops_emphasis() -> None:
    text = plain(
        "<p>Der <em>Tag der Städtepartnerschaften</em> " + "Wort " * 30 + "</p><p>Zweiter <strong>Absatz</strong></p>"
    )
    assert text.startswith("Der Tag der Städtepartnerschaften Wort")
    assert text.endswith("\n\nZweiter Absatz")
    assert max(map(len, text.splitlines())) <= 72


def test_plain_shows_links_in_full_and_whole() -> None:
    link = "https://anmeldung.example/r/" + "x" * 100 + "/antwort"
    assert plain(f'<p>unter diesem <a href="{link}">Link</a> an</p>').splitlines()[1] == f"<{link}>"
    assert plain(f'<p><a href="{link}">{link}</a></p>') == link


def test_plain_keeps_line_breaks_and_lists() -> None:
    assert (
        plain("<p>Freitag,<br>\n Landtag.</p><ul><li>eins</li><li>zwei</li></ul><p>Ende</p>")
        == "Freitag,\nLandtag.\n\n- eins\n- zwei\n\nEnde"
    )


def test_plain_unescapes_entities() -> None:
    assert plain("<p>Müller &amp; S&ouml;hne</p>") == "Müller & Söhne"
