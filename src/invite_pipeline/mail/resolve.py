"""The mails of which nobody knows whether they went: shown, and decided on purpose."""

from __future__ import annotations

from typing import Literal

from invite_pipeline.domain.events import SendResolved
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from invite_pipeline.store.mail_queries import unknown_messages
from invite_pipeline.store.queries import Message


def unknown(store: Store) -> list[Message]:
    """The mails that were claimed and have no outcome."""
    with store.reading() as tx:
        return unknown_messages(tx)


def resolve(
    store: Store, workspace: Workspace, key: str, *, sent: bool, evidence: str, wave: str | None = None
) -> list[str]:
    """Decide what became of a recipient's unknown mails (of one wave, or of all), on evidence; gives their waves.

    What was not sent is due again. Raises InviteError where nothing of this recipient is unknown.
    """
    outcome: Literal["sent", "not_sent"] = "sent" if sent else "not_sent"
    with store.writing() as tx:
        found = [one for one in unknown_messages(tx) if one.recipient == key and wave in (None, one.wave)]
        for one in found:
            resolved = SendResolved(wave=one.wave, attempt=one.attempt, outcome=outcome, evidence=evidence)
            append(tx, key, resolved, at=workspace.now())
    if not found:
        raise InviteError(f"No mail to {key} is unknown.", "See: invite status")
    return [one.wave for one in found]
