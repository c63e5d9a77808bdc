from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from starlette.routing import Mount, Route

from invite_pipeline.domain.staff import StaffRole, allowed
from invite_pipeline.store import account_queries, audit
from tests.builders import NOW, a_recipient, a_store, a_workspace
from tests.web.staff_office import PASSWORD, StaffOffice, an_account

PUBLIC = (
    "/r/",
    "/code",
    "/static/",
    "/favicon.ico",
    "/healthz",
    "/readyz",
    "/metrics",
    "/datenschutz",
    "/impressum",
    "/barrierefreiheit",
)
OPEN_TO_ALL = {("GET", "/staff/login"), ("POST", "/staff/login"), ("GET", "/staff/static/{name}")}


@pytest.fixture
def office(tmp_path: Path) -> StaffOffice:
    workspace = a_workspace(tmp_path)
    return StaffOffice(workspace, a_store(workspace, [a_recipient()]))


def every_route(routes: Sequence[Any]) -> Iterator[Route]:
    """The routes of the application and of all routers within it; the JSON interface has tokens of its own."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif not isinstance(route, Mount):
            yield from every_route(route.original_router.routes)


def closed_routes(office: StaffOffice) -> Iterator[tuple[str, str]]:
    """Every route of the application that is not for everybody, with one method each."""
    for route in every_route(office.app.routes):
        if route.path == "/" or route.path.startswith(PUBLIC):
            continue
        methods = (route.methods or set()) - {"HEAD"}
        assert len(methods) == 1
        yield methods.pop(), route.path


def filled(path: str) -> str:
    """A route's path with something in each of its gaps."""
    return path.replace("{key}", "k-bonn").replace("{name}", "x").replace("{seq}", "1").replace("{wave}", "invitation")


# --- who may go where -------------------------------------------------------------------------------------------


def test_every_route_beside_the_public_ones_names_who_may_use_it(office: StaffOffice) -> None:
    rules = {(rule.method, rule.path) for rule in office.app.state.staff_rules}
    assert set(closed_routes(office)) == rules
    assert {(r.method, r.path) for r in office.app.state.staff_rules if r.who == "nobody"} == OPEN_TO_ALL


def test_nobody_gets_in_without_logging_in(office: StaffOffice) -> None:
    for method, path in set(closed_routes(office)) - OPEN_TO_ALL:
        browser = office.stranger()
        browser.get("/staff/login")
        if method == "GET":
            answer = browser.get(filled(path))
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/staff/login?next="), path
        else:
            assert browser.post(filled(path)).status_code == 401, path


@pytest.mark.parametrize("role", list(StaffRole))
def test_each_role_reaches_its_own_routes_only(office: StaffOffice, role: StaffRole) -> None:
    browser = office.browser(str(role))
    for rule in office.app.state.staff_rules:
        if not isinstance(rule.who, StaffRole):
            continue
        # A form without its token stops at the second check: the first one must have let it through.
        path = filled(rule.path)
        answer = browser.get(path) if rule.method == "GET" else browser.post(path, {"csrf": "none"})
        forbidden = answer.status_code == 403 and "keine Berechtigung" in answer.text
        assert forbidden is (rule.who not in allowed([role])), (rule.path, answer.status_code)


def test_every_form_must_be_ours(office: StaffOffice) -> None:
    browser = office.browser()
    for rule in office.app.state.staff_rules:
        if rule.method == "POST":
            assert browser.post(filled(rule.path), {"csrf": "0" * 64}).status_code == 403, rule.path


