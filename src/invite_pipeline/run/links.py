"""Links that open no more, and links that open anew: each raises the invitation's revision, which every link signs."""

from __future__ import annotations

from invite_pipeline.domain.events import Issued, Revoked
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append


def revoke(store: Store, workspace: Workspace, key: str) -> int:
    """Let the links of one invitation open nothing any more; gives the revision that a new link would have.

    The answer stays as it is. Raises UnknownRecipient, InviteError where it is revoked or erased already.
    """
    with store.writing() as tx:
        return revoke_in(tx, workspace, key)


def revoke_in(tx: Transaction, workspace: Workspace, key: str) -> int:
    """As revoke, within a transaction of the caller's."""
    found = queries.invitation(tx, key)
    if found.state not in (InvitationState.ISSUED, InvitationState.CLOSED):
        raise InviteError(f"The invitation of {key} is {found.state} already.", "")
    append(tx, key, Revoked(revision=found.revision), at=workspace.now())
    queries.set_invitation(tx, key, revision=found.revision + 1, state=InvitationState.REVOKED)
    return found.revision + 1


def invite_again(store: Store, workspace: Workspace, key: str) -> int:
    """Issue a new link to somebody, under a new revision; every older link opens nothing. Gives the revision.

    Raises UnknownRecipient, InviteError where the persons behind it were erased.
    """
    with store.writing() as tx:
        return invite_again_in(tx, workspace, key)


def invite_again_in(tx: Transaction, workspace: Workspace, key: str) -> int:
    """As invite_again, within a transaction of the caller's."""
    found = queries.invitation(tx, key)
    if found.state is InvitationState.FORGOTTEN:
        raise InviteError(f"The data of {key} were erased.", "Invite them anew, under another key.")
    # Revoking has raised it already.
    revision = found.revision + (found.state is not InvitationState.REVOKED)
    append(tx, key, Issued(revision=revision), at=workspace.now())
    queries.set_invitation(tx, key, revision=revision, state=InvitationState.ISSUED)
    return revision
