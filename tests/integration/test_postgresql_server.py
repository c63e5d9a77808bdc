from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.postgresql_server import PostgresqlServer

pytestmark = pytest.mark.postgresql


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows}


def test_server_listens_on_no_port(postgresql_server: PostgresqlServer) -> None:
    with psycopg.connect(postgresql_server.url("postgres")) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)


def test_server_never_runs_as_root(postgresql_server: PostgresqlServer) -> None:
    pid = int((postgresql_server.socket / "data" / "postmaster.pid").read_text().splitlines()[0])
    assert Path(f"/proc/{pid}").owner() != "root"


def test_fresh_database_holds_the_tables(postgresql_url: str) -> None:
    assert {"events", "tracking", "messages"} <= tables(postgresql_url)


def test_one_database_never_sees_another(postgresql_server: PostgresqlServer, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE only_here (id int)")
    other = postgresql_server.create_database(postgresql_server.migrated_template())
    assert "only_here" not in tables(postgresql_server.url(other))


def test_dropping_ends_open_connections(postgresql_server: PostgresqlServer) -> None:
    name = postgresql_server.create_database()
    with psycopg.connect(postgresql_server.url(name)) as connection:
        postgresql_server.drop_database(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
