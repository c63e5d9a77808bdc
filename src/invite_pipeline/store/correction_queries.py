"""What staff corrected of a recipient, beside what the list says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import recipient_columns


@dataclass(frozen=True, slots=True)
class Correction:
    """One field: what the list said when it was corrected, and what is right."""

    listed: str
    corrected: str


def corrections(tx: Transaction, key: str | None = None) -> dict[str, dict[str, Correction]]:
    """The corrections of everybody (or of one), by key and field."""
    c = tables.corrections
    query = sa.select(c).where(c.c.campaign == tx.campaign)
    if key is not None:
        query = query.where(c.c.recipient == key)
    found: dict[str, dict[str, Correction]] = defaultdict(dict)
    for row in tx.connection.execute(query).mappings():
        found[row["recipient"]][row["field"]] = Correction(row["listed"], row["corrected"])
    return dict(found)


def keep_corrections(tx: Transaction, key: str, kept: Mapping[str, Correction]) -> None:
    """These corrections of a recipient hold from now on, and no others."""
    c = tables.corrections
    tx.connection.execute(sa.delete(c).where(c.c.campaign == tx.campaign, c.c.recipient == key))
    rows = [
        {"campaign": tx.campaign, "recipient": key, "field": field, "listed": one.listed, "corrected": one.corrected}
        for field, one in kept.items()
    ]
    if rows:
        tx.connection.execute(sa.insert(c), rows)


def replace_recipient(tx: Transaction, one: Recipient) -> None:
    """Store a corrected recipient; place and fingerprint stay those of its list, which has not changed."""
    r = tables.recipients
    values = recipient_columns(one, position=0, file="", row=0)
    of_list: Collection[str] = ("position", "source_file", "source_row", "fingerprint")
    mine = sa.update(r).where(r.c.campaign == tx.campaign, r.c.key == one.key)
    tx.connection.execute(mine.values({name: value for name, value in values.items() if name not in of_list}))
