"""Rows as domain values: the tracking table, its attendees, and the events of the ledger."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, cast

import sqlalchemy as sa
from pydantic import TypeAdapter

from invite_pipeline.domain.events import KINDS, Event, Recorded
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.reply import Attendee, Role, Seat, Source
from invite_pipeline.domain.tracking import LetterState, MessageState, Tracking


def tracking_from_row(row: sa.RowMapping, attendees: tuple[Attendee, ...]) -> Tracking:
    """A row of the tracking table as its domain value."""
    return Tracking(
        invitation=InvitationState(row["invitation"]),
        revision=row["revision"],
        message=MessageState(row["message"]),
        message_wave=row["message_wave"],
        bounce=row["bounce"],
        reminders=row["reminders"],
        letter=LetterState(row["letter"]),
        reply=cast(Literal["open", "yes", "no"], row["reply"]),
        tentative=row["tentative"],
        source=Source(row["source"]) if row["source"] else None,
        sticky=row["sticky"],
        declared_at=row["declared_at"],
        late=row["late"],
        persons=row["persons"],
        attendees=attendees,
        remark=row["remark"],
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_email=row["answered_email"],
        partly=row["partly"],
        answers=row["answers"],
        offer=row["offer"],
        offer_until=row["offer_until"],
        reviews=row["reviews"],
        blocked=row["blocked"],
        listed=row["listed"],
        last_contact=row["last_contact"],
        called=row["called"],
        call=row["call"],
        call_again=row["call_again"],
        calls=row["calls"],
    )


def attendee_from_row(row: sa.RowMapping) -> Attendee:
    """A row of the attendees table as its domain value."""
    return Attendee(
        role=Role(row["role"]),
        name=row["name"],
        office=row["office"],
        email=row["email"],
        workshop=row["workshop"],
        second=row["second"],
        speed_dating=row["speed_dating"],
        funders=tuple(row["funders"]),
        diet=row["diet"],
        access=row["access"],
        seat=Seat(row["seat"]),
        workshop_seat=Seat(row["workshop_seat"]) if row["workshop_seat"] else None,
        second_seat=Seat(row["second_seat"]) if row["second_seat"] else None,
        waiting=row["waiting"],
        workshop_waiting=row["workshop_waiting"],
    )


def event_from_row(row: sa.RowMapping) -> Recorded:
    """A row of the events table as its domain value; an erased event has its personal fields empty."""
    event: Event = _adapter(row["kind"]).validate_python({**row["data"], **(row["personal"] or {})})
    return Recorded(row["seq"], row["recipient"], row["at"], event)


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


def parts(event: Event) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """An event as its row keeps it: what stays, and apart from it what is personal (None where nothing is)."""
    whole = cast(dict[str, Any], _adapter(type(event).__name__).dump_python(event, mode="json"))
    names = type(event).PERSONAL
    data = {name: value for name, value in whole.items() if name not in names}
    return data, {name: value for name, value in whole.items() if name in names} or None
