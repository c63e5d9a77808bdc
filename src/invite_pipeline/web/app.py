"""The RSVP pages as one ASGI application: server-rendered, no cookies, no third party, no script needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.web.public import PublicPages
from invite_pipeline.web.rsvp import RsvpPages
from invite_pipeline.web.security import Guard
from invite_pipeline.web.site import Site


def create_app(workspace: Workspace) -> FastAPI:
    """The pages of one campaign. Raises TemplateBroken where there is no style, StoreUnusable."""
    site = Site(workspace)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
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
    app.state.site = site
    app.include_router(RsvpPages(site).router())
    app.include_router(PublicPages(site).router())

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        answer = site.fault(request.scope, status)
        if isinstance(error, HTTPException) and status == 405:
            answer.headers.update(error.headers or {})
        return answer

    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(Guard, fault_page=site.fault)
    return app
