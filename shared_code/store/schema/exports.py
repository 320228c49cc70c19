"""Exports: whole data types, written to blobs for clients to fetch."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from shared_code.store.schema.base import METADATA, key, platform
from shared_code.store.types import Instant

exports = Table(
    "exports",
    METADATA,
    key("company_id"),
    key("id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("data_type", Text, nullable=False),
    Column("query", Text),
    Column("as_of", Instant),
    # Queued | Running | Complete | Failed | Expired
    Column("status", Text, nullable=False),
    Column("error_message", Text),
    # One more at every claim: who holds an older one has lost the export.
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    # Leases that lapsed in a row; a part sets it back.
    Column("lapses", Integer, nullable=False),
    # What is exported: a generation of the dataset, fixed when the export begins.
    Column("generation", Integer),
    Column("published_at", Instant),
    Column("total", Integer, nullable=False),
    # How far it is: keys looked at, the last one of them, and what was written.
    Column("looked_at", Integer, nullable=False),
    Column("after_id", Text),
    Column("parts", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("expires_at", Instant),
    # When its blobs are removed; empty where there are none, or where they are not due.
    Column("purge_at", Instant),
    Column("deleted_at", Instant),
    Index("ix_exports_connection", "company_id", "connection_id", "created_at"),
    Index("ix_exports_lease", "status", "lease_until"),
    Index("ix_exports_purge_at", "purge_at"),
)

export_parts = Table(
    "export_parts",
    METADATA,
    key("company_id"),
    key("export_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("path", Text, nullable=False),
    Column("records", Integer, nullable=False),
    # Of the blob as it is fetched, compressed.
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Index("ix_export_parts_connection", "company_id", "connection_id"),
)
