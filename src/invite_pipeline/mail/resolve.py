"""The mails of which nobody knows whether they went: shown, and decided on purpose."""

from __future__ import annotations

from typing import Literal

from invite_pipeline.domain.events import Requeued, SendResolved
from invite_pipeline.domain.tracking import MessageState
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.kinds import INVITATION
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append
from invite_pipeline.store.mail_queries import attempts, unknown_messages
from invite_pipeline.store.queries import Message

_NOT_ARRIVED = (MessageState.REFUSED, MessageState.BOUNCED_SOFT, MessageState.BOUNCED_HARD)


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
    with store.writing() as tx:
        waves = resolve_in(tx, workspace, key, sent=sent, evidence=evidence, wave=wave)
    if not waves:
        raise InviteError(f"No mail to {key} is unknown.", "See: invite status")
    return waves


def resolve_in(
    tx: Transaction, workspace: Workspace, key: str, *, sent: bool, evidence: str, wave: str | None = None
) -> list[str]:
    """As `resolve`, within a transaction of the caller's; gives no waves where nothing is unknown."""
    outcome: Literal["sent", "not_sent"] = "sent" if sent else "not_sent"
    found = [one for one in unknown_messages(tx, key) if wave in (None, one.wave)]
    for one in found:
        resolved = SendResolved(wave=one.wave, attempt=one.attempt, outcome=outcome, evidence=evidence)
        append(tx, key, resolved, at=workspace.now())
    return [one.wave for one in found]


_CAME_BACK = ("refused", "bounced_soft", "bounced_hard")


def due_again_in(tx: Transaction, workspace: Workspace, key: str, *, by: str) -> list[str]:
    """Let what did not arrive go again as a new attempt, once somebody sends; gives its waves.

    The invitation where that came back, else the newest that did: nobody gets a reminder of what they never had.
    Raises UnknownRecipient.
    """
    state = queries.tracking(tx, key, lock=True)
    found = [one for (_, _), one in attempts(tx, [key]).items() if one.state in _CAME_BACK]
    if not found or state.message not in _NOT_ARRIVED:
        return []
    first = [one for one in found if one.wave == INVITATION] or [max(found, key=lambda one: one.claimed_at)]
    append(tx, key, Requeued(wave=first[0].wave, by=by), at=workspace.now(), before=state)
    return [first[0].wave]
