"""Opening the store, and its two kinds of transaction: reading, and writing under the one write lock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from invite_pipeline.errors import StoreLost, StoreUnusable

from . import tables
from .group import GroupCommit

Result = TypeVar("Result")

# The newest migration; a test compares it with the scripts.
REVISION = "0010"
_BUSY_SECONDS = 30
_BETWEEN_CONNECTIONS = 0.25
_LOOKS_FOR_LOCK = (0.0003, 0.0015)
"""Seconds, at random, so that two writers do not keep step."""


@dataclass
class Held:
    """What pieces of work that share a transaction need not ask again, as nobody else can change it meanwhile."""

    seats_locked: bool = False
    seats: dict[tuple[str, str], int] | None = None
    """The seats of each kind in each room, read under that lock and kept up by who changes them."""
    capacities: dict[str, tuple[int, int | None]] | None = None
    """Of each room that staff changed: the capacity, and what the campaign file said then."""
    offers_seen: bool = False
    """Whether offers that had run out were closed; pieces follow each other within milliseconds."""


@dataclass(frozen=True)
class Transaction:
    """A connection bound to one campaign; every query of the store takes one."""

    connection: Connection
    campaign: str
    held: Held | None = None
    """Only where pieces share a transaction that is undone as a whole."""

    def lock_seats(self) -> None:
        """Wait until no other transaction counts or gives seats of this campaign.

        SQLite's BEGIN IMMEDIATE has locked everything already; PostgreSQL locks the campaign's row.
        """
        if self.held and self.held.seats_locked:
            return
        if self.connection.dialect.name != "sqlite":
            statement = sa.select(tables.campaigns.c.id).where(tables.campaigns.c.id == self.campaign)
            # FOR NO KEY UPDATE: every event refers to the campaign's row, and must not wait for whoever counts seats.
            self.connection.execute(statement.with_for_update(key_share=True))
        if self.held:
            self.held.seats_locked = True


class Store:
    """The campaign's state: SQLite in a file, or PostgreSQL."""

    def __init__(self, engine: Engine, campaign: str) -> None:
        self.engine = engine
        self.campaign = campaign
        self.patience = 0.0
        """Seconds for which a database server that is away is waited for: workers outlive its restart."""
        self._together = GroupCommit(self._shared)

    @classmethod
    def open(cls, url: str, campaign: str, title: str = "") -> Store:
        """Open the store at `url` (`sqlite:///path` or `postgresql://…`), creating or migrating its tables.

        Raises StoreUnusable where it cannot be reached, written or understood.
        """
        store = cls(_engine(url), campaign)
        try:
            _migrate(store.engine)
            _register(store, title)
        except SQLAlchemyError as error:
            store.close()
            raise _unusable(error) from error
        except StoreUnusable:
            store.close()
            raise
        return store

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the store and writes nothing."""
        # SQLite shows every transaction one state; PostgreSQL would show each statement the newest.
        connection = self._connected()
        if self.engine.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection:
            yield Transaction(connection, self.campaign)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is committed to disk when the block ends, and undone when it raises.

        Raises StoreUnusable where the store stays locked, or the disk is full; StoreLost where the server went away.
        """
        try:
            with (
                self._connected().execution_options(invite_begin="BEGIN IMMEDIATE") as connection,
                connection.begin(),
            ):
                yield Transaction(connection, self.campaign)
        except OperationalError as error:
            raise _unusable(error) from error

    def commit(self, work: Callable[[Transaction], Result]) -> Result:
        """Do `work` in a transaction shared with other threads; gives its result once that is committed to disk.

        Raises what `work` raises, of which nothing is then written, and as `writing`.
        """
        return self._together.run(work)

    @contextmanager
    def _shared(self) -> Iterator[Transaction]:
        with self.writing() as tx:
            yield replace(tx, held=Held())

    def _connected(self) -> Connection:
        until = time.monotonic() + self.patience
        while True:
            try:
                return self.engine.connect()
            except OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(_BETWEEN_CONNECTIONS)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
            # One folder is made, as for a new campaign; a path that is mistyped must not become an empty store.
            Path(parsed.database).parent.mkdir(exist_ok=True)
        # A connection that the server has closed meanwhile is noticed before it is used.
        engine = sa.create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise StoreUnusable(
            f"The store's address cannot be used: {error}",
            "Write sqlite:///path/to/file or postgresql://user@host/database in [store] url or INVITE_STORE_URL.",
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not open transactions of its own: _begin_sqlite says when and which.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # A reply that was acknowledged must survive a power cut, not only a crash.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    begin = options.get("invite_begin", "BEGIN")
    if begin == "BEGIN":
        connection.exec_driver_sql(begin)
    else:
        _begin_writing(connection, begin)


def _begin_writing(connection: Connection, begin: str) -> None:
    """Wait for the write lock, looking often: SQLite's own pauses grow to a tenth of a second, and starve writers."""
    until = time.monotonic() + _BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.exec_driver_sql(begin)
                return
            except OperationalError as error:
                if "locked" not in str(error.orig) or time.monotonic() >= until:
                    raise
                time.sleep(random.uniform(*_LOOKS_FOR_LOCK))  # noqa: S311
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; a store that is there already costs one small query."""
    with engine.connect() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise StoreUnusable(
            f"The store was written by a newer version (revision {found}).", "Install that version or a newer one."
        )
    # Loading Alembic takes longer than most commands: only when there is something to do.
    from .migrate import upgrade

    upgrade(engine)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _register(store: Store, title: str) -> None:
    """Note the campaign once; a command that only reads must not wait for a writer."""
    known = sa.select(tables.campaigns.c.id).where(tables.campaigns.c.id == store.campaign)
    with store.reading() as tx:
        if tx.connection.execute(known).first():
            return
    dialect = sqlite if store.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(tables.campaigns).values(id=store.campaign, title=title)
    with store.writing() as tx:
        tx.connection.execute(row.on_conflict_do_nothing())


def _unusable(error: SQLAlchemyError) -> StoreUnusable:
    cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreLost(f"The database server went away: {cause}", "Start it again, then run the command again.")
    if "locked" in cause:
        return StoreUnusable(
            "The store is locked by another program.", "Wait until the other command has ended, then try again."
        )
    if "full" in cause:
        return StoreUnusable(
            "The disk is full; nothing of the last step was stored.", "Free some space, then run the command again."
        )
    return StoreUnusable(f"The store cannot be used: {cause}", "See [store] url in campaign.toml, or INVITE_STORE_URL.")
