"""The reports over a store with a mixed history: the same figures everywhere, harmless whatever stands in the data."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pdfplumber
import pytest
import sqlalchemy as sa

from invite_pipeline.domain.campaign import Workshop
from invite_pipeline.domain.events import Bounced, LetterMoved, Loaded, SendAccepted, SendClaimed, SendRefused
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.reply import Attendee, Intent, Role, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.sheets import from_csv
from invite_pipeline.replies.record import record_in
from invite_pipeline.reports.figures import Figures, figures, tracking_rows
from invite_pipeline.reports.html import html_report
from invite_pipeline.reports.pdf import pdf_report
from invite_pipeline.reports.table import HEADER
from invite_pipeline.reports.write import write_reports
from invite_pipeline.reports.xlsx import xlsx_report
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_person, a_recipient, a_reply, a_store, a_workspace

DAY = timedelta(days=1)
REPORTED = NOW + 10 * DAY
FORMULA = "=cmd|'/C calc'!A0"
SCRIPT = "<script>alert(1)</script> & „Partner“"

RECIPIENTS = (
    a_recipient("k-bonn"),
    a_recipient("k-koeln", organisation="Stadt Köln", persons=(a_person(last_name="Groß"),)),
    a_recipient("k-ahlen", organisation="Stadt Ahlen", region="Münster", email=""),
    a_recipient("k-reken", organisation=FORMULA),
    a_recipient("v-lens", organisation=SCRIPT, kind="verein", region=""),
    a_recipient("v-gone", organisation="Verein im Wandel", kind="verein"),
    a_recipient("v-open", organisation="Verein ohne Antwort", kind="verein"),
)


def mailed(tx: Transaction, key: str, *, refused: bool = False) -> None:
    append(tx, key, SendClaimed(wave="invitation", attempt=1, message_id=f"<{key}@x.example>"), at=NOW)
    outcome = (
        SendRefused(wave="invitation", attempt=1, permanent=True, code=550)
        if refused
        else SendAccepted(wave="invitation", attempt=1)
    )
    append(tx, key, outcome, at=NOW)


def answer(tx: Transaction, workspace: Workspace, key: str, day: int, **changes: Any) -> None:
    at = NOW + day * DAY
    reply = a_reply(key, declared_at=at, received_at=at, dedupe=f"{key}:{day}", **changes)
    record_in(tx, replace(workspace, now=lambda: at), reply)


def happen(tx: Transaction, workspace: Workspace) -> None:
    """Ten days in the life of a campaign."""
    for recipient in RECIPIENTS:
        if recipient.email:
            mailed(tx, recipient.key, refused=recipient.key == "k-reken")
    append(tx, "k-ahlen", LetterMoved(step="posted"), at=NOW)
    append(tx, "v-open", Bounced(classification="hard"), at=NOW + DAY)
    people = (
        Attendee(role=Role.DEPUTY, name="@Anna Schulz", workshop="nachwuchs", speed_dating=True),
        Attendee(role=Role.COMPANION, name="Bernd Klein", workshop="nrw-usa"),
    )
    answer(tx, workspace, "k-bonn", 1, persons=3, attendees=people, remark="<img src=x onerror=alert(1)>")
    answer(tx, workspace, "k-ahlen", 2, intent=Intent.NO, source=Source.PHONE, persons=None)
    answer(tx, workspace, "v-lens", 3, persons=1)
    answer(tx, workspace, "v-gone", 3, persons=2)
    answer(tx, workspace, "v-lens", 5, intent=Intent.NO, source=Source.MAIL, persons=None, text="</td><b>Leider nein")
    answer(tx, workspace, "", 6, source=Source.MAIL, certain=False, text="+49 228 1: wir kommen")
    append(tx, "v-gone", Loaded(change="gone"), at=NOW + 7 * DAY)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path, now=REPORTED)


@pytest.fixture
def store(workspace: Workspace) -> Store:
    store = a_store(replace(workspace, now=lambda: NOW), RECIPIENTS)
    with store.writing() as tx:
        happen(tx, workspace)
    return store


def page(store: Store, workspace: Workspace, as_of: datetime | None = None) -> str:
    found = figures(store, workspace, as_of=as_of)
    return html_report(found, tracking_rows(store, workspace, as_of), workspace.campaign)


def workbook(store: Store, workspace: Workspace) -> openpyxl.Workbook:
    content = xlsx_report(figures(store, workspace), tracking_rows(store, workspace), workspace.campaign)
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet(store: Store, workspace: Workspace, name: str) -> list[tuple[Any, ...]]:
    return list(workbook(store, workspace)[name].values)


# --- the same everywhere ----------------------------------------------------------------------------------------


class Cards(HTMLParser):
    """The figures at the head of the page: {name: number}."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, int] = {}
        self._open, self._number = "", 0
        self.feed(html.partition('<ul class="cards">')[2].partition("</ul>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = dict(attrs).get("class") or tag

    def handle_data(self, data: str) -> None:
        if self._open == "b":
            self._number = int(data)
        elif self._open == "name":
            self.found[data] = self._number
        self._open = ""


def test_page_workbook_csv_and_json_show_the_same_figures(store: Store, workspace: Workspace) -> None:
    shown = figures(store, workspace).as_json()
    expected = {
        "Eingeladen": shown["recipients"],
        "Zusagen": shown["replies"]["yes"],
        "Absagen": shown["replies"]["no"],
        "Offen": shown["replies"]["open"],
        "Zu prüfen": shown["replies"]["needs_review"],
    }
    cards = Cards(page(store, workspace)).found
    overview = {row[0]: row[1] for row in sheet(store, workspace, "Übersicht")}
    assert {name: cards[name] for name in expected} == expected
    assert {name: overview[name] for name in expected} == expected
    assert expected == {"Eingeladen": 6, "Zusagen": 2, "Absagen": 1, "Offen": 3, "Zu prüfen": 2}


def test_table_is_the_same_in_page_workbook_and_csv(store: Store, workspace: Workspace) -> None:
    write_reports(store, workspace, ["csv"])
    header, lines = from_csv((workspace.out / "reports" / "tracking.csv").read_bytes())
    rows = sheet(store, workspace, "Tabelle")
    assert tuple(header) == rows[0] == HEADER
    without_time = [[str(cell or "") for cell in (*row[:11], *row[12:])] for row in rows[1:]]
    assert without_time == [[*line[:11], *line[12:]] for line in lines]
    html = page(store, workspace)
    assert re.findall(r"<small>([^<]+)</small>", html) == [line[13] for line in lines]


def test_csv_and_status_agree(store: Store, workspace: Workspace) -> None:
    write_reports(store, workspace, ["csv"])
    lines = from_csv((workspace.out / "reports" / "tracking.csv").read_bytes())[1]
    listed = [line for line in lines if "nicht mehr in der Empfängerliste" not in line[12]]
    shown = figures(store, workspace).as_json()
    assert len(listed) == shown["recipients"]
    assert sum(int(line[8] or 0) for line in listed) == shown["persons"] == 4
    assert sum(line[6] == "Zusage" for line in listed) == shown["replies"]["yes"]


def test_everybody_who_comes_stands_in_the_attendee_list(store: Store, workspace: Workspace) -> None:
    people = sheet(store, workspace, "Teilnehmende")[1:]
    listed = [one for one in people if not one[11]]
    assert len(listed) == figures(store, workspace).persons
    assert [one[0] for one in listed] == ["@Anna Schulz", "Bernd Klein", "N. N.", "N. N."]
    assert len(people) - len(listed) == 2


def test_working_group_list_ends_with_who_has_not_chosen(store: Store, workspace: Workspace) -> None:
    groups = sheet(store, workspace, "Arbeitsgruppen")[1:]
    titles = [workshop.title for workshop in workspace.campaign.workshops]
    assert [(one[0], one[3]) for one in groups[:2]] == [(titles[0], "Bernd Klein"), (titles[2], "@Anna Schulz")]
    assert {one[0] for one in groups[2:]} == {"noch nicht gewählt"}


def test_outstanding_are_those_without_an_answer(store: Store, workspace: Workspace) -> None:
    outstanding = sheet(store, workspace, "Offen")[1:]
    assert [one[11] for one in outstanding] == ["k-koeln", "k-reken", "v-open"]
    assert len(outstanding) == figures(store, workspace).replies.open


def test_phone_list_says_why(store: Store, workspace: Workspace) -> None:
    calls = sheet(store, workspace, "Telefonliste")[1:]
    assert [(one[9], one[4]) for one in calls] == [("k-reken", "abgelehnt"), ("v-open", "unzustellbar")]


def test_course_ends_with_todays_answers(store: Store, workspace: Workspace) -> None:
    course = sheet(store, workspace, "Verlauf")
    assert course[-1][2:] == (2, 1, 3)
    assert isinstance(course[1][0], datetime)


# --- harmless ---------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_page_loads_nothing_from_anywhere(store: Store, workspace: Workspace) -> None:
    html = page(store, workspace)
    assert "http:" not in html.replace("http-equiv", "")
    assert "https:" not in html
    tags = Tags(html).found
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in tags}
    assert not [attrs for _, attrs in tags if {"src", "href"} & set(attrs)]
    assert "url(" not in html
    assert "@import" not in html


def test_nothing_in_the_data_becomes_markup(store: Store, workspace: Workspace) -> None:
    html = page(store, workspace)
    tags = Tags(html).found
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; „Partner“" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "&lt;/td&gt;&lt;b&gt;Leider nein" in html


def test_hostile_names_are_text_in_workbook_and_csv(store: Store, workspace: Workspace) -> None:
    cells = [cell for each in workbook(store, workspace) for row in each for cell in row]
    hostile = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "@", "+"))]
    assert {cell.value for cell in hostile} == {FORMULA, "@Anna Schulz", "+49 228 00000"}
    assert {(cell.data_type, cell.quotePrefix) for cell in hostile} == {("s", True)}
    write_reports(store, workspace, ["csv"])
    assert f'"\'{FORMULA}"'.encode() in (workspace.out / "reports" / "tracking.csv").read_bytes()