def test_form_that_another_site_sends_is_refused(office: StaffOffice) -> None:
    browser = office.browser()
    answer = browser.post("/staff/account/everywhere", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_form_token_of_another_browser_is_refused(office: StaffOffice) -> None:
    other, browser = office.browser("view"), office.browser()
    assert browser.post("/staff/account/everywhere", {"csrf": other.csrf}).status_code == 403


# --- logging in -------------------------------------------------------------------------------------------------


def test_wrong_password_and_wrong_name_look_alike(office: StaffOffice) -> None:
    answers = [office.stranger().log_in(*pair) for pair in (("organise", "falsch"), ("niemand", PASSWORD))]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("Name oder Passwort stimmen nicht" in answer.text for answer in answers)


def test_login_leads_to_the_page_that_was_asked_for(office: StaffOffice) -> None:
    browser = office.stranger()
    browser.follow(browser.get("/staff?x=1"))
    answer = browser.post("/staff/login", {"name": "VIEW", "password": PASSWORD, "next": "/staff?x=1"})
    assert answer.headers["location"] == "/staff?x=1"


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/staff\\evil", "/r/x", "/staffx"])
def test_login_leads_nowhere_else(office: StaffOffice, path: str) -> None:
    browser = office.stranger()
    browser.get("/staff/login")
    answer = browser.post("/staff/login", {"name": "view", "password": PASSWORD, "next": path})
    assert answer.headers["location"] == "/staff/login"
    assert browser.follow(answer).headers["location"] == "/staff"


def test_session_cookie_is_not_for_scripts_nor_for_other_sites(office: StaffOffice) -> None:
    browser = office.stranger()
    browser.get("/staff/login")
    answer = browser.post("/staff/login", {"name": "view", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/staff" in cookie
    assert "Secure" not in cookie


def test_session_cookie_is_secure_behind_tls(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path, base_url="https://anmeldung.stadt.example")
    office = StaffOffice(workspace, a_store(workspace))
    answer = office.stranger().get("/staff/login", headers={"host": "anmeldung.stadt.example"})
    assert "Secure" in answer.headers["set-cookie"]


def test_login_gives_a_new_cookie(office: StaffOffice) -> None:
    browser = office.stranger()
    browser.get("/staff/login")
    before = browser.cookies["staff"]
    browser.log_in("view")
    assert browser.cookies["staff"] != before


def test_store_keeps_no_cookie_and_no_password(office: StaffOffice) -> None:
    browser = office.browser()
    cookie = browser.cookies["staff"]
    with office.store.reading() as tx:
        dump = "\n".join(tx.connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert cookie not in dump
    assert PASSWORD not in dump


def test_fifth_failure_locks_and_the_pause_doubles(office: StaffOffice) -> None:
    browser = office.stranger()
    for _ in range(4):
        assert browser.log_in("view", "falsch").status_code == 422
    assert "30 Sekunden" in browser.log_in("view", "falsch").text
    assert browser.log_in("view").status_code == 429
    office.clock[0] += timedelta(seconds=31)
    assert "1 Minute" in browser.log_in("view", "falsch").text
    office.clock[0] += timedelta(seconds=61)
    assert browser.log_in("view").status_code == 303


def test_lock_of_a_name_that_does_not_exist_looks_the_same(office: StaffOffice) -> None:
    browser = office.stranger()
    for _ in range(4):
        browser.log_in("niemand", "falsch")
    assert "30 Sekunden" in browser.log_in("niemand", "falsch").text


def test_second_factor_is_asked_for_and_its_code_opens_once(office: StaffOffice) -> None:
    secret = pyotp.random_base32()
    with office.store.writing() as tx:
        account_queries.add_account(tx, an_account("zwei", StaffRole.VIEW, totp_secret=secret))
    code = pyotp.TOTP(secret).at(office.clock[0])
    assert "verlangt den Einmalcode" in office.stranger().log_in("zwei").text
    assert office.stranger().log_in("zwei", code="000000").status_code == 422
    assert office.stranger().log_in("zwei", code=code).status_code == 303
    assert "schon benutzt" in office.stranger().log_in("zwei", code=code).text


@pytest.mark.parametrize("hours", [2.1, 12.1])
def test_session_ends_when_idle_and_after_a_day(office: StaffOffice, hours: float) -> None:
    browser = office.browser("view")
    for _ in range(int(hours)):
        if hours < 12:
            break
        office.clock[0] += timedelta(hours=1)
        assert browser.get("/staff").status_code == 200
    office.clock[0] += timedelta(hours=hours if hours < 12 else 0.2)
    assert browser.get("/staff").status_code == 303


# --- one's own account ------------------------------------------------------------------------------------------


def test_logout_ends_the_session_itself(office: StaffOffice) -> None:
    browser = office.browser("view")
    cookie = browser.cookies["staff"]
    assert "abgemeldet" in browser.follow(browser.post("/staff/logout")).text
    browser.cookies.set("staff", cookie, domain="localhost.local", path="/staff")
    assert browser.get("/staff").status_code == 303


def test_logout_everywhere_leaves_this_browser(office: StaffOffice) -> None:
    other, browser = office.browser("view"), office.browser("view")
    assert "1 weitere Sitzung beendet" in browser.follow(browser.post("/staff/account/everywhere")).text
    assert browser.get("/staff").status_code == 200
    assert other.get("/staff").status_code == 303


def test_new_password_ends_the_other_sessions(office: StaffOffice) -> None:
    other, browser = office.browser("view"), office.browser("view")
    new = "ganz andere fünf Wörter"
    answer = browser.post("/staff/account/password", {"password": PASSWORD, "new": new, "again": new})
    assert "Das Passwort ist geändert" in browser.follow(answer).text
    assert other.get("/staff").status_code == 303
    assert office.stranger().log_in("view").status_code == 422
    assert office.stranger().log_in("view", new).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "falsch", "new": "x" * 20}, "bisherige Passwort stimmt nicht"),
        ({"password": PASSWORD, "new": "kurz"}, "zu kurz"),
        ({"password": PASSWORD, "new": "a" * 20}, "zu leicht"),
        ({"password": PASSWORD, "new": "vier neue Wörter hier", "again": "andere"}, "nicht gleich"),
    ],
)
def test_bad_new_password_is_refused_with_the_reason(office: StaffOffice, fields: dict[str, str], said: str) -> None:
    answer = office.browser("view").post("/staff/account/password", fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_second_factor_is_set_up_and_taken_away(office: StaffOffice) -> None:
    browser, secret = office.browser("view"), pyotp.random_base32()
    fields = {"secret": secret, "password": PASSWORD, "code": pyotp.TOTP(secret).at(office.clock[0])}
    assert "ist eingerichtet" in browser.follow(browser.post("/staff/account/totp", fields)).text
    assert "Einmalcode" in office.stranger().log_in("view").text
    assert "abgeschaltet" in browser.follow(browser.post("/staff/account/totp/off", {"password": PASSWORD})).text
    assert office.stranger().log_in("view").status_code == 303


def test_door_account_that_has_no_page_lands_on_its_own(office: StaffOffice) -> None:
    browser = office.browser("door")
    assert browser.get("/staff/login").status_code == 303
    assert browser.get("/staff").status_code == 403


# --- the rest ---------------------------------------------------------------------------------------------------


def test_pages_speak_english_from_the_switch_on(office: StaffOffice) -> None:
    browser = office.stranger()
    assert "<h1>Log in</h1>" in browser.get("/staff/login?lang=en").text
    assert '<html lang="en">' in browser.get("/staff/login").text
    assert "<h1>Anmelden</h1>" in browser.get("/staff/login?lang=de").text


def test_audit_log_can_neither_be_changed_nor_shortened(office: StaffOffice) -> None:
    with office.store.writing() as tx:
        audit.note(tx, "organise", "login", at=NOW)
    for statement in ("UPDATE audit SET account = 'x'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"), office.store.writing() as tx:
            tx.connection.execute(sa.text(statement))


def test_login_is_logged_without_contents(office: StaffOffice) -> None:
    office.browser("enter")
    with office.store.reading() as tx:
        found = audit.entries(tx)
    assert [(one.account, one.action, one.subject) for one in found] == [("enter", "login", "")]


def test_pages_live_under_the_path_of_a_proxy(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    office = StaffOffice(workspace, a_store(workspace))
    browser = office.stranger(root_path="/anmeldung")
    answer = browser.get("/anmeldung/staff")
    assert answer.headers["location"] == "/anmeldung/staff/login?next=%2Fstaff"
    page = browser.get("/anmeldung/staff/login")
    assert 'action="/anmeldung/staff/login"' in page.text
    assert "Path=/anmeldung/staff" in page.headers["set-cookie"]
