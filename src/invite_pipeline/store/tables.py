"""The tables of the store, as SQLAlchemy Core sees them; the migrations build exactly these.

Every table carries the campaign's id, so that several campaigns can share one database. Times are UTC, stored with
microseconds. `events` is the truth; `tracking`, `attendees`, `messages` and `reviews` are folded from it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time and convert any other to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives naive times back; they are UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


def _recipient_key() -> list[Column[str]]:
    return [Column("campaign", String(40), primary_key=True), Column("recipient", String(80), primary_key=True)]


def _of_recipient() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["campaign", "recipient"], ["recipients.campaign", "recipients.key"])


campaigns = Table(
    "campaigns", metadata, Column("id", String(40), primary_key=True), Column("title", Text, nullable=False)
)

recipients = Table(
    "recipients",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
    Index(None, "campaign", "email"),
    Index(None, "campaign", "position"),
    Index(None, "campaign", "channel", "position"),
)

invitations = Table(
    "invitations",
    metadata,
    *_recipient_key(),
    Column("code", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    UniqueConstraint("campaign", "code"),
    _of_recipient(),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(40), nullable=False),
    # Empty where a mail matched nobody.
    Column("recipient", String(80), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("data", JSON, nullable=False),
    # Erasing a person sets this to NULL; the rest of the history stays.
    Column("personal", JSON, nullable=True),
    Column("dedupe", String(200), nullable=True),
    UniqueConstraint("campaign", "dedupe"),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
    Index(None, "campaign", "recipient", "seq"),
    # The newest event is what every page asks for.
    Index(None, "campaign", "seq"),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    *_recipient_key(),
    # The primary key is what makes a second claim of the same message impossible.
    Column("wave", String(40), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime, nullable=True),
    Column("code", Integer, nullable=True),
    Column("answer", Text, nullable=True),
    # The version of the calendar entry that went along, if one did.
    Column("sequence", Integer, nullable=True),
    _of_recipient(),
    Index(None, "campaign", "message_id"),
    Index(None, "campaign", "wave", "state"),
    Index(None, "campaign", "state"),
)

tracking = Table(
    "tracking",
    metadata,
    *_recipient_key(),
    Column("invitation", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("message", String(20), nullable=False),
    Column("message_wave", String(40), nullable=False),
    Column("letter", String(10), nullable=False),
    Column("reply", String(10), nullable=False),
    Column("tentative", Boolean, nullable=False),
    Column("source", String(10), nullable=True),
    Column("sticky", Boolean, nullable=False),
    Column("declared_at", UtcTime, nullable=True),
    Column("late", Boolean, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("remark", Text, nullable=False),
    Column("answer", Integer, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_email", Text, nullable=False),
    Column("partly", Boolean, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("offer", Integer, nullable=False),
    Column("offer_until", UtcTime, nullable=True),
    Column("reviews", Integer, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("last_contact", UtcTime, nullable=True),
    Column("bounce", String(10), nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("called", Integer, nullable=False),
    Column("call", String(15), nullable=False),
    Column("call_again", Date, nullable=True),
    Column("calls", Integer, nullable=False),
    _of_recipient(),
    Index(None, "campaign", "reply"),
    # What went wrong is rare: whoever mends it does not look at the others.
    Index(None, "campaign", "bounce"),
    Index(None, "campaign", "letter"),
    Index(None, "campaign", "reminders"),
    Index(None, "campaign", "call"),
    Index(None, "campaign", "offer_until"),
)

attendees = Table(
    "attendees",
    metadata,
    *_recipient_key(),
    Column("position", Integer, primary_key=True),
    Column("role", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("workshop", String(40), nullable=False),
    Column("second", String(40), nullable=False),
    Column("speed_dating", Boolean, nullable=False),
    Column("funders", JSON, nullable=False),
    Column("diet", Text, nullable=False),
    Column("access", Text, nullable=False),
    Column("seat", String(20), nullable=False),
    Column("workshop_seat", String(20), nullable=True),
    Column("second_seat", String(20), nullable=True),
    Column("waiting", Integer, nullable=False),
    Column("workshop_waiting", Integer, nullable=False),
    _of_recipient(),
    # Whoever waits is found without looking at those who have a place.
    Index(None, "campaign", "seat", "waiting"),
    Index(None, "campaign", "workshop", "workshop_seat"),
    Index(None, "campaign", "second", "second_seat"),
    Index(None, "campaign", "speed_dating"),
)

# How many seats of each kind are given in each room, kept with every change of an attendee: nobody counts a hundred
# thousand rows for one answer.
rooms = Table(
    "rooms",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # A working group's id; empty for the hall.
    Column("room", String(40), primary_key=True),
    Column("seat", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

reviews = Table(
    "reviews",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # The event that waits.
    Column("seq", Integer, primary_key=True),
    Column("recipient", String(80), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "campaign", "state"),
)

letters = Table(
    "letters",
    metadata,
    *_recipient_key(),
    Column("fingerprint", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    _of_recipient(),
)

# What somebody said of a list's key that looked like another recipient's new one.
key_decisions = Table(
    "key_decisions",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("listed", String(80), primary_key=True),
    # Its own key where it is another recipient.
    Column("recipient", String(80), nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# What the calendar entries of the mails said of the event, version by version.
calendar = Table(
    "calendar",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("cancelled", Boolean, nullable=False),
    Column("details", JSON, nullable=False),
    Column("since", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# How far a mailbox on a server was read; its name is a hash, because an address would tell whose it is.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("mailbox", String(64), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# --- staff ------------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", String(64), nullable=False),
    # The last time step whose code was used: a code opens once.
    Column("totp_step", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("password_changed_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # Of the cookie only a hash: whoever reads the store can open nothing with it.
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(80), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign", "account"], ["accounts.campaign", "accounts.name"]),
    Index(None, "campaign", "account"),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # A keyed hash of what was typed: it need not be an account's name, and may be a password in the wrong field.
    Column("name_hash", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# Who did what to which record, and never with what contents; triggers keep it append-only.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("account", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    # A recipient's key, an account's name, a wave: whatever the action is about.
    Column("subject", String(80), nullable=False),
    Column("count", Integer, nullable=True),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
    Index(None, "campaign", "seq"),
    sqlite_autoincrement=True,
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("account", String(80), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("query", Text, nullable=False),
    ForeignKeyConstraint(["campaign", "account"], ["accounts.campaign", "accounts.name"]),
)

# Read-only tokens of the JSON interface; of each only a hash.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
    Index(None, "campaign", "token_hash"),
)

# Who calls whom.
assignments = Table(
    "assignments",
    metadata,
    *_recipient_key(),
    Column("account", String(80), nullable=False),
    _of_recipient(),
    Index(None, "campaign", "account"),
)

# What staff corrected, and what the list said then: where the list says so still, the correction holds.
corrections = Table(
    "corrections",
    metadata,
    *_recipient_key(),
    Column("field", String(20), primary_key=True),
    Column("listed", Text, nullable=False),
    Column("corrected", Text, nullable=False),
    _of_recipient(),
)

# Capacities that staff changed, and what the campaign file said then: where it says so still, the change holds.
room_capacities = Table(
    "room_capacities",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # A working group's id; empty for the hall.
    Column("room", String(40), primary_key=True),
    Column("in_file", Integer, nullable=True),
    Column("capacity", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# When a pace is free again, in seconds since 1970 by the database's clock: one pace over all workers of a campaign.
paces = Table(
    "paces",
    metadata,
    Column("campaign", String(40), primary_key=True),
    # Empty for the pace over all mails, else the domain.
    Column("name", String(255), primary_key=True),
    Column("free_at", Float(53), nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# What came of each batch that a worker finished: the progress of all workers. A hint; the ledger is the truth.
batches = Table(
    "batches",
    metadata,
    Column("campaign", String(40), primary_key=True),
    Column("run", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("stage", String(20), nullable=False),
    Column("worker", String(80), nullable=False),
    Column("done", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    # Keys and sentences, no names or addresses.
    Column("failures", JSON, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("ended_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
)

# Objections outlive the campaign and its data: only a keyed hash of the address is kept.
blocks = Table(
    "blocks", metadata, Column("address_hash", String(64), primary_key=True), Column("since", UtcTime, nullable=False)
)
