"""The tracking table as pages ask for it: filtered, sorted and counted by the store, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from invite_pipeline.domain.events import Recorded
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rows import event_from_row

Only = Literal[
    "", "reached", "unreached", "answered", "review", "call", "failed", "late", "tentative", "blocked", "gone"
]
Sort = Literal["list", "organisation", "kind", "region", "reply", "persons", "contact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to show; an empty field asks for nothing. All hold together."""

    text: str = ""
    """Part of the organisation, the persons, the mail address, the place's code, or the whole key."""
    kind: str | None = None
    region: str | None = None
    channel: str = ""
    delivery: str = ""
    reply: str = ""
    source: str = ""
    workshop: str = ""
    only: Only = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Recipients of the newest list that are alike in all that the funnel counts."""

    channel: str
    delivery: str
    letter: str
    reply: str
    number: int
    persons: int


_R, _T, _M, _A = tables.recipients, tables.tracking, tables.messages, tables.attendees

_MAIL = (
    sa.select(_M.c.state)
    .where(_M.c.campaign == _R.c.campaign, _M.c.recipient == _R.c.key, _M.c.wave == "invitation")
    .order_by(_M.c.attempt.desc())
    .limit(1)
    .correlate(_R)
    .scalar_subquery()
)
# A claim without an outcome is unknown, a deferred mail waits as one does that was never tried.
_BY_MAIL = sa.func.coalesce(sa.case({"claimed": "unknown", "deferred": "queued"}, value=_MAIL, else_=_MAIL), "queued")
_BY_POST = sa.case((_T.c.letter == str(LetterState.NONE), "to_print"), else_=_T.c.letter)
DELIVERY: sa.ColumnElement[str] = sa.case((_R.c.channel == "mail", _BY_MAIL), else_=_BY_POST)
"""As reports/rows.py tells it of a row."""

_FAILED = DELIVERY.in_(["refused", "bounced_hard", "returned"])
_REACHED = (_T.c.reply != "open") | (_T.c.letter == "posted") | (DELIVERY == "sent")
_CALL = (
    (_T.c.reply == "open")
    & sa.not_(_T.c.blocked)
    & ((_R.c.channel == "post") | (_T.c.message == "bounced_hard") | _FAILED)
)
_ONLY: dict[str, sa.ColumnElement[bool]] = {
    "reached": _REACHED,
    "unreached": sa.not_(_REACHED),
    "answered": _T.c.reply != "open",
    "review": _T.c.reviews > 0,
    "call": _CALL,
    "failed": _FAILED,
    "late": _T.c.late & (_T.c.reply != "open"),
    "tentative": _T.c.tentative,
    "blocked": _T.c.blocked,
}
_SORTS: dict[Sort, tuple[sa.ColumnElement[Any], ...]] = {
    "list": (),
    "organisation": (sa.func.lower(_R.c.organisation),),
    "kind": (_R.c.kind,),
    "region": (_R.c.region,),
    "reply": (_T.c.reply,),
    "persons": (_T.c.persons,),
    "contact": (_T.c.last_contact,),
}
_JOINED = _R.join(_T, (_T.c.campaign == _R.c.campaign) & (_T.c.recipient == _R.c.key))


def count(tx: Transaction, asked: Filter) -> int:
    """How many recipients a filter finds."""
    return int(tx.connection.execute(_filtered(tx, asked, sa.func.count())).scalar_one())


def keys(
    tx: Transaction,
    asked: Filter,
    *,
    sort: Sort = "list",
    falling: bool = False,
    limit: int | None = None,
    skip: int = 0,
) -> list[str]:
    """The keys that a filter finds, sorted; what is equal stands in the list's order."""
    order = [column.desc() if falling else column.asc() for column in _SORTS[sort]]
    position = _R.c.position.desc() if falling and not order else _R.c.position
    query = _filtered(tx, asked, _R.c.key).order_by(*order, position, _R.c.key).limit(limit).offset(skip)
    return list(tx.connection.execute(query).scalars())


