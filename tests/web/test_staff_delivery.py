from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.events import Bounced, LetterMoved, SendAccepted, SendClaimed, SendRefused
from invite_pipeline.domain.tracking import LetterState, MessageState, Tracking
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.store import audit, queries
from invite_pipeline.store.ledger import append
from invite_pipeline.web.staff.causes import meaning
from tests.builders import NOW, a_recipient, a_store, a_workspace
from tests.web.staff_office import StaffBrowser, StaffOffice
from tests.web.test_staff_pages import HOSTILE, counted

SORTS = {"hard": "k-hard", "soft": "k-soft", "policy": "k-policy", "content": "k-content"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffOffice]:
    """One of every sort: the bounces, a refusal, an unknown, a letter on its way, one that came back, one fine."""
    workspace = a_workspace(tmp_path)
    mailed = [*SORTS.values(), "k-refused", "k-unknown", "k-fine"]
    people = [a_recipient(key, organisation=f"Stadt {key}") for key in mailed]
    people += [a_recipient(key, organisation=f"Verein {key}", email="") for key in ("v-out", "v-back")]
    store = a_store(workspace, people)
    with store.writing() as tx:
        for key in mailed:
            before = NOW - timedelta(days=1)
            append(tx, key, SendClaimed(wave="invitation", attempt=1, message_id=f"<{key}>"), at=before)
            if key == "k-refused":
                refused = SendRefused(wave="invitation", attempt=1, permanent=True, code=550, answer=HOSTILE)
                append(tx, key, refused, at=before)
            elif key != "k-unknown":
                append(tx, key, SendAccepted(wave="invitation", attempt=1), at=before)
        for sort, key in SORTS.items():
            bounced = Bounced(classification=sort, status="5.1.1", answer=HOSTILE)  # type: ignore[arg-type]
            append(tx, key, bounced, at=NOW)
        append(tx, "v-out", LetterMoved(step="posted"), at=NOW)
        append(tx, "v-back", LetterMoved(step="returned"), at=NOW)
    yield StaffOffice(workspace, store)
    store.close()


def page_of(browser: StaffBrowser, what: str) -> str:
    return browser.get(f"/staff/delivery?what={what}").text


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/staff/recipients/([^"]+)"', page)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def state(office: StaffOffice, key: str) -> Tracking:
    with office.store.reading() as tx:
        return queries.tracking(tx, key)


def due(office: StaffOffice) -> set[str]:
    return {one.key for one in plan_invitations(office.store, office.workspace).due}


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        *((sort, [key]) for sort, key in SORTS.items()),
        ("refused", ["k-refused"]),
        ("unknown", ["k-unknown"]),
        ("returned", ["v-back"]),
        ("posted", ["v-out"]),
        ("nonsense", ["k-hard"]),
        ("posted&text=out", ["v-out"]),
        ("posted&text=nichts", []),
        ("posted&text=c0de-000007", ["v-out"]),
    ],
)
def test_each_sort_lists_its_own(office: StaffOffice, what: str, keys: list[str]) -> None:
    assert rows(page_of(office.browser("view"), what)) == keys


def test_each_figure_is_as_long_as_its_list(office: StaffOffice) -> None:
    browser = office.browser("view")
    links = re.findall(
        r'<a href="\?what=(\w+)"[^>]*>[^<]* <strong>(\d+)</strong></a>', browser.get("/staff/delivery").text
    )
    assert len(links) == 8
    for what, number in links:
        assert len(rows(page_of(browser, what))) == int(number), what


def test_unknown_mails_of_the_first_page_are_those_of_the_list(office: StaffOffice) -> None:
    browser = office.browser("view")
    number = re.search(r'delivery\?what=unknown"><strong>(\d+)</strong>', browser.get("/staff").text)
    assert number
    assert len(rows(page_of(browser, "unknown"))) == int(number[1]) == 1


