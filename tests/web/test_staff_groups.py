from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.replies.record import record_reply
from invite_pipeline.reports.figures import figures
from invite_pipeline.store import audit, queries
from tests.builders import a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.web.staff_office import StaffBrowser, StaffOffice
from tests.web.test_staff_pages import HOSTILE, counted

GROUPS = [one.id for one in a_campaign().workshops]
FIRST, SECOND = GROUPS[:2]
FUNDERS = ("Stiftung Grün", "Fonds <b>Ö</b>")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffOffice]:
    """Two places in each group: Ada and Bo sit in the first, Cem waits for it, Dora sits in the second, Eli in none."""
    campaign = a_campaign()
    dating = replace(campaign.speed_dating, funders=FUNDERS) if campaign.speed_dating else None
    groups = tuple(replace(one, capacity=2) for one in campaign.workshops)
    workspace = a_workspace(tmp_path, campaign=replace(campaign, workshops=groups, speed_dating=dating))
    store = a_store(workspace, [a_recipient(f"k-{n}", organisation=f"Stadt {n}") for n in range(4)])
    comes = {
        "k-0": [an_attendee("Ada", FIRST), an_attendee("Bo", FIRST, second=SECOND, role=Role.COMPANION)],
        "k-1": [an_attendee("Cem", FIRST, second=SECOND)],
        "k-2": [an_attendee("Dora", SECOND, speed_dating=True, funders=FUNDERS[1:])],
        "k-3": [an_attendee(HOSTILE, "")],
    }
    for key, people in comes.items():
        reply = a_reply(key, dedupe=key, persons=len(people), attendees=tuple(people))
        record_reply(store, workspace, reply)
    yield StaffOffice(workspace, store)
    store.close()


def an_attendee(name: str, workshop: str, **changes: Any) -> Attendee:
    return Attendee(**({"role": Role.INVITEE, "name": name, "workshop": workshop} | changes))


def state(office: StaffOffice, key: str) -> Tracking:
    with office.store.reading() as tx:
        return queries.tracking(tx, key)


def listed(browser: StaffBrowser, query: str) -> list[str]:
    page = browser.get(f"/staff/groups/list?{query.replace('&amp;', '&')}").text
    return re.findall(r'name="who" value="([^"]+)"', page)


def who(office: StaffOffice, key: str, position: int = 0) -> str:
    return f"{key}:{position}:{state(office, key).answer}"


def move(browser: StaffBrowser, people: list[str], to: str, **fields: str) -> str:
    browser.get("/staff/groups")
    answer = browser.post("/staff/groups/move", {"who": people, "to": to, "back": f"room={FIRST}&x=1", **fields})
    return browser.follow(answer).text


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (f"room={FIRST}", ["k-0:0", "k-0:1", "k-1:0"]),
        (f"room={FIRST}&state=held", ["k-0:0", "k-0:1"]),
        (f"room={FIRST}&state=waiting", ["k-1:0"]),
        (f"room={SECOND}&state=first", ["k-2:0"]),
        (f"room={SECOND}&state=second", ["k-0:1", "k-1:0"]),
        (f"room={SECOND}&state=held", ["k-1:0", "k-2:0"]),
        ("room=-", ["k-3:0"]),
        ("room=dating", ["k-2:0"]),
        ("room=dating&funder=Fonds+%3Cb%3E%C3%96%3C/b%3E", ["k-2:0"]),
        ("room=dating&funder=Stiftung+Gr%C3%BCn", []),
        ("room=hall&state=held", ["k-0:0", "k-0:1", "k-1:0", "k-2:0", "k-3:0"]),
        (f"room={FIRST}&text=cem", ["k-1:0"]),
        (f"room={FIRST}&text=k-0", ["k-0:0", "k-0:1"]),
        ("room=gibt-es-nicht&state=x&page=x", []),
    ],
)
def test_list_holds_whom_it_says(office: StaffOffice, query: str, keys: list[str]) -> None:
    assert [one.rsplit(":", 1)[0] for one in listed(office.browser(), query)] == keys


def test_each_figure_is_as_long_as_the_list_behind_it(office: StaffOffice) -> None:
    browser = office.browser()
    page = browser.get("/staff/groups").text
    links = re.findall(r'/staff/groups/list\?([^"]*(?:state|funder)=[^"]*)">(\d+)</a>', page)
    assert len(links) == 5 * len(GROUPS) + 3 + len(FUNDERS)
    for query, number in links:
        assert len(listed(browser, query)) == int(number), query


def test_places_are_those_of_the_reports(office: StaffOffice) -> None:
    page = office.browser("view").get("/staff/groups").text
    for group in figures(office.store, office.workspace).workshops:
        found = re.search(rf'list\?room={group.id}&amp;state=held">(\d+)</a>', page)
        assert found
        assert int(found[1]) == group.confirmed


def test_person_is_moved_and_the_place_offered_to_who_waits(office: StaffOffice) -> None:
    said = move(office.browser("enter"), [who(office, "k-0")], GROUPS[2])
    assert "1 geändert, 0 übersprungen." in said
    assert state(office, "k-0").attendees[0].workshop == GROUPS[2]
    assert state(office, "k-1").attendees[0].workshop_seat is Seat.OFFERED
    with office.store.reading() as tx:
        newest = audit.entries(tx)[0]
    assert (newest.account, newest.action, newest.subject, newest.count) == ("enter", "group.moved", GROUPS[2], 1)


