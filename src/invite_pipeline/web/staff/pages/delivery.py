"""6 Zustellung: what came back, by cause; letters returned; mails of which nobody knows whether they went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import cast, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from invite_pipeline.domain.events import Bounced, Recorded, SendRefused
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.reports import labels
from invite_pipeline.store import delivery_queries
from invite_pipeline.store.delivery_queries import BOUNCES, What
from invite_pipeline.web.staff.causes import HELP, meaning
from invite_pipeline.web.staff.pages import delivery_work
from invite_pipeline.web.staff.pages.replies import FieldWrong
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.texts import N_

DELIVERY = f"{HOME}/delivery"
_PAGE = 50
_MANY = 1000
_FRESH = timedelta(minutes=10)

WHAT: Mapping[What, str] = {
    "hard": N_("unzustellbar"),
    "soft": N_("vorübergehend"),
    "policy": N_("Absender abgewiesen"),
    "content": N_("zu groß oder Inhalt"),
    "refused": N_("gleich abgelehnt"),
    "unknown": N_("unklar"),
    "returned": N_("Brief kam zurück"),
    "posted": N_("Brief unterwegs"),
}


def routes(routes: Routes) -> None:
    """The page; what is done on it has a module of its own."""
    routes.get(DELIVERY, show, StaffRole.VIEW)
    delivery_work.routes(routes, show)


def show(call: Call, status: int = 200, wrong: FieldWrong | None = None, of: str = "") -> Response:
    """The page; `wrong` is what must be corrected in the form about the recipient `of`."""
    asked = {**call.params, **{name: call.posted[name] for name in ("what", "text", "page") if name in call.posted}}
    text = " ".join(asked.get("text", "").split())[:80]
    with call.store.reading() as tx:
        counts = call.site.memory.get(tx, "delivery", lambda: delivery_queries.counts(tx))
        what = _what(asked.get("what", ""), counts)
        total = delivery_queries.count(tx, what, text) if text and what != "unknown" else counts[what]
        last = max(1, -(-total // _PAGE))
        page = min(_whole(asked.get("page", "")), last)
        span = {"limit": _PAGE, "skip": (page - 1) * _PAGE}
        unknown = delivery_queries.unknown(tx, **span) if what == "unknown" else []
        many = counts[what] > _MANY
        found = [] if what == "unknown" else delivery_queries.troubles(tx, what, text=text, many=many, **span)
    return call.page(
        "delivery.html",
        status,
        what=what,
        found=[(one, _told(one.failed)) for one in found],
        unknown=[(one, call.now - one.message.claimed_at < _FRESH) for one in unknown],
        total=total,
        page=page,
        last=last,
        text=text,
        sorts=[(sort, call.text(name), counts[sort]) for sort, name in WHAT.items()],
        bounces=BOUNCES,
        help=HELP[what],
        query=lambda **changes: urlencode(
            {name: value for name, value in {"what": what, "text": text, **changes}.items() if value}
        ),
        wave=lambda name: call.text(labels.wave(name)),
        wrong=wrong,
        of=of,
    )


def _what(asked: str, counts: Mapping[What, int]) -> What:
    """What is asked for, or the first of which there is something."""
    if asked in get_args(What):
        return cast(What, asked)
    return next((sort for sort in WHAT if counts[sort]), "hard")


def _told(failed: Recorded | None) -> dict[str, object]:
    """What the server said, and what it means."""
    event = failed.event if failed else None
    if isinstance(event, Bounced):
        said = {"status": event.status, "meaning": meaning(event.classification, event.status)}
    elif isinstance(event, SendRefused):
        said = {"status": str(event.code or ""), "meaning": meaning("refused", "")}
    else:
        return {"status": "", "meaning": "", "words": "", "at": None, "wave": ""}
    return {**said, "words": event.answer, "at": failed.at if failed else None, "wave": event.wave}


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
