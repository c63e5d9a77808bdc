"""Templates that only print what is personal are rendered once; every other one for each recipient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import TemplateBroken
from invite_pipeline.formats.printed_names import Printed, cut, joined
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.slots import split
from invite_pipeline.letters.template import LETTER, LetterWriter, letter_context
from tests.builders import a_person, a_recipient, a_workspace

NAMES, LISTS = frozenset(("recipient", "address", "salutation", "link")), frozenset(("address",))

PRINTING = [
    "{{ salutation }}",
    "{{ salutation | slot }}",
    "{{ recipient.organisation | e }} und {{ link }}",
    "{% for line in address %}{{ line | slot }}{{ loop.index }}{% endfor %}",
    "{% if campaign %}{{ salutation }}{% endif %}",
    "<a href='{{ link }}'>",
]
OTHERS = [
    "{{ salutation | upper }}",
    "{{ salutation ~ '!' }}",
    "{{ salutation + '!' }}",
    "{{ ('Guten Tag ' ~ salutation) | upper }}",
    "{% if recipient.phone %}{{ link }}{% endif %}",
    "{{ link if salutation else '' }}",
    "{% set greeting = salutation %}{{ greeting }}",
    "{% for line in address if line %}{{ line }}{% endfor %}",
    "{% for line in address %}{{ line | length }}{% endfor %}",
    "{% for one in recipient.persons %}{{ one.last_name }}{% endfor %}",
    "{{ address | join(', ') }}",
    "{{ address[0] }}",
    "{{ recipient.organisation == 'Bonn' }}",
    "{{ recipient.email is none }}",
    "{% macro greet(x) %}{{ x }}{% endmacro %}{{ greet(salutation) }}",
    "{{ salutation | replace('Frau', link) }}",
    "{{ 'x' | replace('x', salutation) }}",
    "{{ salutation | default(link) }}",
    "{% with greeting = salutation %}{{ greeting }}{% endwith %}",
    "{% filter upper %}{{ salutation }}{% endfilter %}",
    "{% block one %}{{ salutation }}{% endblock %}{{ self.one() | upper }}",
    "{% for line in address %}{% if loop.nextitem == 'Bonn' %}{{ line }}{% endif %}{% endfor %}",
    "{% for line in address %}{% include 'other.html' %}{% endfor %}",
]


def _templates(folder: Path, **files: str) -> Templates:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "templates" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return Templates(folder)


@pytest.mark.parametrize("source", PRINTING)
def test_template_that_only_prints_is_known_as_such(tmp_path: Path, source: str) -> None:
    assert _templates(tmp_path, letter_html=source).only_prints(LETTER, NAMES, LISTS)


@pytest.mark.parametrize("source", OTHERS)
def test_template_that_does_anything_else_is_not(tmp_path: Path, source: str) -> None:
    templates = _templates(tmp_path, letter_html=source, other_html="{{ line | upper }}")
    assert not templates.only_prints(LETTER, NAMES, LISTS)


def test_included_templates_count(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html="{% include 'text.html' %}", text_html="{{ salutation | upper }}")
    assert not templates.only_prints(LETTER, NAMES, LISTS)


def test_values_are_quoted_as_jinja_quotes_them(tmp_path: Path) -> None:
    templates = _templates(tmp_path, letter_html='<p title="{{ one }}">{{ one | slot }}{{ two.part }}</p>')
    value = "<b>\"Köln\" & 'Bonn'</b>"
    values: dict[str, Any] = {"one": value, "two": Path("/a/b")}
    parts = cut(templates.render(LETTER, one=Printed("one"), two=Printed("two")))
    values["two"] = type("Two", (), {"part": None})()
    assert joined(parts, values) == templates.render(LETTER, **values)


@pytest.mark.parametrize("persons", [(), (a_person(),), (a_person(), a_person(gender="m", last_name="O’Neill"))])
def test_letter_is_the_same_as_jinja_alone_would_make(tmp_path: Path, persons: tuple[Any, ...]) -> None:
    workspace = a_workspace(tmp_path)
    templates = Templates(workspace.folder)
    writer = LetterWriter(templates, workspace)
    for organisation in ("Stadt Bonn", "Müller & Söhne <e. V.>"):
        recipient = a_recipient(organisation=organisation, persons=persons)
        invitation = Invitation(recipient.key, "C0DE000000", 1, InvitationState.ISSUED)
        expected = templates.render(LETTER, **letter_context(workspace, recipient, invitation))
        assert writer.text(recipient, invitation).html == expected


def test_part_that_recipients_do_not_have_is_named_with_its_line(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    writer = LetterWriter(_templates(tmp_path, letter_html="\n{{ recipient.orgnisation }}"), workspace)
    with pytest.raises(TemplateBroken, match="orgnisation") as broken:
        writer.text(a_recipient(), Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED))
    assert broken.value.line == 2


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return a_workspace(tmp_path_factory.mktemp("outline"))


@pytest.fixture(scope="module")
def writer(workspace: Workspace) -> LetterWriter:
    return LetterWriter(Templates(workspace.folder), workspace)


@given(organisation=st.text(min_size=1, max_size=40), city=st.sampled_from(["Bonn", "A-1", "Łódź"]))
def test_letter_is_taken_apart_as_if_it_had_been_written_and_read(
    writer: LetterWriter, workspace: Workspace, organisation: str, city: str
) -> None:
    recipient = a_recipient(organisation=organisation, city=city)
    invitation = Invitation(recipient.key, "C0DE000000", 1, InvitationState.ISSUED)
    letter = writer.text(recipient, invitation)
    html = Templates(workspace.folder).render(LETTER, **letter_context(workspace, recipient, invitation))
    assert split(html, letter.data) == (letter.form, letter.values)
