"""Accounts, sessions, the audit log and what staff keep for themselves."""

import sqlalchemy as sa
from alembic import op

from invite_pipeline.store.tables import UtcTime

revision = "0005"
down_revision = "0004"

_APPEND_ONLY_SQLITE = """
CREATE TRIGGER audit_no_{what} BEFORE {WHAT} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_APPEND_ONLY_POSTGRESQL = """
CREATE FUNCTION audit_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_append_only()
"""


def _campaign() -> sa.Column:
    return sa.Column("campaign", sa.String(length=40), nullable=False)


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"], name=op.f(f"fk_{table}_campaigns"))


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign", "account"], ["accounts.campaign", "accounts.name"], name=op.f(f"fk_{table}_accounts")
    )


def upgrade() -> None:
    """Create the tables, and the triggers that keep the audit log."""
    op.create_table(
        "accounts",
        _campaign(),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("password_changed_at", UtcTime(), nullable=False),
        _of_campaign("accounts"),
        sa.PrimaryKeyConstraint("campaign", "name", name=op.f("pk_accounts")),
    )
    op.create_table(
        "staff_sessions",
        _campaign(),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        _of_account("staff_sessions"),
        sa.PrimaryKeyConstraint("campaign", "token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_campaign_account"), "staff_sessions", ["campaign", "account"])
    op.create_table(
        "login_failures",
        _campaign(),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcTime(), nullable=False),
        _of_campaign("login_failures"),
        sa.PrimaryKeyConstraint("campaign", "name_hash", name=op.f("pk_login_failures")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        _campaign(),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        _of_campaign("audit"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_campaign_seq"), "audit", ["campaign", "seq"])
    op.create_table(
        "saved_views",
        _campaign(),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        _of_account("saved_views"),
        sa.PrimaryKeyConstraint("campaign", "account", "name", name=op.f("pk_saved_views")),
    )
    op.create_table(
        "assignments",
        _campaign(),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign", "recipient"],
            ["recipients.campaign", "recipients.key"],
            name=op.f("fk_assignments_recipients"),
        ),
        sa.PrimaryKeyConstraint("campaign", "recipient", name=op.f("pk_assignments")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(_APPEND_ONLY_SQLITE.format(what=what, WHAT=what.upper()))
    else:
        op.execute(_APPEND_ONLY_POSTGRESQL)


def downgrade() -> None:
    """Drop them."""
    for table in ("assignments", "saved_views", "audit", "login_failures", "staff_sessions", "accounts"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_append_only()")
