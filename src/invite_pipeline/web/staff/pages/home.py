"""1 Lage: where the campaign stands."""

from __future__ import annotations

from starlette.responses import Response

from invite_pipeline.domain.seating import with_capacities
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.reports.overview import Overview, overview
from invite_pipeline.store import place_queries, table_queries
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.story import tell

_NEWEST = 20


def routes(routes: Routes) -> None:
    """The page."""
    routes.get(HOME, _show, StaffRole.VIEW)


def _show(call: Call) -> Response:
    campaign = call.site.campaign
    with call.store.reading() as tx:
        found = overview(tx)
        newest = table_queries.newest_events(tx, _NEWEST)
        capacity = with_capacities(campaign, place_queries.raised_capacities(tx)).event.capacity
    days = (campaign.rsvp.deadline - call.now.astimezone(campaign.event.tz).date()).days
    events = [(tell(call.words, one), one.recipient, organisation) for one, organisation in newest]
    return call.page("home.html", found=found, days=days, events=events, steps=_steps(call, found), capacity=capacity)


def _steps(call: Call, found: Overview) -> list[tuple[str, int, str, str]]:
    """The funnel: what the step is called, how many, the list behind it, and how it is coloured."""
    funnel = found.funnel
    return [
        (call.text("eingeladen"), funnel.invited, "", ""),
        (call.text("erreicht"), funnel.reached, "only=reached", ""),
        (call.text("geantwortet"), funnel.answered, "only=answered", ""),
        (call.text("Zusagen"), funnel.yes, "reply=yes", "yes"),
        (call.text("Absagen"), funnel.no, "reply=no", "no"),
        (call.text("offen"), funnel.open, "reply=open", ""),
    ]
