"""Stage 1, storing: the lists are compared with what is stored; only what differs is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count

from invite_pipeline.domain.events import Issued
from invite_pipeline.domain.events import Loaded as LoadedEvent
from invite_pipeline.domain.stage import Failure, StageReport
from invite_pipeline.errors import InviteError, UnknownRecipient
from invite_pipeline.formats.rsvp_link import new_code
from invite_pipeline.recipients.changes import Change, Plan, plan, update
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.store import list_queries, queries
from invite_pipeline.store.correction_queries import keep_corrections
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append, append_first

_AT_ONCE = 1000


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
        new = [change for change in found.changes if change.kind == "new"]
        for change in found.changes:
            if change.kind != "new":
                _act(tx, change, at)
        for start in range(0, len(new), _AT_ONCE):
            _add(tx, new[start : start + _AT_ONCE], at, codes)
    return _report(found, len(listed))


def decide_same(
    store: Store, stored: str, new: str, listed: Sequence[ListedRecipient], at: datetime, *, found: Plan | None = None
) -> Change:
    """The row under the key `new` is the recipient stored as `stored`: it becomes their new version at once.

    Raises UnknownRecipient, and InviteError where the answer contradicts the lists or an earlier one.
    """
    with store.writing() as tx:
        known, decided = queries.fingerprints(tx), list_queries.key_decisions(tx)
        if stored not in known:
            raise UnknownRecipient(stored)
        position, row = _row_of(listed, new)
        asked = {one.listed.recipient.key for one in (found or plan(tx, listed)).questions}
        if decided.get(new, new) != stored:
            if new not in asked and decided.get(new, new) in known:
                raise InviteError(f"{new} is invited already.", "Revoke one of the two invitations instead.")
            _refuse_second_row(stored, new, listed, asked, decided)
        list_queries.decide_key(tx, new, stored)
        change = update(tx, row, stored, position)
        if change.fields or change.kind == "returned":
            _act(tx, change, at)
    return change


def decide_other(store: Store, new: str, listed: Sequence[ListedRecipient], *, found: Plan | None = None) -> str:
    """The row under the key `new` is a recipient of its own, whatever it has in common with another: its key.

    That is another one than the list's where somebody else is stored under it. Raises InviteError where the lists
    have no such row, or it was decided to be somebody stored.
    """
    with store.writing() as tx:
        known, decided = queries.fingerprints(tx), list_queries.key_decisions(tx)
        _row_of(listed, new)
        asked = {one.listed.recipient.key for one in (found or plan(tx, listed)).questions}
        if decided.get(new, new) != new and new not in asked:
            raise InviteError(
                f"{new} was decided to be {decided[new]} before, and nobody may be invited twice.",
                f"If that was wrong, give the row another key in the list than {new}.",
            )
        if new in known and new not in asked:
            raise InviteError(f"{new} is invited already: there is nothing to decide.", "See: invite recipients --diff")
        key = new if new not in known else _free_key(new, {*known, *(one.recipient.key for one in listed)})
        list_queries.decide_key(tx, new, key)
    return key


def _row_of(listed: Sequence[ListedRecipient], key: str) -> tuple[int, ListedRecipient]:
    found = next(((place, one) for place, one in enumerate(listed) if one.recipient.key == key), None)
    if found is None:
        raise InviteError(
            f"No row without errors has the key “{key}”: there is nothing to decide.",
            "Copy the key from: invite recipients --diff; name a list that is not in the campaign yet after it.",
        )
    return found


def _refuse_second_row(
    stored: str, new: str, listed: Sequence[ListedRecipient], asked: Collection[str], decided: Mapping[str, str]
) -> None:
    """Two rows cannot be one recipient: the second would be left out silently."""
    for one in listed:
        key = one.recipient.key
        if key != new and key not in asked and decided.get(key, key) == stored:
            raise InviteError(
                f"{one.file}, row {one.row} ({key}) is {stored} already.",
                f"Remove one of the two rows, or: --other {new}",
            )


def _free_key(key: str, taken: Collection[str]) -> str:
    return next(f"{key}-{number}" for number in count(2) if f"{key}-{number}" not in taken)


def _report(found: Plan, listed: int) -> StageReport:
    counts = Counter(change.kind for change in found.changes)
    stored = sum(1 for change in found.changes if change.kind != "gone")
    notes = [f"{counts[kind]} {kind}" for kind in ("new", "changed", "returned", "gone") if counts[kind]]
    notes += [_after_writing(change) for change in found.written_to()]
    notes += [
        f"{one.recipient.key} was erased and stays out: delete {one.file}, row {one.row}" for one in found.forgotten
    ]
    questions = tuple(Failure(one.listed.recipient.key, one.text) for one in found.questions)
    skipped = listed - stored - len(questions)
    return StageReport(done=len(found.changes), skipped=skipped, failures=questions, notes=tuple(notes))


def _after_writing(change: Change) -> str:
    """What those who were written to will not see by themselves."""
    match change.kind:
        case "gone":
            return f"{change.key} is gone from the lists, but was written to already"
        case "returned":
            return f"{change.key} is back in the lists, and was written to before"
        case _:
            return f"{change.key} was changed after it was written to: {', '.join(change.fields)}"


def _act(tx: Transaction, change: Change, at: datetime) -> None:
    """Change somebody who is stored already."""
    if change.listed is not None:
        row = change.listed
        mended = change.recipient or row.recipient
        # The fingerprint is the list's own, so that the same list read again changes nothing.
        queries.save_recipient(tx, mended, position=change.position, file=row.file, row=row.row, listed=row.recipient)
        if change.kind != "new":
            keep_corrections(tx, change.key, change.corrections)
    append(tx, change.key, LoadedEvent(change=change.kind, fields=change.fields), at=at)


def _add(tx: Transaction, new: Sequence[Change], at: datetime, codes: set[str]) -> None:
    """Invite some who are not stored yet."""
    rows = [(one, one.listed) for one in new if one.listed is not None]
    list_queries.add_recipients(
        tx,
        [
            {"key": one.key}
            | queries.recipient_columns(row.recipient, position=one.position, file=row.file, row=row.row)
            for one, row in rows
        ],
    )
    queries.create_invitations(tx, {one.key: _fresh_code(codes) for one, _ in rows})
    events = [(one.key, (LoadedEvent(change="new", fields=one.fields), Issued(revision=1))) for one, _ in rows]
    append_first(tx, events, at=at)


def _fresh_code(codes: set[str]) -> str:
    code = new_code()
    while code in codes:
        code = new_code()
    codes.add(code)
    return code
