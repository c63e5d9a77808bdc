"""Group commit: many threads, few transactions, and each one's failure its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from invite_pipeline.errors import UnknownRecipient
from invite_pipeline.store import tables
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.group import GroupCommit
from tests.builders import a_store, a_workspace


class _Held:
    """Begins transactions, the first of which waits until the others stand in the line; counts them."""

    def __init__(self, store: Store) -> None:
        self._store, self.transactions, self.let_go = store, 0, threading.Event()

    @contextmanager
    def __call__(self) -> Iterator[Transaction]:
        self.transactions += 1
        if self.transactions == 1:
            assert self.let_go.wait(60)
        with self._store.writing() as tx:
            yield tx


def _all_at_once(store: Store, names: list[str]) -> tuple[list[object], int]:
    """Note campaigns from one thread each; what each was given, and how many transactions there were."""
    begin = _Held(store)
    group = GroupCommit(begin)

    def note(name: str) -> object:
        def work(tx: Transaction) -> str:
            tx.connection.execute(sa.insert(tables.campaigns), {"id": name, "title": ""})
            if name.startswith("wrong"):
                raise UnknownRecipient(name)
            return name

        try:
            return group.run(work)
        except (UnknownRecipient, sa.exc.IntegrityError) as error:
            return type(error)

    with ThreadPoolExecutor(len(names)) as pool:
        given = [pool.submit(note, name) for name in names]
        while group.waiting + begin.transactions < len(names):
            threading.Event().wait(0.005)
        begin.let_go.set()
        return [one.result() for one in given], begin.transactions


def _noted(store: Store) -> set[str]:
    with store.reading() as tx:
        return set(tx.connection.execute(sa.select(tables.campaigns.c.id)).scalars()) - {store.campaign}


class GroupTests:
    """Subclassed once a database, which says what `store_url` is."""

    @pytest.fixture
    def store(self, tmp_path: Path, store_url: str) -> Iterator[Store]:
        store = a_store(replace(a_workspace(tmp_path), store_url=store_url))
        yield store
        store.close()

    def test_eight_at_once_are_written_in_two_transactions(self, store: Store) -> None:
        names = [f"c{number}" for number in range(8)]
        given, transactions = _all_at_once(store, names)
        assert given == names
        # The first, who came alone or with some, and all the others.
        assert transactions <= 2
        assert _noted(store) == set(names)

    def test_one_that_fails_is_undone_alone(self, store: Store) -> None:
        given, _ = _all_at_once(store, ["a", "b", "wrong", "c", "c"])
        assert given[2] is UnknownRecipient
        assert given[3:].count(sa.exc.IntegrityError) == 1
        assert _noted(store) == {"a", "b", "c"}

    def test_work_that_fails_writes_nothing(self, store: Store) -> None:
        def work(tx: Transaction) -> None:
            tx.connection.execute(sa.insert(tables.campaigns), {"id": "half", "title": ""})
            raise UnknownRecipient("x")

        with pytest.raises(UnknownRecipient):
            store.commit(work)
        assert _noted(store) == set()


class TestSqliteGroup(GroupTests):
    """`store_url` is a SQLite file."""


@pytest.mark.postgresql
class TestPostgresqlGroup(GroupTests):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url
