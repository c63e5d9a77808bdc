"""What calendar entries said in each of their versions, and which version each mail carried."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table and the column; mails that went before carried the first version."""
    op.create_table(
        "calendar",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_calendar_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "sequence", name=op.f("pk_calendar")),
    )
    op.add_column("messages", sa.Column("sequence", sa.Integer(), nullable=True))
    op.execute("UPDATE messages SET sequence = 0 WHERE wave = 'invitation' OR wave LIKE 'confirmation-%'")


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("sequence")
    op.drop_table("calendar")
