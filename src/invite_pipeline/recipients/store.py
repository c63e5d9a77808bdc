"""Stage 1, storing: the lists are compared with what is stored; only what differs is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from invite_pipeline.domain.events import Issued
from invite_pipeline.domain.events import Loaded as LoadedEvent
from invite_pipeline.domain.stage import Failure, StageReport
from invite_pipeline.errors import InviteError, UnknownRecipient
from invite_pipeline.formats.rsvp_link import new_code
from invite_pipeline.recipients.changes import Change, Plan, plan
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.store import list_queries, queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append


def store_recipients(
    store: Store, listed: Sequence[ListedRecipient], at: datetime, *, complete: bool = True
) -> StageReport:
    """Bring the store to what the lists say: new recipients are invited, changed ones updated, others noted as gone.

    Storing the same lists twice writes nothing. Where the lists could not be read completely (`complete` is false),
    nobody counts as gone. A row whose key may only have changed waits for an answer and is among the failures.
    """
    with store.writing() as tx:
        found = plan(tx, listed, complete=complete)
        codes = {one.code for one in queries.invitations(tx).values()}
        for change in found.changes:
            _act(tx, change, at, codes)
    return _report(found, len(listed))


def decide_same(store: Store, stored: str, listed: str) -> None:
    """A list's new key means a recipient that is stored under another. Raises UnknownRecipient, InviteError."""
    with store.writing() as tx:
        known = queries.fingerprints(tx)
        if stored not in known:
            raise UnknownRecipient(stored)
        if listed in known:
            raise InviteError(f"{listed} is invited already.", "Revoke one of the two invitations instead.")
        list_queries.decide_key(tx, listed, stored)


def decide_other(store: Store, listed: str) -> None:
    """A list's new key is a recipient of its own, whatever it has in common with another."""
    with store.writing() as tx:
        list_queries.decide_key(tx, listed, listed)


def _report(found: Plan, listed: int) -> StageReport:
    counts = Counter(change.kind for change in found.changes)
    stored = sum(1 for change in found.changes if change.kind != "gone")
    notes = [f"{counts[kind]} {kind}" for kind in ("new", "changed", "returned", "gone") if counts[kind]]
    notes += [
        f"{change.key} was changed after it was written to: {', '.join(change.fields)}" for change in found.written_to()
    ]
    questions = tuple(Failure(one.listed.recipient.key, one.text) for one in found.questions)
    skipped = listed - stored - len(questions)
    return StageReport(done=len(found.changes), skipped=skipped, failures=questions, notes=tuple(notes))


def _act(tx: Transaction, change: Change, at: datetime, codes: set[str]) -> None:
    if change.listed is not None:
        place = {"position": change.position, "file": change.listed.file, "row": change.listed.row}
        queries.save_recipient(tx, change.listed.recipient, **place)  # type: ignore[arg-type]
    if change.kind == "new":
        queries.create_invitation(tx, change.key, _fresh_code(codes))
    append(tx, change.key, LoadedEvent(change=change.kind, fields=change.fields), at=at)
    if change.kind == "new":
        append(tx, change.key, Issued(revision=1), at=at)


def _fresh_code(codes: set[str]) -> str:
    code = new_code()
    while code in codes:
        code = new_code()
    codes.add(code)
    return code
