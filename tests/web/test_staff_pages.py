from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from invite_pipeline.domain.events import Bounced, LetterMoved, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Intent, Source
from invite_pipeline.replies.record import record_reply
from invite_pipeline.reports.figures import figures, tracking_rows
from invite_pipeline.reports.overview import overview
from invite_pipeline.store import audit, queries, table_queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from invite_pipeline.store.table_queries import Filter
from tests.builders import NOW, a_recipient, a_reply, a_store, a_workspace
from tests.web.staff_office import StaffOffice

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def mailed(store: Store, key: str, bounced: bool = False) -> None:
    with store.writing() as tx:
        append(tx, key, SendClaimed(wave="invitation", attempt=1, message_id=f"<{key}>"), at=NOW)
        append(tx, key, SendAccepted(wave="invitation", attempt=1), at=NOW)
        if bounced:
            append(tx, key, Bounced(classification="hard", status="5.1.1", answer="no such user"), at=NOW)


@pytest.fixture
def office(tmp_path: Path) -> StaffOffice:
    """Bonn said yes, Köln waits for review, Essen bounced, Hagen by post, Ulm nothing yet."""
    workspace = a_workspace(tmp_path)
    store = a_store(
        workspace,
        [
            a_recipient(),
            a_recipient("k-koeln", organisation="Stadt Köln"),
            a_recipient("k-essen", organisation="Stadt Essen", region="Düsseldorf"),
            a_recipient("v-hagen", organisation="Verein Hagen", kind="verein", email="", region=""),
            a_recipient("k-ulm", organisation=HOSTILE),
        ],
    )
    for key in ("k-bonn", "k-koeln", "k-essen"):
        mailed(store, key, bounced=key == "k-essen")
    with store.writing() as tx:
        append(tx, "v-hagen", LetterMoved(step="posted"), at=NOW)
    record_reply(store, workspace, a_reply(persons=2))
    unclear = a_reply("k-koeln", source=Source.MAIL, intent=Intent.UNCLEAR, dedupe="m1", text=HOSTILE, certain=False)
    record_reply(store, workspace, unclear)
    return StaffOffice(workspace, store)


def waiting(office: StaffOffice) -> list[int]:
    with office.store.reading() as tx:
        return [one.seq for one in queries.open_reviews(tx)]


def reply_of(office: StaffOffice, key: str) -> tuple[str, int]:
    with office.store.reading() as tx:
        state = queries.tracking(tx, key)
    return state.reply, state.persons


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


# --- Lage -------------------------------------------------------------------------------------------------------


def test_first_page_counts_as_the_reports_do(office: StaffOffice) -> None:
    known = figures(office.store, office.workspace)
    with office.store.reading() as tx:
        found = overview(tx)
    assert found.funnel == known.funnel
    assert found.needs_review == known.replies.needs_review
    assert found.by_post == sum(known.letters.values())


@pytest.mark.parametrize("asked", ["", "only=reached", "only=answered", "reply=yes", "reply=no", "reply=open"])
def test_figure_leads_to_a_list_of_as_many(office: StaffOffice, asked: str) -> None:
    browser = office.browser("view")
    link = f"/staff/table{'?' + asked if asked else ''}"
    number = re.search(rf'href="{re.escape(link)}"><strong>(\d+)</strong>', browser.get("/staff").text)
    assert number
    assert f"<strong>{number[1]} Empfänger</strong>" in browser.get(link).text


def test_first_page_tells_the_newest_events(office: StaffOffice) -> None:
    page = office.browser("view").get("/staff").text
    assert "Zusage · Online-Formular" in page
    assert "Mail unzustellbar" in page
    assert "Noch <strong>" in page


# --- Tabelle ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        (Filter(), ["k-bonn", "k-koeln", "k-essen", "v-hagen", "k-ulm"]),
        (Filter(text="essen"), ["k-essen"]),
        (Filter(text="köln stadt"), ["k-koeln"]),
        (Filter(text="%"), []),
        (Filter(kind="verein"), ["v-hagen"]),
        (Filter(region=""), ["v-hagen"]),
        (Filter(channel="post"), ["v-hagen"]),
        (Filter(delivery="posted"), ["v-hagen"]),
        (Filter(delivery="bounced_hard"), ["k-essen"]),
        (Filter(delivery="queued"), ["k-ulm"]),
        (Filter(reply="yes", source="web"), ["k-bonn"]),
        (Filter(only="review"), ["k-koeln"]),
        (Filter(only="call"), ["k-essen", "v-hagen"]),
        (Filter(only="unreached"), ["k-essen", "k-ulm"]),
        (Filter(only="gone"), []),
    ],
)
def test_filter_finds_whom_it_says(office: StaffOffice, asked: Filter, keys: list[str]) -> None:
    with office.store.reading() as tx:
        assert table_queries.keys(tx, asked) == keys
        assert table_queries.count(tx, asked) == len(keys)


