"""Re-maps: what was ordered, how far it is, and what it changes or would change."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from shared_code.store.schema.base import METADATA, key, platform
from shared_code.store.types import Instant, Json

remaps = Table(
    "remaps",
    METADATA,
    key("company_id"),
    # The run that carries it out.
    key("run_id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("data_types", Json, nullable=False),
    # Empty for the connector's current one, until the run begins.
    Column("mapping_version", Integer),
    Column("dry_run", Boolean, nullable=False),
    Column("error_message", Text),
    Column("created_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Index("ix_remaps_connection", "company_id", "connection_id", "created_at"),
)

remap_types = Table(
    "remap_types",
    METADATA,
    key("company_id"),
    key("run_id"),
    key("data_type"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("position", Integer, nullable=False),
    # pending | over | failed
    Column("state", Text, nullable=False),
    # What is compared with: the generation that was published when it began.
    Column("generation", Integer, nullable=False),
    # The last pull whose pages count: later ones were published while it went on.
    Column("last_pull_id", Text),
    Column("total", Integer, nullable=False),
    # The page that it is at, and how many of its records are done.
    Column("cursor", Json, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("pages_done", Integer, nullable=False),
    # Records by what becomes of them.
    Column("counts", Json, nullable=False),
    Index("ix_remap_types_connection", "company_id", "connection_id"),
)

remap_changes = Table(
    "remap_changes",
    METADATA,
    key("company_id"),
    key("run_id"),
    key("data_type"),
    key("source_id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    # added | changed | rejected | gone
    Column("kind", Text, nullable=False),
    # What is shown of it; empty beyond the first few.
    Column("detail", Json),
    Index("ix_remap_changes_kind", "company_id", "run_id", "data_type", "kind"),
    Index("ix_remap_changes_connection", "company_id", "connection_id"),
)
