"""What every store keeps, whichever database it is: the same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import TypeVar

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError, StatementError

from invite_pipeline.domain.events import (
    AutomaticReply,
    Bounced,
    Event,
    LetterMoved,
    Replied,
    Reviewed,
    SendAccepted,
    SendClaimed,
    SendRefused,
)
from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Seat, Source
from invite_pipeline.domain.tracking import MessageState, Tracking, fold_all
from invite_pipeline.errors import StoreUnusable
from invite_pipeline.store import ledger, queries, tables
from invite_pipeline.store.database import REVISION, Store, Transaction
from invite_pipeline.store.ledger import append
from invite_pipeline.store.migrate import alembic_config, downgrade, upgrade
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace

T = TypeVar("T")

BONN = "k-bonn"
CLAIM = SendClaimed(wave="invitation", attempt=1, message_id="<1@bonn.example>")


def a_yes(**changes: object) -> Replied:
    values = {"source": Source.WEB, "intent": Intent.YES, "disposition": Disposition.APPLIED, "persons": 1}
    times = {"declared_at": NOW, "received_at": NOW}
    people = (Attendee(role=Role.INVITEE, name="Dr. Eva Muster", workshop="jugend", seat=Seat.CONFIRMED),)
    return Replied(**(values | times | {"attendees": people} | changes))  # type: ignore[arg-type]


def all_tables(store: Store) -> set[str]:
    return set(sa.inspect(store.engine).get_table_names()) - {"alembic_version"}


def both_at_once(action: Callable[[], T]) -> list[T | Exception]:
    """Run `action` in two threads that start together; what each returned or raised."""
    start = Barrier(2)

    def run(_: int) -> T | Exception:
        start.wait()
        try:
            return action()
        except Exception as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_revision_is_the_newest_script() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == REVISION


class StoreTests:
    """Subclassed once a database, which says what `store_url` is."""

    @pytest.fixture
    def store(self, tmp_path: Path, store_url: str) -> Store:
        return a_store(a_workspace(tmp_path, store_url=store_url), [a_recipient(BONN), a_recipient("k-köln")])

    def write(self, store: Store, *events: Event, key: str = BONN, dedupe: str | None = None) -> list[int | None]:
        with store.writing() as tx:
            return [append(tx, key, event, at=NOW, dedupe=dedupe) for event in events]

    def tracking(self, store: Store, key: str = BONN) -> Tracking:
        with store.reading() as tx:
            return queries.tracking(tx, key)

    def events(self, store: Store, key: str = BONN) -> list[Event]:
        with store.reading() as tx:
            return [recorded.event for recorded in queries.history(tx, key)]

    # --- tables and migrations ---

    def test_tables_are_what_the_code_expects(self, store: Store) -> None:
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            assert compare_metadata(context, tables.metadata) == []

    def test_migrations_go_down_to_nothing_and_up_again(self, store: Store) -> None:
        before = all_tables(store)
        downgrade(store.engine, "base")
        assert all_tables(store) == set()
        upgrade(store.engine)
        assert all_tables(store) == before == set(tables.metadata.tables)

    def test_two_commands_may_open_a_new_store_at_once(self, store: Store, store_url: str) -> None:
        downgrade(store.engine, "base")
        opened = both_at_once(lambda: Store.open(store_url, "c").close())
        assert opened == [None, None]

    def test_opening_again_keeps_everything(self, store: Store, store_url: str) -> None:
        self.write(store, a_yes())
        assert self.tracking(Store.open(store_url, store.campaign)).reply == "yes"

    def test_store_of_a_newer_version_is_left_alone(self, store: Store, store_url: str) -> None:
        with store.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreUnusable, match="newer version"):
            Store.open(store_url, store.campaign)

    # --- transactions ---

    def test_failed_transaction_leaves_neither_event_nor_tracking(self, store: Store) -> None:
        def write_and_fail() -> None:
            with store.writing() as tx:
                append(tx, BONN, a_yes(), at=NOW)
                raise RuntimeError("power cut")

        before = self.events(store), self.tracking(store)
        with pytest.raises(RuntimeError, match="power cut"):
            write_and_fail()
        assert (self.events(store), self.tracking(store)) == before

    def test_event_is_not_kept_where_its_projection_fails(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(state: object, recorded: object) -> Tracking:
            raise RuntimeError("cannot fold")

        before = self.events(store)
        monkeypatch.setattr(ledger, "fold", broken)
        with pytest.raises(RuntimeError, match="cannot fold"):
            self.write(store, a_yes())
        assert self.events(store) == before

    def test_reader_sees_one_state_whatever_is_written_meanwhile(self, store: Store) -> None:
        with store.reading() as tx:
            before = queries.tracking(tx, BONN)
            self.write(store, a_yes())
            assert queries.tracking(tx, BONN) == before
        assert self.tracking(store).reply == "yes"

    def test_last_seat_is_given_once(self, store: Store) -> None:
        def take_the_last_seat() -> bool:
            with store.writing() as tx:
                tx.lock_seats()
                free = queries.confirmed_heads(tx) == 0
                if free:
                    append(tx, BONN, a_yes(), at=NOW)
                return free

        assert sorted(map(bool, both_at_once(take_the_last_seat))) == [False, True]

    # --- the ledger ---

    def test_event_comes_back_as_it_was_written(self, store: Store) -> None:
        event = a_yes(remark="Grüße aus Łódź „gern“ 😀", evidence="<1@bonn.example>")
        self.write(store, event)
        assert self.events(store)[-1] == event

    def test_times_come_back_in_utc_to_the_microsecond(self, store: Store) -> None:
        moment = datetime(2023, 11, 20, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
        with store.writing() as tx:
            append(tx, BONN, LetterMoved(step="printed"), at=moment)
        found = self.tracking(store).last_contact
        assert found == moment
        assert found.tzinfo is UTC

    def test_naive_time_is_refused(self, store: Store) -> None:
        with pytest.raises(StatementError, match="without a zone"), store.writing() as tx:
            append(tx, BONN, LetterMoved(step="printed"), at=NOW.replace(tzinfo=None))

    def test_events_are_numbered_in_the_order_of_writing(self, store: Store) -> None:
        first, second = self.write(store, CLAIM, SendAccepted(wave="invitation", attempt=1))
        assert first is not None
        assert second is not None
        assert first < second

    @pytest.mark.parametrize("dedupe", ["mail:<1@bonn.example>", f"mail:<{'x' * 900}@bonn.example>"])
    def test_event_seen_before_changes_nothing(self, store: Store, dedupe: str) -> None:
        self.write(store, a_yes(), dedupe=dedupe)
        before = self.events(store), self.tracking(store)
        assert self.write(store, a_yes(intent=Intent.NO), dedupe=dedupe) == [None]
        assert (self.events(store), self.tracking(store)) == before

    def test_one_of_two_equal_events_is_kept_when_they_come_at_once(self, store: Store) -> None:
        outcomes = both_at_once(lambda: self.write(store, a_yes(), dedupe="web:1") != [None])
        assert sorted(map(bool, outcomes)) == [False, True]
        assert sum(isinstance(event, Replied) for event in self.events(store)) == 1

    def test_events_without_dedupe_key_are_all_kept(self, store: Store) -> None:
        before = len(self.events(store))
        self.write(store, AutomaticReply(kind="automatic"), AutomaticReply(kind="automatic"))
        assert len(self.events(store)) == before + 2

    def test_tracking_is_the_fold_of_the_history(self, store: Store) -> None:
        review = self.write(store, a_yes(source=Source.MAIL, disposition=Disposition.REVIEW))[0]
        assert review is not None
        self.write(store, CLAIM, SendAccepted(wave="invitation", attempt=1), Bounced(classification="soft"))
        self.write(store, a_yes(), Reviewed(review=review, outcome="dismissed"), a_yes(intent=Intent.NO))
        with store.reading() as tx:
            assert fold_all(Tracking(), queries.history(tx, BONN)) == queries.tracking(tx, BONN)

    def test_tracking_is_the_fold_of_the_history_when_writers_race(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        insert, pauses = ledger._insert_new, iter([0.2, 0.0])

        def insert_and_dawdle(tx: Transaction, values: dict[str, object]) -> int | None:
            seq = insert(tx, values)
            sleep(next(pauses))
            return seq

        monkeypatch.setattr(ledger, "_insert_new", insert_and_dawdle)
        answers = iter([a_yes(persons=2), a_yes(persons=3)])
        both_at_once(lambda: self.write(store, next(answers)))
        with store.reading() as tx:
            assert fold_all(Tracking(), queries.history(tx, BONN)) == queries.tracking(tx, BONN)

    def test_mail_that_matched_nobody_waits_for_review(self, store: Store) -> None:
        event = a_yes(disposition=Disposition.REVIEW, decision="unknown sender")
        seq = self.write(store, event, key="")[0]
        with store.reading() as tx:
            (review,) = queries.open_reviews(tx)
        assert (review.seq, review.recipient, review.reason) == (seq, "", "unknown sender")

    # --- claims ---

    def test_message_is_claimed_once(self, store: Store) -> None:
        self.write(store, CLAIM)
        with pytest.raises(IntegrityError):
            self.write(store, CLAIM)
        assert self.events(store).count(CLAIM) == 1

    def test_one_of_two_senders_gets_the_claim(self, store: Store) -> None:
        outcomes = both_at_once(lambda: self.write(store, CLAIM))
        assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1
        assert self.events(store).count(CLAIM) == 1

    def test_claim_without_outcome_is_unknown(self, store: Store) -> None:
        self.write(store, CLAIM)
        assert self.tracking(store).message is MessageState.UNKNOWN
        with store.reading() as tx:
            assert queries.messages(tx, "invitation")[BONN].state == "claimed"

    def test_deferred_message_is_claimed_anew_as_the_next_attempt(self, store: Store) -> None:
        self.write(store, CLAIM, SendRefused(wave="invitation", attempt=1, permanent=False, code=450))
        self.write(store, SendClaimed(wave="invitation", attempt=2, message_id=CLAIM.message_id))
        with store.reading() as tx:
            message = queries.find_message(tx, CLAIM.message_id)
        assert message is not None
        assert (message.attempt, message.state) == (2, "claimed")

    # --- several campaigns ---

    @pytest.fixture
    def other(self, tmp_path: Path, store: Store, store_url: str) -> Store:
        """A second campaign in the database of the first, with a recipient of the same key and code."""
        workspace = a_workspace(tmp_path, store_url=store_url, campaign=a_campaign(id="sommerfest"))
        return a_store(workspace, [a_recipient(BONN, organisation="Bundesstadt Bonn")])

    def test_campaigns_share_a_database_and_nothing_else(self, store: Store, other: Store) -> None:
        before = self.events(other), self.tracking(other)
        self.write(store, CLAIM, a_yes())
        assert (self.events(other), self.tracking(other)) == before
        with other.reading() as tx:
            assert [one.organisation for one in queries.recipients(tx)] == ["Bundesstadt Bonn"]
            assert queries.workshop_seats(tx) == {}
            assert queries.find_message(tx, CLAIM.message_id) is None

    def test_same_dedupe_key_in_another_campaign_is_another_event(self, store: Store, other: Store) -> None:
        self.write(store, a_yes(), dedupe="web:1")
        assert self.write(other, a_yes(), dedupe="web:1") != [None]

    def test_code_opens_the_invitation_of_its_own_campaign(self, store: Store, other: Store) -> None:
        def recipient_of(tx: Transaction, code: str) -> str | None:
            found = queries.invitation_by_code(tx, code)
            return found.recipient if found else None

        with store.reading() as here, other.reading() as there:
            assert recipient_of(here, "C0DE000001") == "k-köln"
            assert recipient_of(there, "C0DE000001") is None


class TestSqliteStore(StoreTests):
    """The embedded default; `store_url` is a SQLite file."""


@pytest.mark.postgresql
class TestPostgresqlStore(StoreTests):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url
