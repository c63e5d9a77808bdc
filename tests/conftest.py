"""The servers that tests talk to: each real, each started here, each on a free port or socket of its own.

Where a program is missing its tests are skipped aloud; in CI (CI=true) that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Playwright

from invite_pipeline.store.database import Store
from tests.imap_server import ImapServer, running_imap_server, server_program
from tests.postgresql_server import PostgresqlServer, running_server, server_programs
from tests.smtp_server import SmtpServer, running_smtp_server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright leaves an event loop running in this thread, and where one runs `asyncio.run` refuses: browsers last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    # Several processes share the tests file by file, so that what a file makes once is made once; a file's browser
    # tests are a group of their own, or they would come before other files' tests.
    for item in items:
        browser = item.get_closest_marker("browser") is not None
        item.add_marker(pytest.mark.xdist_group(f"{item.path}{' in the browser' if browser else ''}"))


def _missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} (in CI nothing is skipped)", pytrace=False)
    pytest.skip(what)


# --- the store ------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close at its end every store that a test opened: Python 3.13 warns of a connection that is merely dropped."""
    opened: list[Store] = []
    initialise = Store.__init__

    def remember(store: Store, *args: Any, **kwargs: Any) -> None:
        initialise(store, *args, **kwargs)
        opened.append(store)

    monkeypatch.setattr(Store, "__init__", remember)
    yield
    for store in opened:
        store.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """The address of a fresh store; a test class that is to run on PostgreSQL overrides it with `postgresql_url`."""
    return sqlite_url


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server of this test run."""
    programs = server_programs()
    if programs is None:
        _missing("PostgreSQL's server programs are not installed; `make test` installs them")
    with running_server(programs) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    name = postgresql_server.create_database(postgresql_server.migrated_template())
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


# --- mail -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server that keeps what it gets and fails where it is told to."""
    with running_smtp_server() as server:
        yield server


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    """A dovecot of this test run."""
    program = server_program()
    if program is None:
        _missing("dovecot is not installed; `make test` installs it")
    with running_imap_server(program) as server:
        yield server


# --- the browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """Debian's Chromium, or the one that Playwright fetched; it talks to nobody but the pages under test."""
    chromium = shutil.which("chromium") or playwright.chromium.executable_path
    if not Path(chromium).exists():
        _missing("Chromium is not installed; `make test` installs it")
    quiet = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"]
    # The sandbox works neither for root nor in most containers, and only the project's own pages are visited.
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*quiet, "--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A German visitor."""
    return {**browser_context_args, "locale": "de-DE", "timezone_id": "Europe/Berlin"}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Pages are visited by their whole address; this stands in for a plugin's fixture of which pytest warns."""
