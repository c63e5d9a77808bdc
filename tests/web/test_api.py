"""The JSON interface: closed without a token, the figures of the reports, the tracking table in pages."""

from __future__ import annotations

import pytest

from invite_pipeline.errors import InviteError
from invite_pipeline.reports.figures import figures
from invite_pipeline.run.tokens import add_token, revoke_token
from tests.builders import NOW
from tests.web.pages import Office, dump

READ = ("/api/v1/status", "/api/v1/recipients", "/api/v1/recipients/k-bonn")


@pytest.fixture
def token(office: Office) -> dict[str, str]:
    """The header that opens the interface."""
    return {"Authorization": f"Bearer {add_token(office.store, 'dashboard', at=NOW)}"}


@pytest.mark.parametrize("path", READ)
def test_nothing_is_open_without_a_token(office: Office, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer invite_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = office.browser.get(path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "Bonn" not in answer.text


def test_revoked_token_opens_nothing(office: Office, token: dict[str, str]) -> None:
    assert office.browser.get(READ[0], headers=token).status_code == 200
    revoke_token(office.store, "dashboard", at=NOW)
    assert office.browser.get(READ[0], headers=token).status_code == 401


def test_status_is_that_of_the_command_line(office: Office, token: dict[str, str]) -> None:
    office.browser.post(office.path(), data={"nonce": office.nonce(), "answer": "yes", "persons": "2"})
    given = office.browser.get(READ[0], headers=token).json()
    assert given == figures(office.store, office.workspace).as_json()
    assert given["persons"] == 2


def test_status_as_of_an_earlier_time_knows_less(office: Office, token: dict[str, str]) -> None:
    office.browser.post(office.path(), data={"nonce": office.nonce(), "answer": "yes", "persons": "2"})
    before = office.browser.get(READ[0], headers=token, params={"as_of": "2023-11-01T00:00:00+01:00"}).json()
    assert before["persons"] == 0
    assert office.browser.get(READ[0], headers=token, params={"as_of": "2023-11-01"}).status_code == 422


def test_table_comes_in_pages_until_the_end(office: Office, token: dict[str, str]) -> None:
    keys, after = [], ""
    while True:
        page = office.browser.get(READ[1], headers=token, params={"limit": 2, "after": after}).json()
        keys += [one["key"] for one in page["entries"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert keys == ["k-bonn", "k-koeln", "v-x"]


def test_table_is_filtered_by_answer_and_names_who_comes(office: Office, token: dict[str, str]) -> None:
    data = {"nonce": office.nonce(), "answer": "yes", "persons": "1", "person-0-role": "invitee"}
    office.browser.post(office.path(), data=data)
    (one,) = office.browser.get(READ[1], headers=token, params={"reply": "yes"}).json()["entries"]
    assert (one["key"], one["reply"], one["source"], one["persons"]) == ("k-bonn", "yes", "web", 1)


def test_unknown_key_and_wrong_parameters_are_told(office: Office, token: dict[str, str]) -> None:
    assert office.browser.get("/api/v1/recipients/k-nobody", headers=token).status_code == 404
    assert office.browser.get(READ[1], headers=token, params={"limit": 0}).status_code == 422


def test_interface_is_described_and_fetches_nothing(office: Office) -> None:
    described = office.browser.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/v1/status", "/v1/recipients", "/v1/recipients/{key}"}
    assert all(set(one) == {"get"} for one in described["paths"].values())
    assert office.browser.get("/api/docs").status_code == 404


def test_reading_writes_nothing(office: Office, token: dict[str, str]) -> None:
    before = dump(office.store)
    for path in READ:
        office.browser.get(path, headers=token)
    assert dump(office.store) == before


def test_token_is_kept_as_a_hash_and_its_name_is_taken_once(office: Office, token: dict[str, str]) -> None:
    assert token["Authorization"].split()[1] not in str(dump(office.store))
    for name in ("dashboard", "../x"):
        with pytest.raises(InviteError):
            add_token(office.store, name, at=NOW)
    with pytest.raises(InviteError, match="no token"):
        revoke_token(office.store, "nobody", at=NOW)
