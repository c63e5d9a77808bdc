"""What all pages share: the store, the templates, the signers, the limits, and who is visiting."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.seating import HALL
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InvalidToken, TemplateBroken
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.formats.templates import Templates, campaign_context
from invite_pipeline.replies.places import free_places
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.place_queries import positions
from invite_pipeline.store.visit_queries import visitor
from invite_pipeline.web.language import LANGUAGES, Choice, PageWords, choose
from invite_pipeline.web.limits import RateLimit
from invite_pipeline.web.nonce import NonceSigner
from invite_pipeline.web.plates import Plates
from invite_pipeline.web.security import client_address, household, log_fault

TEN_MINUTES = 600
STYLE = "rsvp/style.css"
"""The template that is the campaign's style sheet."""
STYLE_NAME, SCRIPT_NAME = "rsvp.css", "rsvp.js"
"""What pages call style and script."""
_SCRIPT = Path(__file__).parent / "static" / SCRIPT_NAME

# Only where the campaign's own page of a fault is broken too.
_BARE_FAULT = (
    '<!doctype html><html lang="de"><meta charset="utf-8"><title>Störung</title>'
    "<h1>Bitte versuchen Sie es noch einmal</h1><p>Im Augenblick stört etwas bei uns; an Ihrem Link liegt es nicht.</p>"
)


_GERMAN = Choice("de")


@dataclass(frozen=True, slots=True)
class Places:
    """Places that this visitor could still have, counting those that they hold; None means unlimited."""

    hall: int | None
    workshops: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor with a valid link: whose invitation it is, and what is known of it."""

    token: str
    recipient: Recipient
    invitation: Invitation
    state: Tracking
    positions: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Who stands where in the line, by their number and the room."""
    places: Places | None = None
    """What is free, where it was read along."""


class Limits:
    """How often is too often. Valid links are never limited: whole town halls share one address."""

    def __init__(self) -> None:
        self.unknown_links = RateLimit(60, TEN_MINUTES)
        """Per client."""
        self.wrong_codes = RateLimit(20, TEN_MINUTES)
        """Per client."""
        self.wrong_codes_of_all = RateLimit(2000, TEN_MINUTES)
        self.posts = RateLimit(60, TEN_MINUTES)
        """Per invitation."""


