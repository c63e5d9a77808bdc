from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.events import Bounced, Called, Seated, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import audit, call_queries, queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_recipient, a_reply, a_store, a_workspace
from tests.web.staff_office import StaffBrowser, StaffOffice
from tests.web.test_staff_pages import HOSTILE, counted, hidden


def mailed(store: Store, key: str, *, reminders: int = 0, bounced: bool = False) -> None:
    waves = ["invitation", *(f"reminder-{number + 1}" for number in range(reminders))]
    with store.writing() as tx:
        for wave in waves:
            append(tx, key, SendClaimed(wave=wave, attempt=1, message_id=f"<{key}{wave}>"), at=NOW)
            append(tx, key, SendAccepted(wave=wave, attempt=1), at=NOW)
        if bounced:
            append(tx, key, Bounced(classification="hard", status="5.1.1", answer="no such user"), at=NOW)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffOffice]:
    """Hagen by post, Essen bounced, Ulm silent after two reminders, Bonn after one, Trier is offered a place."""
    workspace = a_workspace(tmp_path)
    people = [
        a_recipient("k-bonn"),
        a_recipient("k-essen", organisation="Stadt Essen"),
        a_recipient("v-hagen", organisation="Verein Hagen", email="", phone=HOSTILE),
        a_recipient("k-ulm", organisation=HOSTILE),
        a_recipient("k-trier", organisation="Stadt Trier", email="", language="en"),
    ]
    store = a_store(workspace, people)
    mailed(store, "k-essen", bounced=True)
    mailed(store, "k-ulm", reminders=2)
    mailed(store, "k-bonn", reminders=1)
    record_reply(store, workspace, a_reply("k-trier"))
    with store.writing() as tx:
        append(
            tx,
            "k-trier",
            Seated(step="offered", seats=((Seat.OFFERED, None, None),), until=NOW.replace(day=22)),
            at=NOW,
        )
    yield StaffOffice(workspace, store)
    store.close()


