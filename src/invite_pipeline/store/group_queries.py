"""Who is in which working group or at the speed dating, who waits, who has not chosen: counted and listed in SQL."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from invite_pipeline.domain.reply import Attendee, Seat
from invite_pipeline.domain.seating import HELD
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.rows import attendee_from_row

HALL, MISSING, DATING = "hall", "-", "dating"
"""What is no working group: everybody, who has chosen none, and the speed dating."""
State = Literal["", "held", "waiting", "offered", "first", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Whom to list: of a working group's id, HALL, MISSING or DATING."""

    room: str
    state: State = ""
    text: str = ""
    funder: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One who comes; `answer` is the version that a form about them has seen."""

    key: str
    position: int
    organisation: str
    attendee: Attendee
    answer: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Attendees by group and seat as first and as second wish; `missing` have chosen none, `dating` want the talks."""

    first: Counter[tuple[str, str]]
    second: Counter[tuple[str, str]]
    missing: int
    dating: int
    funders: dict[str, int]

    def seats(self, room: str, *seats: Seat) -> int:
        """How many have one of these seats in a group, by either wish."""
        return sum(self.first[room, str(seat)] + self.second[room, str(seat)] for seat in seats)

    def wishes(self, room: str) -> tuple[int, int]:
        """For how many it is the first wish, and for how many the second, whatever seat they have."""
        first, second = (sum(n for (id_, _), n in wish.items() if id_ == room) for wish in (self.first, self.second))
        return first, second


_A, _R, _T = tables.attendees, tables.recipients, tables.tracking
_JOINED = _A.join(_R, (_R.c.campaign == _A.c.campaign) & (_R.c.key == _A.c.recipient)).join(
    _T, (_T.c.campaign == _A.c.campaign) & (_T.c.recipient == _A.c.recipient)
)
_COMES = _A.c.seat != str(Seat.RELEASED)
_HELD = [str(seat) for seat in HELD]


def counts(tx: Transaction, funders: Sequence[str] = ()) -> Counts:
    """All figures, in a fixed number of statements over indexes."""
    return Counts(
        first=_wishes(tx, _A.c.workshop, _A.c.workshop_seat),
        second=_wishes(tx, _A.c.second, _A.c.second_seat),
        missing=count(tx, Members(room=MISSING)),
        dating=count(tx, Members(room=DATING)),
        funders=_by_funder(tx, funders),
    )


def _wishes(tx: Transaction, room: sa.Column[str], seat: sa.Column[str]) -> Counter[tuple[str, str]]:
    query = sa.select(room, seat, sa.func.count()).where(_A.c.campaign == tx.campaign, room > "").group_by(room, seat)
    return Counter({(id_, given or ""): number for id_, given, number in tx.connection.execute(query)})


def _by_funder(tx: Transaction, funders: Sequence[str]) -> dict[str, int]:
    if not funders:
        return {}
    sums = [sa.func.coalesce(sa.func.sum(sa.case((_wants(one), 1), else_=0)), 0) for one in funders]
    query = sa.select(*sums).where(_A.c.campaign == tx.campaign, _A.c.speed_dating, _COMES)
    return dict(zip(funders, tx.connection.execute(query).one(), strict=True))


def _wants(funder: str) -> sa.ColumnElement[bool]:
    # A list of names is kept as JSON's text, in both databases.
    return sa.cast(_A.c.funders, sa.Text).contains(json.dumps(funder), autoescape=True)


def count(tx: Transaction, wanted: Members) -> int:
    """How many a list has."""
    if wanted.text:
        query = sa.select(sa.func.count()).select_from(_JOINED).where(*_conditions(tx, wanted))
        return int(tx.connection.execute(query).scalar_one())
    parts = [sa.select(_A.c.recipient, _A.c.position).where(_A.c.campaign == tx.campaign, w) for w in _wanted(wanted)]
    everybody = sa.select(sa.func.count()).select_from(sa.union(*parts).subquery())
    return int(tx.connection.execute(everybody).scalar_one())


def members(tx: Transaction, wanted: Members, *, limit: int, skip: int = 0, by_name: bool = False) -> list[Member]:
    """A list's people: who waits by how long, all others by their keys, or by organisation and name."""
    if by_name or wanted.text:
        by = (sa.func.lower(_R.c.organisation), _A.c.name) if by_name else ()
        chosen = sa.select(_A.c.recipient, _A.c.position).select_from(_JOINED).where(*_conditions(tx, wanted))
        query: sa.Select[Any] | sa.CompoundSelect[Any] = chosen.order_by(*by, _A.c.recipient, _A.c.position)
    else:
        query = _by_index(tx, wanted)
    places = [(row[0], row[1]) for row in tx.connection.execute(query.limit(limit).offset(skip))]
    return _members(tx, places)


def _by_index(tx: Transaction, wanted: Members) -> sa.CompoundSelect[Any]:
    """Each wish is found by an index of its own."""
    waits = wanted.state in ("waiting", "offered")
    since = (_A.c.waiting if wanted.room == HALL else _A.c.workshop_waiting) if waits else sa.literal(0)
    columns = (_A.c.recipient, _A.c.position, since.label("since"))
    parts = [sa.select(*columns).where(_A.c.campaign == tx.campaign, one) for one in _wanted(wanted)]
    return sa.union(*parts).order_by("since", "recipient", "position")


def _members(tx: Transaction, places: Sequence[tuple[str, int]]) -> list[Member]:
    keys = sorted({key for key, _ in places})
    query = sa.select(_A, _R.c.organisation, _T.c.answer.label("version")).select_from(_JOINED)
    found = {}
    # Databases take only so many parameters in one statement.
    for start in range(0, len(keys), 500):
        of_keys = query.where(_A.c.campaign == tx.campaign, _A.c.recipient.in_(keys[start : start + 500]))
        for row in tx.connection.execute(of_keys).mappings():
            one = Member(row["recipient"], row["position"], row["organisation"], attendee_from_row(row), row["version"])
            found[one.key, one.position] = one
    return [found[place] for place in places]


def _conditions(tx: Transaction, wanted: Members) -> list[sa.ColumnElement[bool]]:
    found = [_A.c.campaign == tx.campaign, sa.or_(*_wanted(wanted))]
    if wanted.text:
        named = (_A.c.name.icontains(wanted.text, autoescape=True), _A.c.recipient == wanted.text)
        found.append(sa.or_(_R.c.organisation.icontains(wanted.text, autoescape=True), *named))
    return found


def _wanted(wanted: Members) -> Sequence[sa.ColumnElement[bool]]:
    """Of which any must hold: a group is somebody's first wish or the second."""
    if wanted.room == DATING:
        return [_A.c.speed_dating & _COMES & (_wants(wanted.funder) if wanted.funder else sa.true())]
    if wanted.room == MISSING:
        return [(_A.c.workshop == "") & _COMES]
    if wanted.room == HALL:
        return [_seat(_A.c.seat, wanted.state)]
    first = (_A.c.workshop == wanted.room) & _seat(_A.c.workshop_seat, wanted.state)
    second = (_A.c.second == wanted.room) & _seat(_A.c.second_seat, wanted.state)
    return {"first": [first], "second": [second]}.get(wanted.state, [first, second])


def _seat(column: sa.Column[str], state: State) -> sa.ColumnElement[bool]:
    seats = {"held": _HELD, "waiting": [str(Seat.WAITLISTED)], "offered": [str(Seat.OFFERED)]}
    return column.in_(seats[state]) if state in seats else sa.true()
