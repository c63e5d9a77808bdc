"""7 Arbeitsgruppen and speed dating: places, waiting lists, wishes; who sits where, on screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.reply import Seat
from invite_pipeline.domain.seating import HALL as THE_HALL
from invite_pipeline.domain.seating import HELD, with_capacities
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.reports import labels
from invite_pipeline.store import group_queries, place_queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.group_queries import DATING, HALL, MISSING, Counts, Members, State
from invite_pipeline.web.staff.pages import group_work
from invite_pipeline.web.staff.pages.replies import FieldWrong
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.texts import N_

GROUPS = f"{HOME}/groups"
_PAGE = 50
_MOST_PRINTED = 2000

STATE: Mapping[State, str] = {
    "": N_("alle"),
    "held": N_("bestätigt"),
    "offered": N_("Platz angeboten"),
    "waiting": N_("Warteliste"),
    "first": N_("erste Wahl"),
    "second": N_("zweite Wahl"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One line of the overview; `capacity` None means as many as come, `seen` is what a form about it has seen."""

    id: str
    title: str
    place: str
    capacity: int | None
    held: int
    offered: int
    waiting: int
    first: int = 0
    second: int = 0

    @property
    def free(self) -> int | None:
        """The places that nobody has; none below nought, where a capacity was lowered."""
        return None if self.capacity is None else max(0, self.capacity - self.held - self.offered)


def routes(routes: Routes) -> None:
    """The overview, the lists, and what is done with them, which has a module of its own."""
    routes.get(GROUPS, show, StaffRole.VIEW)
    routes.get(f"{GROUPS}/list", _list, StaffRole.VIEW)
    routes.get(f"{GROUPS}/print", _print, StaffRole.VIEW)
    group_work.routes(routes, show)


def show(call: Call, status: int = 200, wrong: FieldWrong | None = None) -> Response:
    """The overview."""
    with call.store.reading() as tx:
        campaign, found, rooms = _rooms(call, tx)
    return call.page(
        "groups.html",
        status,
        rooms=rooms,
        found=found,
        missing=MISSING,
        hall=HALL,
        dating=DATING,
        now=campaign,
        wrong=wrong,
    )


def _rooms(call: Call, tx: Transaction) -> tuple[Campaign, Counts, list[Room]]:
    campaign = with_capacities(call.site.campaign, place_queries.raised_capacities(tx))
    funders = campaign.speed_dating.funders if campaign.speed_dating else ()
    found = call.site.memory.get(tx, "groups", lambda: group_queries.counts(tx, funders))
    hall = place_queries.room_seats(tx).get(THE_HALL, {})
    rooms = [
        Room(
            id=HALL,
            title=call.text("Saal"),
            place=campaign.event.venue,
            capacity=campaign.event.capacity,
            held=sum(hall.get(seat, 0) for seat in HELD),
            offered=hall.get(Seat.OFFERED, 0),
            waiting=hall.get(Seat.WAITLISTED, 0),
        )
    ]
    named = {one.id: one.title for one in campaign.workshops}
    gone = sorted({room for room, _ in (*found.first, *found.second)} - set(named))
    places = [(one.id, one.title, one.room, one.capacity) for one in campaign.workshops]
    # Groups that were taken out of the campaign file since somebody chose them.
    rooms += [_room(found, *one) for one in [*places, *((id_, id_, "", 0) for id_ in gone)]]
    return campaign, found, rooms


def _room(found: Counts, id_: str, title: str, place: str, capacity: int | None) -> Room:
    first, second = found.wishes(id_)
    return Room(
        id=id_,
        title=title,
        place=place,
        capacity=capacity,
        held=found.seats(id_, *HELD),
        offered=found.seats(id_, Seat.OFFERED),
        waiting=found.seats(id_, Seat.WAITLISTED),
        first=first,
        second=second,
    )


# --- lists ------------------------------------------------------------------------------------------------------


def _wanted(call: Call) -> Members:
    asked, dating = call.params, call.site.campaign.speed_dating
    room, state = asked.get("room", MISSING)[:40] or MISSING, asked.get("state", "")
    funder = asked.get("funder", "")
    known = state in get_args(State) and room not in (MISSING, DATING)
    return Members(
        room=room,
        state=cast(State, state) if known else "",
        text=" ".join(asked.get("text", "").split())[:80],
        funder=funder if dating and funder in dating.funders and room == DATING else "",
    )


def _query(wanted: Members, **changes: object) -> str:
    said = {"room": wanted.room, "state": wanted.state, "text": wanted.text, "funder": wanted.funder, **changes}
    return urlencode({name: value for name, value in said.items() if value})


def _title(call: Call, wanted: Members) -> str:
    """What a list is called."""
    group = call.site.campaign.workshop(wanted.room)
    dating = call.site.campaign.speed_dating
    names = {HALL: call.text("Saal"), MISSING: call.text("Ohne Arbeitsgruppe")}
    names[DATING] = dating.title if dating else call.text("Speed Dating")
    title = group.title if group else names.get(wanted.room, wanted.room)
    return f"{title}: {wanted.funder}" if wanted.funder else title


def _list(call: Call) -> Response:
    wanted = _wanted(call)
    with call.store.reading() as tx:
        total = call.site.memory.get(tx, wanted, lambda: group_queries.count(tx, wanted))
        last = max(1, -(-total // _PAGE))
        page = min(_whole(call.params.get("page", "")), last)
        found = group_queries.members(tx, wanted, limit=_PAGE, skip=(page - 1) * _PAGE)
    return call.page(
        "group.html",
        wanted=wanted,
        found=found,
        total=total,
        page=page,
        last=last,
        title=_title(call, wanted),
        states=[] if wanted.room in (MISSING, DATING) else _states(call, wanted.room),
        query=lambda **changes: _query(wanted, **changes),
        labels=labels,
        dating=DATING,
        hall=HALL,
    )


def _states(call: Call, room: str) -> list[tuple[State, str]]:
    wishes = ("first", "second")
    return [(state, call.text(name)) for state, name in STATE.items() if room != HALL or state not in wishes]


def _print(call: Call) -> Response:
    wanted = _wanted(call)
    with call.store.reading() as tx:
        found = group_queries.members(tx, wanted, limit=_MOST_PRINTED + 1, by_name=True)
    shown = found[:_MOST_PRINTED]
    with call.store.writing() as tx:
        call.note(tx, "export.group", wanted.room, count=len(shown))
    group = call.site.campaign.workshop(wanted.room)
    return call.page(
        "group_print.html",
        wanted=wanted,
        found=shown,
        more=len(found) > len(shown),
        most=_MOST_PRINTED,
        title=_title(call, wanted),
        place=group.room if group else "",
        state=call.text(STATE[wanted.state]) if wanted.state else "",
        query=lambda **changes: _query(wanted, **changes),
        labels=labels,
        dating=DATING,
        hall=HALL,
    )


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
