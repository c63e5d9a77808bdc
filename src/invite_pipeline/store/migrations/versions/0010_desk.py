"""Calls, causes of bounces, corrections of addresses, raised capacities; indexes for what the staff pages list."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from invite_pipeline.store.tables import UtcTime

revision = "0010"
down_revision = "0009"

_TRACKING: tuple[tuple[str, Any, str], ...] = (
    ("bounce", sa.String(length=10), "''"),
    ("reminders", sa.Integer(), "0"),
    ("called", sa.Integer(), "0"),
    ("call", sa.String(length=15), "''"),
    ("calls", sa.Integer(), "0"),
)
_INDEXES = (
    ("tracking", ["campaign", "bounce"]),
    ("tracking", ["campaign", "letter"]),
    ("tracking", ["campaign", "reminders"]),
    ("tracking", ["campaign", "call"]),
    ("recipients", ["campaign", "position"]),
    ("recipients", ["campaign", "channel", "position"]),
    ("events", ["campaign", "seq"]),
    ("messages", ["campaign", "state"]),
    ("attendees", ["campaign", "speed_dating"]),
    ("assignments", ["campaign", "account"]),
)
_REMINDERS = """
UPDATE tracking SET reminders = (SELECT count(*) FROM messages WHERE messages.campaign = tracking.campaign
AND messages.recipient = tracking.recipient AND messages.wave LIKE 'reminder%'
AND messages.state IN ('sent', 'bounced_hard', 'bounced_soft')) WHERE message_wave <> ''
"""
_REFUSED = "UPDATE tracking SET bounce = 'refused' WHERE message = 'refused'"
_HARD = "UPDATE tracking SET bounce = 'hard' WHERE message = 'bounced_hard'"
_SOFT = "UPDATE tracking SET bounce = 'soft' WHERE message = 'bounced_soft'"


def upgrade() -> None:
    """Add what is missing, and fill it from what is there."""
    with op.batch_alter_table("tracking") as tracking:
        for name, type_, value in _TRACKING:
            tracking.add_column(sa.Column(name, type_, nullable=False, server_default=sa.text(value)))
        tracking.add_column(sa.Column("call_again", sa.Date(), nullable=True))
    for statement in (_REMINDERS, _REFUSED, _HARD, _SOFT):
        op.execute(statement)
    _fill_classes()
    with op.batch_alter_table("tracking") as tracking:
        for name, _, _ in _TRACKING:
            tracking.alter_column(name, server_default=None)
    _create_tables()
    for table, columns in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _fill_classes() -> None:
    """Which of the soft bounces were the sender's or the message's fault stands in the history only."""
    connection = op.get_bind()
    events = sa.table(
        "events", *(sa.column(n) for n in ("campaign", "recipient", "kind", "seq")), sa.column("data", sa.JSON)
    )
    found = sa.select(events.c.campaign, events.c.recipient, events.c.data).where(events.c.kind == "Bounced")
    newest = {(row[0], row[1]): row[2]["classification"] for row in connection.execute(found.order_by(events.c.seq))}
    update = sa.text(
        "UPDATE tracking SET bounce = :cause WHERE campaign = :campaign AND recipient = :recipient AND bounce = 'soft'"
    )
    rows = [
        {"campaign": campaign, "recipient": recipient, "cause": cause}
        for (campaign, recipient), cause in newest.items()
        if cause in ("policy", "content")
    ]
    if rows:
        connection.execute(update, rows)


def _create_tables() -> None:
    op.create_table(
        "corrections",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"],
            ["recipients.campaign", "recipients.key"],
            name=op.f("fk_corrections_recipients"),
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", "field", name=op.f("pk_corrections")),
    )
    op.create_table(
        "room_capacities",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("in_file", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_room_capacities_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "room", name=op.f("pk_room_capacities")),
    )


def downgrade() -> None:
    """Drop it all; the history keeps what happened."""
    for table, columns in _INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    op.drop_table("room_capacities")
    op.drop_table("corrections")
    with op.batch_alter_table("tracking") as tracking:
        for name in ("call_again", *(name for name, _, _ in _TRACKING)):
            tracking.drop_column(name)
