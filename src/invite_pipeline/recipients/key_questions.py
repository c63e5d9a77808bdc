"""Keys of a later list that may mean somebody else than they did: what must be asked before anything is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.recipients.likeness import likeness, marks
from invite_pipeline.recipients.listed import ListedRecipient

Doubt = Literal["new key", "moved", "another"]


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row of the lists under the key that it means, and the key `given` that stands there."""

    listed: ListedRecipient
    given: str
    decided: bool = False
    """Somebody has said whose key this is."""

    @property
    def key(self) -> str:
        """The stored recipient's key, or that of a new one."""
        return self.listed.recipient.key


@dataclass(frozen=True, slots=True)
class Question:
    """A row that may be another recipient than its key says; nothing of it is stored before there is an answer."""

    listed: ListedRecipient
    """With the key that stands in the list."""
    stored: str
    """Whom the row resembles, or, where nobody is resembled, whose key it has."""
    why: str
    doubt: Doubt = "new key"
    was: str = ""
    """Who is stored under the key that the row means."""
    was_key: str = ""

    @property
    def text(self) -> str:
        """The question, with every answer."""
        new, place = self.listed.recipient.key, f"{self.listed.file}, row {self.listed.row}"
        if self.doubt == "new key":
            return (
                f"{place}: {new} has {self.why}. If they are the same: invite recipients --same {self.stored}={new}; "
                f"if not: --other {new}. Until then nobody is invited a second time."
            )
        now = _name(self.listed.recipient)
        if self.doubt == "moved":
            return (
                f"{place}: {new} is stored as “{self.was}”, but “{now}” stands there now, with {self.why}. "
                f"Was the key column renumbered? If the row is {self.stored}: "
                f"invite recipients --same {self.stored}={new}; if it is still {self.was_key}: "
                f"--same {self.was_key}={new}; if it is a new recipient: --other {new}. Until then nothing is changed."
            )
        return (
            f"{place}: {self.stored} is stored as “{self.was}”, {self.why}, but “{now}” stands there now. "
            f"If that is the same recipient: invite recipients --same {self.stored}={new}; "
            f"if it is a new one: --other {new}. Until then nothing is changed."
        )


def key_questions(
    rows: Sequence[KeyedRow],
    stored: Mapping[str, Recipient],
    trackings: Mapping[str, Tracking],
    missing: Collection[str],
) -> list[Question]:
    """The questions in the order of the rows.

    `rows` are those that are new or differ from what is stored, or share their key with another; `stored` are the
    recipients of their keys, and those that are `missing` from the lists.
    """
    return _Asking(rows, stored, trackings, missing).questions()


class _Asking:
    """One comparison: who resembles whom, and who is resembled by nobody."""

    def __init__(
        self,
        rows: Sequence[KeyedRow],
        stored: Mapping[str, Recipient],
        trackings: Mapping[str, Tracking],
        missing: Collection[str],
    ) -> None:
        self._rows, self._stored, self._trackings = rows, stored, trackings
        self._missing = frozenset(missing)
        self._owner = owners(rows)
        # How well the recipient that is stored under a row's key is the row itself.
        self._own = {
            key: likeness(row.listed.recipient, stored[key]) for key, row in self._owner.items() if key in stored
        }
        self._known: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for key in [*self._own, *sorted(self._missing)]:
            if key in stored:
                for mark in marks(stored[key]):
                    self._known[mark].append(key)

    def questions(self) -> list[Question]:
        """Whoever resembles another first: what they take, nobody else can have."""
        found: dict[int, Question] = {}
        taken: set[str] = set()
        for place, row in enumerate(self._rows):
            resembled = self._resembled(row, taken)
            if resembled:
                taken.add(resembled[0])
                found[place] = self._resembling(row, *resembled)
        for place, row in enumerate(self._rows):
            if place not in found and (question := self._of_nobody(row, taken)):
                found[place] = question
        return [found[place] for place in sorted(found)]

    def _resembled(self, row: KeyedRow, taken: Collection[str]) -> tuple[str, str] | None:
        """The stored recipient that the row is more like than its own, and in what; None where there is none."""
        if row.decided and row.key not in self._stored:
            return None
        one = row.listed.recipient
        least = self._own.get(row.key, 0) if self._owner.get(row.key) is row else 0
        best: tuple[int, str, str] | None = None
        for mark in marks(one):
            for key in self._known.get(mark, ()):
                alike = likeness(one, self._stored[key])
                free = key != row.key and key not in taken
                if free and alike > max(least, self._own.get(key, 0)) and (best is None or alike > best[0]):
                    best = alike, key, mark[0]
        return best and (best[1], best[2])

    def _resembling(self, row: KeyedRow, key: str, what: str) -> Question:
        listed = _as_given(row)
        if row.key not in self._stored:
            rest = "which no list has any more" if key in self._missing else "whose key now has somebody else"
            return Question(listed, key, f"{what} as {key}, {rest}")
        was = _name(self._stored[row.key])
        return Question(listed, key, f"{what} as {key}", doubt="moved", was=was, was_key=row.key)

    def _of_nobody(self, row: KeyedRow, taken: Collection[str]) -> Question | None:
        """A row under a stored recipient's key that has nothing in common with them."""
        old = self._stored.get(row.key)
        if old is None:
            return None
        owner = self._owner[row.key]
        if owner is not row:
            why = f"which is the row with the key {owner.given} now"
        elif row.key in taken:
            why = "which another row resembles more"
        elif not self._own[row.key] and is_touched(self._trackings.get(row.key)):
            why = "and has been written to or has answered"
        else:
            return None
        return Question(_as_given(row), row.key, why, doubt="another", was=_name(old))


def owners(rows: Iterable[KeyedRow]) -> dict[str, KeyedRow]:
    """The row that has each key: where two have the same, the one about which somebody has decided."""
    found: dict[str, KeyedRow] = {}
    for row in rows:
        if row.key not in found or (row.decided and not found[row.key].decided):
            found[row.key] = row
    return found


def is_touched(tracking: Tracking | None) -> bool:
    """Whether anything has happened with a recipient that another one must not inherit."""
    if tracking is None:
        return False
    return is_written_to(tracking) or bool(tracking.last_contact or tracking.reviews or tracking.blocked)


def is_written_to(tracking: Tracking) -> bool:
    """Whether a mail was claimed or a letter was printed for the post."""
    return bool(tracking.message_wave or tracking.letter)


def _as_given(row: KeyedRow) -> ListedRecipient:
    return replace(row.listed, recipient=replace(row.listed.recipient, key=row.given))


def _name(one: Recipient) -> str:
    return ", ".join(part for part in (one.organisation, one.unit, one.addressee) if part) or one.email or one.key
