"""What is left of providers' limits: shared by all who call with the same app, or for one tenant.

The rows name no company and no connection: a tenant's is under a digest, and two connections of
different companies may share it. It outlives them as long as the provider remembers their calls,
else a company could be deleted and linked again past the limit; then the engine removes it.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from shared_code.store.schema.base import METADATA, key, platform
from shared_code.store.types import Instant, Json

budgets = Table(
    "budgets",
    METADATA,
    key("scope"),
    platform(),
    # By limit: what its meter has counted.
    Column("meters", Json, nullable=False),
    # From then on nothing in it matters any more.
    # Without an index: the row is written with every call.
    Column("over_at", Instant, nullable=False),
)

budget_turns = Table(
    "budget_turns",
    METADATA,
    key("scope"),
    key("limit_name"),
    # A digest of whoever waits.
    key("holder"),
    platform(),
    # The number that was drawn; lower ones go first.
    Column("ticket", Integer, nullable=False),
    # When it is expected back, and a little more.
    Column("until", Instant, nullable=False),
    Index("ix_budget_turns_holder", "holder"),
)
