"""All that the store keeps of one recipient, for the person it is about."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from invite_pipeline.errors import UnknownRecipient
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction

# The answers and what came of them, in words that people can read; hashes and row numbers say nothing of a person.
_LEFT_OUT = frozenset({"campaign", "fingerprint", "sha256", "dedupe", "position", "data"})


def all_of_recipient(tx: Transaction, key: str) -> dict[str, object]:
    """Everything kept of a recipient, table by table, as JSON's types; times are ISO 8601. Raises UnknownRecipient."""
    r = tables.recipients
    row = tx.connection.execute(sa.select(r).where(r.c.campaign == tx.campaign, r.c.key == key)).mappings().first()
    if row is None:
        raise UnknownRecipient(key)
    return {
        "recipient": {**row["data"], "list": row["source_file"], "row": row["source_row"]},
        **{table.name: _rows(tx, table, key) for table in tables.metadata.sorted_tables if _is_about(table)},
        "history": [_event(one) for one in _of(tx, tables.events, key)],
    }


def place_in_lists(tx: Transaction, key: str) -> tuple[str, int]:
    """The list and its row in which a recipient stood last. Raises UnknownRecipient."""
    r = tables.recipients
    place = sa.select(r.c.source_file, r.c.source_row).where(r.c.campaign == tx.campaign, r.c.key == key)
    found = tx.connection.execute(place).first()
    if found is None:
        raise UnknownRecipient(key)
    return found[0], found[1]


def _is_about(table: sa.Table) -> bool:
    """Whether a table's rows hang on a recipient: one that is added later belongs to the answer, too."""
    return "recipient" in table.c and table is not tables.events


def _of(tx: Transaction, table: sa.Table, key: str) -> list[sa.RowMapping]:
    query = sa.select(table).where(table.c.campaign == tx.campaign, table.c.recipient == key)
    return list(tx.connection.execute(query.order_by(*table.primary_key.columns)).mappings())


def _rows(tx: Transaction, table: sa.Table, key: str) -> list[dict[str, Any]]:
    names = [column.name for column in table.c if column.name not in _LEFT_OUT | {"recipient"}]
    return [{name: _plain(row[name]) for name in names} for row in _of(tx, table, key)]


def _event(row: sa.RowMapping) -> dict[str, Any]:
    return {"at": _plain(row["at"]), "what": row["kind"], **row["data"], **(row["personal"] or {})}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
