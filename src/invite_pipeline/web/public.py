"""The pages that anybody may see: the code of a printed letter, notices, our own style and script."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from invite_pipeline.domain.invitation import normal_code
from invite_pipeline.web.forms import Mistake
from invite_pipeline.web.language import choose
from invite_pipeline.web.rsvp import LOOKS, Posted
from invite_pipeline.web.site import Site

_NOTICES = {
    "/": "rsvp/start.html",
    "/datenschutz": "rsvp/privacy.html",
    "/impressum": "rsvp/imprint.html",
    "/barrierefreiheit": "rsvp/accessibility.html",
}


class PublicPages:
    """The pages of one site that need no link."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        for path in _NOTICES:
            router.add_api_route(path, self.notice, methods=LOOKS)
        router.add_api_route("/code", self.ask_code, methods=LOOKS)
        router.add_api_route("/code", self.open_code, methods=["POST"])
        router.add_api_route("/static/{name}", self.static, methods=LOOKS)
        router.add_api_route("/favicon.ico", self.no_icon, methods=LOOKS)
        router.add_api_route("/healthz", self.health, methods=LOOKS)
        return router

    def notice(self, request: Request) -> Response:
        """A page that is the same for everybody."""
        return self.site.page(request.scope, _NOTICES[request.scope["route"].path])

    def ask_code(self, request: Request) -> Response:
        """Where one types the code of a printed letter."""
        return self.site.page(request.scope, "rsvp/code.html", typed="", mistakes=[])

    def open_code(self, request: Request, posted: Posted) -> Response:
        """Lead a right code to its form. Wrong ones are counted per client and for all."""
        limits, client = self.site.limits, self.site.client(request)
        if limits.wrong_codes.exceeded(client) or limits.wrong_codes_of_all.exceeded(""):
            raise HTTPException(429)
        typed = posted.get("code", "")[:40]
        code = normal_code(typed)
        token = self.site.token_of(code) if code else None
        if token is None:
            limits.wrong_codes.note(client)
            limits.wrong_codes_of_all.note("")
            mistake = Mistake("code", "code-unknown" if code else "code-malformed")
            return self.site.page(request.scope, "rsvp/code.html", 422, typed=typed, mistakes=[mistake])
        query = choose(request.scope, None, self.site.campaign.language).query
        return RedirectResponse(f"{request.scope.get('root_path', '')}/r/{token}/antwort{query}", 303)

    def static(self, request: Request, name: str) -> Response:
        """Our style and script; pages name them by their content, so they may be kept."""
        if name not in self.site.static:
            raise HTTPException(404)
        media_type, text = self.site.static[name]
        return Response(text, media_type=media_type, headers={"cache-control": "public, max-age=86400"})

    def no_icon(self) -> Response:
        """Browsers ask for an icon: there is none."""
        return Response(status_code=204)

    def health(self) -> Response:
        """For a watchdog: the store can be read."""
        with self.site.store.reading():
            return PlainTextResponse("ok\n")
