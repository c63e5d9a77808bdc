"""The pages as one ASGI application: the RSVP pages for everybody, without cookies, and the closed staff pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from invite_pipeline.domain.workspace import Clock, Workspace
from invite_pipeline.run.workspace import wall_clock
from invite_pipeline.web.api import create_api
from invite_pipeline.web.keeper import keeping
from invite_pipeline.web.operating import Operating, TimedReplies
from invite_pipeline.web.public import PublicPages
from invite_pipeline.web.rsvp import RsvpPages
from invite_pipeline.web.security import Guard
from invite_pipeline.web.site import Site
from invite_pipeline.web.staff.areas import AREAS, all_routes
from invite_pipeline.web.staff.routing import staff_router
from invite_pipeline.web.staff.site import StaffSite


def create_app(workspace: Workspace, *, clock: Clock = wall_clock, may_mail: bool = False) -> FastAPI:
    """The pages of one campaign; `clock` is that of logins, `may_mail` lets them confirm answers by mail.

    Raises TemplateBroken without a style, StoreUnusable.
    """
    site = Site(workspace)
    staff = StaffSite(workspace, site.store, AREAS, clock)
    routes = all_routes()
    operating = Operating(site.store, os.environ.get("INVITE_METRICS_TOKEN", ""))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with keeping(site.store, workspace, may_mail=may_mail):
            yield
        site.store.close()

    app = FastAPI(
        title=workspace.campaign.title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A redirect to the same address without its slash would be built from a header that anybody can send.
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.site, app.state.staff, app.state.staff_rules = site, staff, tuple(routes.rules)
    app.include_router(RsvpPages(site).router())
    app.include_router(PublicPages(site).router())
    app.include_router(operating.router())
    app.include_router(staff_router(staff, routes))

    app.mount("/api", create_api(site.store, workspace))

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        answer = site.fault(request.scope, status)
        if isinstance(error, HTTPException) and status == 405:
            answer.headers.update(error.headers or {})
        return answer

    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(Guard, fault_page=site.fault)
    app.add_middleware(TimedReplies, seconds=operating.reply_seconds)
    return app
