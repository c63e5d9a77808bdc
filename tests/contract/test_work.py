"""What workers share through the store, on both databases."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from invite_pipeline.domain.events import LetterMoved, SendClaimed
from invite_pipeline.mail.pace import SharedPace
from invite_pipeline.store import tables
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from invite_pipeline.store.work import (
    BatchReport,
    count_sent,
    forget_reports,
    lock_recipients,
    reports,
    save_report,
    take_turns,
)
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace

RUN = "a-run"
REPORT = BatchReport(1, "send", "host:1", 99, 1, (("k-köln", "the server refused it"),), 2.5)


class WorkTests:
    """Subclassed once a database."""

    @pytest.fixture
    def store(self, tmp_path: Path, store_url: str) -> Store:
        return a_store(a_workspace(tmp_path, store_url=store_url), [a_recipient("k-bonn"), a_recipient("k-köln")])

    def turn(self, store: Store, name: str = "", gap: float = 10.0, number: int = 1) -> float:
        with store.writing() as tx:
            return take_turns(tx, name, gap, number)

    def test_turns_follow_one_another_whoever_takes_them(self, store: Store, store_url: str) -> None:
        other = Store.open(store_url, store.campaign)
        waits = [self.turn(store), self.turn(other), self.turn(store, number=3), self.turn(other)]
        assert [round(wait, -1) for wait in waits] == [0, 10, 20, 50]

    def test_turns_taken_at_once_are_all_different(self, store: Store) -> None:
        with ThreadPoolExecutor(4) as pool:
            waits = sorted(pool.map(lambda _: self.turn(store, gap=100.0), range(12)))
        assert [round(wait, -2) for wait in waits] == [number * 100 for number in range(12)]

    def test_turns_outlive_who_took_them(self, store: Store, store_url: str) -> None:
        self.turn(store, number=4)
        store.close()
        assert round(self.turn(Store.open(store_url, store.campaign)), -1) == 40

    def test_turns_that_were_missed_are_lost_and_make_no_burst(self, store: Store) -> None:
        async def turns() -> list[float]:
            loop, pace = asyncio.get_running_loop(), SharedPace(store, "", 100.0)
            await pace.turn()
            drawn = len(pace._drawn)
            # All that were drawn lie behind: whoever comes now takes new ones.
            pace._drawn = deque(loop.time() - 5 for _ in range(drawn))
            return [await pace.turn() for _ in range(3)]

        waits = asyncio.run(turns())
        assert waits == sorted(waits)
        assert waits[-1] > 0

    def test_pace_that_was_idle_saves_no_turns_up(self, store: Store) -> None:
        self.turn(store)
        with store.writing() as tx:
            tx.connection.execute(sa.update(tables.paces).values(free_at=1.0))
        assert [round(self.turn(store), -1), round(self.turn(store), -1)] == [0, 10]

    def test_each_domain_and_each_campaign_has_a_pace_of_its_own(
        self, store: Store, store_url: str, tmp_path: Path
    ) -> None:
        other = a_store(a_workspace(tmp_path, store_url=store_url, campaign=a_campaign(id="sommerfest")))
        assert [round(self.turn(store, name), -1) for name in ("", "t-online.example", "")] == [0, 0, 10]
        assert round(self.turn(other), -1) == 0

    def test_batch_that_was_done_twice_is_reported_once(self, store: Store) -> None:
        for done in (99, 0):
            with store.writing() as tx:
                save_report(tx, RUN, BatchReport(1, "send", "host:1", done, 1, REPORT.failures, 2.5), NOW)
        with store.reading() as tx:
            assert reports(tx, RUN) == [REPORT]

    def test_old_reports_are_forgotten(self, store: Store) -> None:
        for number, days in ((1, 40), (2, 1)):
            with store.writing() as tx:
                report = BatchReport(number, "send", "host:1", 1, 0, (), 1.0)
                save_report(tx, RUN, report, NOW - timedelta(days=days))
        with store.writing() as tx:
            assert forget_reports(tx, NOW - timedelta(days=30)) == 1
        with store.reading() as tx:
            assert [report.number for report in reports(tx, RUN)] == [2]

    def test_mails_are_counted_by_what_became_of_them(self, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "k-bonn", SendClaimed(wave="invitation", attempt=1, message_id="<1@b.example>"), at=NOW)
        with store.reading() as tx:
            assert count_sent(tx, [("k-bonn", "invitation"), ("k-köln", "invitation")]) == {"claimed": 1}
            assert count_sent(tx, [("k-bonn", "reminder-1")]) == {}


class TestSqliteWork(WorkTests):
    """The embedded default."""


@pytest.mark.postgresql
class TestPostgresqlWork(WorkTests):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url

    def test_events_do_not_wait_for_whoever_counts_seats(self, store: Store) -> None:
        # Every event refers to its campaign's row. Were that row locked FOR UPDATE, a reply that counts seats and a
        # sender that writes an event could wait for each other for ever.
        with store.writing() as counting:
            counting.lock_seats()
            with store.writing() as tx:
                tx.connection.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
                assert append(tx, "k-bonn", LetterMoved(step="printed"), at=NOW)

    def test_one_of_two_who_count_seats_waits(self, store: Store) -> None:
        with store.writing() as counting:
            counting.lock_seats()
            with store.engine.connect() as connection:
                connection.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
                with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                    Transaction(connection, store.campaign).lock_seats()

    def test_recipients_are_locked_in_one_order(self, store: Store) -> None:
        def lock_both(keys: list[str]) -> bool:
            for _ in range(30):
                with store.writing() as tx:
                    lock_recipients(tx, keys)
            return True

        with ThreadPoolExecutor(2) as pool:
            assert all(pool.map(lock_both, [["k-bonn", "k-köln"], ["k-köln", "k-bonn"]]))
