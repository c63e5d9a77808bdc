"""Procrastinate on the store's database: its tables, its queues, and the jobs that wait in them.

The queue is a hint and the ledger the truth: whoever drops the schema `procrastinate` loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, StoreUnusable
from invite_pipeline.store.database import Store
from invite_pipeline.store.work import queue_of

if TYPE_CHECKING:
    from procrastinate import App

QUEUES = ("render", "send", "collect")
"""What a worker can be told to do; each campaign has its own three queues."""

HEARTBEAT, STALLED = 3.0, 12.0
"""Seconds between two signs of life of a worker, and after how many without one its jobs are given to others."""

_SCHEMA = "procrastinate"
# Any number will do, as long as every version of this program takes the same.
_LOCK = 0x1A71F


def queue_name(kind: str, campaign: str) -> str:
    """The name of a campaign's queue."""
    return f"{kind}:{queue_of(campaign)}"


def task_name(kind: str) -> str:
    """The name of a task, as the queue keeps it."""
    return f"invite:{kind}"


def make_app(workspace: Workspace) -> App:
    """Procrastinate's application over the workspace's store; not opened yet.

    Raises InviteError where the store is none that workers can share, or the packages are missing.
    """
    try:
        from procrastinate import App, PsycopgConnector
    except ImportError as error:
        raise InviteError(
            f"Workers need packages that are not installed: {error}.",
            "Install: pip install 'invite-pipeline[postgresql]'",
        ) from error
    # Its own lines name every argument of every job; ours say what was done.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    connection = {"options": f"-c search_path={_SCHEMA}", "application_name": "invite worker"}
    return App(connector=PsycopgConnector(conninfo=_conninfo(workspace), kwargs=connection, min_size=1, max_size=4))


def prepare(store: Store) -> None:
    """Make Procrastinate's tables, in a schema of their own, unless they are there. Raises StoreUnusable."""
    from procrastinate.schema import SchemaManager

    try:
        with store.engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            if sa.inspect(connection).has_table("procrastinate_jobs", schema=_SCHEMA):
                return
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}"))
            connection.execute(sa.text(f"SET LOCAL search_path = {_SCHEMA}"))
            driver: Any = connection.connection.driver_connection
            driver.execute(SchemaManager.get_schema())
    except sa.exc.SQLAlchemyError as error:
        raise StoreUnusable(
            f"The queue's tables cannot be made: {error}", f"The user may need the right: CREATE SCHEMA {_SCHEMA}"
        ) from error


@contextmanager
def opened(workspace: Workspace, store: Store) -> Iterator[App]:
    """Procrastinate's application, to put jobs into the queue. Raises InviteError, StoreUnusable."""
    app = make_app(workspace)
    prepare(store)
    app.open()
    try:
        yield app
    finally:
        app.close()


def _conninfo(workspace: Workspace) -> str:
    url = sa.make_url(workspace.store_url)
    if url.get_backend_name() != "postgresql":
        raise InviteError(
            "Workers share a store on PostgreSQL; this campaign's store is a SQLite file.",
            'Set [store] url = "postgresql://user@host/database" and move: invite store copy FROM TO',
        )
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
