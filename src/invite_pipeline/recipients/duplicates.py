"""Recipients that stand in the lists twice, over all files of a campaign."""

from __future__ import annotations

from dataclasses import dataclass, field

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.errors import Problem
from invite_pipeline.recipients.near import Organisation, near_pairs
from invite_pipeline.recipients.row import Row


@dataclass
class Seen:
    """The rows so far, by hashes of everything that must not stand in two of them.

    What is remembered of each must be small, since there may be a million: a place is the file's number and the row.
    """

    _files: dict[str, int] = field(default_factory=dict)
    _keys: dict[int, int] = field(default_factory=dict)
    _addresses: dict[int, int] = field(default_factory=dict)
    _emails: dict[int, int] = field(default_factory=dict)
    _organisations: dict[str, Organisation] = field(default_factory=dict)

    def check(self, row: Row, recipient: Recipient) -> None:
        """Note in `row` where the recipient stood before; remember it where it did not."""
        place = self._files.setdefault(row.file, len(self._files)) << 32 | row.number
        organisation, email = recipient.organisation.casefold(), recipient.email.casefold()
        mailbox = hash((organisation, email)) if email else None
        postal = _postal_identity(recipient, organisation)
        before = self._addresses.get(mailbox) if mailbox else None
        before = before or (self._addresses.get(postal) if postal else None)
        # File names must differ in more than capitals.
        key = hash(recipient.key.casefold())
        if before:
            message = f"The same organisation and address stand in {self._said(before)}."
            row.error("organisation", message, "Remove one of them.")
        elif key in self._keys:
            self._same_key(row, recipient, self._said(self._keys[key]))
        if row.broken:
            return
        self._keys[key] = place
        if postal:
            self._addresses[postal] = place
        if mailbox:
            self._addresses[mailbox] = place
            self._share(row, recipient, email, place)
        if organisation and organisation not in self._organisations:
            column = row.letter("organisation")
            self._organisations[organisation] = Organisation(
                recipient.organisation, row.file, row.number, column, recipient.city
            )

    def near_duplicates(self) -> list[Problem]:
        """A warning for each organisation that is spelled almost like one in another row."""
        fix = "Remove one of them if they are the same."
        return [
            Problem(
                "warning",
                later.file,
                f"“{later.name}” is almost the same as “{earlier.name}” in {earlier.file}, row {earlier.row}.",
                fix,
                row=later.row,
                column=later.column,
            )
            for earlier, later in near_pairs(list(self._organisations.values()))
        ]

    def _share(self, row: Row, recipient: Recipient, email: str, place: int) -> None:
        """Two invitees may share one mailbox: that is noticed, and nobody is merged."""
        other = self._emails.setdefault(hash(email), place)
        if other != place:
            message = f"The e-mail address “{recipient.email}” also stands in {self._said(other)}."
            row.say("warning", "email", message, "Correct it, unless both share the mailbox.")

    def _said(self, place: int) -> str:
        name = list(self._files)[place >> 32]
        return f"{name}, row {place & 0xFFFFFFFF}"

    @staticmethod
    def _same_key(row: Row, recipient: Recipient, before: str) -> None:
        if row["key"]:
            row.error("key", f"The key “{recipient.key}” also stands in {before}.", "Give every recipient its own key.")
        else:
            message = f"Organisation, unit and postcode are the same as in {before}."
            row.error("organisation", message, "Remove one, or add a column “Schlüssel” with a key for each.")


def _postal_identity(recipient: Recipient, organisation: str) -> int | None:
    if not (recipient.street and recipient.city):
        return None
    names = "".join([one.first_name + one.last_name for one in recipient.persons])
    rest = f"{recipient.unit}\0{names}\0{recipient.street}\0{recipient.postcode}\0{recipient.city}"
    return hash((organisation, rest.casefold()))
