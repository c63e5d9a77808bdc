from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.store import tables
from invite_pipeline.web.limits import RateLimit
from tests.web.pages import Office, dump

PAGES = ("antwort", "danke", "termin.ics", "abmelden")
URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
FIELDS = (
    "persons",
    "remark",
    *(f"person-{n}-{part}" for n in (1, 2) for part in ("role", "name", "email", "workshop")),
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def patient(office: Office) -> Office:
    """An office that may try as many wrong links as it likes."""
    office.app.state.site.limits.unknown_links = RateLimit(1_000_000, 600)
    return office


def _set(office: Office, **values: object) -> None:
    with office.store.writing() as tx:
        mine = tables.invitations.c.recipient == "k-bonn"
        tx.connection.execute(sa.update(tables.invitations).where(mine).values(**values))


def _neutral(office: Office) -> str:
    return str(office.browser.get("/r/nonsense/antwort").text)


@pytest.mark.parametrize("page", PAGES)
def test_unknown_link_ends_at_the_neutral_page(office: Office, page: str) -> None:
    response = office.browser.get(f"/r/nonsense/{page}")
    assert response.status_code == 404
    assert office.workspace.campaign.rsvp.phone.replace(" ", "\u00a0") in response.text


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda office: office.token(revision=0), id="revision that was revoked"),
        pytest.param(lambda office: office.token(revision=2), id="revision that never was"),
        pytest.param(lambda office: office.token(number=99), id="code that nobody has"),
        pytest.param(lambda office: LinkSigner(("another-key",), "tsp-2024").token("C0DE000000", 1), id="foreign key"),
        pytest.param(
            lambda office: LinkSigner(office.workspace.keys, "other").token("C0DE000000", 1), id="other campaign"
        ),
        pytest.param(lambda office: office.token() + "A", id="longer"),
        pytest.param(lambda office: office.token()[:-1], id="shorter"),
        pytest.param(lambda office: office.token().swapcase(), id="other case"),
        pytest.param(lambda office: "%00" + office.token(), id="with a null"),
        pytest.param(lambda office: "ä" * 40, id="umlauts"),
    ],
)
def test_every_wrong_link_looks_the_same(office: Office, token: Callable[[Office], str]) -> None:
    for page in PAGES:
        response = office.browser.get(f"/r/{token(office)}/{page}")
        assert (response.status_code, response.text) == (404, _neutral(office))


def test_revoked_link_looks_like_an_unknown_one(office: Office) -> None:
    _set(office, state="revoked", revision=2)
    for revision in (1, 2):
        response = office.browser.get(f"/r/{office.token(revision=revision)}/antwort")
        assert (response.status_code, response.text) == (404, _neutral(office))


def test_raised_revision_closes_the_old_link_and_opens_the_new(office: Office) -> None:
    _set(office, revision=2)
    assert office.get().status_code == 404
    assert office.browser.get(f"/r/{office.token(revision=2)}/antwort").status_code == 200


def test_revoked_link_records_nothing(office: Office) -> None:
    nonce = office.nonce()
    _set(office, state="revoked", revision=2)
    assert office.post({"nonce": nonce, "answer": "yes"}).status_code == 404
    assert office.replies() == 0


def test_link_of_an_older_key_still_opens(open_office: Callable[..., Office]) -> None:
    office = open_office()
    office.app.state.site.signer = LinkSigner(("newest-key", *office.workspace.keys), office.workspace.campaign.id)
    assert office.get().status_code == 200


@FUZZ
@given(data=st.data())
def test_altered_tokens_open_nothing(patient: Office, data: st.DataObject) -> None:
    token = patient.token()
    place = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.sampled_from(URL_SAFE))
    altered = token[:place] + char + token[place + 1 :]
    response = patient.browser.get(f"/r/{altered}/antwort")
    assert response.status_code == (200 if altered == token else 404)


@FUZZ
@given(start=st.integers(0, 40), length=st.integers(1, 90))
def test_parts_of_tokens_open_nothing(patient: Office, start: int, length: int) -> None:
    part = patient.token()[start : start + length]
    if part not in ("", patient.token()):
        assert patient.browser.get(f"/r/{part}/antwort").status_code == 404


@FUZZ
@given(head=st.sampled_from([0, 1, 2]), tail=st.sampled_from([0, 1, 2]))
def test_parts_of_two_tokens_open_nothing(patient: Office, head: int, tail: int) -> None:
    content, _, _ = patient.token(head).rpartition(".")
    _, _, signature = patient.token(tail).rpartition(".")
    status = patient.browser.get(f"/r/{content}.{signature}/antwort").status_code
    assert status == (200 if head == tail else 404)


@FUZZ
@given(token=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_any_text_is_answered_without_a_fault(patient: Office, token: str) -> None:
    assert patient.browser.get(f"/r/{quote(token, safe='')}/antwort").status_code == 404


@FUZZ
@given(
    answer=st.sampled_from(["yes", "no", "", "maybe"]),
    fields=st.dictionaries(
        st.sampled_from(FIELDS),
        st.one_of(st.text(max_size=130), st.sampled_from(["1", "4", "invitee", "invitee-2", "invitee-x", "deputy"])),
    ),
)
def test_any_form_is_answered_without_a_fault(patient: Office, answer: str, fields: dict[str, str]) -> None:
    patient.app.state.site.limits.posts = RateLimit(1_000_000, 600)
    assert patient.answer(answer, **fields).status_code in (303, 422)
    assert patient.get("danke").status_code in (200, 303)


def test_wrong_links_are_slowed_down_but_valid_ones_never(office: Office) -> None:
    before = dump(office.store)
    answers = [office.browser.get(f"/r/wrong-{number}/antwort").status_code for number in range(80)]
    assert answers.count(429) > 0
    assert office.get().status_code == 200
    assert dump(office.store) == before
