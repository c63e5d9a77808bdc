"""All figures of a campaign, computed here and nowhere else: `status`, page, workbook and PDF show these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import Replied
from invite_pipeline.domain.recipient import Channel
from invite_pipeline.domain.reply import Attendee, Intent, Seat, Source
from invite_pipeline.domain.seating import with_capacities
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.reports import tasks
from invite_pipeline.reports.known import Known, load
from invite_pipeline.reports.rows import Delivery, Row, rows_of
from invite_pipeline.reports.tasks import Task
from invite_pipeline.reports.timeline import Day, timeline
from invite_pipeline.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Where the invitations by mail stand; one of these for each recipient with an address."""

    queued: int
    sent: int
    refused: int
    bounced: int
    """Came back, for good or for the time being."""
    unknown: int
    """Claimed, but nobody knows whether the server took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """`yes + no + open` is everybody; the others are axes of their own.

    `needs_review` counts whose replies wait for a human (listed or not), and each mail that matched nobody as one more.
    """

    yes: int
    no: int
    open: int
    needs_review: int
    tentative: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """invited → reached → answered → yes, no.

    Reached is whose mail was sent and did not come back, whose letter was posted and did not come back, and whoever
    answered: so each step holds the next.
    """

    invited: int
    reached: int
    answered: int
    yes: int
    no: int
    open: int
    persons: int

    @property
    def rate_of_invited(self) -> float:
        """Answers per invitation, 0 to 1."""
        return self.answered / self.invited if self.invited else 0.0

    @property
    def rate_of_reached(self) -> float:
        """Answers per invitation that arrived, 0 to 1."""
        return self.answered / self.reached if self.reached else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A working group's seats; `capacity` None means unlimited."""

    id: str
    title: str
    room: str
    capacity: int | None
    confirmed: int
    waitlisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BySource:
    """What came by one channel, and stands."""

    source: Source
    yes: int
    no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A reply that waits for a human; `recipient` is empty where it matched nobody."""

    seq: int
    recipient: str
    organisation: str
    received_at: datetime
    source: Source
    intent: Intent
    reason: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures at one time. Only recipients of the newest list count; `departed` is who left it with an answer."""

    campaign: str
    title: str
    now: datetime
    recipients: int
    channels: dict[Channel, int]
    messages: Messages
    letters: dict[Delivery, int]
    """Those by post: to print, printed, posted, returned."""
    replies: Replies
    persons: int
    """Heads of all who said yes, those on the waiting list among them."""
    persons_waitlisted: int
    capacity: int | None
    funnel: Funnel
    workshops: tuple[Workshop, ...]
    without_choice: int
    """Heads that have not chosen a working group."""
    speed_dating: int
    by_kind: dict[str, Funnel]
    by_region: dict[str, Funnel]
    by_source: tuple[BySource, ...]
    timeline: tuple[Day, ...]
    waves: dict[str, date]
    """The day on which each wave began."""
    reviews: tuple[Waiting, ...]
    due: tuple[Task, ...]
    departed: int
    departed_persons: int

    def as_json(self) -> dict[str, Any]:
        """Exactly what `status --json` puts out."""
        return {
            "campaign": self.campaign,
            "now": self.now.isoformat(timespec="seconds"),
            "recipients": self.recipients,
            "channels": {str(channel): number for channel, number in self.channels.items()},
            "messages": asdict(self.messages),
            "replies": {name: getattr(self.replies, name) for name in ("yes", "no", "open", "needs_review")},
            "persons": self.persons,
            "capacity": self.capacity,
            "workshops": [
                {name: getattr(group, name) for name in ("id", "capacity", "confirmed", "waitlisted")}
                for group in self.workshops
            ],
            "due": [asdict(task) for task in self.due],
        }


def figures(store: Store, workspace: Workspace, *, as_of: datetime | None = None) -> Figures:
    """All figures as they stand, or as they stood at `as_of`, folded from the ledger."""
    return figures_of(load(store, workspace, as_of), workspace)


def tracking_rows(store: Store, workspace: Workspace, as_of: datetime | None = None) -> list[Row]:
    """The tracking table: everybody in the newest list, in its order, then who left it with a reply."""
    return rows_of(load(store, workspace, as_of), workspace.campaign)


def figures_of(known: Known, workspace: Workspace) -> Figures:
    """All figures of what is known."""
    campaign = with_capacities(workspace.campaign, known.raised)
    zone = campaign.event.tz
    everybody = rows_of(known, campaign)
    rows = [row for row in everybody if row.listed]
    departed = [row for row in everybody if not row.listed and row.reply == "yes"]
    people = [attendee for row in rows for attendee in row.tracking.attendees]
    chosen = sum(bool(attendee.workshop) for attendee in people)
    persons = sum(row.persons for row in rows)
    return Figures(
        campaign=campaign.id,
        title=campaign.title,
        now=known.at.astimezone(zone),
        recipients=len(rows),
        channels={channel: sum(row.channel is channel for row in rows) for channel in Channel},
        messages=_messages(rows),
        letters=_letters(rows),
        replies=_replies(rows, known),
        persons=persons,
        persons_waitlisted=sum(attendee.seat in _WAITING for attendee in people),
        capacity=campaign.event.capacity,
        funnel=_funnel(rows),
        workshops=_workshops(campaign, people),
        without_choice=persons - chosen if campaign.workshops else 0,
        speed_dating=sum(attendee.speed_dating for attendee in people),
        by_kind=_grouped(rows, lambda row: row.recipient.kind),
        by_region=_grouped(rows, lambda row: row.recipient.region),
        by_source=_by_source(rows),
        timeline=timeline(known, {row.key for row in rows}, campaign.event),
        waves={wave: at.astimezone(zone).date() for wave, at in known.waves.items()},
        reviews=_waiting(known, zone),
        due=tasks.due(known, rows, campaign),
        departed=sum(not row.listed and row.reply != "open" for row in everybody),
        departed_persons=sum(row.persons for row in departed),
    )


