"""What staff do with the working groups: move people, put them down for the speed dating, change how many fit in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from invite_pipeline.domain.seating import HALL as THE_HALL
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.errors import AnswerChanged, GroupFull, RecordChanged, UnknownRecipient
from invite_pipeline.replies.places import change_capacity_in
from invite_pipeline.replies.regroup import move_in, set_dating_in
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.group_queries import HALL
from invite_pipeline.web.staff.pages.replies import FieldWrong
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.skipped import bulk_notice
from invite_pipeline.web.staff.texts import N_

GROUPS = f"{HOME}/groups"
_NO_GROUP, _IN, _OUT = "-", "dating:in", "dating:out"
_MOST_SEATS = 1_000_000
CHANGED = N_("Inzwischen wurden die Plätze geändert. Nichts ist überschrieben: Bitte prüfen Sie den neuen Stand.")


def routes(routes: Routes, show: Callable[..., Response]) -> None:
    """Moving people, and changing a capacity."""
    routes.post(f"{GROUPS}/move", _move, StaffRole.ENTER)
    routes.post(f"{GROUPS}/capacity", lambda call: _change_capacity(call, show), StaffRole.ORGANISE)


# --- moving people ----------------------------------------------------------------------------------------------


def _back(call: Call) -> str:
    known = ("room", "state", "text", "funder", "page")
    asked = [(name, value[:80]) for name, value in parse_qsl(call.posted.get("back", "")[:400]) if name in known]
    return f"{GROUPS}/list?{urlencode(asked)}" if asked else GROUPS


def _move(call: Call) -> Response:
    chosen = [one for one in dict.fromkeys(call.lists.get("who", ())) if _parsed(one)][:200]
    to = call.posted.get("to", "")[:40]
    if not chosen:
        return call.go(_back(call), call.text("Bitte wählen Sie zuerst aus, um wen es geht."), "wrong")
    if to not in (_NO_GROUP, _IN, _OUT) and call.site.campaign.workshop(to) is None:
        return call.go(_back(call), call.text("Diese Arbeitsgruppe gibt es nicht."), "wrong")
    changed, skipped = 0, Counter[str]()
    with call.store.writing() as tx:
        mover = _Mover(call, tx, to)
        for one in chosen:
            why = mover.move(*_parsed(one))
            if why:
                skipped[why] += 1
            else:
                changed += 1
        if changed:
            call.note(tx, "group.moved", to, count=changed)
    said, kind = bulk_notice(call, changed, skipped)
    return call.go(_back(call), said, kind)


def _parsed(text: str) -> tuple[str, int, int] | tuple[()]:
    """Key, place among the recipient's people, and the answer that the list has shown; empty for nonsense."""
    key, _, rest = text.partition(":")
    position, _, seen = rest.partition(":")
    numbers = position.isascii() and position.isdigit() and seen.isascii() and seen.isdigit() and len(rest) < 24
    return (key, int(position), int(seen)) if key and numbers else ()


class _Mover:
    """Moves one after the other, in one transaction."""

    def __init__(self, call: Call, tx: Transaction, to: str) -> None:
        self._call, self._tx, self._to = call, tx, to
        self._made: dict[tuple[str, int], int] = {}
        """The answers that this very action made, of those that its list has shown."""

    def move(self, key: str, position: int, seen: int) -> str:
        """Move one attendee; says why not, and nothing where it was done."""
        now = self._made.get((key, seen), seen)
        try:
            self._act(key, position, now)
            self._made[key, seen] = queries.tracking(self._tx, key).answer
        except (AnswerChanged, UnknownRecipient):
            return self._call.text("inzwischen geändert")
        except GroupFull:
            return self._call.text("Gruppe voll")
        return ""

    def _act(self, key: str, position: int, seen: int) -> None:
        workspace, by = self._call.site.workspace, self._call.account.name
        if self._to in (_IN, _OUT):
            takes_part = self._to == _IN
            set_dating_in(self._tx, workspace, key, position, takes_part=takes_part, seen=seen, by=by)
            return
        group, wait = "" if self._to == _NO_GROUP else self._to, "wait" in self._call.posted
        move_in(self._tx, workspace, key, position, group, seen=seen, by=by, wait=wait)


# --- capacities -------------------------------------------------------------------------------------------------


def _change_capacity(call: Call, show: Callable[..., Response]) -> Response:
    room, typed, seen = (call.posted.get(name, "").strip()[:40] for name in ("room", "capacity", "seen"))
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= _MOST_SEATS):
        return show(call, 422, FieldWrong(f"capacity-{room}", call.text("Bitte eine Zahl ab 1.")))
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None
    try:
        with call.store.writing() as tx:
            inside = THE_HALL if room == HALL else room
            offered = change_capacity_in(tx, call.site.workspace, inside, int(typed), seen=known)
            call.note(tx, "capacity.changed", room, count=int(typed))
    except RecordChanged:
        return show(call, 409, FieldWrong("", call.text(CHANGED)))
    said = call.text("Die Plätze sind geändert.")
    if not offered:
        return call.go(GROUPS, said)
    more = call.ntext(
        "%(num)s Anmeldung hat ein Angebot bekommen.", "%(num)s Anmeldungen haben ein Angebot bekommen.", offered
    )
    return call.go(GROUPS, f"{said} {more}")
