"""What workers share: a pace over all of them, and what came of each batch."""

import sqlalchemy as sa
from alembic import op

from invite_pipeline.store.tables import UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "paces",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("free_at", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_paces_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "name", name=op.f("pk_paces")),
    )
    op.create_table(
        "batches",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_batches_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "run", "number", name=op.f("pk_batches")),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("batches")
    op.drop_table("paces")
