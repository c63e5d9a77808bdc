"""Read-only tokens of the JSON interface."""

import sqlalchemy as sa
from alembic import op

from invite_pipeline.store.tables import UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "api_tokens",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_api_tokens_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "name", name=op.f("pk_api_tokens")),
    )
    op.create_index(op.f("ix_api_tokens_campaign_token_hash"), "api_tokens", ["campaign", "token_hash"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("api_tokens")
