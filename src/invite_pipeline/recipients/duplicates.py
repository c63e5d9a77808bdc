"""Recipients that stand in the lists twice, over all files of a campaign."""

from __future__ import annotations

from dataclasses import dataclass, field

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.row import Row


@dataclass
class Seen:
    """The rows so far, by everything that must not stand in two of them."""

    _keys: dict[str, str] = field(default_factory=dict)
    _mailboxes: dict[tuple[str, str], str] = field(default_factory=dict)
    _postal: dict[tuple[str, ...], str] = field(default_factory=dict)
    _emails: dict[str, str] = field(default_factory=dict)

    def check(self, row: Row, recipient: Recipient) -> None:
        """Note in `row` where the recipient stood before; remember it where it did not."""
        place = f"{row.file}, row {row.number}"
        organisation, email = recipient.organisation.casefold(), recipient.email.casefold()
        mailbox = (organisation, email) if email else None
        postal = _postal_identity(recipient)
        before = (mailbox and self._mailboxes.get(mailbox)) or (postal and self._postal.get(postal))
        # File names must differ in more than capitals.
        key = recipient.key.casefold()
        if before:
            row.error("organisation", f"The same organisation and address stand in {before}.", "Remove one of them.")
        elif key in self._keys:
            self._same_key(row, recipient, self._keys[key])
        if row.broken:
            return
        self._keys[key] = place
        if postal:
            self._postal[postal] = place
        if mailbox:
            self._mailboxes[mailbox] = place
            other = self._emails.setdefault(email, place)
            if other != place:
                message = f"The e-mail address “{recipient.email}” also stands in {other}, with another organisation."
                row.say("warning", "email", message, "Correct it, unless both share the mailbox.")

    @staticmethod
    def _same_key(row: Row, recipient: Recipient, before: str) -> None:
        if row["key"]:
            row.error("key", f"The key “{recipient.key}” also stands in {before}.", "Give every recipient its own key.")
        else:
            message = f"Organisation, unit and postcode are the same as in {before}."
            row.error("organisation", message, "Remove one, or add a column “Schlüssel” with a key for each.")


def _postal_identity(recipient: Recipient) -> tuple[str, ...] | None:
    if not (recipient.street and recipient.city):
        return None
    parts = (
        recipient.organisation,
        recipient.unit,
        recipient.addressee,
        recipient.street,
        recipient.postcode,
        recipient.city,
    )
    return tuple(part.casefold() for part in parts)
