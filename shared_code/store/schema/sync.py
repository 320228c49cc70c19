"""What a sync leaves behind: runs, pulls, cursors, raw pages, generations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from shared_code.store.schema.base import METADATA, key, owner, platform
from shared_code.store.types import Instant, Json

runs = Table(
    "runs",
    METADATA,
    key("company_id"),
    key("id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("epoch", Integer, nullable=False),
    # first_link | request | schedule | acceptance | remap
    Column("trigger", Text, nullable=False),
    # queued | claimed | finished
    Column("state", Text, nullable=False),
    # One more at every claim: who holds an older one has lost the run.
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("next_attempt_at", Instant),
    # Failures in a row; a committed page sets it back.
    Column("failures", Integer, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index("ix_runs_connection", "company_id", "connection_id", "requested_at"),
    Index("ix_runs_lease", "state", "lease_until"),
)

run_resources = Table(
    "run_resources",
    METADATA,
    key("company_id"),
    key("run_id"),
    key("resource"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("position", Integer, nullable=False),
    # The data types of this run that its records feed; empty for a mere lookup.
    Column("data_types", Json, nullable=False),
    # pending | reading | read | failed
    Column("state", Text, nullable=False),
    # Pages committed so far: the next page's number, and the guard against a second writer.
    Column("sequence", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("cursor", Json, nullable=False),
    Column("lookups_sha256", Text),
    # What it has listed and mapped, to be judged before it is published.
    Column("tally", Json),
)

pulls = Table(
    "pulls",
    METADATA,
    key("company_id"),
    key("id"),
    Column("connection_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    platform(),
    Column("data_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_description", Text),
    Column("error_message", Text),
    Column("progress", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("records_modified", Boolean, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Index("ix_pulls_history", "company_id", "requested_at", "id"),
    Index("ix_pulls_run", "company_id", "run_id"),
    Index(
        "uq_pulls_active",
        "company_id",
        "connection_id",
        "data_type",
        unique=True,
        sqlite_where=text("active = 1"),
        postgresql_where=text("active"),
    ),
)

datasets = Table(
    "datasets",
    METADATA,
    *owner(),
    key("data_type"),
    platform(),
    # Readers see rows of generations up to this one, and none above.
    Column("generation", Integer, nullable=False),
    Column("record_count", Integer, nullable=False),
    # What `owner_key` gives, which its records' rows have; no two connections have the same.
    Column("records_owner", BigInteger, nullable=False),
    # The first generation whose versions are all still there, for as-of reads.
    Column("retained_from", Integer, nullable=False, server_default="0"),
    # Complete passes over the source; absence is counted in them.
    Column("passes", Integer, nullable=False),
    # The version of its connector's mapping that syncs use until a re-map chooses another.
    Column("mapping_version", Integer),
    Column("latest_pull_id", Text),
    Column("latest_success_pull_id", Text),
    Column("last_success_at", Instant),
    Column("last_requested_at", Instant),
    Column("next_sync_at", Instant),
    Index("ix_datasets_next_sync_at", "next_sync_at"),
    Index("ix_datasets_records_owner", "data_type", "records_owner", unique=True),
)

suspicions = Table(
    "suspicions",
    METADATA,
    key("company_id"),
    # The pull that was not published.
    key("pull_id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("data_type", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("findings", Json, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    # The API key that accepted it, and the pull that publishes what was staged.
    Column("accepted_by", Text),
    Column("accepted_pull_id", Text),
    Index("ix_suspicions_dataset", "company_id", "connection_id", "data_type", "found_at"),
)

generations = Table(
    "generations",
    METADATA,
    *owner(),
    key("data_type"),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    platform(),
    Column("published_at", Instant, nullable=False),
    Column("record_count", Integer, nullable=False),
    Column("pull_id", Text, nullable=False),
)

cursors = Table(
    "cursors",
    METADATA,
    *owner(),
    key("resource"),
    key("data_type"),
    platform(),
    Column("cursor", Json, nullable=False),
    Column("moved_at", Instant, nullable=False),
)

raw_pages = Table(
    "raw_pages",
    METADATA,
    key("company_id"),
    key("run_id"),
    key("resource"),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    # The run's lists that its mapping looked things up in, and the hash of their pages' hashes.
    Column("lookups", Json),
    Column("lookups_sha256", Text),
    Column("fetched_at", Instant, nullable=False),
    Index("ix_raw_pages_connection", "company_id", "connection_id"),
)

sightings = Table(
    "sightings",
    METADATA,
    *owner(),
    key("data_type"),
    key("source_id"),
    platform(),
    # The last complete pass that saw the record; 0 where passes are not counted.
    Column("pass_number", Integer, nullable=False),
    # The latest raw page that spoke of the record, where that is not the one its version is from.
    Column("run_id", Text),
    Column("resource", Text),
    Column("sequence", Integer),
)

rejects = Table(
    "rejects",
    METADATA,
    key("company_id"),
    key("run_id"),
    key("data_type"),
    key("source_id"),
    Column("connection_id", Text, nullable=False),
    platform(),
    Column("resource", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_rejects_connection", "company_id", "connection_id"),
)

provider_figures = Table(
    "provider_figures",
    METADATA,
    *owner(),
    key("run_id"),
    # trialBalance | bankBalances
    key("kind"),
    platform(),
    Column("figures", Json, nullable=False),
    Column("read_at", Instant, nullable=False),
)
