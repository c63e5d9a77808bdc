"""The calendar entry that mails carry: its version, raised where date or venue change or the event is called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from invite_pipeline.domain.campaign import Campaign, Event
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store.calendar import Version, add_version, newest_versions
from invite_pipeline.store.database import Store, Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """What calendar entries say that go now."""

    sequence: int = 0
    cancelled: bool = False
    before: Event | None = None
    """The event as the version before told it; None where this is the first."""


def entry_now(tx: Transaction, campaign: Campaign, *, cancelled: bool | None = None) -> Entry:
    """The entry that a mail carries now: the newest version, or the next where it no longer says what is so.

    `cancelled` is whether the event is called off; None leaves that as it was.
    """
    versions = newest_versions(tx)
    if not versions:
        return Entry(0, bool(cancelled))
    newest = versions[0]
    off = newest.cancelled if cancelled is None else cancelled
    if (newest.details, newest.cancelled) == (_details(campaign), off):
        return Entry(newest.sequence, off, _event(versions[1]) if len(versions) > 1 else None)
    return Entry(newest.sequence + 1, off, _event(newest))


def note_entry(store: Store, workspace: Workspace, entry: Entry | None = None) -> Entry:
    """The entry of a run that begins, on disk before its first mail; `entry` is the one that was planned."""
    with store.reading() as tx:
        entry = entry or entry_now(tx, workspace.campaign)
        known = any(version.sequence >= entry.sequence for version in newest_versions(tx))
    if not known:
        version = Version(entry.sequence, entry.cancelled, _details(workspace.campaign))
        try:
            with store.writing() as tx:
                add_version(tx, version, at=workspace.now())
        except IntegrityError:
            # Another sender began at the same moment with the same entry.
            pass
    return entry


def _details(campaign: Campaign) -> dict[str, Any]:
    """What the calendar shows of the event; nothing else makes a new version."""
    event = campaign.event
    return {
        "title": campaign.title,
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "zone": event.zone,
        "venue": event.venue,
        "address": list(event.address),
    }


def _event(version: Version) -> Event:
    told = version.details
    return Event(
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
        zone=told["zone"],
        venue=told["venue"],
        address=tuple(told["address"]),
    )
