"""Calls of which no answer came (yet): noted in the history, in the order in which staff made them."""

from __future__ import annotations

from invite_pipeline.domain.events import Called
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import RecordChanged
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append


def version(state: Tracking) -> str:
    """What a form about a call has seen: the answer, the offer and the latest call."""
    return f"{state.answer}.{state.offer}.{state.called}"


def note_call_in(tx: Transaction, workspace: Workspace, key: str, called: Called, *, seen: str) -> None:
    """Note a call, in a transaction of the caller's.

    Raises UnknownRecipient, and RecordChanged where somebody answered, called or was erased since the form was opened.
    """
    state = queries.tracking(tx, key, lock=True)
    if seen != version(state) or state.invitation is InvitationState.FORGOTTEN:
        raise RecordChanged
    append(tx, key, called, at=workspace.now(), before=state)
