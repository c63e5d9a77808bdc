"""How far each mailbox on a server was read; addresses in small letters, so that the index finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "mailboxes",
        sa.Column("campaign", sa.String(length=40), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f("fk_mailboxes_campaigns")),
        sa.PrimaryKeyConstraint("campaign", "mailbox", name=op.f("pk_mailboxes")),
    )
    # Addresses are looked up by the index, whatever their capitals.
    op.execute("UPDATE recipients SET email = lower(email)")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("mailboxes")
