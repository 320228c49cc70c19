"""How often the engine does its duties, and how long it keeps what is old."""

from __future__ import annotations

from pydantic import Field

from shared_code.settings import Settings


class ScheduleSettings(Settings, env_prefix="CAUSEWAY_ENGINE_"):
    """When the engine does what: schedules are six-field NCRONTAB expressions in UTC.

    No two at the same second: SQLite lets one write at a time.
    """

    relay: str = Field(
        default="*/10 * * * * *", description="When lost wake-up calls are sent again."
    )
    syncs_due: str = Field(
        default="3/30 * * * * *", description="When scheduled syncs are looked for."
    )
    runs_lapsed: str = Field(
        default="8/30 * * * * *", description="When runs whose driver is gone are taken up."
    )
    purge: str = Field(
        default="13/30 * * * * *", description="When deletions are carried on to their end."
    )
    exports: str = Field(
        default="18/30 * * * * *",
        description="When exports that stopped are taken up, and expired ones removed.",
    )
    retention: str = Field(
        default="23 */10 * * * *",
        description="When superseded versions of records are let go, and old counts of calls.",
    )
    raw_pages: str = Field(
        default="23 5/10 * * * *",
        description="When raw pages are let go; each connection is looked at once a day.",
    )


class RetentionSettings(Settings, env_prefix="CAUSEWAY_ENGINE_"):
    """How long the engine keeps what is old."""

    versions_kept_days: int = Field(
        default=90, ge=1, description="Days that as-of reads reach back at least."
    )
    raw_pages_kept_days: int = Field(
        default=90, ge=1, description="Days that raw pages stay which no re-map needs any more."
    )
