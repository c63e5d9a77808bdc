"""Builders: a whole campaign, recipient, reply or store with every value set, to be changed where a test cares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import Issued, Loaded
from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.domain.reply import Intent, Reply, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.campaign_file import read_campaign
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append

ROOT = Path(__file__).parent.parent
"""The repository, which is itself the example campaign."""

NOW = datetime(2023, 11, 20, 9, 0, tzinfo=UTC)
"""A day between the invitation and the deadline of the example campaign."""

KEYS = ("a-signing-key-for-tests-only",)


@cache
def _example() -> Campaign:
    return read_campaign(ROOT / "campaign.toml")


def a_campaign(**changes: Any) -> Campaign:
    """The example campaign, with `changes`."""
    return replace(_example(), **changes)


def a_person(**changes: Any) -> Person:
    """Frau Oberbürgermeisterin Dr. Eva Muster, with `changes`."""
    person = Person(gender="f", degree="Dr.", first_name="Eva", last_name="Muster", office="Oberbürgermeisterin")
    return replace(person, **changes)


def a_recipient(key: str = "k-bonn", **changes: Any) -> Recipient:
    """The Stadt Bonn with its lord mayor, a mail address and a postal address, with `changes`."""
    recipient = Recipient(
        key=key,
        kind="kommune",
        organisation="Stadt Bonn",
        persons=(a_person(),),
        street="Musterplatz 2",
        postcode="53111",
        city="Bonn",
        region="Köln",
        email=f"{key}@stadt.example",
        phone="+49 228 00000",
    )
    return replace(recipient, **changes)


def a_workspace(folder: Path, *, campaign: Campaign | None = None, now: datetime = NOW, **changes: Any) -> Workspace:
    """A workspace over the example campaign's templates and assets whose output and store lie in `folder`."""
    settings: dict[str, Any] = {
        "folder": ROOT,
        "campaign": campaign or a_campaign(),
        "out": folder / "out",
        "base_url": "http://localhost:8000",
        "smtp_url": "",
        "store_url": f"sqlite:///{folder / 'store.db'}",
        "keys": KEYS,
        "now": lambda: now,
    }
    return Workspace(**(settings | changes))


def a_store(workspace: Workspace, recipients: Sequence[Recipient] = ()) -> Store:
    """The workspace's store, with these recipients loaded and invited; codes are CODE000000, CODE000001, …."""
    store = Store.open(workspace.store_url, workspace.campaign.id, workspace.campaign.title)
    with store.writing() as tx:
        for position, recipient in enumerate(recipients):
            queries.save_recipient(tx, recipient, position=position, file="recipients/list.csv", row=position + 2)
            queries.create_invitations(tx, {recipient.key: f"C0DE{position:06}"})
            append(tx, recipient.key, Loaded(change="new"), at=workspace.now())
            append(tx, recipient.key, Issued(revision=1), at=workspace.now())
    return store


def a_reply(recipient: str = "k-bonn", **changes: Any) -> Reply:
    """A yes by the web form for one person, with `changes`."""
    reply = Reply(
        recipient=recipient,
        source=Source.WEB,
        intent=Intent.YES,
        declared_at=NOW,
        received_at=NOW,
        dedupe="web:1",
        actor="recipient",
        persons=1,
    )
    return replace(reply, **changes)


def at(clock: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: clock
