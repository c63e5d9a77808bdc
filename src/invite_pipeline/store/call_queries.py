"""Who is to be called, why, and by whom: filtered, counted and paged by the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import recipient_from

Reason = Literal["offer", "failed", "no_mail", "silent"]
Status = Literal["due", "later", "wrong", "letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls to show; `account` None means anybody's, "" nobody's."""

    today: date
    after_reminders: int
    """After so many reminders whoever is silent is called."""
    reason: Reason | Literal[""] = ""
    status: Status = "due"
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCall:
    """Somebody to be called; `version` is what a form about the call has seen."""

    recipient: Recipient
    reason: Reason
    status: Status
    account: str
    call: str
    again: date | None
    calls: int
    last_contact: datetime | None
    offer: int
    offer_until: datetime | None
    version: str


_R, _T, _S = tables.recipients, tables.tracking, tables.assignments
_OF_RECIPIENT = (_T.c.campaign == _R.c.campaign) & (_T.c.recipient == _R.c.key)
_UNASSIGNED = _R.join(_T, _OF_RECIPIENT)
_JOINED = _UNASSIGNED.outerjoin(_S, (_S.c.campaign == _R.c.campaign) & (_S.c.recipient == _R.c.key))
_BY_POST = _R.c.channel == "post"
_DEAD = _T.c.bounce.in_(["hard", "refused"])
# Half of all are open, most of the others come: nobody is found by an index on that, so it is hidden from the planner.
_REPLY = sa.func.coalesce(_T.c.reply, "")
_OPEN = _REPLY == "open"
# In this order: whoever fits two is counted once.
_OFFER = _T.c.offer_until.is_not(None) & (_REPLY == "yes") & (_BY_POST | _DEAD)
_FAILED = (_DEAD | ((_T.c.letter == "returned") & _BY_POST)) & _OPEN
_NO_MAIL = _BY_POST & _OPEN


def _silent(wanted: Wanted) -> sa.ColumnElement[bool]:
    return (_T.c.reminders >= wanted.after_reminders) & _OPEN


def _reason(wanted: Wanted) -> sa.ColumnElement[str]:
    cases = ((_OFFER, "offer"), (_FAILED, "failed"), (_NO_MAIL, "no_mail"), (_silent(wanted), "silent"))
    return sa.case(*cases, else_="")


def _status(wanted: Wanted) -> sa.ColumnElement[str]:
    numbers = {"wrong_number": "wrong", "wants_letter": "letter"}
    later = _T.c.call_again.is_not(None) & (_T.c.call_again > wanted.today)
    return sa.case(*((_T.c.call == said, status) for said, status in numbers.items()), (later, "later"), else_="due")


def counts(tx: Transaction, wanted: Wanted) -> dict[tuple[Reason, Status], int]:
    """How many are to be called, by reason and status, whoever calls them."""
    reason, status = _reason(wanted).label("why"), _status(wanted).label("status")
    query = sa.select(reason, status, sa.func.count()).select_from(_UNASSIGNED).where(*_asked(tx), _any(wanted))
    found = tx.connection.execute(query.group_by("why", "status"))
    return {(cast(Reason, why), cast(Status, how)): number for why, how, number in found}


def count_assigned(tx: Transaction, wanted: Wanted, account: str = "") -> int:
    """How many of those whom a filter finds are assigned to an account (or to any): as many as there are shared out."""
    query = sa.select(sa.func.count()).select_from(_UNASSIGNED).where(*_conditions(tx, wanted))
    return int(tx.connection.execute(query.where(_R.c.key.in_(_assigned_to(tx, account)))).scalar_one())


def _assigned_to(tx: Transaction, account: str) -> sa.Select[Any]:
    query = sa.select(_S.c.recipient).where(_S.c.campaign == tx.campaign)
    return query.where(_S.c.account == account) if account else query


def to_call(tx: Transaction, wanted: Wanted, *, limit: int, skip: int = 0, many: bool = False) -> list[ToCall]:
    """Those whom a filter finds, in the list's order.

    `many` says that it is worth while to go through the list until enough are found, not to look for all of them.
    """
    keys = _keys_on_the_way(tx, wanted) if many else _keys_by_index(tx, wanted)
    query = keys.order_by(_R.c.position, _R.c.key).limit(limit).offset(skip)
    found = list(tx.connection.execute(query).scalars())
    rows = tx.connection.execute(_select(wanted).where(_R.c.campaign == tx.campaign, _R.c.key.in_(found))).mappings()
    people = {one.recipient.key: one for one in map(_to_call, rows)}
    return [people[key] for key in found]


