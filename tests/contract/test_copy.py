"""A campaign moves between stores of both kinds, and every row comes along."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from invite_pipeline.domain.events import Replied, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Attendee, Disposition, Intent, Role, Seat, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, StoreUnusable
from invite_pipeline.run.keeping import backup_store, copy_store, restore_store
from invite_pipeline.store import copy as copying
from invite_pipeline.store import queries, tables
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace

BONN = "k-bonn"


def a_yes() -> Replied:
    people = (Attendee(role=Role.INVITEE, name="Dr. Eva Müster", workshop="jugend", seat=Seat.CONFIRMED),)
    return Replied(
        source=Source.WEB, intent=Intent.YES, disposition=Disposition.APPLIED, persons=1, attendees=people,
        declared_at=NOW, received_at=NOW, remark="Grüße aus Łódź „gern“ 😀",
    )  # fmt: skip


def a_review() -> Replied:
    return Replied(
        source=Source.MAIL, intent=Intent.NO, disposition=Disposition.REVIEW, declared_at=NOW, received_at=NOW
    )


def filled(workspace: Workspace) -> Store:
    """A store in which every table that has a say holds something."""
    store = a_store(workspace, [a_recipient(BONN), a_recipient("k-köln")])
    with store.writing() as tx:
        append(tx, BONN, SendClaimed(wave="invitation", attempt=1, message_id="<1@bonn.example>"), at=NOW)
        append(tx, BONN, SendAccepted(wave="invitation", attempt=1), at=NOW)
        append(tx, BONN, a_yes(), at=NOW, dedupe="web:1")
        append(tx, "", a_review(), at=NOW)
        queries.save_letters(tx, [(BONN, "f" * 64, "0" * 64)])
        queries.block(tx, ["b" * 64], NOW)
    return store


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as tx:
        found = {}
        for table in tables.metadata.sorted_tables:
            with copying._rows(tx, table) as rows:
                found[table.name] = list(rows)
        return found


class CopyTests:
    """Subclassed once for each direction, which says what the two addresses are."""

    @pytest.fixture
    def target_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'other' / 'store.db'}"

    @pytest.fixture
    def workspace(self, tmp_path: Path, store_url: str) -> Workspace:
        return a_workspace(tmp_path, store_url=store_url)

    def opened(self, url: str, workspace: Workspace) -> Store:
        return Store.open(url, workspace.campaign.id)

    def test_every_row_arrives(self, workspace: Workspace, target_url: str) -> None:
        before = contents(filled(workspace))
        copied = copy_store(workspace, workspace.store_url, target_url)
        assert contents(self.opened(target_url, workspace)) == before
        assert copied.total == sum(map(len, before.values()))

    def test_copy_back_is_the_same_again(self, workspace: Workspace, target_url: str) -> None:
        before = contents(filled(workspace))
        copy_store(workspace, workspace.store_url, target_url)
        copy_store(workspace, target_url, workspace.store_url, replace=True)
        assert contents(self.opened(workspace.store_url, workspace)) == before

    def test_events_are_numbered_on_after_a_copy(self, workspace: Workspace, target_url: str) -> None:
        filled(workspace)
        copy_store(workspace, workspace.store_url, target_url)
        target = self.opened(target_url, workspace)
        highest = contents(target)["events"][-1][0]
        with target.writing() as tx:
            assert append(tx, BONN, a_yes(), at=NOW) == int(str(highest)) + 1

    def test_campaign_that_is_there_is_not_overwritten(self, workspace: Workspace, target_url: str) -> None:
        filled(workspace)
        copy_store(workspace, workspace.store_url, target_url)
        with pytest.raises(StoreUnusable, match="already"):
            copy_store(workspace, workspace.store_url, target_url)

    def test_other_campaign_in_the_target_stays(self, workspace: Workspace, target_url: str, tmp_path: Path) -> None:
        other = a_workspace(tmp_path, store_url=target_url, campaign=a_campaign(id="sommerfest"))
        with Store.open(target_url, "sommerfest").writing() as tx:
            queries.block(tx, ["c" * 64], NOW)
        filled(workspace)
        copy_store(workspace, workspace.store_url, target_url)
        assert len(contents(Store.open(target_url, other.campaign.id))["campaigns"]) == 1

    def test_numbers_that_another_campaign_has_are_refused(
        self, workspace: Workspace, target_url: str, tmp_path: Path
    ) -> None:
        a_store(a_workspace(tmp_path, store_url=target_url, campaign=a_campaign(id="sommerfest")), [a_recipient()])
        filled(workspace)
        with pytest.raises(StoreUnusable, match="sommerfest"):
            copy_store(workspace, workspace.store_url, target_url)

    def test_row_that_arrives_changed_is_noticed(
        self, workspace: Workspace, target_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled(workspace)
        copy = copying._copy

        def spoil(found: Transaction, made: Transaction, table: sa.Table) -> int:
            number = copy(found, made, table)
            if table is tables.invitations:
                made.connection.execute(sa.update(tables.invitations).values(revision=7))
            return number

        monkeypatch.setattr(copying, "_copy", spoil)
        with pytest.raises(StoreUnusable, match="invitations"):
            copy_store(workspace, workspace.store_url, target_url)
        assert contents(self.opened(target_url, workspace))["recipients"] == []

    def test_backup_is_restored_to_the_same(self, workspace: Workspace, tmp_path: Path) -> None:
        store = filled(workspace)
        before = contents(store)
        path, events = backup_store(workspace, tmp_path / "backup.db")
        assert events == len(before["events"])
        with store.writing() as tx:
            append(tx, BONN, a_yes(), at=NOW)
        restore_store(workspace, path, replace=True)
        assert contents(self.opened(workspace.store_url, workspace)) == before

    def test_backup_is_for_its_owner_alone(self, workspace: Workspace, tmp_path: Path) -> None:
        filled(workspace)
        path, _ = backup_store(workspace, tmp_path / "backup.db")
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.glob(".backup*")) == []

    def test_backup_overwrites_nothing(self, workspace: Workspace, tmp_path: Path) -> None:
        filled(workspace)
        (tmp_path / "backup.db").write_text("mine")
        with pytest.raises(InviteError, match="there already"):
            backup_store(workspace, tmp_path / "backup.db")

    def test_backup_is_whole_while_others_write(self, workspace: Workspace, tmp_path: Path) -> None:
        store, stop = filled(workspace), threading.Event()

        def write_on() -> None:
            while not stop.is_set():
                with store.writing() as tx:
                    append(tx, BONN, a_yes(), at=NOW)

        thread = threading.Thread(target=write_on)
        thread.start()
        try:
            path, events = backup_store(workspace, tmp_path / "backup.db")
        finally:
            stop.set()
            thread.join()
        with closing(sqlite3.connect(path)) as made:
            assert made.execute("SELECT count(*) FROM events").fetchone() == (events,)
            assert made.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestSqliteToSqlite(CopyTests):
    """From one file to another."""


@pytest.mark.postgresql
class TestSqliteToPostgresql(CopyTests):
    """When SQLite is outgrown."""

    @pytest.fixture
    def target_url(self, postgresql_url: str) -> str:
        return postgresql_url


@pytest.mark.postgresql
class TestPostgresqlToSqlite(CopyTests):
    """And back."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url


def test_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path)
    with pytest.raises(StoreUnusable, match="no store"):
        copy_store(workspace, str(tmp_path / "nowhere.db"), workspace.store_url)
    assert not (tmp_path / "nowhere.db").exists()
