"""Who is who: clients, keys, companies, connections, grants; and what follows from a change."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from shared_code.store.schema.base import METADATA, key, owner, platform
from shared_code.store.types import Instant, Json

clients = Table(
    "clients",
    METADATA,
    key("id"),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    METADATA,
    key("id"),
    Column("client_id", Text, nullable=False, index=True),
    Column("name", Text),
    # A key has 256 random bits: its plain hash cannot be searched for.
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("sealed_key", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

companies = Table(
    "companies",
    METADATA,
    key("id"),
    Column("client_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("tags", Json, nullable=False),
    Column("created_by", Text),
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    Index("ix_companies_client", "client_id", "created_at", "id"),
)

connections = Table(
    "connections",
    METADATA,
    key("company_id"),
    key("id"),
    Column("client_id", Text, nullable=False),
    platform(),
    Column("status", Text, nullable=False),
    # Unlink, relink and delete raise it; every write of a run checks it.
    Column("epoch", Integer, nullable=False),
    # Set by the first link and never changed: another tenant's books must not mix in.
    Column("tenant_id", Text),
    Column("tenant_name", Text),
    Column("created_at", Instant, nullable=False),
    Column("linked_at", Instant),
    Column("last_sync_at", Instant),
    Column("deleted_at", Instant),
    # When it was last looked at for raw pages that can go.
    Column("pages_swept_at", Instant),
    Index("ix_connections_id", "id", unique=True),
    Index("ix_connections_pages_swept_at", "pages_swept_at"),
)

connection_errors = Table(
    "connection_errors",
    METADATA,
    *owner(),
    key("id"),
    Column("status_code", Text, nullable=False),
    Column("status_text", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
)

link_attempts = Table(
    "link_attempts",
    METADATA,
    key("state_hash"),
    Column("company_id", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("epoch", Integer, nullable=False),
    # The cookie's hash: only the browser that began may come back.
    Column("browser_hash", LargeBinary, nullable=False),
    Column("sealed_verifier", LargeBinary, nullable=False),
    # While the user chooses among several tenants, the exchanged tokens wait here, sealed.
    Column("sealed_grant", LargeBinary),
    Column("tenants", Json),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("finished_at", Instant),
    Index("ix_link_attempts_owner", "company_id", "connection_id"),
    Index("ix_link_attempts_expires_at", "expires_at"),
)

grants = Table(
    "grants",
    METADATA,
    *owner(),
    platform(),
    # active | refreshing | revoked
    Column("state", Text, nullable=False),
    # Bound into the seal; one more at every rotation.
    Column("version", Integer, nullable=False),
    # One more at every claim of the right to refresh.
    Column("fence", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("refreshing_since", Instant),
    Column("refreshed_at", Instant, nullable=False),
)

sync_settings = Table(
    "sync_settings",
    METADATA,
    key("client_id"),
    # Empty for the client's own defaults.
    key("company_id"),
    key("data_type"),
    Column("fetch_on_first_link", Boolean, nullable=False),
    # Hours from the last sync to the next; 0 is off.
    Column("sync_schedule", Integer, nullable=False),
    Column("sync_order", Integer, nullable=False),
    Column("sync_from_utc", Instant),
    Column("sync_from_window", Integer),
    Column("months_to_sync", Integer),
)

commands = Table(
    "commands",
    METADATA,
    key("id"),
    Column("company_id", Text, nullable=False),
    # The connector, or `data_api`: whoever it is that carries the command out.
    platform(),
    # sync | revoke | export
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    # The relay sends again what is not done by then.
    Column("send_at", Instant, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("done_at", Instant),
    Index("ix_commands_pending", "done_at", "send_at"),
    Index("ix_commands_company", "company_id"),
)

events = Table(
    "events",
    METADATA,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        Identity(),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", Text, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("connection_id", Text),
    Column("event_type", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_events_client", "client_id", "position"),
    Index("ix_events_company", "company_id"),
)

purges = Table(
    "purges",
    METADATA,
    key("company_id"),
    # Empty when the whole company goes.
    key("connection_id"),
    Column("requested_at", Instant, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    # A run that was writing when it was deleted is surely over by then.
    Column("watch_until", Instant, nullable=False),
    Index("ix_purges_next_attempt_at", "next_attempt_at"),
)
