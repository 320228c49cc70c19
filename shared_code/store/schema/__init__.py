"""Every table of the store, by what it holds; `METADATA` knows them all."""

from shared_code.store.schema.base import METADATA
from shared_code.store.schema.budgets import budget_turns, budgets
from shared_code.store.schema.exports import export_parts, exports
from shared_code.store.schema.platform import (
    api_keys,
    clients,
    commands,
    companies,
    connection_errors,
    connections,
    events,
    grants,
    link_attempts,
    purges,
    sync_settings,
)
from shared_code.store.schema.records import RECORD_TABLES, record_table
from shared_code.store.schema.remaps import remap_changes, remap_types, remaps
from shared_code.store.schema.sync import (
    cursors,
    datasets,
    generations,
    provider_figures,
    pulls,
    raw_pages,
    rejects,
    run_resources,
    runs,
    sightings,
    suspicions,
)

__all__ = [
    "METADATA",
    "RECORD_TABLES",
    "api_keys",
    "budget_turns",
    "budgets",
    "clients",
    "commands",
    "companies",
    "connection_errors",
    "connections",
    "cursors",
    "datasets",
    "events",
    "export_parts",
    "exports",
    "generations",
    "grants",
    "link_attempts",
    "provider_figures",
    "pulls",
    "purges",
    "raw_pages",
    "record_table",
    "rejects",
    "remap_changes",
    "remap_types",
    "remaps",
    "run_resources",
    "runs",
    "sightings",
    "suspicions",
    "sync_settings",
]