_HELD = (Seat.CONFIRMED, Seat.CHECKED_IN, Seat.ABSENT, None)
_WAITING = (Seat.WAITLISTED, Seat.OFFERED)


def _messages(rows: Iterable[Row]) -> Messages:
    states = Counter(row.delivery for row in rows if row.channel is Channel.MAIL)
    return Messages(
        queued=states[Delivery.QUEUED],
        sent=states[Delivery.SENT],
        refused=states[Delivery.REFUSED],
        bounced=states[Delivery.BOUNCED_SOFT] + states[Delivery.BOUNCED_HARD],
        unknown=states[Delivery.UNKNOWN],
    )


def _letters(rows: Iterable[Row]) -> dict[Delivery, int]:
    states = Counter(row.delivery for row in rows if row.channel is Channel.POST)
    return {step: states[step] for step in (Delivery.TO_PRINT, Delivery.PRINTED, Delivery.POSTED, Delivery.RETURNED)}


def _replies(rows: Sequence[Row], known: Known) -> Replies:
    unmatched = sum(not review.recipient for review in known.reviews)
    whose = {review.recipient for review in known.reviews if review.recipient}
    answers = Counter(row.reply for row in rows)
    return Replies(
        yes=answers["yes"],
        no=answers["no"],
        open=answers["open"],
        needs_review=len(whose) + unmatched,
        tentative=sum(row.tracking.tentative for row in rows),
        late=sum(row.tracking.late and row.reply != "open" for row in rows),
    )


def _funnel(rows: Sequence[Row]) -> Funnel:
    answers = Counter(row.reply for row in rows)
    return Funnel(
        invited=len(rows),
        reached=sum(row.reached for row in rows),
        answered=answers["yes"] + answers["no"],
        yes=answers["yes"],
        no=answers["no"],
        open=answers["open"],
        persons=sum(row.persons for row in rows),
    )


def _grouped(rows: Iterable[Row], by: Callable[[Row], str]) -> dict[str, Funnel]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return {name: _funnel(groups[name]) for name in sorted(groups, key=lambda name: (not name, name))}


def _workshops(campaign: Campaign, people: Sequence[Attendee]) -> tuple[Workshop, ...]:
    """The campaign's groups in its order, then any that was taken out of the campaign file after somebody chose it."""
    seats = Counter((room, seat) for attendee in people for room, seat in _in_groups(attendee))
    gone = sorted({workshop for workshop, _ in seats} - {workshop.id for workshop in campaign.workshops})
    shown = [(one.id, one.title, one.room, one.capacity) for one in campaign.workshops]
    return tuple(
        Workshop(
            id=id_,
            title=title,
            room=room,
            capacity=capacity,
            confirmed=sum(seats[id_, seat] for seat in _HELD),
            waitlisted=sum(seats[id_, seat] for seat in _WAITING),
        )
        for id_, title, room, capacity in [*shown, *((id_, id_, "", None) for id_ in gone)]
    )


def _in_groups(one: Attendee) -> tuple[tuple[str, Seat | None], ...]:
    """The groups in which somebody sits or waits, by either wish: the second is held until the first comes true."""
    second = ((one.second, one.second_seat),) if one.second and one.second_seat else ()
    return (((one.workshop, one.workshop_seat),) if one.workshop else ()) + second


def _by_source(rows: Iterable[Row]) -> tuple[BySource, ...]:
    counted = Counter((row.tracking.source, row.reply) for row in rows)
    return tuple(
        BySource(source=source, yes=counted[source, "yes"], no=counted[source, "no"])
        for source in Source
        if counted[source, "yes"] or counted[source, "no"]
    )


def _waiting(known: Known, zone: ZoneInfo) -> tuple[Waiting, ...]:
    names = {recipient.key: recipient.organisation for recipient in known.recipients}
    found = []
    for review in known.reviews:
        event = review.recorded.event
        if isinstance(event, Replied):
            one = Waiting(
                seq=review.seq,
                recipient=review.recipient,
                organisation=names.get(review.recipient, ""),
                received_at=event.received_at.astimezone(zone),
                source=event.source,
                intent=event.intent,
                reason=review.reason,
                short=shorten(event.text or event.remark or event.reason, 160, placeholder=" …"),
            )
            found.append(one)
    return tuple(found)
