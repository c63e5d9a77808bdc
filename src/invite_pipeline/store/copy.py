"""Moving one campaign's rows from a store to another, checked row by row; a backup is such a copy in a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

import sqlalchemy as sa

from invite_pipeline.domain.stage import Progress, silent
from invite_pipeline.errors import StoreUnusable
from invite_pipeline.store import tables
from invite_pipeline.store.database import Store, Transaction

_AT_ONCE = 500
"""Rows in one statement; SQLite takes 32,766 values in one, and no table here has more than 20 columns."""


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of each table were copied, each read again and compared."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All rows together."""
        return sum(self.rows.values())


def copy_campaign(source: Store, target: Store, *, replace: bool = False, progress: Progress = silent) -> Copied:
    """Copy all that `source` knows of its campaign into `target`, in one transaction; others there stay untouched.

    What others write into the source meanwhile is not copied: it is read as it stood at the beginning. `replace`
    empties the campaign's rows in the target first. Raises StoreUnusable where the target has the campaign already,
    where another campaign there has events of the same numbers, or where a row reads back differently.
    """
    with source.reading() as found, target.writing() as made:
        if replace:
            _empty(made)
        else:
            _refuse_what_is_there(made, target)
        _refuse_taken_numbers(found, made)
        everything = sum(_count(found, table) for table in tables.metadata.sorted_tables)
        rows: dict[str, int] = {}
        for table in tables.metadata.sorted_tables:
            rows[table.name] = _copy(found, made, table)
            progress(sum(rows.values()), everything)
        _go_on_numbering(made)
        for table in tables.metadata.sorted_tables:
            _compare(found, made, table)
    return Copied(rows)


def _compare(found: Transaction, made: Transaction, table: sa.Table) -> None:
    """Read both again, row by row: what the target gives back is what the source holds, or nothing is kept."""
    if table is tables.blocks:
        # Everybody's: the target may have more of them.
        return
    with _rows(found, table) as ours, _rows(made, table) as theirs:
        for number, (one, other) in enumerate(zip_longest(ours, theirs), start=1):
            if one != other:
                raise StoreUnusable(
                    f"Row {number} of {table.name} came out differently; nothing was copied.",
                    "Please report this with both databases' versions.",
                )


def _ours(tx: Transaction, table: sa.Table) -> sa.ColumnElement[bool]:
    """Which rows are the campaign's; objections are everybody's, and go along."""
    if table is tables.campaigns:
        return table.c.id == tx.campaign
    return table.c.campaign == tx.campaign if "campaign" in table.c else sa.true()


@contextmanager
def _rows(tx: Transaction, table: sa.Table) -> Iterator[Iterator[tuple[Any, ...]]]:
    query = sa.select(table).where(_ours(tx, table)).order_by(*_order(tx, table))
    # From a cursor on the server: a million rows would fill the memory.
    with tx.connection.execute(query.execution_options(yield_per=_AT_ONCE)) as result:
        yield (tuple(row) for row in result)


def _order(tx: Transaction, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """By the key, text by its bytes: each database would sort letters in its own way."""
    by_bytes = "BINARY" if tx.connection.dialect.name == "sqlite" else "C"
    return [sa.collate(one, by_bytes) if isinstance(one.type, sa.String) else one for one in table.primary_key.columns]


def _count(tx: Transaction, table: sa.Table) -> int:
    return tx.connection.execute(sa.select(sa.func.count()).select_from(table).where(_ours(tx, table))).scalar_one()


def _copy(found: Transaction, made: Transaction, table: sa.Table) -> int:
    names, number = [column.name for column in table.columns], 0
    with _rows(found, table) as everything:
        while some := list(islice(everything, _AT_ONCE)):
            rows = [dict(zip(names, row, strict=True)) for row in some]
            number += len(rows)
            if table in (tables.blocks, tables.campaigns):
                _add_missing(made, table, rows)
            else:
                made.connection.execute(sa.insert(table), rows)
    return number


def _add_missing(made: Transaction, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    (key,) = table.primary_key.columns
    there = made.connection.execute(sa.select(key).where(key.in_([row[key.name] for row in rows]))).scalars()
    known = set(there)
    missing = [row for row in rows if row[key.name] not in known]
    if missing:
        made.connection.execute(sa.insert(table), missing)


def _refuse_what_is_there(made: Transaction, target: Store) -> None:
    there = [table.name for table in (tables.recipients, tables.events) if _count(made, table)]
    if there:
        raise StoreUnusable(
            f"The target {target.engine.url.render_as_string()} holds the campaign {target.campaign} already.",
            "Copy into another store, or add --replace: then what the target knows of the campaign is lost.",
        )


def _refuse_taken_numbers(found: Transaction, made: Transaction) -> None:
    e = tables.events
    first, last = found.connection.execute(
        sa.select(sa.func.min(e.c.seq), sa.func.max(e.c.seq)).where(e.c.campaign == found.campaign)
    ).one()
    if first is None:
        return
    theirs = sa.select(e.c.campaign).where(e.c.seq.between(first, last), e.c.campaign != made.campaign).limit(1)
    other = made.connection.execute(theirs).scalar()
    if other is not None:
        # Mails that have gone carry the numbers of their events: they cannot be given anew.
        raise StoreUnusable(
            f"The campaign {other} in the target has events of the same numbers ({first} to {last}).",
            "Copy into a database of its own.",
        )


def _empty(made: Transaction) -> None:
    for table in reversed(tables.metadata.sorted_tables):
        if table not in (tables.blocks, tables.campaigns):
            made.connection.execute(sa.delete(table).where(_ours(made, table)))


def _go_on_numbering(made: Transaction) -> None:
    """PostgreSQL's counter knows nothing of numbers that were given from outside."""
    if made.connection.dialect.name != "postgresql":
        return
    highest = sa.select(sa.func.coalesce(sa.func.max(tables.events.c.seq), 1)).scalar_subquery()
    counter = sa.func.pg_get_serial_sequence("events", "seq")
    made.connection.execute(sa.select(sa.func.setval(counter, highest)))