def test_store_and_reports_agree_on_each_row(office: StaffOffice) -> None:
    rows = tracking_rows(office.store, office.workspace)
    with office.store.reading() as tx:
        for row in rows:
            assert row.key in table_queries.keys(tx, Filter(delivery=str(row.delivery)))
        assert set(table_queries.keys(tx, Filter(only="call"))) == {row.key for row in rows if row.to_call}
        assert set(table_queries.keys(tx, Filter(only="reached"))) == {row.key for row in rows if row.reached}
        assert set(table_queries.keys(tx, Filter(only="failed"))) == {row.key for row in rows if row.delivery.failed}


def test_table_is_sorted_both_ways(office: StaffOffice) -> None:
    browser = office.browser("view")
    up = browser.get("/staff/table?sort=persons").text
    down = browser.get("/staff/table?sort=persons&order=down").text
    assert up.index("Stadt Essen") < up.index("Stadt Bonn")
    assert down.index("Stadt Bonn") < down.index("Stadt Essen")
    assert 'aria-sort="descending"' in down


def test_files_hold_exactly_what_is_shown(office: StaffOffice) -> None:
    browser = office.browser("view")
    asked = "?kind=kommune&sort=organisation&order=down"
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"/staff/table.xlsx{asked}").content)).active
    assert sheet is not None
    in_workbook = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    text = browser.get(f"/staff/table.csv{asked}").content.decode("utf-8-sig")
    in_csv = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
    shown = re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', browser.get(f"/staff/table{asked}").text)
    assert in_workbook == in_csv == ["Stadt Köln", "Stadt Essen", "Stadt Bonn", HOSTILE]
    assert shown[:3] == in_csv[:3]
    assert len(shown) == len(in_csv)


def test_export_stands_in_the_log_without_contents(office: StaffOffice) -> None:
    office.browser("view").get("/staff/table.csv?kind=verein")
    with office.store.reading() as tx:
        newest = audit.entries(tx)[0]
    assert (newest.account, newest.action, newest.subject, newest.count) == ("view", "export.table", "csv", 1)


def test_view_is_kept_for_its_account_only_and_forgotten(office: StaffOffice) -> None:
    browser = office.browser("view")
    browser.get("/staff/table?kind=verein&page=2")
    browser.follow(browser.post("/staff/table/views", {"name": "Vereine", "query": "kind=verein&x=1"}))
    assert 'href="/staff/table?kind=verein">Vereine</a>' in browser.get("/staff/table").text
    assert ">Vereine</a>" not in office.browser("enter").get("/staff/table").text
    assert "1 Ansicht gelöscht" in browser.follow(browser.post("/staff/table/views/drop", {"name": "Vereine"})).text


@pytest.mark.parametrize("asked", ["page=99999999", "page=-1", "page=x", "sort=;drop", "reply=x", "only='", "text=%27"])
def test_nonsense_in_the_address_is_no_fault(office: StaffOffice, asked: str) -> None:
    assert office.browser("view").get(f"/staff/table?{asked}").status_code == 200


def test_pages_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, [a_recipient(f"k-{number:03}") for number in range(120)])
    browser = StaffOffice(workspace, store).browser("view")
    shown = [
        re.findall(r"recipients/(k-\d+)\"", browser.get(f"/staff/table?page={page}").text) for page in (1, 2, 3, 9)
    ]
    assert [len(one) for one in shown] == [50, 50, 20, 20]
    assert len({key for page in shown for key in page}) == 120


# --- Akte -------------------------------------------------------------------------------------------------------


def typed(page: str, **changes: str) -> dict[str, str]:
    fields = {"answer": "yes", "source": "phone", "nonce": hidden(page, "nonce"), "seen": hidden(page, "seen")}
    return fields | changes


def test_reply_by_phone_is_entered_and_told(office: StaffOffice) -> None:
    browser = office.browser("enter")
    page = browser.get("/staff/recipients/k-essen").text
    answer = browser.post("/staff/recipients/k-essen/reply", typed(page, persons="3", reason="Frau Rat rief an"))
    told = browser.follow(answer).text
    assert "Die Antwort ist erfasst." in told
    assert "Zusage · Telefon" in told
    assert "von enter" in told
    assert "Frau Rat rief an" in told
    assert reply_of(office, "k-essen") == ("yes", 3)


