"""1 Lage: where the campaign stands."""

from __future__ import annotations

from starlette.responses import Response

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.web.staff.site import HOME, Call, Routes


def routes(routes: Routes) -> None:
    """The page."""
    routes.get(HOME, _show, StaffRole.VIEW)


def _show(call: Call) -> Response:
    return call.page("home.html")
