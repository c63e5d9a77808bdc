"""The JSON interface under /api: read-only, with tokens, described by its own OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.reports.figures import figures, tracking_rows
from invite_pipeline.reports.rows import Row
from invite_pipeline.run.tokens import token_hash
from invite_pipeline.store.database import Store
from invite_pipeline.store.token_queries import token_name

_MOST = 1000
_ABOUT = (
    "What the reports say, for other programs: the same figures as `invite status --json`, and the tracking table. "
    "Read-only. Tokens are made by `invite token add NAME` and sent as `Authorization: Bearer …`."
)


_BEARER = HTTPBearer(auto_error=False, description="A token made by: invite token add NAME")


class Person(BaseModel):
    """Somebody who comes."""

    role: str = Field(description="invitee, deputy or companion")
    name: str
    office: str
    workshop: str = Field(description="the id of the working group, or empty")
    seat: str = Field(description="confirmed, waitlisted, offered, …")


class Entry(BaseModel):
    """One row of the tracking table."""

    key: str
    organisation: str
    addressee: str
    kind: str
    region: str
    channel: str = Field(description="mail or post")
    delivery: str = Field(description="where the invitation stands: queued, sent, bounced_hard, posted, …")
    reply: str = Field(description="open, yes or no")
    source: str | None = Field(description="how the answer came: web, mail, calendar, phone, letter, fax, counter")
    persons: int
    attendees: list[Person]
    reviews: int = Field(description="how many replies wait for a human")
    late: bool
    last_contact: datetime | None


class Entries(BaseModel):
    """Some rows of the tracking table, by key; `next` is what to give as `after` for those that follow."""

    entries: list[Entry]
    next: str | None


def create_api(store: Store, workspace: Workspace) -> FastAPI:
    """The interface as an application of its own, to be mounted under /api."""

    def allowed(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        with store.reading() as tx:
            known = given is not None and token_name(tx, token_hash(given.credentials))
        if not known:
            raise HTTPException(401, "A valid token is needed.", {"WWW-Authenticate": "Bearer"})

    api = FastAPI(
        title=f"invite_pipeline: {workspace.campaign.title}",
        version="1",
        description=_ABOUT,
        # Its pages would fetch scripts from elsewhere; the document itself is at /api/openapi.json.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    guarded: dict[str, Any] = {
        "dependencies": [Depends(allowed)],
        "responses": {401: {"description": "No valid token"}},
    }

    @api.get("/v1/status", summary="The figures, as `invite status --json` gives them", **guarded)
    def status(as_of: datetime | None = None) -> dict[str, Any]:
        return figures(store, workspace, as_of=_aware(as_of)).as_json()

    @api.get("/v1/recipients", summary="The tracking table, some rows at a time", response_model=Entries, **guarded)
    def recipients(
        after: Annotated[str, Query(max_length=80, description="the key after which to go on")] = "",
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
        reply: Annotated[str, Query(pattern="^(open|yes|no)?$", description="only those who answered so")] = "",
    ) -> Entries:
        rows = sorted((row for row in tracking_rows(store, workspace) if row.key > after), key=lambda row: row.key)
        wanted = [row for row in rows if not reply or row.reply == reply]
        page = wanted[:limit]
        return Entries(entries=[_entry(row) for row in page], next=page[-1].key if len(wanted) > limit else None)

    @api.get("/v1/recipients/{key}", summary="One row of the tracking table", response_model=Entry, **guarded)
    def recipient(key: str) -> Entry:
        found = next((row for row in tracking_rows(store, workspace) if row.key == key), None)
        if found is None:
            raise HTTPException(404, "No recipient has this key.")
        return _entry(found)

    return api


def _aware(as_of: datetime | None) -> datetime | None:
    if as_of is not None and as_of.tzinfo is None:
        raise HTTPException(422, "Give as_of with its zone: 2023-12-01T09:00:00+01:00.")
    return as_of


def _entry(row: Row) -> Entry:
    recipient, tracking = row.recipient, row.tracking
    people = [
        Person(role=one.role, name=one.name, office=one.office, workshop=one.workshop, seat=one.seat)
        for one in tracking.attendees
    ]
    return Entry(
        key=row.key,
        organisation=recipient.organisation,
        addressee=recipient.addressee,
        kind=recipient.kind,
        region=recipient.region,
        channel=row.channel,
        delivery=row.delivery,
        reply=row.reply,
        source=tracking.source,
        persons=row.persons,
        attendees=people,
        reviews=tracking.reviews,
        late=tracking.late,
        last_contact=tracking.last_contact,
    )