def test_second_of_two_members_of_staff_is_told_and_overwrites_nothing(office: StaffOffice) -> None:
    first, second = office.browser("enter"), office.browser("organise")
    pages = [browser.get("/staff/recipients/k-essen").text for browser in (first, second)]
    first.follow(first.post("/staff/recipients/k-essen/reply", typed(pages[0], persons="2")))
    answer = second.post("/staff/recipients/k-essen/reply", typed(pages[1], answer="no"))
    assert answer.status_code == 409
    assert "Nichts ist überschrieben" in answer.text
    assert reply_of(office, "k-essen") == ("yes", 2)


def test_form_sent_twice_enters_once(office: StaffOffice) -> None:
    browser = office.browser("enter")
    fields = typed(browser.get("/staff/recipients/k-essen").text)
    for _ in range(2):
        browser.follow(browser.post("/staff/recipients/k-essen/reply", fields))
    with office.store.reading() as tx:
        kinds = [type(one.event).__name__ for one in queries.history(tx, "k-essen")]
        assert kinds.count("Replied") == 1
        assert [one.action for one in audit.entries(tx, subject="k-essen")] == ["reply.entered"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": ""}, "Zusage oder Absage"),
        ({"persons": "0"}, "Zahl von 1 bis 99"),
        ({"persons": "²"}, "Zahl von 1 bis 99"),
        ({"answer": "no", "deputy": "Kim"}, "ist das eine Zusage"),
        ({"source": "web"}, "wie die Antwort kam"),
        ({"declared": "2999-01-01"}, "in der Zukunft"),
        ({"declared": "gestern"}, "ein Datum wie"),
        ({"workshop": "x"}, "gibt es nicht"),
        ({"deputy": "x" * 121}, "Höchstens 120"),
        ({"nonce": "x"}, "unvollständig"),
        ({"seen": "-1"}, "unvollständig"),
    ],
)
def test_wrong_field_is_named_and_what_was_typed_stays(office: StaffOffice, changes: dict[str, str], said: str) -> None:
    browser = office.browser("enter")
    page = browser.get("/staff/recipients/k-essen").text
    answer = browser.post("/staff/recipients/k-essen/reply", typed(page, reason="bleibt stehen", **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="bleibt stehen"' in answer.text
    assert reply_of(office, "k-essen")[0] == "open"


def test_letter_older_than_the_answer_goes_to_review(office: StaffOffice) -> None:
    browser = office.browser("enter")
    page = browser.get("/staff/recipients/k-bonn").text
    day = f"{NOW - timedelta(days=5):%d.%m.%Y}"
    fields = typed(page, answer="no", source="letter", declared=day)
    assert "unter „Prüfen“" in browser.follow(browser.post("/staff/recipients/k-bonn/reply", fields)).text
    assert reply_of(office, "k-bonn") == ("yes", 2)


def test_link_is_revoked_and_issued_anew(office: StaffOffice) -> None:
    browser = office.browser()
    page = browser.get("/staff/recipients/k-bonn").text
    link = hidden_link(page)
    assert office.stranger().get(link).status_code == 200
    fields = {"revision": hidden(page, "revision")}
    revoked = browser.follow(browser.post("/staff/recipients/k-bonn/revoke", fields)).text
    assert "Der Link ist gesperrt" in revoked
    assert office.stranger().get(link).status_code != 200
    again = browser.post("/staff/recipients/k-bonn/invite-again", {"revision": hidden(revoked, "revision")})
    assert office.stranger().get(hidden_link(browser.follow(again).text)).status_code == 200


def hidden_link(page: str) -> str:
    found = re.search(r'id="link" value="http://localhost:8000([^"]+)"', page)
    assert found
    return found[1]


def test_link_that_somebody_else_changed_is_left_alone(office: StaffOffice) -> None:
    first, second = office.browser(), office.browser()
    pages = [browser.get("/staff/recipients/k-bonn").text for browser in (first, second)]
    first.follow(first.post("/staff/recipients/k-bonn/invite-again", {"revision": hidden(pages[0], "revision")}))
    late = second.post("/staff/recipients/k-bonn/invite-again", {"revision": hidden(pages[1], "revision")})
    assert "Inzwischen wurde der Link geändert" in second.follow(late).text


def test_only_those_who_enter_replies_see_the_link(office: StaffOffice) -> None:
    assert 'id="link"' not in office.browser("view").get("/staff/recipients/k-bonn").text
    assert 'id="link"' in office.browser("enter").get("/staff/recipients/k-bonn").text


@pytest.mark.parametrize("path", ["/staff/recipients/niemand", "/staff/recipients/k-bonn/letter.pdf"])
def test_what_is_not_there_is_said(office: StaffOffice, path: str) -> None:
    assert office.browser("view").get(path).status_code == 404


# --- Prüfen -----------------------------------------------------------------------------------------------------


def test_unclear_reply_is_accepted_as_staff_read_it(office: StaffOffice) -> None:
    browser, seq = office.browser("enter"), waiting(office)[0]
    page = browser.get(f"/staff/reviews/{seq}").text
    fields = {"answer": "yes", "persons": "2", "seen": hidden(page, "seen")}
    assert "Übernommen" in browser.follow(browser.post(f"/staff/reviews/{seq}/accept", fields)).text
    assert reply_of(office, "k-koeln") == ("yes", 2)
    assert waiting(office) == []


def test_reply_that_contradicts_stays_without_effect_when_it_is_set_aside(office: StaffOffice) -> None:
    mail = a_reply(source=Source.MAIL, intent=Intent.NO, dedupe="m2", persons=None, text="Doch nicht.")
    record_reply(office.store, office.workspace, mail)
    browser, seq = office.browser("enter"), waiting(office)[-1]
    assert "Sie widerspricht der erfassten Antwort" in browser.get(f"/staff/reviews/{seq}").text
    browser.follow(browser.post(f"/staff/reviews/{seq}/dismiss"))
    assert reply_of(office, "k-bonn") == ("yes", 2)
    with office.store.reading() as tx:
        assert queries.tracking(tx, "k-bonn").reviews == 0


def test_second_who_decides_on_a_reply_is_told(office: StaffOffice) -> None:
    first, second, seq = office.browser("enter"), office.browser("organise"), waiting(office)[0]
    for browser in (first, second):
        browser.get(f"/staff/reviews/{seq}")
    first.follow(first.post(f"/staff/reviews/{seq}/dismiss"))
    assert second.post(f"/staff/reviews/{seq}/accept", {"answer": "yes"}).status_code == 409
    assert second.post(f"/staff/reviews/{seq}/dismiss").status_code == 409
    assert reply_of(office, "k-koeln")[0] == "open"


def test_mail_that_matched_nobody_is_given_its_recipient(office: StaffOffice) -> None:
    stray = a_reply("", source=Source.MAIL, intent=Intent.YES, dedupe="m3", text="Wir kommen.", certain=False)
    record_reply(office.store, office.workspace, stray)
    browser, seq = office.browser("enter"), waiting(office)[-1]
    browser.get(f"/staff/reviews/{seq}")
    path = f"/staff/reviews/{seq}/accept"
    assert browser.post(path, {"answer": "yes"}).status_code == 422
    assert browser.post(path, {"answer": "yes", "recipient": "niemand"}).status_code == 422
    browser.follow(browser.post(path, {"answer": "yes", "recipient": "v-hagen"}))
    assert reply_of(office, "v-hagen") == ("yes", 1)
    with office.store.reading() as tx:
        assert queries.tracking(tx, "v-hagen").reviews == 0


# --- all of them ------------------------------------------------------------------------------------------------

PATHS = (
    "/staff",
    "/staff/table",
    "/staff/recipients/k-ulm",
    "/staff/recipients/k-koeln",
    "/staff/reviews",
    "/staff/log",
)


@pytest.mark.parametrize("path", [*PATHS, "/staff/reviews/{seq}"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_data_is_text_on_every_page(office: StaffOffice, path: str, language: str) -> None:
    page = office.browser().get(f"{path.format(seq=waiting(office)[0])}?lang={language}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("path", "most"), [(path, 12) for path in PATHS])
def test_page_asks_the_store_a_bounded_number_of_times(office: StaffOffice, path: str, most: int) -> None:
    browser, store = office.browser(), office.app.state.site.store
    with counted(store) as said:
        browser.get(path)
    assert 0 < len(said) <= most, said


def test_log_shows_who_did_what(office: StaffOffice) -> None:
    browser = office.browser()
    browser.get("/staff/table.csv")
    page = browser.get("/staff/log?action=export.table").text
    assert "Tabelle exportiert" in page
    assert "Was wann gelöscht wird" in page
    assert office.browser("enter").get("/staff/log").status_code == 403
