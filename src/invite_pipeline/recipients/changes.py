"""A later version of a list beside what is stored: new, changed (what), gone, and keys that may have changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePath
from typing import Literal

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.recipients.correct import corrected
from invite_pipeline.recipients.key_questions import KeyedRow, Question, is_written_to, key_questions
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.store import list_queries, queries
from invite_pipeline.store.correction_queries import Correction, corrections
from invite_pipeline.store.database import Transaction

Kind = Literal["new", "changed", "gone", "returned"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the lists change; `position` is the recipient's place in them, `old` what is stored."""

    key: str
    kind: Kind
    fields: tuple[str, ...] = ()
    listed: ListedRecipient | None = None
    position: int = 0
    old: Recipient | None = None
    written_to: bool = False
    """Whether a mail or a letter has gone out already."""
    recipient: Recipient | None = None
    """Who is to be stored: the row, with what staff corrected and the list says as before."""
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    """What of the corrections holds."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has of a recipient."""

    old: Recipient | None
    tracking: Tracking | None
    corrections: Mapping[str, Correction]


@dataclass(frozen=True, slots=True)
class Plan:
    """What storing the lists would do; what `questions` ask about is left as it is."""

    changes: tuple[Change, ...]
    questions: tuple[Question, ...] = ()
    forgotten: tuple[ListedRecipient, ...] = ()
    """Rows of those whose data were erased: they stay out."""

    def written_to(self) -> Iterator[Change]:
        """The changes of those whose letter or mail has gone out."""
        return (one for one in self.changes if one.written_to)


def plan(
    tx: Transaction,
    listed: Sequence[ListedRecipient],
    *,
    complete: bool = True,
    within: frozenset[str] | None = None,
) -> Plan:
    """Compare the lists with the store and write nothing.

    Where the lists could not be read completely (`complete` is false), nobody counts as gone. Only those `within` can
    be gone or have another key, where these lists are not all of the campaign's.
    """
    fingerprints, trackings = queries.fingerprints(tx), queries.trackings(tx)
    erased = {key for key, one in trackings.items() if one.invitation is InvitationState.FORGOTTEN}
    everybody = _keyed(listed, list_queries.key_decisions(tx))
    rows = [row for row in everybody if row.key not in erased]
    standing = {key for key, tracking in trackings.items() if tracking.listed}
    missing = fingerprints.keys() - {row.key for row in rows} - erased
    missing = missing if within is None else missing & within
    open_rows = _open(rows, fingerprints)
    stored = list_queries.stored_recipients(tx, {row.key for row in open_rows} | missing) if open_rows else {}
    questions = key_questions(open_rows, stored, trackings, missing)
    asked = {question.listed.recipient.key for question in questions}
    differing, mended = {row.key for row in open_rows}, corrections(tx)
    changes = []
    for position, row in enumerate(rows):
        key = row.key
        if row.given in asked or (key not in differing and key in standing):
            continue
        kind: Kind = "new" if key not in fingerprints else "changed" if key in standing else "returned"
        old = stored.get(key) if key in differing else None
        changes.append(_change(row, kind, position, _Known(old, trackings.get(key), mended.get(key, {}))))
    if complete:
        gone = standing & missing - {question.stored for question in questions}
        changes += [Change(key, "gone", written_to=is_written_to(trackings[key])) for key in sorted(gone)]
    return Plan(tuple(changes), tuple(questions), tuple(row.listed for row in everybody if row.key in erased))


def update(tx: Transaction, row: ListedRecipient, key: str, position: int) -> Change:
    """The change by which a row becomes the new version of a stored recipient, whatever they have in common."""
    tracking = queries.trackings(tx)[key]
    old = list_queries.stored_recipients(tx, [key])[key]
    keyed = KeyedRow(replace(row, recipient=replace(row.recipient, key=key)), row.recipient.key, decided=True)
    mended = corrections(tx, key).get(key, {})
    return _change(keyed, "changed" if tracking.listed else "returned", position, _Known(old, tracking, mended))


def _change(row: KeyedRow, kind: Kind, position: int, known: _Known) -> Change:
    written_to = known.tracking is not None and is_written_to(known.tracking)
    new, holding = corrected(row.listed.recipient, known.corrections)
    fields = _differing(known.old, new)
    return Change(row.key, kind, fields, row.listed, position, known.old, written_to, new, holding)


def _keyed(listed: Sequence[ListedRecipient], decided: Mapping[str, str]) -> list[KeyedRow]:
    """The rows under the keys that they were decided to mean."""
    rows = []
    for one in listed:
        given = one.recipient.key
        key = decided.get(given)
        meant = one if key in (None, given) else replace(one, recipient=replace(one.recipient, key=key))
        rows.append(KeyedRow(meant, given, decided=key is not None))
    return rows


def _open(rows: Sequence[KeyedRow], fingerprints: Mapping[str, str]) -> list[KeyedRow]:
    """The rows about which anything can be asked: new ones, changed ones, and those that share a key."""
    doubled = {key for key, count in Counter(row.key for row in rows).items() if count > 1}
    return [
        row for row in rows if row.key in doubled or fingerprints.get(row.key) != row.listed.recipient.fingerprint()
    ]


def of_same_list(tx: Transaction, listed: Sequence[ListedRecipient]) -> frozenset[str]:
    """The stored keys of the lists that these rows are a later version of: of the same name, or with common keys."""
    files = list_queries.source_files(tx)
    names = {PurePath(one.file).name for one in listed}
    common = {files[one.recipient.key] for one in listed if one.recipient.key in files}
    return frozenset(key for key, file in files.items() if file in common or PurePath(file).name in names)


def _differing(old: Recipient | None, new: Recipient) -> tuple[str, ...]:
    if old is None:
        return ()
    return tuple(one.name for one in fields(Recipient) if getattr(old, one.name) != getattr(new, one.name))