def test_address_is_corrected_and_its_invitation_due_again(office: StaffOffice) -> None:
    browser = office.browser("enter")
    page = page_of(browser, "hard")
    assert "Dieses Postfach gibt es nicht." in page
    path, fields = "/staff/delivery/of/k-hard/email", {"email": "neu@stadt.example", "seen": seen(page), "what": "hard"}
    told = browser.follow(browser.post(path, fields))
    assert "Die Mail ist wieder fällig" in told.text
    assert rows(told.text) == []
    assert due(office) == {"k-hard"}
    assert state(office, "k-hard").message is MessageState.QUEUED
    story = browser.get("/staff/recipients/k-hard").text
    assert "k-hard@stadt.example → neu@stadt.example" in story
    with office.store.reading() as tx:
        assert [(one.account, one.action) for one in audit.entries(tx, subject="k-hard")] == [
            ("enter", "address.corrected")
        ]


@pytest.mark.parametrize(
    ("email", "said"),
    [("", "richtige Adresse"), ("kein", "keine E-Mail-Adresse"), ("k-hard@stadt.example", "schon dasteht")],
)
def test_wrong_address_is_told_at_its_field(office: StaffOffice, email: str, said: str) -> None:
    browser = office.browser("enter")
    fields = {"email": email, "seen": seen(page_of(browser, "hard")), "what": "hard"}
    answer = browser.post("/staff/delivery/of/k-hard/email", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert due(office) == set()


def test_address_of_somebody_who_objected_is_refused(office: StaffOffice) -> None:
    signer = LinkSigner(office.workspace.keys, office.workspace.campaign.id)
    with office.store.writing() as tx:
        queries.block(tx, [signer.block_hash("neu@stadt.example")], NOW)
    browser = office.browser("enter")
    fields = {"email": "neu@stadt.example", "seen": seen(page_of(browser, "hard"))}
    assert "möchte keine Einladungen" in browser.post("/staff/delivery/of/k-hard/email", fields).text
    assert due(office) == set()
    assert state(office, "k-hard").message is MessageState.BOUNCED_HARD


def test_second_of_two_who_correct_is_told(office: StaffOffice) -> None:
    first, second = office.browser("enter"), office.browser("organise")
    numbers = [seen(page_of(browser, "hard")) for browser in (first, second)]
    path = "/staff/delivery/of/k-hard/email"
    first.follow(first.post(path, {"email": "erste@stadt.example", "seen": numbers[0]}))
    late = second.post(path, {"email": "zweite@stadt.example", "seen": numbers[1]})
    assert late.status_code == 409
    assert "Nichts ist überschrieben" in late.text
    with office.store.reading() as tx:
        assert queries.recipient(tx, "k-hard").email == "erste@stadt.example"


def test_mail_goes_again_unchanged_where_the_address_was_right(office: StaffOffice) -> None:
    browser = office.browser("enter")
    path, fields = "/staff/delivery/of/k-policy/again", {"seen": seen(page_of(browser, "policy"))}
    browser.follow(browser.post(path, fields))
    assert due(office) == {"k-policy"}
    assert browser.post(path, fields).status_code == 409


def test_many_go_again_and_who_was_left_out_is_said(office: StaffOffice) -> None:
    browser = office.browser()
    pairs = {key: f"{key}:{seen(page_of(browser, sort))}" for sort, key in SORTS.items()}
    pairs["k-soft"] = "k-soft:1"
    with office.store.reading() as tx:
        newest = max(one.seq for one in queries.history(tx, "k-fine"))
    pairs["k-fine"] = f"k-fine:{newest}"
    fields = {"key": ["k-policy", "k-content", "k-soft", "k-fine"], "seen": list(pairs.values()), "what": "policy"}
    said = browser.follow(browser.post("/staff/delivery/again", fields)).text
    assert "2 geändert, 2 übersprungen: kam nicht mehr zurück (1), inzwischen geändert (1)." in said
    assert due(office) == {"k-policy", "k-content"}


def test_letter_that_came_back_is_noted_and_gets_a_new_address(office: StaffOffice) -> None:
    browser = office.browser("enter")
    pair = re.findall(r'name="seen" value="(v-out:\d+)"', page_of(browser, "posted"))
    said = browser.follow(browser.post("/staff/delivery/returned", {"key": "v-out", "seen": pair})).text
    assert "1 geändert, 0 übersprungen." in said
    page = page_of(browser, "returned")
    assert rows(page) == ["v-out", "v-back"]
    fields = {"street": "Neue Straße 1", "postcode": "53113", "city": "Bonn", "country": "DE", "seen": seen(page)}
    path = "/staff/delivery/of/v-out/address"
    assert browser.post(path, fields | {"postcode": "5311"}).status_code == 422
    browser.follow(browser.post(path, fields))
    assert state(office, "v-out").letter is LetterState.NONE
    assert rows(page_of(browser, "returned")) == ["v-back"]


@pytest.mark.parametrize(("outcome", "message"), [("sent", "sent"), ("not-sent", "queued")])
def test_unknown_mail_is_cleared_up_on_evidence(office: StaffOffice, outcome: str, message: str) -> None:
    browser = office.browser()
    fields = {"outcome": outcome, "wave": "invitation", "seen": seen(page_of(browser, "unknown"))}
    path = "/staff/delivery/of/k-unknown/resolve"
    assert browser.post(path, fields).status_code == 422
    browser.follow(browser.post(path, fields | {"evidence": "Protokoll des Servers"}))
    assert state(office, "k-unknown").message == message
    assert rows(page_of(browser, "unknown")) == []
    assert browser.post(path, fields | {"evidence": "x"}).status_code == 409


def test_roles_see_what_they_may_do(office: StaffOffice) -> None:
    assert "/email" not in page_of(office.browser("view"), "hard")
    assert "/resolve" not in page_of(office.browser("enter"), "unknown")
    assert office.browser("enter").post("/staff/delivery/of/k-unknown/resolve").status_code == 403


@pytest.mark.parametrize("act", ["email", "again", "address", "resolve"])
def test_nobody_of_that_name_is_said(office: StaffOffice, act: str) -> None:
    browser, fields = office.browser(), {"seen": "1", "email": "a@b.example", "outcome": "sent", "evidence": "x"}
    browser.get("/staff/delivery")
    assert browser.post(f"/staff/delivery/of/niemand/{act}", fields).status_code == 404


@pytest.mark.parametrize("what", ["hard", "refused", "unknown", "returned", "posted"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_data_is_text(office: StaffOffice, what: str, language: str) -> None:
    page = office.browser().get("/staff/delivery", params={"what": what, "lang": language, "text": HOSTILE}).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("what", ["hard", "unknown", "returned", "posted&text=x"])
def test_page_asks_the_store_a_bounded_number_of_times(office: StaffOffice, what: str) -> None:
    browser = office.browser()
    with counted(office.app.state.site.store) as said:
        page_of(browser, what)
    assert 0 < len(said) <= 14, said


@pytest.mark.parametrize(
    ("cause", "status", "said"),
    [
        ("soft", "4.2.2", "Das Postfach ist voll."),
        ("hard", "5.1.2", "Die Domain hinter dem @"),
        ("policy", "5.7.26", "SPF, DKIM oder DMARC"),
        ("policy", "5.9.9", "wegen unseres Absenders"),
        ("content", "", "wegen der Größe"),
    ],
)
def test_status_is_told_in_plain_words(cause: str, status: str, said: str) -> None:
    assert said in meaning(cause, status)


def test_letters_list_goes_on_over_pages(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, [a_recipient(f"v-{number:03}", email="") for number in range(60)])
    with store.writing() as tx:
        for number in range(60):
            append(tx, f"v-{number:03}", LetterMoved(step="posted"), at=NOW)
    browser: Any = StaffOffice(workspace, store).browser("view")
    assert [len(rows(browser.get(f"/staff/delivery?what=posted&page={page}").text)) for page in (1, 2, 9)] == [
        50,
        10,
        10,
    ]
    store.close()
