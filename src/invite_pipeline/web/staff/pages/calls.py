"""5 Telefonliste: who is to be called and why, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.store import account_queries, call_queries
from invite_pipeline.store.call_queries import Reason, Status, ToCall, Wanted
from invite_pipeline.store.database import Transaction
from invite_pipeline.web.staff.call_filter import CALLS, digits, query_of, wanted_of
from invite_pipeline.web.staff.pages import call_work
from invite_pipeline.web.staff.scripts import WHY, script
from invite_pipeline.web.staff.site import Call, Routes
from invite_pipeline.web.staff.story import CALLS as SAID
from invite_pipeline.web.staff.texts import N_, Words

_PAGE = 50
_MOST_PRINTED = 500
_MANY = 1000
"""Of so many it is quicker to go through the list until a page is full than to find all of them."""
_MOST_REMINDERS = 9

STATUS: Mapping[Status, str] = {
    "due": N_("jetzt anzurufen"),
    "later": N_("später wieder"),
    "wrong": N_("Nummer stimmt nicht"),
    "letter": N_("möchte einen Brief"),
}


def routes(routes: Routes) -> None:
    """The list, on screen and on paper; what is done on it has a module of its own."""
    routes.get(CALLS, _list, StaffRole.VIEW)
    routes.get(f"{CALLS}/print", _print, StaffRole.VIEW)
    call_work.routes(routes)


def _list(call: Call) -> Response:
    wanted = wanted_of(call, call.params)
    with call.store.reading() as tx:
        counts = _counts(call, tx, wanted)
        everybody = _number(wanted, counts)
        total = _total(tx, wanted, everybody)
        last = max(1, -(-total // _PAGE))
        page = min(_whole(call.params.get("page", "")), last)
        many = everybody > _MANY and not wanted.account
        found = call_queries.to_call(tx, wanted, limit=_PAGE, skip=(page - 1) * _PAGE, many=many)
        accounts = _accounts(tx)
    return call.page(
        "calls.html",
        wanted=wanted,
        found=found,
        total=total,
        page=page,
        last=last,
        accounts=accounts,
        reasons=_reasons(call, wanted, counts),
        statuses=_statuses(call, wanted, counts),
        query=lambda **changes: query_of(call.params, **changes),
        who=call.params.get("who", ""),
        scripts=_scripts(call, wanted.reason or "silent"),
        most=_MOST_REMINDERS,
        why=WHY,
        said=SAID,
        digits=digits,
    )


def _print(call: Call) -> Response:
    wanted = wanted_of(call, call.params)
    with call.store.reading() as tx:
        many = _number(wanted, _counts(call, tx, wanted)) > _MANY and not wanted.account
        found = call_queries.to_call(tx, wanted, limit=_MOST_PRINTED + 1, many=many)
    shown = found[:_MOST_PRINTED]
    with call.store.writing() as tx:
        call.note(tx, "export.calls", "print", count=len(shown))
    return call.page(
        "calls_print.html",
        found=shown,
        more=len(found) > len(shown),
        most=_MOST_PRINTED,
        wanted=wanted,
        query=lambda **changes: query_of(call.params, **changes),
        scripts=_scripts(call, wanted.reason or _first(shown)),
        why=WHY,
        said=SAID,
        today=wanted.today,
    )


def _first(found: list[ToCall]) -> Reason:
    return found[0].reason if found else "silent"


Counts = Mapping[tuple[Reason, Status], int]


def _total(tx: Transaction, wanted: Wanted, everybody: int) -> int:
    if wanted.account is None:
        return everybody
    if wanted.account:
        return call_queries.count_assigned(tx, wanted, wanted.account)
    return everybody - call_queries.count_assigned(tx, wanted)


def _counts(call: Call, tx: Transaction, wanted: Wanted) -> Counts:
    asked = replace(wanted, reason="", status="due", account=None)
    return call.site.memory.get(tx, asked, lambda: call_queries.counts(tx, asked))


def _number(wanted: Wanted, counts: Counts) -> int:
    return sum(n for (why, how), n in counts.items() if why == (wanted.reason or why) and how == wanted.status)


def _reasons(call: Call, wanted: Wanted, counts: Counts) -> list[tuple[Reason | str, str, int]]:
    """The reasons in this status, with how many each: the first is all of them."""
    found = [(why, call.text(name), counts.get((why, wanted.status), 0)) for why, name in WHY.items()]
    return [("", call.text("alle"), sum(number for _, _, number in found)), *found]


def _statuses(call: Call, wanted: Wanted, counts: Counts) -> list[tuple[Status, str, int]]:
    return [
        (how, call.text(name), sum(n for (why, in_status), n in counts.items() if in_status == how))
        for how, name in STATUS.items()
    ]


def _accounts(tx: Transaction) -> list[str]:
    """Who can be asked to call."""
    return [one.name for one in account_queries.accounts(tx) if one.may(StaffRole.ENTER)]


def _scripts(call: Call, reason: Reason) -> list[object]:
    campaign = call.site.campaign
    return [script(Words(language, campaign.event.tz), campaign, reason) for language in ("de", "en")]


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