def shown(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/staff/calls/of/([^"?]+)', page)


def state(office: StaffOffice, key: str) -> Tracking:
    with office.store.reading() as tx:
        return queries.tracking(tx, key)


def note(browser: StaffBrowser, key: str, outcome: str, **fields: str) -> Any:
    page = browser.get(f"/staff/calls/of/{key}").text
    found = re.search(r'name="seen" value="([^"]*)"', page)
    return browser.post(
        f"/staff/calls/of/{key}/outcome", {"outcome": outcome, "seen": found[1] if found else "", **fields}
    )


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("", ["k-essen", "v-hagen", "k-ulm", "k-trier"]),
        ("reason=no_mail", ["v-hagen"]),
        ("reason=failed", ["k-essen"]),
        ("reason=silent", ["k-ulm"]),
        ("reason=silent&after=1", ["k-bonn", "k-ulm"]),
        ("reason=offer", ["k-trier"]),
        ("status=later", []),
        ("who=enter", []),
        ("who=-", ["k-essen", "v-hagen", "k-ulm", "k-trier"]),
        ("reason=x&status=x&after=x&page=x", ["k-essen", "v-hagen", "k-ulm", "k-trier"]),
    ],
)
def test_list_shows_whom_it_says(office: StaffOffice, asked: str, keys: list[str]) -> None:
    assert shown(office.browser("view").get(f"/staff/calls?{asked}").text) == keys


def test_each_figure_is_as_long_as_the_list_behind_it(office: StaffOffice) -> None:
    browser = office.browser("enter")
    browser.follow(note(browser, "k-ulm", "again", again="2023-12-01"))
    page = browser.get("/staff/calls").text
    links = re.findall(r'<a href="\?([^"]*)"[^>]*>[^<]* <strong>(\d+)</strong></a>', page)
    assert len(links) == 9
    for query, number in links:
        assert len(shown(browser.get(f"/staff/calls?{query.replace('&amp;', '&')}").text)) == int(number), query


@pytest.mark.parametrize("outcome", ["not_reached", "reached", "wrong_number", "wants_letter"])
def test_outcome_is_noted_told_and_logged_without_contents(office: StaffOffice, outcome: str) -> None:
    browser = office.browser("enter")
    told = browser.follow(note(browser, "v-hagen", outcome, note="nur vormittags", back="reason=no_mail&x=1"))
    assert "Notiert:" in told.text
    assert str(told.url).endswith("/staff/calls?reason=no_mail")
    assert (state(office, "v-hagen").call, state(office, "v-hagen").calls) == (outcome, 1)
    assert "nur vormittags" in browser.get("/staff/calls/of/v-hagen").text
    with office.store.reading() as tx:
        newest = audit.entries(tx)[0]
    assert (newest.account, newest.action, newest.subject, newest.count) == ("enter", "call.noted", "v-hagen", None)


def test_who_asked_for_another_day_is_called_then_and_not_before(office: StaffOffice) -> None:
    browser = office.browser("enter")
    browser.follow(note(browser, "k-ulm", "again", again="21.11.2023"))
    assert "k-ulm" not in shown(browser.get("/staff/calls").text)
    assert shown(browser.get("/staff/calls?status=later").text) == ["k-ulm"]
    wanted = call_queries.Wanted(today=date(2023, 11, 21), after_reminders=2)
    with office.store.reading() as tx:
        assert "k-ulm" in [one.recipient.key for one in call_queries.to_call(tx, wanted, limit=9)]


@pytest.mark.parametrize("day", ["", "x", "2023-11-19", "2030-01-01"])
def test_day_that_cannot_be_is_refused(office: StaffOffice, day: str) -> None:
    browser = office.browser("enter")
    assert note(browser, "k-ulm", "again", again=day).status_code == 422
    assert state(office, "k-ulm").calls == 0


def test_second_of_two_who_call_is_told(office: StaffOffice) -> None:
    first, second = office.browser("enter"), office.browser("organise")
    seen = hidden(second.get("/staff/calls").text, "seen")
    key = shown(second.get("/staff/calls").text)[0]
    first.follow(note(first, key, "not_reached"))
    answer = second.post(f"/staff/calls/of/{key}/outcome", {"outcome": "wrong_number", "seen": seen})
    assert answer.status_code == 409
    assert "Nichts ist überschrieben" in answer.text
    assert state(office, key).call == "not_reached"


def test_reached_leads_to_a_reply_by_telephone(office: StaffOffice) -> None:
    browser = office.browser("enter")
    link = "/staff/recipients/v-hagen?source=phone&amp;answer=yes#reply"
    assert link in browser.get("/staff/calls/of/v-hagen").text
    page = browser.get("/staff/recipients/v-hagen?source=phone&answer=yes").text
    assert '<option value="phone" selected>' in page
    assert 'name="answer" value="yes" checked' in page
    record_reply(office.store, office.workspace, a_reply("v-hagen", dedupe="2"))
    assert "v-hagen" not in shown(browser.get("/staff/calls").text)


@pytest.mark.parametrize(("answer", "reply"), [("yes", "yes"), ("no", "no")])
def test_offered_place_is_answered_by_telephone(office: StaffOffice, answer: str, reply: str) -> None:
    browser, offer = office.browser("enter"), str(state(office, "k-trier").offer)
    page = browser.get("/staff/calls/of/k-trier").text
    assert "a place has now become free for you" in page
    fields = {"answer": answer, "offer": offer}
    browser.follow(browser.post("/staff/calls/of/k-trier/offer", fields))
    assert (state(office, "k-trier").reply, state(office, "k-trier").offer) == (reply, 0)
    assert browser.post("/staff/calls/of/k-trier/offer", fields).status_code == 409


def test_wrong_number_is_corrected_and_called_again(office: StaffOffice) -> None:
    browser = office.browser("enter")
    browser.follow(note(browser, "k-essen", "wrong_number"))
    assert "k-essen" not in shown(browser.get("/staff/calls").text)
    path, fields = "/staff/calls/of/k-essen/phone", {"was": "+49 228 00000"}
    assert browser.post(path, fields | {"phone": "keine"}).status_code == 422
    assert browser.post(path, {"was": "alt", "phone": "0228 1"}).status_code == 409
    assert "berichtigt" in browser.follow(browser.post(path, fields | {"phone": "0228 111"})).text
    assert "k-essen" in shown(browser.get("/staff/calls").text)


def test_calls_are_shared_out_and_who_was_left_out_is_said(office: StaffOffice) -> None:
    first, second = office.browser("enter"), office.browser("organise")
    for browser in (first, second):
        browser.get("/staff/calls")
    keys = ["k-essen", "v-hagen", "k-bonn"]
    was = [f"{key}:" for key in keys]
    said = first.follow(first.post("/staff/calls/assign", {"key": keys, "was": was, "to": "*"})).text
    assert "2 geändert, 1 übersprungen: nicht mehr anzurufen (1)." in said
    late = second.follow(
        second.post("/staff/calls/assign", {"key": ["k-essen", "k-ulm"], "was": was, "to": "organise"})
    ).text
    assert "1 geändert, 1 übersprungen: inzwischen jemand anderem zugeteilt (1)." in late
    assert shown(first.get("/staff/calls?who=*").text) == ["k-essen", "v-hagen"]
    assert shown(first.get("/staff/calls?who=organise").text) == ["k-ulm"]
    with office.store.reading() as tx:
        assert [(one.action, one.count) for one in audit.entries(tx, actions=["call.assigned"])] == [
            ("call.assigned", 1),
            ("call.assigned", 2),
        ]


@pytest.mark.parametrize(
    ("to", "said"), [("view", "kann niemanden anrufen"), ("gibt-es-nicht", "kann niemanden anrufen")]
)
def test_calls_are_shared_out_among_those_who_may_call(office: StaffOffice, to: str, said: str) -> None:
    browser = office.browser("enter")
    browser.get("/staff/calls")
    assert said in browser.follow(browser.post("/staff/calls/assign", {"key": "k-ulm", "was": "k-ulm:", "to": to})).text


def test_who_may_only_look_sees_no_forms(office: StaffOffice) -> None:
    page = office.browser("view").get("/staff/calls").text
    assert "/outcome" not in page
    assert 'id="bulk"' not in page
    assert "/outcome" not in office.browser("view").get("/staff/calls/of/k-ulm").text


def test_paper_has_the_same_calls_and_is_logged(office: StaffOffice) -> None:
    page = office.browser("view").get("/staff/calls/print?reason=no_mail").text
    assert page.count('<th scope="row">') == 1
    assert "Verein Hagen" in page
    with office.store.reading() as tx:
        assert (audit.entries(tx)[0].action, audit.entries(tx)[0].count) == ("export.calls", 1)


@pytest.mark.parametrize(
    "path", ["/staff/calls", "/staff/calls/print", "/staff/calls/of/k-ulm", "/staff/calls/of/v-hagen"]
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_data_is_text(office: StaffOffice, path: str, language: str) -> None:
    page = office.browser().get(f"{path}?lang={language}&back={HOSTILE}&who={HOSTILE}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


@pytest.mark.parametrize(
    "path", ["/staff/calls", "/staff/calls?who=enter", "/staff/calls/of/k-ulm", "/staff/calls/print"]
)
def test_page_asks_the_store_a_bounded_number_of_times(office: StaffOffice, path: str) -> None:
    browser = office.browser()
    with counted(office.app.state.site.store) as said:
        browser.get(path)
    assert 0 < len(said) <= 14, said


def test_figures_are_counted_again_after_every_event_only(office: StaffOffice) -> None:
    browser = office.browser("enter")
    browser.get("/staff/calls")
    with counted(office.app.state.site.store) as said:
        browser.get("/staff/calls")
    assert not [one for one in said if "GROUP BY" in one]
    with office.store.writing() as tx:
        append(tx, "k-ulm", Called(outcome="wrong_number"), at=NOW)
    assert "Nummer stimmt nicht <strong>1</strong>" in browser.get("/staff/calls").text


def test_nobody_of_that_name_is_said(office: StaffOffice) -> None:
    assert office.browser("view").get("/staff/calls/of/niemand").status_code == 404
    assert office.browser("enter").post("/staff/calls/of/niemand/outcome", {"outcome": "reached"}).status_code in (
        403,
        404,
    )
