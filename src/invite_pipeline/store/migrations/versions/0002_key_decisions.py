"""What somebody decided about a key of a list that may be another recipient's new one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "key_decisions",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("listed", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_key_decisions_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "listed", name=op.f("pk_key_decisions")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("key_decisions")