def _filtered(tx: Transaction, asked: Filter, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
    gone = sa.not_(_T.c.listed) & ((_T.c.reply != "open") | (_T.c.reviews > 0))
    stands = gone if asked.only == "gone" else _T.c.listed
    return sa.select(column).select_from(_JOINED).where(_R.c.campaign == tx.campaign, stands, *_conditions(asked))


def _conditions(asked: Filter) -> Iterator[sa.ColumnElement[bool]]:
    if words := asked.text.split():
        yield from (_has(word) for word in words)
    if asked.kind is not None:
        yield _R.c.kind == asked.kind
    if asked.region is not None:
        yield _R.c.region == asked.region
    exact: tuple[tuple[sa.ColumnElement[str], str], ...] = (
        (_R.c.channel, asked.channel),
        (_T.c.reply, asked.reply),
        (_T.c.source, asked.source),
        (DELIVERY, asked.delivery),
    )
    yield from (column == wanted for column, wanted in exact if wanted)
    if asked.workshop:
        yield _chosen(asked.workshop)
    if asked.only in _ONLY:
        yield _ONLY[asked.only]


def _has(word: str) -> sa.ColumnElement[bool]:
    # SQLite's own lower() knows ASCII only: „ö“ is found by „ö“, and „Ö“ too, which begins many a name.
    spellings = {word, word.lower(), word.capitalize()}
    columns = (_R.c.organisation, _R.c.addressee, _R.c.email, _R.c.postcode)
    found = [column.icontains(spelling, autoescape=True) for column in columns for spelling in sorted(spellings)]
    return sa.or_(_R.c.key == word, *found)


def _chosen(workshop: str) -> sa.ColumnElement[bool]:
    which = (_A.c.campaign == _R.c.campaign, _A.c.recipient == _R.c.key, _A.c.workshop == workshop)
    return sa.exists().where(*which)


# --- what there is to choose from, and figures ------------------------------------------------------------------


def kinds_and_regions(tx: Transaction) -> tuple[list[str], list[str]]:
    """The kinds and the regions of the newest list, by name."""
    query = sa.select(_R.c.kind, _R.c.region).distinct().where(_R.c.campaign == tx.campaign)
    pairs = list(tx.connection.execute(query))
    return sorted({kind for kind, _ in pairs}), sorted({region for _, region in pairs})


def groups(tx: Transaction) -> list[Group]:
    """Everybody in the newest list, counted by all that the funnel looks at."""
    by = (_R.c.channel, DELIVERY.label("delivery"), _T.c.letter, _T.c.reply)
    numbers = (sa.func.count().label("number"), sa.func.coalesce(sa.func.sum(_T.c.persons), 0).label("persons"))
    query = sa.select(*by, *numbers).select_from(_JOINED).where(_R.c.campaign == tx.campaign, _T.c.listed)
    return [Group(*row) for row in tx.connection.execute(query.group_by("channel", "delivery", "letter", "reply"))]


def to_review(tx: Transaction) -> int:
    """How many recipients' replies wait for a human, each mail that matched nobody as one more."""
    v = tables.reviews
    waits = (v.c.campaign == tx.campaign, v.c.state == "open")
    whose = sa.func.count(sa.distinct(sa.case((v.c.recipient != "", v.c.recipient))))
    unmatched = sa.func.count(sa.case((v.c.recipient == "", 1)))
    return int(tx.connection.execute(sa.select(whose + unmatched).where(*waits)).scalar_one())


def unknown_sends(tx: Transaction) -> int:
    """How many mails were claimed and have no outcome."""
    query = sa.select(sa.func.count()).where(_M.c.campaign == tx.campaign, _M.c.state == "claimed")
    return int(tx.connection.execute(query).scalar_one())


# --- events -----------------------------------------------------------------------------------------------------


def newest_event(tx: Transaction, recipient: str | None = None) -> int:
    """The number of the newest event, of one recipient or of all; 0 where there is none."""
    e = tables.events
    query = sa.select(e.c.seq).where(e.c.campaign == tx.campaign).order_by(e.c.seq.desc()).limit(1)
    if recipient is not None:
        query = query.where(e.c.recipient == recipient)
    return int(tx.connection.execute(query).scalar() or 0)


def newest_events(tx: Transaction, limit: int) -> list[tuple[Recorded, str]]:
    """The newest events that say more than that somebody stands in a list, each with its organisation."""
    e = tables.events
    joined = e.outerjoin(_R, (_R.c.campaign == e.c.campaign) & (_R.c.key == e.c.recipient))
    query = sa.select(e, _R.c.organisation).select_from(joined).where(e.c.campaign == tx.campaign)
    # A claim is told by its outcome.
    query = query.where(e.c.kind.not_in(["Loaded", "Issued", "Released", "SendClaimed"])).order_by(e.c.seq.desc())
    rows = tx.connection.execute(query.limit(limit)).mappings()
    return [(event_from_row(row), row["organisation"] or "") for row in rows]


def organisations(tx: Transaction, wanted: Sequence[str]) -> dict[str, str]:
    """The organisations of these recipients (at most some hundreds)."""
    query = sa.select(_R.c.key, _R.c.organisation).where(_R.c.campaign == tx.campaign, _R.c.key.in_(sorted(wanted)))
    return {row[0]: row[1] for row in tx.connection.execute(query)}
