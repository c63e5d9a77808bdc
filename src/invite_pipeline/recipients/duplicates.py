"""Recipients that stand in the lists twice, over all files of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.row import Row

_SMALL = (1 << 60) - 1
"""Hashes of 60 bits take two thirds of the memory of longer ones; what they find is looked at."""


class Seen:
    """The recipients so far, by hashes of everything that must not stand in two rows.

    What is remembered beside the recipients themselves is one number each: there may be a million.
    """

    def __init__(self, accepted: Sequence[ListedRecipient]) -> None:
        self._accepted = accepted
        self._keys: dict[int, int] = {}
        self._postal: dict[int, int] = {}
        self._emails: dict[int, int] = {}
        self._sharing: dict[str, list[int]] = {}
        """Mailboxes of several recipients, with all of them."""

    def check(self, row: Row, recipient: Recipient) -> None:
        """Note in `row` where the recipient stood before; remember it, as the next to be accepted, where it did not."""
        key, postal, email = _key(recipient), _postal_identity(recipient), recipient.email.casefold()
        key_hash, postal_hash, email_hash = hash(key) & _SMALL, hash(postal) & _SMALL, hash(email) & _SMALL
        sharing = self._sharing_mailbox(email, email_hash) if email else []
        organisation = recipient.organisation.casefold()
        same = [one for one in sharing if self._accepted[one].recipient.organisation.casefold() == organisation]
        same += self._found(self._postal, postal_hash, postal, _postal_identity) if postal else []
        if same:
            message = f"The same organisation and address stand in {self._said(same[0])}."
            row.error("organisation", message, "Remove one of them.")
        elif before := self._found(self._keys, key_hash, key, _key):
            self._same_key(row, recipient, self._said(before[0]))
        if row.broken:
            return
        place = len(self._accepted)
        self._keys[key_hash] = place
        if postal:
            self._postal[postal_hash] = place
        if email:
            self._emails.setdefault(email_hash, place)
        if sharing:
            self._sharing.setdefault(email, sharing).append(place)
            message = f"The e-mail address “{recipient.email}” also stands in {self._said(sharing[0])}."
            row.say("warning", "email", message, "Correct it, unless both share the mailbox.")

    def _found(self, index: dict[int, int], hashed: int, value: object, of: Callable[[Recipient], object]) -> list[int]:
        place = index.get(hashed)
        # A file that broke off in the middle took its rows with it.
        if place is None or place >= len(self._accepted) or of(self._accepted[place].recipient) != value:
            return []
        return [place]

    def _sharing_mailbox(self, email: str, hashed: int) -> list[int]:
        """Those who have this mailbox already: two invitees may share one, and nobody is merged."""
        return self._sharing.get(email) or self._found(self._emails, hashed, email, lambda one: one.email.casefold())

    def _said(self, place: int) -> str:
        return f"{self._accepted[place].file}, row {self._accepted[place].row}"

    @staticmethod
    def _same_key(row: Row, recipient: Recipient, before: str) -> None:
        if row["key"]:
            row.error("key", f"The key “{recipient.key}” also stands in {before}.", "Give every recipient its own key.")
        else:
            message = f"Organisation, unit and postcode are the same as in {before}."
            row.error("organisation", message, "Remove one, or add a column “Schlüssel” with a key for each.")


def _key(recipient: Recipient) -> str:
    # File names must differ in more than capitals.
    return recipient.key.casefold()


def _postal_identity(recipient: Recipient) -> str:
    if not (recipient.street and recipient.city):
        return ""
    names = "".join([one.first_name + one.last_name for one in recipient.persons])
    above = f"{recipient.organisation}\0{recipient.unit}\0{names}"
    return f"{above}\0{recipient.street}\0{recipient.postcode}\0{recipient.city}".casefold()
