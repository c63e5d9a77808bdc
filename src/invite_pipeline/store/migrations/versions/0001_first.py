"""The first tables: recipients, invitations, the ledger and what is folded from it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "blocks",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_blocks")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "reviews",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "seq", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_campaign_state"), "reviews", ["campaign", "state"], unique=False)
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("personal", sa.JSON(), nullable=True),
        sa.Column("dedupe", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_events_campaigns")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("campaign", "dedupe", name=op.f("uq_events_campaign_dedupe")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_campaign_recipient_seq"), "events", ["campaign", "recipient", "seq"], unique=False)
    op.create_table(
        "recipients",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_recipients_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "key", name=op.f("pk_recipients")),
    )
    op.create_index(op.f("ix_recipients_campaign_email"), "recipients", ["campaign", "email"], unique=False)
    op.create_table(
        "attendees",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("workshop", sa.String(length=40), nullable=False),
        sa.Column("speed_dating", sa.Boolean(), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("workshop_seat", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"], ["recipients.campaign", "recipients.key"], name=op.f("fk_attendees_recipients")
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", "position", name=op.f("pk_attendees")),
    )
    op.create_index(op.f("ix_attendees_campaign_workshop"), "attendees", ["campaign", "workshop"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"], ["recipients.campaign", "recipients.key"], name=op.f("fk_invitations_recipients")
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", name=op.f("pk_invitations")),
        sa.UniqueConstraint("campaign", "code", name=op.f("uq_invitations_campaign_code")),
    )
    op.create_table(
        "letters",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"], ["recipients.campaign", "recipients.key"], name=op.f("fk_letters_recipients")
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", name=op.f("pk_letters")),
    )
    op.create_table(
        "messages",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"], ["recipients.campaign", "recipients.key"], name=op.f("fk_messages_recipients")
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", "wave", "attempt", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_campaign_message_id"), "messages", ["campaign", "message_id"], unique=False)
    op.create_index(op.f("ix_messages_campaign_wave_state"), "messages", ["campaign", "wave", "state"], unique=False)
    op.create_table(
        "tracking",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("invitation", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=20), nullable=False),
        sa.Column("message_wave", sa.String(length=40), nullable=False),
        sa.Column("letter", sa.String(length=10), nullable=False),
        sa.Column("reply", sa.String(length=10), nullable=False),
        sa.Column("tentative", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=True),
        sa.Column("sticky", sa.Boolean(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("last_contact", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"], ["recipients.campaign", "recipients.key"], name=op.f("fk_tracking_recipients")
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", name=op.f("pk_tracking")),
    )
    op.create_index(op.f("ix_tracking_campaign_reply"), "tracking", ["campaign", "reply"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_tracking_campaign_reply"), table_name="tracking")
    op.drop_table("tracking")
    op.drop_index(op.f("ix_messages_campaign_wave_state"), table_name="messages")
    op.drop_index(op.f("ix_messages_campaign_message_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_table("letters")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_attendees_campaign_workshop"), table_name="attendees")
    op.drop_table("attendees")
    op.drop_index(op.f("ix_recipients_campaign_email"), table_name="recipients")
    op.drop_table("recipients")
    op.drop_index(op.f("ix_events_campaign_recipient_seq"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_reviews_campaign_state"), table_name="reviews")
    op.drop_table("reviews")
    op.drop_table("campaigns")
    op.drop_table("blocks")
