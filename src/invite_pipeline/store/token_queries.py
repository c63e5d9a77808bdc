"""The tokens of the JSON interface, as the store keeps them: a name and a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True)
class ApiToken:
    """Who has a token, and since when."""

    name: str
    created_at: datetime


def add_token(tx: Transaction, name: str, token_hash: str, at: datetime) -> None:
    """Note a token. Raises sqlalchemy.exc.IntegrityError where the name is taken."""
    values = {"campaign": tx.campaign, "name": name, "token_hash": token_hash, "created_at": at}
    tx.connection.execute(sa.insert(tables.api_tokens).values(values))


def remove_token(tx: Transaction, name: str) -> bool:
    """Take a token away; false where there is none of this name."""
    t = tables.api_tokens
    gone = sa.delete(t).where(t.c.campaign == tx.campaign, t.c.name == name)
    return tx.connection.execute(gone).rowcount > 0


def tokens(tx: Transaction) -> list[ApiToken]:
    """Every token, by name."""
    t = tables.api_tokens
    query = sa.select(t.c.name, t.c.created_at).where(t.c.campaign == tx.campaign).order_by(t.c.name)
    return [ApiToken(row[0], row[1]) for row in tx.connection.execute(query)]


def token_name(tx: Transaction, token_hash: str) -> str | None:
    """Whose token has this hash; None where it opens nothing."""
    t = tables.api_tokens
    query = sa.select(t.c.name).where(t.c.campaign == tx.campaign, t.c.token_hash == token_hash)
    return tx.connection.execute(query).scalar()
