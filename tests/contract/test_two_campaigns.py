"""Two campaigns in one database, with the same keys and codes: whatever one is asked, nothing of the other is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.exc import InternalError

from invite_pipeline.domain.events import SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Attendee, Intent, Role, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.record import record_reply
from invite_pipeline.reports.figures import figures
from invite_pipeline.reports.write import write_reports
from invite_pipeline.run import outgoing
from invite_pipeline.store import (
    account_queries,
    audit,
    calendar,
    mail_queries,
    operating,
    place_queries,
    queries,
    table_queries,
    visit_queries,
)
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.web.staff_office import StaffOffice

SIGN = "FREMD"
"""Stands in every text of the other campaign."""
MODULES = (
    queries, mail_queries, place_queries, calendar, operating, table_queries, visit_queries, account_queries, audit,
)  # fmt: skip
VALUES: dict[str, Any] = {
    **dict.fromkeys(("key", "recipient", "of"), "k-0"),
    **dict.fromkeys(("kind", "wave"), "invitation"),
    **dict.fromkeys(("since", "at", "before"), NOW),
    **dict.fromkeys(("limit", "number", "count"), 50),
    "keys": ["k-0", "k-1"],
    "code": "C0DE000000",
    "seen": 0,
    "seq": 1,
    "name": "organise",
    "mails": [("k-0", "invitation")],
    "address_hashes": ["x"],
    "message_id": "<0@ort.example>",
}


class TwoCampaigns:
    """Subclassed once a database, which says what `store_url` is."""

    @pytest.fixture
    def ours(self, tmp_path: Path, store_url: str) -> Iterator[tuple[Workspace, Store]]:
        theirs = replace(a_campaign(), id="fremd-2024", title=f"{SIGN} Tag")
        their_store = peopled(replace(a_workspace(tmp_path, campaign=theirs), store_url=store_url), SIGN)
        workspace = replace(a_workspace(tmp_path), store_url=store_url)
        store = peopled(workspace, "Unser")
        yield workspace, store
        store.close()
        their_store.close()

    def test_no_query_tells_of_the_other(self, ours: tuple[Workspace, Store]) -> None:
        asked = []
        for module, function in every_query():
            with ours[1].reading() as tx:
                told = answer(function, tx)
            if told is not None:
                asked.append(f"{module}.{function.__name__}")
                assert SIGN not in told, asked[-1]
        assert len(asked) > 30, asked

    def test_no_page_of_the_staff_tells_of_the_other(self, ours: tuple[Workspace, Store]) -> None:
        office = StaffOffice(*ours)
        browser = office.browser()
        pages = [rule.path for rule in office.app.state.staff_rules if rule.method == "GET"]
        for path in pages:
            told = browser.get(path.replace("{key}", "k-0").replace("{seq}", "1").replace("{name}", "staff.css"))
            assert told.status_code < 500, path
            assert SIGN not in told.text, path
        assert len(pages) > 8

    def test_no_report_and_no_plan_tells_of_the_other(self, ours: tuple[Workspace, Store], tmp_path: Path) -> None:
        workspace, store = ours
        assert SIGN not in repr(figures(store, workspace))
        for path in write_reports(store, workspace, formats=("html", "csv")):
            assert SIGN not in path.read_text("utf-8-sig"), path
        for mailing in (outgoing.due_mails(store, workspace), outgoing.due_reminders(store, workspace)):
            assert {one.key for one in mailing.due} | set(mailing.reasons) <= {f"k-{number}" for number in range(4)}


def peopled(workspace: Workspace, sign: str) -> Store:
    """Four recipients who were mailed; one comes, one does not, one is unclear."""
    people = [a_recipient(f"k-{number}", organisation=f"{sign} Stadt {number}", city=sign) for number in range(4)]
    store = a_store(workspace, people)
    with store.writing() as tx:
        for number in range(4):
            claim = SendClaimed(wave="invitation", attempt=1, message_id=f"<{number}@{sign}.example>")
            append(tx, f"k-{number}", claim, at=NOW)
            append(tx, f"k-{number}", SendAccepted(wave="invitation", attempt=1, answer=f"250 {sign}"), at=NOW)
    guest = Attendee(role=Role.DEPUTY, name=f"{sign} Vertretung", diet=sign)
    record_reply(store, workspace, a_reply("k-0", attendees=(guest,), remark=sign, actor=sign, dedupe="0"))
    record_reply(store, workspace, a_reply("k-1", intent=Intent.NO, persons=None, remark=sign, dedupe="1"))
    unclear = a_reply(
        "k-2", intent=Intent.UNCLEAR, source=Source.MAIL, persons=None, certain=False, text=sign, dedupe="2",
        received_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    record_reply(store, workspace, unclear)
    return store


def every_query() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function of the store's rooms that reads in a transaction."""
    for module in MODULES:
        for name, function in vars(module).items():
            if not name.startswith("_") and inspect.isfunction(function) and _is_at_home(function, module):
                first = next(iter(inspect.signature(function).parameters), "")
                if first == "tx":
                    yield module.__name__.rpartition(".")[2], function


def _is_at_home(function: Callable[..., object], module: ModuleType) -> bool:
    return function.__module__ == module.__name__


def answer(function: Callable[..., object], tx: Transaction) -> str | None:
    """What a query tells, as text; None where this test does not know what to ask it with."""
    needed = [
        name for name, one in inspect.signature(function).parameters.items()
        if one.default is inspect.Parameter.empty and name != "tx"
    ]  # fmt: skip
    if any(name not in VALUES for name in needed):
        return None
    try:
        told = function(tx, **{name: VALUES[name] for name in needed})
    except InternalError:
        # It writes, which PostgreSQL refuses in a transaction that only reads.
        return None
    return repr(list(told) if inspect.isgenerator(told) else told)


class TestSqliteCampaigns(TwoCampaigns):
    """`store_url` is a SQLite file."""


@pytest.mark.postgresql
class TestPostgresqlCampaigns(TwoCampaigns):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url