def test_page_is_german_accessible_and_titled(store: Store, workspace: Workspace) -> None:
    html = page(store, workspace)
    tags = Tags(html).found
    assert ("html", {"lang": "de"}) in tags
    assert next(attrs["aria-labelledby"] for tag, attrs in tags if tag == "svg") == "chart-title chart-description"
    assert '<title id="chart-title">Zusagen und Absagen im Verlauf</title>' in html
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for tag, attrs in tags if tag == "section"} <= set(ids)


def test_page_says_in_german_what_waits_and_why(store: Store, workspace: Workspace) -> None:
    html = page(store, workspace)
    assert "widerspricht: sagt „Absage“, gespeichert ist „Zusage“" in html
    assert "nicht zugeordnet" in html
    assert "Stand 30. November 2023, 10:00 Uhr" in html
    assert "noch 12 Tage" in html


# --- then and now -----------------------------------------------------------------------------------------------


def test_as_of_gives_what_was_known_then(store: Store, workspace: Workspace) -> None:
    then = figures(store, workspace, as_of=NOW + 2 * DAY)
    assert (then.recipients, then.replies.yes, then.replies.no, then.persons) == (7, 1, 1, 3)
    assert (then.replies.needs_review, then.messages.bounced, then.departed) == (0, 1, 0)
    before = figures(store, workspace, as_of=NOW - DAY)
    assert (before.recipients, before.timeline, before.due) == (0, (), ())


