"""What one visit to the pages asks of the store: whose invitation it is and what is known of it, in one statement."""

from __future__ import annotations

import sqlalchemy as sa

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.store import ledger, tables
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.queries import recipient_from
from invite_pipeline.store.rows import tracking_from_row


def visitor(tx: Transaction, code: str) -> tuple[Invitation, Recipient, Tracking] | None:
    """The invitation whose links carry this code, who is invited, and their folded row; None where there is none."""
    row = tx.connection.execute(_VISITOR, {"of_campaign": tx.campaign, "of_code": code}).mappings().one_or_none()
    if row is None:
        return None
    invitation = Invitation(row["recipient"], row["code"], row["issued_revision"], InvitationState(row["issued_state"]))
    # Where nobody comes the second table need not be asked.
    attendees = ledger.attendees_of(tx, row["recipient"]) if row["reply"] == "yes" else ()
    return invitation, recipient_from(row["who"]), tracking_from_row(row, attendees)


# Built once: building a statement costs more than SQLite takes to answer.
_I, _R, _T = tables.invitations, tables.recipients, tables.tracking
_VISITOR = (
    sa.select(
        _T,
        _I.c.code,
        _I.c.revision.label("issued_revision"),
        _I.c.state.label("issued_state"),
        _R.c.data.label("who"),
    )
    .select_from(
        _I.join(_R, (_R.c.campaign == _I.c.campaign) & (_R.c.key == _I.c.recipient)).join(
            _T, (_T.c.campaign == _I.c.campaign) & (_T.c.recipient == _I.c.recipient)
        )
    )
    .where(_I.c.campaign == sa.bindparam("of_campaign"), _I.c.code == sa.bindparam("of_code"))
)
