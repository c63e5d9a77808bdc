"""Data protection: what the campaign promised to forget is forgotten; what is kept of somebody is handed out."""

from __future__ import annotations

import shutil
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from invite_pipeline.domain.events import Forgotten
from invite_pipeline.domain.stage import Progress, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store import erasure, queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.letter_files import letter_name, remove_file
from invite_pipeline.store.person import all_of_recipient, place_in_lists

_CHUNK = 200
_FOR_MANY = ("print", "reports", "released.txt")


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge did or would do: mails whose words went or wait for a decision, and persons erased."""

    mails: int
    waiting: int
    persons: int = 0
    needs: int = 0
    """For how many recipients what they said of diet and access went: it is of no use after the event."""


def purge(store: Store, workspace: Workspace, *, dry_run: bool = False, progress: Progress = silent) -> Purge:
    """Empty the words of mails older than mail_retention_days, and erase everybody once retention_months have passed.

    After the event what was said of diet and access goes at once. `dry_run` only counts.
    """
    now = workspace.now()
    before = now - timedelta(days=workspace.campaign.privacy.mail_retention_days)
    over = now > workspace.campaign.event.ends_at
    with store.reading() as tx:
        needs = erasure.purge_needs(tx, dry_run=True) if over else 0
        expired = erasure.remembered(tx) if now >= retention_ends(workspace) else []
        found = erasure.purge_mail_words(tx, before=before, dry_run=True)
    if not dry_run:
        with store.writing() as tx:
            found = erasure.purge_mail_words(tx, before=before)
            if needs:
                erasure.purge_needs(tx)
        if expired:
            _forget_all(store, workspace, expired, progress)
    return Purge(found.mails, 0 if expired else found.waiting, len(expired), needs)


def retention_ends(workspace: Workspace) -> datetime:
    """When everybody's data are due to be erased: retention_months after the event's end, at midnight there."""
    ends = workspace.campaign.event.ends_at
    years, month = divmod(ends.month - 1 + workspace.campaign.privacy.retention_months, 12)
    day = min(ends.day, monthrange(ends.year + years, month + 1)[1])
    return ends.replace(year=ends.year + years, month=month + 1, day=day, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Remains:
    """What still names somebody who was forgotten: a row of a list, and files made for many."""

    listed: str
    row: int
    files: tuple[Path, ...]


def who_is(store: Store, key: str) -> str:
    """What a recipient is called, to be asked about. Raises UnknownRecipient."""
    with store.reading() as tx:
        return queries.recipient(tx, key).organisation


def forget(store: Store, workspace: Workspace, key: str) -> Remains:
    """Erase the persons behind one invitation, and the files made for it; says what is left to people.

    Raises UnknownRecipient.
    """
    with store.writing() as tx:
        erasure.forget_recipient(tx, key, Forgotten(why="request"), at=workspace.now())
        file, row = place_in_lists(tx, key)
    remove_file(workspace, letter_name(key))
    for path in list(_files_of(workspace, key)):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shared = (workspace.out / name for name in _FOR_MANY)
    return Remains(file, row, tuple(path for path in shared if path.exists()))


def _forget_all(store: Store, workspace: Workspace, keys: list[str], progress: Progress) -> None:
    now = workspace.now()
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        with store.writing() as tx:
            for key in chunk:
                erasure.forget_recipient(tx, key, Forgotten(why="retention"), at=now)
        for key in chunk:
            remove_file(workspace, letter_name(key))
        progress(start + len(chunk), len(keys))
    with store.writing() as tx:
        erasure.forget_unmatched(tx, at=now)
    for name in (*_FOR_MANY, "letters", "preview", "dry-run", "test"):
        path = workspace.out / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _files_of(workspace: Workspace, key: str) -> Iterator[Path]:
    yield workspace.out / "test" / "letters" / f"{key}.pdf"
    yield from (workspace.out / "dry-run").glob(f"{_literally(key)}.*.eml")
    folder = workspace.out / "preview" / key
    if folder.is_dir():
        yield folder


def _literally(key: str) -> str:
    return "".join(f"[{one}]" if one in "*?[" else one for one in key)


def export_person(store: Store, workspace: Workspace, key: str) -> dict[str, object]:
    """All that is kept of one recipient (GDPR, Art. 15 and 20), as one JSON document. Raises UnknownRecipient."""
    privacy = workspace.campaign.privacy
    with store.reading() as tx:
        known = all_of_recipient(tx, key)
    notice = {
        "controllers": list(privacy.controllers),
        "purpose": privacy.purpose,
        "legal_basis": privacy.legal_basis,
        "source_of_address": privacy.address_source,
        "recipients": privacy.recipients,
        "kept_until": retention_ends(workspace).date().isoformat(),
        "authority": privacy.authority,
        "contact": privacy.contact,
    }
    exported = workspace.now().astimezone(UTC).isoformat(timespec="seconds")
    return {"campaign": workspace.campaign.id, "exported_at": exported, "notice": notice, **known}