class Site:
    """One campaign's pages."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.campaign = workspace.campaign
        self.signer = LinkSigner(workspace.keys, workspace.campaign.id)
        self.nonces = NonceSigner(workspace.keys, workspace.now)
        self.limits = Limits()
        self.plates = Plates()
        self.templates = Templates(workspace.folder)
        self.static = {
            STYLE_NAME: ("text/css", self.templates.source(STYLE)),
            SCRIPT_NAME: ("text/javascript", _SCRIPT.read_text(encoding="utf-8")),
        }
        self._versions = {
            name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, (_, text) in self.static.items()
        }
        self.store = Store.open(workspace.store_url, workspace.campaign.id, workspace.campaign.title)
        self.quick = self.store.engine.dialect.name == "sqlite"
        """Whether reading takes less than handing a visit to another thread: in WAL no reader waits for a writer."""

    # --- visitors -----------------------------------------------------------------------------------------------

    def visit(self, request: Request, token: str) -> Visit:
        """Whose link this is. Unknown, altered, foreign and revoked links all end in the same 404 (or 429)."""
        found = self._find(token)
        if found is not None:
            return found
        if not self.limits.unknown_links.note(self.client(request)):
            raise HTTPException(429)
        raise HTTPException(404)

    def _find(self, token: str) -> Visit | None:
        try:
            code, revision = self.signer.read(token)
        except InvalidToken:
            return None
        with self.store.reading() as tx:
            found = visitor(tx, code)
            if found is None or not _opens(found[0], revision):
                return None
            invitation, recipient, state = found
            places = self._places(tx, state) if state.reply == "open" else None
            return Visit(token, recipient, invitation, state, _positions(tx, state), places)

    def token_of(self, code: str) -> str | None:
        """The token of the invitation with this printed code, or None."""
        with self.store.reading() as tx:
            invitation = queries.invitation_by_code(tx, code)
        if invitation is None or not _opens(invitation, invitation.revision):
            return None
        return self.signer.token(invitation.code, invitation.revision)

    def places(self, visit: Visit) -> Places:
        """The places that are left for one visitor."""
        if visit.places is not None:
            return visit.places
        with self.store.reading() as tx:
            return self._places(tx, visit.state)

    def _places(self, tx: Transaction, state: Tracking) -> Places:
        free = free_places(tx, self.campaign, state)
        left = {room: None if number is None else max(0, number) for room, number in free.items()}
        return Places(hall=left.pop(HALL), workshops=left)

    def client(self, request: Request) -> str:
        """What the limits count as one client."""
        return household(client_address(request.scope))

    # --- pages --------------------------------------------------------------------------------------------------

    def page(self, scope: Scope, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page about no invitation in particular. Raises TemplateBroken."""
        return self._page(scope, choose(scope, None, self.campaign.language), name, status, context)

    def _page(self, scope: Scope, choice: Choice, name: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
        page = self.rendered(scope.get("root_path", ""), choice, name, context)
        return HTMLResponse(page, status, {"content-language": choice.language})

    def rendered(self, root: str, choice: Choice, name: str, context: Mapping[str, Any]) -> str:
        """A page's HTML in the chosen language. Raises TemplateBroken."""
        common = page_context(self.workspace, root, self._versions, choice)
        return self.templates.render(name, **{**common, **context})

    def page_for(self, visit: Visit, scope: Scope, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page for one visitor. Raises TemplateBroken."""
        about = visit_context(self.workspace, visit, scope.get("root_path", ""))
        return self._page(scope, self.choice(visit, scope), name, status, {**about, **context})

    def choice(self, visit: Visit, scope: Scope) -> Choice:
        """The language of one visitor's pages."""
        return choose(scope, visit.recipient, self.campaign.language)

    def fault(self, scope: Scope, status: int) -> Response:
        """The page of a status that no route answers; a broken template must not hide it."""
        name = "rsvp/unknown.html" if status == 404 else "rsvp/fault.html"
        try:
            return self.page(scope, name, status, why=status)
        except TemplateBroken as error:
            log_fault(error)
            return HTMLResponse(_BARE_FAULT, 500)


def _positions(tx: Transaction, state: Tracking) -> dict[tuple[int, str], int]:
    return {
        (number, room): place
        for number, attendee in enumerate(state.attendees)
        for room, place in positions(tx, attendee).items()
    }


def page_context(
    workspace: Workspace, root: str, versions: Mapping[str, str], choice: Choice = _GERMAN
) -> dict[str, Any]:
    """The names that every page may use; `root` is the path under which the pages are reached."""
    return {
        **campaign_context(workspace.campaign),
        "root": root,
        "versions": versions,
        "words": PageWords(choice.language, workspace.folder),
        "lang": choice.query,
        "languages": LANGUAGES,
    }


def visit_context(workspace: Workspace, visit: Visit, root: str) -> dict[str, Any]:
    """The names that a page for one visitor may use besides: whose it is, and the answer that is recorded."""
    given = visit.state.declared_at
    return {
        "recipient": visit.recipient,
        "own": f"{root}/r/{visit.token}",
        "reply": visit.state,
        "positions": visit.positions,
        "answered_at": given.astimezone(workspace.campaign.event.tz) if given else None,
    }


def _opens(invitation: Invitation, revision: int) -> bool:
    """Whether a link of this revision opens the invitation: revoking raises the revision."""
    state_opens = invitation.state in (InvitationState.ISSUED, InvitationState.CLOSED)
    return state_opens and invitation.revision == revision
