"""A PostgreSQL server for the tests alone: a cluster in a temporary folder, reached through a socket in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import sqlalchemy as sa

from invite_pipeline.store.migrate import upgrade

_START_SECONDS = 30
# Nothing in a test outlives it, so nothing need reach the disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    "shared_buffers": "32MB",
}


def server_programs() -> Path | None:
    """The folder with initdb and postgres, or None; Debian keeps it off the PATH."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    usable = [folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists()]
    return usable[-1] if usable else None


@dataclass
class PostgresqlServer:
    """A running server; `socket` is the folder of its Unix socket."""

    socket: Path
    process: subprocess.Popen[bytes]
    _start_again: Callable[[], subprocess.Popen[bytes]]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _template: str = ""

    def url(self, database: str) -> str:
        """The store's address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def create_database(self, template: str = "template0") -> str:
        """A new database, empty or a copy of `template`; returns its name."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, and end who is still connected to it."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def migrated_template(self) -> str:
        """The database with all tables that fresh ones are copied from: quicker than migrating each."""
        if not self._template:
            name = self.create_database()
            engine = sa.create_engine(self.url(name).replace("postgresql:", "postgresql+psycopg:"))
            upgrade(engine)
            engine.dispose()
            self._template = name
        return self._template

    def restart(self) -> None:
        """End it at once, with all its connections, and start it again on the same data."""
        _stop(self.process)
        self.process = self._start_again()
        _wait_for(self, self.process, self.socket / "log")

    def answers(self) -> bool:
        """Whether it accepts connections."""
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server(programs: Path, *, durable: bool = False) -> Iterator[PostgresqlServer]:
    """Start a server of its own and stop it, by its own process id, at the end; `durable` writes as a real one does."""
    # Not under pytest's folder, which only its owner may enter; and short, for a socket's path has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="invite-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        _initialise(programs, folder / "data")
        start = partial(_start, programs, folder, durable=durable)
        server = PostgresqlServer(folder, start(), start)
        try:
            _wait_for(server, server.process, folder / "log")
            yield server
        finally:
            _stop(server.process)
    finally:
        shutil.rmtree(folder)


def _initialise(programs: Path, data: Path) -> None:
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [*_as_server_user(), str(programs / "initdb"), *options, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _start(programs: Path, folder: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    settings = _SETTINGS | {"unix_socket_directories": str(folder)}
    if durable:
        settings |= {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # The server dies with the test run, also where that is killed.
    command = [*_as_server_user("--pdeathsig", "INT"), str(programs / "postgres"), "-D", str(folder / "data"), *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")


def _as_server_user(*options: str) -> list[str]:
    """The start of a command line; PostgreSQL refuses to run as root."""
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *options, "--"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    # Fast shutdown: does not wait for clients.
    process.send_signal(signal.SIGINT)
    process.wait(timeout=_START_SECONDS)


def _wait_for(server: PostgresqlServer, process: subprocess.Popen[bytes], log: Path) -> None:
    patience = time.monotonic() + _START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > patience:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")
        time.sleep(0.05)
