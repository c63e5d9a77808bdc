"""The Telefonliste's filters, which stand in the address alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args
from urllib.parse import urlencode

from invite_pipeline.store.call_queries import Reason, Status, Wanted
from invite_pipeline.web.staff.site import HOME, Call

CALLS = f"{HOME}/calls"
_NOBODY, _ME = "-", "*"
_FIELDS = ("reason", "status", "who", "after")


def wanted_of(call: Call, asked: Mapping[str, str]) -> Wanted:
    """What follows the question mark; whatever means nothing is left out."""
    campaign, who = call.site.campaign, asked.get("who", "")[:80]
    reason, status, after = asked.get("reason", ""), asked.get("status", ""), asked.get("after", "")
    given = int(after) if after.isascii() and after.isdigit() and len(after) == 1 else 0
    names = {"": None, _NOBODY: "", _ME: call.account.name}
    return Wanted(
        today=call.now.astimezone(campaign.event.tz).date(),
        after_reminders=given or campaign.rsvp.call_after_reminders,
        reason=cast(Reason, reason) if reason in get_args(Reason) else "",
        status=cast(Status, status) if status in get_args(Status) else "due",
        account=names.get(who, who),
    )


def query_of(asked: Mapping[str, str], **changes: object) -> str:
    """What leads to the same list again, with `changes`; empty values are left out."""
    said: dict[str, object] = {name: asked.get(name, "")[:80] for name in _FIELDS}
    return urlencode({name: value for name, value in {**said, **changes}.items() if value})


def digits(number: str) -> str:
    """A number as a telephone dials it."""
    return "".join(letter for place, letter in enumerate(number) if letter.isdigit() or (letter == "+" and not place))
