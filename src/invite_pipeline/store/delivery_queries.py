"""What did not arrive, and what nobody knows: counted, listed and paged by the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from invite_pipeline.domain.events import Recorded
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.store import table_queries, tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.mail_queries import unknown_messages
from invite_pipeline.store.queries import Message, recipient_from
from invite_pipeline.store.rows import event_from_row

What = Literal["hard", "soft", "policy", "content", "refused", "returned", "posted", "unknown"]
BOUNCES = ("hard", "soft", "policy", "content", "refused")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A recipient whose mail or letter is in question; `seen` is the newest event that a form about it has seen."""

    recipient: Recipient
    letter: str
    failed: Recorded | None
    """The latest event that says what went wrong with a mail."""
    seen: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A mail that was claimed and has no outcome."""

    message: Message
    organisation: str
    email: str
    seen: int


_R, _T, _E, _I = tables.recipients, tables.tracking, tables.events, tables.invitations
_JOINED = _R.join(_T, (_T.c.campaign == _R.c.campaign) & (_T.c.recipient == _R.c.key))
_OUT = ("printed", "posted")
_REMEMBERED = _T.c.invitation != str(InvitationState.FORGOTTEN)


def counts(tx: Transaction) -> dict[What, int]:
    """How much of each there is; two ranges of an index and one of another, however many recipients there are."""
    mine = _T.c.campaign == tx.campaign
    # As a range, so that nobody looks at those with whom all is well.
    bounces = sa.select(_T.c.bounce, sa.func.count()).where(mine, _T.c.bounce > "", _REMEMBERED).group_by(_T.c.bounce)
    letters = sa.select(_T.c.letter, sa.func.count()).where(mine, _T.c.letter > "").group_by(_T.c.letter)
    found: dict[What, int] = dict.fromkeys(("hard", "soft", "policy", "content", "refused", "returned", "posted"), 0)
    found |= {row[0]: row[1] for row in tx.connection.execute(bounces)}
    by_letter = {row[0]: row[1] for row in tx.connection.execute(letters)}
    found["returned"] = by_letter.get("returned", 0)
    found["posted"] = sum(by_letter.get(step, 0) for step in _OUT)
    found["unknown"] = table_queries.unknown_sends(tx)
    return found


def troubles(
    tx: Transaction, what: What, *, text: str = "", limit: int, skip: int = 0, many: bool = False
) -> list[Trouble]:
    """Those of one sort, in the list's order; `text` is part of the organisation, a whole key or a letter's code.

    `many` says that it is worth while to go through the list until enough are found, not to look for all of them.
    """
    where = _which(tx, what, text)
    if many:
        found = sa.exists().where(_T.c.campaign == _R.c.campaign, _T.c.recipient == _R.c.key, *where[1:]).correlate(_R)
        keys = sa.select(_R.c.key).where(where[0], found)
    else:
        keys = sa.select(_R.c.key).select_from(_JOINED).where(_T.c.campaign == tx.campaign, *where)
    wanted = list(tx.connection.execute(keys.order_by(_R.c.position, _R.c.key).limit(limit).offset(skip)).scalars())
    of_keys = sa.select(_R.c.key, _R.c.data, _T.c.letter).select_from(_JOINED)
    rows = tx.connection.execute(of_keys.where(_R.c.campaign == tx.campaign, _R.c.key.in_(wanted)))
    people = {key: (recipient_from(data), letter) for key, data, letter in rows}
    failed, seen = _latest_failures(tx, wanted), newest_events(tx, wanted)
    return [Trouble(*people[key], failed.get(key), seen.get(key, 0)) for key in wanted]


def count(tx: Transaction, what: What, text: str) -> int:
    """How many of one sort a search finds."""
    where = (_T.c.campaign == tx.campaign, *_which(tx, what, text))
    query = sa.select(sa.func.count()).select_from(_JOINED).where(*where)
    return int(tx.connection.execute(query).scalar_one())


def _which(tx: Transaction, what: What, text: str) -> list[sa.ColumnElement[bool]]:
    found = [_R.c.campaign == tx.campaign]
    if what in BOUNCES:
        found += [_T.c.bounce == what, _REMEMBERED]
    else:
        found.append(_T.c.letter.in_(_OUT) if what == "posted" else _T.c.letter == "returned")
    if text:
        code = text.upper().replace("-", "").replace(" ", "")
        has_code = (_I.c.campaign == _R.c.campaign) & (_I.c.recipient == _R.c.key) & (_I.c.code == code)
        named = _R.c.organisation.icontains(text, autoescape=True)
        found.append(named | (_R.c.key == text) | sa.exists().where(has_code))
    return found


def _latest_failures(tx: Transaction, keys: Sequence[str]) -> dict[str, Recorded]:
    kinds = _E.c.kind.in_(["Bounced", "SendRefused"])
    query = sa.select(_E).where(_E.c.campaign == tx.campaign, _E.c.recipient.in_(keys), kinds)
    # Sorted here: asked to sort, the database would go through all events in their order.
    rows = sorted(tx.connection.execute(query).mappings(), key=lambda row: int(row["seq"]))
    return {row["recipient"]: event_from_row(row) for row in rows}


def newest_events(tx: Transaction, keys: Sequence[str]) -> dict[str, int]:
    """The newest event of each of these recipients (at most some hundreds)."""
    query = sa.select(_E.c.recipient, sa.func.max(_E.c.seq)).where(
        _E.c.campaign == tx.campaign, _E.c.recipient.in_(keys)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query.group_by(_E.c.recipient))}


def unknown(tx: Transaction, *, limit: int, skip: int = 0) -> list[Unknown]:
    """The mails that were claimed and have no outcome, oldest first."""
    found = unknown_messages(tx, limit=limit, skip=skip)
    query = sa.select(_R.c.key, _R.c.organisation, _R.c.email).where(
        _R.c.campaign == tx.campaign, _R.c.key.in_({one.recipient for one in found})
    )
    names = {row[0]: (row[1], row[2]) for row in tx.connection.execute(query)}
    seen = newest_events(tx, [*names])
    return [Unknown(one, *names[one.recipient], seen[one.recipient]) for one in found]
