"""The parts of the staff pages, in the order of the navigation."""

from __future__ import annotations

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.web.staff.call_filter import CALLS
from invite_pipeline.web.staff.pages import account, calls, delivery, groups, home, log, record, reviews, table
from invite_pipeline.web.staff.site import HOME, Area, Routes
from invite_pipeline.web.staff.texts import N_

AREAS = (
    Area(HOME, N_("Lage"), StaffRole.VIEW, home.routes),
    Area(reviews.REVIEWS, N_("Prüfen"), StaffRole.VIEW, reviews.routes),
    Area(table.TABLE, N_("Tabelle"), StaffRole.VIEW, table.routes),
    Area(CALLS, N_("Telefonliste"), StaffRole.VIEW, calls.routes),
    Area(delivery.DELIVERY, N_("Zustellung"), StaffRole.VIEW, delivery.routes),
    Area(groups.GROUPS, N_("Arbeitsgruppen"), StaffRole.VIEW, groups.routes),
    Area(record.RECIPIENTS, "", StaffRole.VIEW, record.routes),
    Area(log.LOG, N_("Protokoll"), StaffRole.ORGANISE, log.routes),
    Area(f"{HOME}/account", "", StaffRole.VIEW, account.routes),
)


def all_routes() -> Routes:
    """The routes of every area."""
    routes = Routes()
    for area in AREAS:
        area.routes(routes)
    return routes
