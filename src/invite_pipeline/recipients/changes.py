"""A later version of a list beside what is stored: new, changed (what), gone, and keys that may have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Literal

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.near import reduced
from invite_pipeline.store import list_queries, queries
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


@dataclass(frozen=True, slots=True)
class Question:
    """A row with a new key that looks like a recipient whose own key the lists no longer have."""

    listed: ListedRecipient
    stored: str
    why: str

    @property
    def text(self) -> str:
        """The question, with both answers."""
        new = self.listed.recipient.key
        return (
            f"{self.listed.file}, row {self.listed.row}: {new} has {self.why} as {self.stored}, "
            "which no list has any more. "
            f"If they are the same: invite recipients --same {self.stored}={new}; if not: --other {new}. "
            "Until then nobody is invited a second time."
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What storing the lists would do; what `questions` ask about is left as it is."""

    changes: tuple[Change, ...]
    questions: tuple[Question, ...] = ()

    def written_to(self) -> Iterator[Change]:
        """The changes of those whose letter or mail has gone out."""
        return (one for one in self.changes if one.written_to and one.kind == "changed")


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
    decided = list_queries.key_decisions(tx)
    listed = [_with_key(one, decided.get(one.recipient.key)) for one in listed]
    fingerprints, trackings = queries.fingerprints(tx), queries.trackings(tx)
    standing = {key for key, tracking in trackings.items() if tracking.listed}
    keys = {one.recipient.key for one in listed}
    fresh = [one for one in listed if one.recipient.key not in fingerprints and one.recipient.key not in decided]
    missing = fingerprints.keys() - keys
    questions = _questions(tx, fresh, missing if within is None else missing & within)
    asked = {question.listed.recipient.key for question in questions}
    differing = [one.recipient.key for one in listed if _differs(one.recipient, fingerprints)]
    stored = list_queries.stored_recipients(tx, differing) if differing else {}
    changes = []
    for position, one in enumerate(listed):
        key = one.recipient.key
        if key in asked or (key in fingerprints and key in standing and key not in stored):
            continue
        kind: Kind = "new" if key not in fingerprints else "changed" if key in standing else "returned"
        old = stored.get(key)
        written_to = key in trackings and _written_to(trackings[key])
        changes.append(Change(key, kind, _differing(old, one.recipient), one, position, old, written_to))
    if complete:
        gone = standing & missing - {question.stored for question in questions}
        gone = gone if within is None else gone & within
        changes += [Change(key, "gone", written_to=_written_to(trackings[key])) for key in sorted(gone)]
    return Plan(tuple(changes), tuple(questions))


def of_same_list(tx: Transaction, listed: Sequence[ListedRecipient]) -> frozenset[str]:
    """The stored keys of the lists that these rows are a later version of: of the same name, or with common keys."""
    files = list_queries.source_files(tx)
    names = {PurePath(one.file).name for one in listed}
    common = {files[one.recipient.key] for one in listed if one.recipient.key in files}
    return frozenset(key for key, file in files.items() if file in common or PurePath(file).name in names)


def _with_key(one: ListedRecipient, key: str | None) -> ListedRecipient:
    return replace(one, recipient=replace(one.recipient, key=key)) if key else one


def _differs(one: Recipient, fingerprints: dict[str, str]) -> bool:
    return one.key in fingerprints and fingerprints[one.key] != one.fingerprint()


def _differing(old: Recipient | None, new: Recipient) -> tuple[str, ...]:
    if old is None:
        return ()
    return tuple(one.name for one in fields(Recipient) if getattr(old, one.name) != getattr(new, one.name))


def _written_to(tracking: Tracking) -> bool:
    return bool(tracking.message_wave or tracking.letter)


# --- changed keys -----------------------------------------------------------------------------------------------


def _questions(tx: Transaction, fresh: Iterable[ListedRecipient], missing: Collection[str]) -> list[Question]:
    """The new rows that look like a stored recipient whose key no row has."""
    fresh = list(fresh)
    if not fresh or not missing:
        return []
    known: dict[tuple[str, ...], str] = {}
    for key, recipient in list_queries.stored_recipients(tx, missing).items():
        for mark in _marks(recipient):
            known.setdefault(mark, key)
    questions, taken = [], set()
    for one in fresh:
        found = next((mark for mark in _marks(one.recipient) if mark in known and known[mark] not in taken), None)
        if found:
            taken.add(known[found])
            questions.append(Question(one, known[found], found[0]))
    return questions


def _marks(recipient: Recipient) -> Iterator[tuple[str, ...]]:
    """What two rows have in common that are the same invitee, whatever their keys; surest first."""
    who = reduced(recipient.organisation or recipient.addressee)
    if recipient.email:
        yield "the same e-mail address", recipient.email.casefold()
    if who:
        yield "the same name", who, recipient.unit.casefold(), recipient.city.casefold()
    if recipient.street and recipient.city:
        place = f"{recipient.street} {recipient.postcode} {recipient.city}".casefold()
        yield "the same street and persons", place, recipient.addressee.casefold()
