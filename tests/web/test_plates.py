"""Pages made once and filled for each visitor: the very pages that would have been made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.web.plates import Plates
from tests.builders import a_person, a_recipient
from tests.web.pages import Office

_ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)

_TEMPLATES = (
    "<p title='{{ who.organisation }}'>{{ own }}</p>",
    "{% if who.organisation %}{{ who.organisation }}{% else %}-{% endif %}",
    "{{ who.organisation | upper }}{{ who.city | length }}",
    "{% for person in who.persons if person.name %}<b>{{ loop.index }} {{ person.name }}</b>{% endfor %}",
    "{{ who.persons | length }}{{ who.persons | map(attribute='office') | join(', ') }}",
    "{{ 'same' if who.city == who.organisation else 'other' }}{{ 'x' ~ who.city ~ '<' }}",
    "{% if who.city is string %}text{% endif %}{% if who.former_channel is none %}none{% endif %}",
    "{{ who.city[:3] }}{{ 'B' in who.city }}{{ who.city | default('-', true) }}{{ who.channel }}",
    "{{ who.extra }}{{ '%s' | format(who.city) }}{{ who.city + own }}",
    "{% set kinds = {'kommune': 'K'} %}{{ kinds[who.kind] if who.kind in kinds else who.kind }}",
)


def _page(template: str, made: list[str]) -> Any:
    def make(personal: Mapping[str, Any]) -> str:
        made.append(template)
        return _ENVIRONMENT.from_string(template).render(**personal)

    return make


def _personal(recipient: Recipient) -> dict[str, Any]:
    return {"who": recipient, "own": f"/r/{recipient.key}"}


_TEXT = st.text("aB<&\"'\ue000\ue001-0é ", max_size=4)
_PEOPLE = st.lists(st.builds(a_person, last_name=_TEXT, office=_TEXT), max_size=2).map(tuple)
_RECIPIENTS = st.builds(
    a_recipient, key=_TEXT, kind=st.sampled_from(["kommune", "x"]), organisation=_TEXT, city=_TEXT, persons=_PEOPLE
)


@pytest.mark.parametrize("template", _TEMPLATES)
@given(recipients=st.lists(_RECIPIENTS, min_size=2, max_size=5))
def test_filled_page_is_the_page_that_would_have_been_made(template: str, recipients: list[Recipient]) -> None:
    plates, make = Plates(), _page(template, [])
    for recipient in recipients:
        personal = _personal(recipient)
        assert plates.page("page", 0, personal, make).decode() == make(personal)


def test_page_that_only_prints_is_made_once_for_all() -> None:
    plates, made = Plates(), list[str]()
    make = _page(_TEMPLATES[3], made)
    for number in range(50):
        plates.page("page", 0, _personal(a_recipient(f"k-{number}", organisation=f"Stadt {number}")), make)
    before = len(made)
    plates.page("page", 0, _personal(a_recipient("k-x", persons=(a_person(last_name="X"),))), make)
    assert len(made) == before


def test_plate_is_made_anew_after_a_while() -> None:
    now = [0.0]
    plates, made = Plates(lambda: now[0]), list[str]()
    make = _page(_TEMPLATES[0], made)
    plates.page("page", 0, _personal(a_recipient()), make)
    before, now[0] = len(made), 60.0
    plates.page("page", 0, _personal(a_recipient()), make)
    assert len(made) > before


def test_form_of_each_visitor_is_theirs(office: Office) -> None:
    bonn, cologne, club = (office.get(number=number).text for number in (0, 1, 2))
    assert "Stadt Bonn" in bonn
    assert "Eva Muster" in bonn
    assert "Stadt Köln" in cologne
    assert "Martin Schmidt" in cologne
    assert "Bonn" not in cologne
    assert "Partnerschaftsverein X e. V." in club
    assert "Muster" not in club
    assert office.path() in bonn
    assert office.path() not in cologne


def test_second_visitor_costs_no_second_layout(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.get()
    rendered = list[str]()
    render = office.app.state.site.templates.render

    def counted(name: str, /, **context: Any) -> str:
        rendered.append(name)
        return str(render(name, **context))

    monkeypatch.setattr(office.app.state.site.templates, "render", counted)
    office.get()
    assert rendered == []
