from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from invite_pipeline.web.security import MAX_BODY, household, truncated
from tests.web.pages import Office, TestClient

PAGES = ("/", "/code", "/datenschutz", "/impressum", "/barrierefreiheit", "/healthz", "/nowhere", "/r/x/antwort")


# --- headers --------------------------------------------------------------------------------------------------------


def _guarded(response: Any) -> None:
    headers = response.headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers(office: Office, path: str) -> None:
    response = office.browser.get(path)
    _guarded(response)
    assert response.headers["cache-control"] == "no-store"


def test_pages_behind_a_link_carry_the_headers_too(office: Office) -> None:
    _guarded(office.get())
    _guarded(office.answer())
    _guarded(office.answer("", remark="Fehler"))
    assert office.get().headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/rsvp.css", "/static/rsvp.js"])
def test_style_and_script_are_ours_and_may_be_kept(office: Office, path: str) -> None:
    response = office.browser.get(path)
    _guarded(response)
    assert response.headers["cache-control"] == "public, max-age=86400"
    assert path.partition(".")[0] in office.get().text


def test_nothing_is_fetched_from_anybody_else(office: Office) -> None:
    for text in (office.get().text, office.browser.get("/static/rsvp.css").text):
        assert "http://" not in text
        assert "https://" not in text


def test_pages_have_neither_inline_style_nor_inline_script(office: Office) -> None:
    assert " style=" not in office.get().text
    assert "<style" not in office.get().text
    assert "<script>" not in office.get().text


def test_strict_transport_is_said_only_over_tls(office: Office) -> None:
    assert "strict-transport-security" not in office.get().headers
    secure = office.browser.get("https://testserver" + office.path())
    assert secure.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/site.py"])
def test_no_inside_is_served(office: Office, path: str) -> None:
    assert office.browser.get(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(office: Office, method: str) -> None:
    response = office.browser.request(method, office.path())
    assert response.status_code == 405
    _guarded(response)


# --- bodies ---------------------------------------------------------------------------------------------------------


def test_too_long_a_body_is_refused_before_it_is_read(office: Office) -> None:
    assert office.post({"remark": "x" * MAX_BODY}).status_code == 413
    assert office.replies() == 0


def test_too_long_a_body_without_a_length_is_refused(office: Office) -> None:
    response = office.browser.post(office.path(), content=(b"x" * 9000 for _ in range(10)))
    assert response.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "²", "9" * 30])
def test_nonsense_length_is_refused(office: Office, length: str) -> None:
    headers = {"content-length": length.encode(), "content-type": "application/x-www-form-urlencoded"}
    assert office.browser.post(office.path(), content=b"answer=yes", headers=headers).status_code == 413


def test_form_as_multipart_is_read_alike(office: Office) -> None:
    files = {"nonce": (None, office.nonce()), "answer": (None, "yes"), "person-2-name": (None, "Jörg Klein")}
    assert office.browser.post(office.path(), files=files).status_code == 303
    assert [a.name for a in office.state().attendees] == ["Dr. Eva Muster", "Jörg Klein"]


@pytest.mark.parametrize("content_type", ["multipart/form-data", "application/json", "multipart/form-data; boundary=x"])
def test_body_that_is_no_form_records_nothing(office: Office, content_type: str) -> None:
    response = office.browser.post(office.path(), content=b"{not a form", headers={"content-type": content_type})
    assert response.status_code in (400, 422)
    assert office.replies() == 0


def test_control_and_invisible_characters_are_taken_out(office: Office) -> None:
    office.answer(person_2_name="Jo\x00\u200brg\u202e\tKlein ", remark="eins\r\n\r\n\r\n\r\nzwei\x07")
    assert office.state().attendees[1].name == "Jorg Klein"
    assert office.state().remark == "eins\n\nzwei"


# --- limits ---------------------------------------------------------------------------------------------------------


def test_posts_on_one_invitation_are_limited_and_others_are_not(office: Office) -> None:
    answers = [office.post({"answer": "yes"}).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]
    assert office.answer("yes", 1).status_code == 303


# --- faults ---------------------------------------------------------------------------------------------------------


def _break(office: Office, error: Exception) -> None:
    def broken(*_: object) -> None:
        raise error

    office.app.state.site.visit = broken


def test_fault_asks_to_try_again_and_does_not_blame_the_link(office: Office) -> None:
    _break(office, RuntimeError("boom"))
    response = office.get()
    assert response.status_code == 500
    assert "Bitte versuchen Sie es noch einmal" in response.text
    assert "boom" not in response.text
    _guarded(response)


def test_fault_is_logged_without_the_values_it_quotes(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    _break(office, OperationalError("INSERT", {"name": "Jörg Klein"}, Exception("disk")))
    with caplog.at_level(logging.INFO):
        office.get()
    assert "fault: OperationalError at " in caplog.text
    assert "Klein" not in caplog.text


def test_broken_template_of_the_fault_page_is_no_second_fault(
    open_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = open_office()
    site = office.app.state.site
    folder = tmp_path / "templates" / "rsvp"
    folder.mkdir(parents=True)
    (folder / "fault.html").write_text("{{ nowhere }}")
    site.templates = type(site.templates)(tmp_path)
    response = office.get()
    assert response.status_code == 500
    assert "Bitte versuchen Sie es noch einmal" in response.text


# --- the log --------------------------------------------------------------------------------------------------------


def test_log_holds_neither_tokens_nor_personal_data(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        office.answer(person_1_role="deputy", person_1_name="Jörg Klein", remark="privat")
        office.answer("", remark="noch privater")
        office.get("danke?answer=yes")
        office.browser.get(f"/r/{office.token()}x/antwort")
        office.browser.get(f"/{office.token()}")
        office.browser.post("/code", data={"code": "C0DE0-00000"})
    # The client of these tests logs what it asks for; the server is somebody else.
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert ours.count("/r/{token}/antwort") >= 5
    for secret in (office.token()[:20], office.token()[-20:], "Klein", "privat", "Bonn", "C0DE", "stadt.example"):
        assert secret not in ours


@pytest.mark.parametrize(
    ("address", "logged", "counted"),
    [
        ("192.0.2.77", "192.0.2.0", "192.0.2.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::", "2001:db8:1:2::"),
        ("testclient", "-", "-"),
        ("", "-", "-"),
    ],
)
def test_addresses_are_cut_for_the_log(address: str, logged: str, counted: str) -> None:
    assert (truncated(address), household(address)) == (logged, counted)


def test_sub_path_of_a_proxy_stands_before_every_link(office: Office) -> None:
    behind: Any = TestClient(office.app, root_path="/anmeldung", follow_redirects=False)
    page = behind.get("/anmeldung" + office.path()).text
    assert 'href="/anmeldung/static/rsvp.css' in page
    assert f'action="/anmeldung{office.path()}"' in page