def test_two_people_of_one_organisation_are_moved_together(office: StaffOffice) -> None:
    said = move(office.browser("enter"), [who(office, "k-0"), who(office, "k-0", 1)], GROUPS[2])
    assert "2 geändert, 0 übersprungen." in said
    assert [one.workshop for one in state(office, "k-0").attendees] == [GROUPS[2]] * 2


def test_full_group_is_said_and_the_waiting_list_is_asked_for(office: StaffOffice) -> None:
    browser, people = office.browser("enter"), [who(office, "k-2"), who(office, "k-3")]
    assert "0 geändert, 2 übersprungen: Gruppe voll (2)." in move(browser, people, FIRST)
    assert "2 geändert, 0 übersprungen." in move(browser, people, FIRST, wait="1")
    assert state(office, "k-3").attendees[0].workshop_seat is Seat.WAITLISTED


def test_second_of_two_who_move_somebody_is_told(office: StaffOffice) -> None:
    people = [who(office, "k-2"), "niemand:0:1", "Unsinn"]
    move(office.browser("enter"), people[:1], GROUPS[2])
    said = move(office.browser(), people, GROUPS[3] if len(GROUPS) > 3 else FIRST)
    assert "0 geändert, 2 übersprungen: inzwischen geändert (2)." in said
    assert state(office, "k-2").attendees[0].workshop == GROUPS[2]


def test_speed_dating_is_joined_and_left(office: StaffOffice) -> None:
    browser = office.browser("enter")
    move(browser, [who(office, "k-3")], "dating:in")
    assert [one[:3] for one in listed(browser, "room=dating")] == ["k-2", "k-3"]
    move(browser, [who(office, "k-2")], "dating:out")
    assert [one[:3] for one in listed(browser, "room=dating")] == ["k-3"]


@pytest.mark.parametrize(("people", "to", "said"), [([], FIRST, "zuerst aus"), (["k-2:0:9"], "x", "gibt es nicht")])
def test_move_that_says_too_little_does_nothing(office: StaffOffice, people: list[str], to: str, said: str) -> None:
    assert said in move(office.browser("enter"), people, to)


def test_raised_capacity_is_offered_logged_and_shown(office: StaffOffice) -> None:
    browser = office.browser()
    browser.get("/staff/groups")
    fields = {"room": FIRST, "capacity": "3", "seen": "2"}
    said = browser.follow(browser.post("/staff/groups/capacity", fields)).text
    assert "1 Anmeldung hat ein Angebot bekommen." in said
    assert "3 Plätze, 0 frei" in said
    assert state(office, "k-1").attendees[0].workshop_seat is Seat.OFFERED
    with office.store.reading() as tx:
        newest = audit.entries(tx)[0]
    assert (newest.account, newest.action, newest.subject, newest.count) == ("organise", "capacity.changed", FIRST, 3)


def test_second_of_two_who_change_a_capacity_is_told(office: StaffOffice) -> None:
    browser = office.browser()
    browser.get("/staff/groups")
    fields = {"room": FIRST, "capacity": "3", "seen": "2"}
    browser.follow(browser.post("/staff/groups/capacity", fields))
    late = browser.post("/staff/groups/capacity", fields | {"capacity": "5"})
    assert late.status_code == 409
    assert "Nichts ist überschrieben" in late.text


@pytest.mark.parametrize("capacity", ["", "0", "-1", "²", "x", "9999999999"])
def test_capacity_that_is_no_number_is_told_at_its_field(office: StaffOffice, capacity: str) -> None:
    browser = office.browser()
    browser.get("/staff/groups")
    answer = browser.post("/staff/groups/capacity", {"room": FIRST, "capacity": capacity, "seen": "2"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_hall_takes_another_capacity_too(office: StaffOffice) -> None:
    browser, capacity = office.browser(), office.workspace.campaign.event.capacity
    browser.get("/staff/groups")
    seen = "" if capacity is None else str(capacity)
    browser.follow(browser.post("/staff/groups/capacity", {"room": "hall", "capacity": "777", "seen": seen}))
    assert figures(office.store, office.workspace).capacity == 777
    assert "777" in browser.get("/staff").text


def test_roles_see_what_they_may_do(office: StaffOffice) -> None:
    assert "/capacity" not in office.browser("enter").get("/staff/groups").text
    assert 'id="bulk"' not in office.browser("view").get(f"/staff/groups/list?room={FIRST}").text


def test_paper_is_sorted_by_organisation_and_logged(office: StaffOffice) -> None:
    page = office.browser("view").get(f"/staff/groups/print?room={FIRST}&state=held").text
    assert page.index("Ada") < page.index("Bo")
    assert "Cem" not in page
    with office.store.reading() as tx:
        assert (audit.entries(tx)[0].action, audit.entries(tx)[0].count) == ("export.group", 2)


@pytest.mark.parametrize(
    "path", ["", "/list?room=-", "/list?room=dating", "/print?room=-", "/print?room=hall", f"/list?room={HOSTILE}"]
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_data_is_text(office: StaffOffice, path: str, language: str) -> None:
    page = office.browser().get(f"/staff/groups{path}{'&' if '?' in path else '?'}lang={language}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Ö</b>" not in page


@pytest.mark.parametrize("path", ["", "/list?room=-", f"/list?room={FIRST}&text=a", "/print?room=dating"])
def test_page_asks_the_store_a_bounded_number_of_times(office: StaffOffice, path: str) -> None:
    browser = office.browser()
    with counted(office.app.state.site.store) as said:
        browser.get(f"/staff/groups{path}")
    assert 0 < len(said) <= 14, said