def _keys_on_the_way(tx: Transaction, wanted: Wanted) -> sa.Select[Any]:
    state = sa.exists().where(_OF_RECIPIENT, *_conditions(tx, wanted)[1:]).correlate(_R)
    query = sa.select(_R.c.key).where(_R.c.campaign == tx.campaign, state)
    if wanted.reason == "no_mail":
        query = query.where(_BY_POST)
    return query if wanted.account is None else query.where(_R.c.key.not_in(_assigned_to(tx, "")))


def _keys_by_index(tx: Transaction, wanted: Wanted) -> sa.Select[Any]:
    query = sa.select(_R.c.key).select_from(_UNASSIGNED).where(*_conditions(tx, wanted))
    if wanted.account:
        return query.where(_R.c.key.in_(_assigned_to(tx, wanted.account)))
    query = query.where(_R.c.key.in_(_narrowed(tx, wanted)))
    return query if wanted.account is None else query.where(_R.c.key.not_in(_assigned_to(tx, "")))


def _narrowed(tx: Transaction, wanted: Wanted) -> sa.CompoundSelect[Any]:
    """Who comes into question, each sort found by an index of its own."""
    t, r = _T.alias(), _R.alias()
    of_state, by_post = sa.select(t.c.recipient).where(t.c.campaign == tx.campaign), r.c.channel == "post"
    if wanted.status != "due":
        return sa.union(of_state.where(t.c.call > ""))
    sorts: dict[str, list[sa.Select[Any]]] = {
        "offer": [of_state.where(t.c.offer_until.is_not(None))],
        "failed": [of_state.where(t.c.bounce.in_(["hard", "refused"])), of_state.where(t.c.letter == "returned")],
        "no_mail": [sa.select(r.c.key).where(r.c.campaign == tx.campaign, by_post)],
        "silent": [of_state.where(t.c.reminders >= wanted.after_reminders)],
    }
    return sa.union(*(one for sort, parts in sorts.items() if wanted.reason in ("", sort) for one in parts))


def one_to_call(tx: Transaction, wanted: Wanted, key: str) -> ToCall | None:
    """Somebody whom a page is about; None where there is no reason to call them (any more)."""
    query = _select(wanted).where(*_asked(tx), _any(wanted), _R.c.key == key)
    row = tx.connection.execute(query).mappings().one_or_none()
    return _to_call(row) if row else None


def _select(wanted: Wanted) -> sa.Select[Any]:
    columns = (_T.c.call, _T.c.call_again, _T.c.calls, _T.c.called, _T.c.last_contact, _T.c.answer, _T.c.offer)
    more = (_T.c.offer_until, _S.c.account, _reason(wanted).label("why"), _status(wanted).label("status"))
    return sa.select(_R.c.data, *columns, *more).select_from(_JOINED)


def _to_call(row: sa.RowMapping) -> ToCall:
    return ToCall(
        recipient=recipient_from(row["data"]),
        reason=row["why"],
        status=row["status"],
        account=row["account"] or "",
        call=row["call"],
        again=row["call_again"],
        calls=row["calls"],
        last_contact=row["last_contact"],
        offer=row["offer"],
        offer_until=row["offer_until"],
        version=f"{row['answer']}.{row['offer']}.{row['called']}",
    )


def _asked(tx: Transaction) -> tuple[sa.ColumnElement[bool], ...]:
    """Who may be asked at all."""
    issued = _T.c.invitation == str(InvitationState.ISSUED)
    return _R.c.campaign == tx.campaign, _T.c.listed, sa.not_(_T.c.blocked), issued


def _any(wanted: Wanted) -> sa.ColumnElement[bool]:
    return _OFFER | _FAILED | _NO_MAIL | _silent(wanted)


def _conditions(tx: Transaction, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """What a filter asks for beside the account; the first is the campaign."""
    reason = _reason(wanted) == wanted.reason if wanted.reason else _any(wanted)
    return [*_asked(tx), _status(wanted) == wanted.status, reason]


# --- who calls --------------------------------------------------------------------------------------------------


def assigned(tx: Transaction, keys: Sequence[str]) -> dict[str, str]:
    """Who calls these recipients (at most some hundreds); who is missing has nobody."""
    query = sa.select(_S.c.recipient, _S.c.account).where(_S.c.campaign == tx.campaign, _S.c.recipient.in_(keys))
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def assign(tx: Transaction, accounts: Mapping[str, str]) -> None:
    """Note who calls whom from now on; "" is nobody."""
    gone = sa.delete(_S).where(_S.c.campaign == tx.campaign, _S.c.recipient.in_(sorted(accounts)))
    tx.connection.execute(gone)
    rows = [{"campaign": tx.campaign, "recipient": key, "account": name} for key, name in accounts.items() if name]
    if rows:
        tx.connection.execute(sa.insert(_S), rows)
