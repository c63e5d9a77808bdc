"""Places: second choices, waiting lists, offers, what else the form asks, and how many seats each room has given."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from invite_pipeline.store.tables import UtcTime

revision = "0006"
down_revision = "0005"

_TRACKING: tuple[tuple[str, Any, str], ...] = (
    ("answer", sa.Integer(), "0"),
    ("answered_by", sa.Text(), ""),
    ("answered_email", sa.Text(), ""),
    ("partly", sa.Boolean(), "false"),
    ("answers", sa.JSON(), "{}"),
    ("offer", sa.Integer(), "0"),
)
_ATTENDEES: tuple[tuple[str, Any, str], ...] = (
    ("second", sa.String(length=40), ""),
    ("funders", sa.JSON(), "[]"),
    ("diet", sa.Text(), ""),
    ("access", sa.Text(), ""),
    ("waiting", sa.Integer(), "0"),
    ("workshop_waiting", sa.Integer(), "0"),
)
_INDEXES = (
    ("attendees", ["campaign", "seat", "waiting"]),
    ("attendees", ["campaign", "workshop", "workshop_seat"]),
    ("attendees", ["campaign", "second", "second_seat"]),
    ("tracking", ["campaign", "offer_until"]),
)
_NEWEST = """
UPDATE tracking SET answer = coalesce((SELECT max(seq) FROM events WHERE events.campaign = tracking.campaign
AND events.recipient = tracking.recipient AND events.kind = 'Replied'), 0) WHERE reply <> 'open'
"""
_IN_HALL = "INSERT INTO rooms SELECT campaign, '', seat, count(*) FROM attendees GROUP BY campaign, seat"
_IN_GROUPS = """
INSERT INTO rooms SELECT campaign, workshop, workshop_seat, count(*) FROM attendees
WHERE workshop <> '' AND workshop_seat IS NOT NULL GROUP BY campaign, workshop, workshop_seat
"""
_WAIT_FOR_HALL = """
UPDATE attendees SET waiting = (SELECT answer FROM tracking WHERE tracking.campaign = attendees.campaign
AND tracking.recipient = attendees.recipient) WHERE seat = 'waitlisted'
"""
_WAIT_FOR_GROUP = """
UPDATE attendees SET workshop_waiting = (SELECT answer FROM tracking WHERE tracking.campaign = attendees.campaign
AND tracking.recipient = attendees.recipient) WHERE workshop_seat = 'waitlisted'
"""


def _default(type_: Any, value: str) -> Any:
    return sa.false() if isinstance(type_, sa.Boolean) else sa.text(f"'{value}'")


def upgrade() -> None:
    """Add the columns and count what is there."""
    op.create_table(
        "rooms",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_rooms_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "room", "seat", name=op.f("pk_rooms")),
    )
    for table, columns in (("tracking", _TRACKING), ("attendees", _ATTENDEES)):
        for name, type_, default in columns:
            column = sa.Column(name, type_, nullable=False, server_default=_default(type_, default))
            op.add_column(table, column)
        # Only the rows that are there need the defaults.
        with op.batch_alter_table(table) as batch:
            for name, type_, _ in columns:
                batch.alter_column(name, existing_type=type_, existing_nullable=False, server_default=None)
    op.add_column("tracking", sa.Column("offer_until", UtcTime(), nullable=True))
    op.add_column("attendees", sa.Column("second_seat", sa.String(length=20), nullable=True))
    op.drop_index(op.f("ix_attendees_campaign_workshop"), table_name="attendees")
    for table, names in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names)
    for statement in (_NEWEST, _IN_HALL, _IN_GROUPS, _WAIT_FOR_HALL, _WAIT_FOR_GROUP):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for table, names in reversed(_INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(names)}"), table_name=table)
    op.create_index(op.f("ix_attendees_campaign_workshop"), "attendees", ["campaign", "workshop"])
    op.drop_column("attendees", "second_seat")
    op.drop_column("tracking", "offer_until")
    for table, columns in (("attendees", _ATTENDEES), ("tracking", _TRACKING)):
        for name, _, _ in reversed(columns):
            op.drop_column(table, name)
    op.drop_table("rooms")
