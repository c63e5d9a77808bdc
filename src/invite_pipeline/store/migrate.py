"""Migrations of the store, run by Alembic from the scripts in migrations/."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

# Any number will do, as long as every version of this program takes the same.
_LOCK = 0x1A71E


def alembic_config() -> Config:
    """Alembic's configuration: only where the scripts are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the store up to `revision`, all steps in one transaction."""
    _run(engine, "upgrade", revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the store down to `revision` ("base" drops every table)."""
    _run(engine, "downgrade", revision)


def _run(engine: Engine, direction: str, revision: str) -> None:
    config = alembic_config()
    # Two processes that open a new store at once must not both create it.
    with engine.connect().execution_options(invite_begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)
