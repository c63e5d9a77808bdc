"""Stage 1, storing: the lists are compared with what is stored; only what differs is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from invite_pipeline.domain.events import Issued
from invite_pipeline.domain.events import Loaded as LoadedEvent
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.stage import StageReport
from invite_pipeline.formats.rsvp_link import new_code
from invite_pipeline.recipients.load import ListedRecipient
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append

Change = Literal["new", "changed", "gone", "returned"]


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to write; `position` is the recipient's place in the lists."""

    key: str
    change: Change
    fields: tuple[str, ...] = ()
    listed: ListedRecipient | None = None
    position: int = 0


def store_recipients(
    store: Store, listed: Sequence[ListedRecipient], at: datetime, *, complete: bool = True
) -> StageReport:
    """Bring the store to what the lists say: new recipients are invited, changed ones updated, others noted as gone.

    Storing the same lists twice writes nothing. Where the lists could not be read completely (`complete` is false),
    nobody counts as gone.
    """
    with store.writing() as tx:
        steps = _plan(tx, listed, complete=complete)
        codes = {one.code for one in queries.invitations(tx).values()}
        for step in steps:
            _act(tx, step, at, codes)
    counts = Counter(step.change for step in steps)
    stored = sum(1 for step in steps if step.change != "gone")
    notes = [f"{counts[change]} {change}" for change in ("new", "changed", "returned", "gone") if counts[change]]
    return StageReport(done=len(steps), skipped=len(listed) - stored, notes=tuple(notes))


def _plan(tx: Transaction, listed: Sequence[ListedRecipient], *, complete: bool) -> list[_Step]:
    stored = queries.fingerprints(tx)
    standing = {key for key, tracking in queries.trackings(tx).items() if tracking.listed}
    steps = []
    for position, one in enumerate(listed):
        key = one.recipient.key
        if key not in stored:
            steps.append(_Step(key, "new", (), one, position))
        elif stored[key] != one.recipient.fingerprint():
            changed = _differing(queries.recipient(tx, key), one.recipient)
            steps.append(_Step(key, "changed" if key in standing else "returned", changed, one, position))
        elif key not in standing:
            steps.append(_Step(key, "returned", (), one, position))
    if complete:
        steps.extend(_Step(key, "gone") for key in sorted(standing - {one.recipient.key for one in listed}))
    return steps


def _differing(old: Recipient, new: Recipient) -> tuple[str, ...]:
    return tuple(field.name for field in fields(Recipient) if getattr(old, field.name) != getattr(new, field.name))


def _act(tx: Transaction, step: _Step, at: datetime, codes: set[str]) -> None:
    if step.listed is not None:
        place = {"position": step.position, "file": step.listed.file, "row": step.listed.row}
        queries.save_recipient(tx, step.listed.recipient, **place)  # type: ignore[arg-type]
    if step.change == "new":
        queries.create_invitation(tx, step.key, _fresh_code(codes))
    append(tx, step.key, LoadedEvent(change=step.change, fields=step.fields), at=at)
    if step.change == "new":
        append(tx, step.key, Issued(revision=1), at=at)


def _fresh_code(codes: set[str]) -> str:
    code = new_code()
    while code in codes:
        code = new_code()
    codes.add(code)
    return code