def test_as_of_now_equals_now(store: Store, workspace: Workspace) -> None:
    assert figures(store, workspace, as_of=REPORTED) == figures(store, workspace)
    assert tracking_rows(store, workspace, REPORTED) == tracking_rows(store, workspace)
    assert page(store, workspace, REPORTED) == page(store, workspace)


def test_deadline_is_told_as_it_nears(store: Store, workspace: Workspace) -> None:
    for days, said in ((-1, "morgen"), (0, "heute"), (1, "vorbei")):
        assert said in page(store, workspace, workspace.campaign.deadline + timedelta(days=days))


@contextmanager
def counted_statements(store: Store) -> Iterator[list[str]]:
    """The statements that run while the block does."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("as_of", [None, REPORTED])
def test_more_recipients_take_no_more_statements(as_of: datetime | None, tmp_path: Path) -> None:
    numbers = []
    for number in (2, 40):
        workspace = a_workspace(tmp_path, now=REPORTED, store_url=f"sqlite:///{tmp_path}/{number}.db")
        store = a_store(workspace, [a_recipient(f"k-{one}") for one in range(number)])
        with counted_statements(store) as seen:
            write_reports(store, workspace, ["html", "xlsx", "csv"], as_of=as_of)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 12


# --- files ------------------------------------------------------------------------------------------------------


def test_each_format_is_one_file(store: Store, workspace: Workspace) -> None:
    paths = write_reports(store, workspace, ["html", "xlsx", "csv", "html"])
    assert [path.name for path in paths] == ["report.html", "report.xlsx", "tracking.csv"]
    assert sorted(path.name for path in (workspace.out / "reports").iterdir()) == sorted(path.name for path in paths)


def test_same_state_gives_the_same_files(store: Store, workspace: Workspace) -> None:
    first = [path.read_bytes() for path in write_reports(store, workspace, ["html", "xlsx", "csv"])]
    assert [path.read_bytes() for path in write_reports(store, workspace, ["html", "xlsx", "csv"])] == first


@pytest.mark.parametrize("formats", [["html", "docx"], []])
def test_unknown_format_is_refused_before_anything_is_written(
    store: Store, workspace: Workspace, formats: list[str]
) -> None:
    with pytest.raises(InviteError) as caught:
        write_reports(store, workspace, formats)
    assert caught.value.fix == "The formats are: html, xlsx, csv, pdf."
    assert not (workspace.out / "reports").exists()


def test_folder_that_cannot_be_written_is_one_clear_error(store: Store, workspace: Workspace) -> None:
    workspace.out.mkdir()
    (workspace.out / "reports").write_text("in the way")
    with pytest.raises(InviteError, match=r"report\.html cannot be written"):
        write_reports(store, workspace, ["html"])


def test_reports_of_an_empty_campaign_say_so(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    paths = write_reports(a_store(workspace), workspace, ["html", "xlsx", "csv", "pdf"])
    assert "Der Verlauf erscheint mit der ersten Antwort." in paths[0].read_text(encoding="utf-8")
    assert from_csv(paths[2].read_bytes()) == (list(HEADER), [])


# --- the hosts' pages -------------------------------------------------------------------------------------------


def pdf_text(found: Figures, workspace: Workspace, store: Store) -> tuple[list[str], dict[str, Any]]:
    content = pdf_report(found, tracking_rows(store, workspace), workspace.campaign)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        catalogue = {name: pdf.doc.catalog.get(name) for name in ("Lang",)}
        return [each.extract_text() for each in pdf.pages], {**pdf.metadata, **catalogue}


def test_hosts_get_two_pages_with_title_and_language(store: Store, workspace: Workspace) -> None:
    pages, about = pdf_text(figures(store, workspace), workspace, store)
    assert len(pages) == 2
    assert (about["Title"], about["Lang"]) == (f"Stand der Rückmeldungen: {workspace.campaign.title}", b"de")
    assert "Eingeladen" in pages[0]
    assert "3 Antworten sind noch offen" in pages[1]
    assert f"{FORMULA} Dr. Eva Muster E-Mail: abgelehnt" in pages[1]


def test_hosts_pages_stay_two_however_much_there_is(tmp_path: Path) -> None:
    title = "Ein sehr langer Titel einer Arbeitsgruppe, der bestimmt zwei Zeilen braucht und auch bekommt"
    groups = tuple(Workshop(id=f"ag-{one}", title=f"{title} {one}", capacity=10) for one in range(9))
    campaign = a_campaign(workshops=groups, title="Tag der Städtepartnerschaften und der kommunalen Zusammenarbeit")
    workspace = a_workspace(tmp_path, campaign=campaign, now=REPORTED)
    many: list[Recipient] = [
        a_recipient(f"k-{one}", region=f"Regierungsbezirk {one % 9}", kind=f"Art {one % 5}") for one in range(40)
    ]
    store = a_store(workspace, many)
    with store.writing() as tx:
        for number, one in enumerate(many):
            mailed(tx, one.key, refused=number > 20)
            if number < 20:
                answer(tx, workspace, one.key, 1, source=list(Source)[number % len(Source)])
    assert len(pdf_text(figures(store, workspace), workspace, store)[0]) == 2
