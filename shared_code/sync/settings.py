"""How patient syncs are with a provider, and what they take for trouble."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from shared_code.settings import Settings, load_settings
from shared_code.suspicion import LIKELY, Bounds
from shared_code.sync.pipeline import Habits, Patience
from shared_code.sync.runs import LEASE


class SyncSettings(Settings, env_prefix="CAUSEWAY_SYNC_"):
    """Waits when a provider does not say when to come back, shares of its limits, leases."""

    first_wait_seconds: float = Field(
        default=30, gt=0, description="Seconds before the second try; doubled each time."
    )
    longest_wait_seconds: float = Field(
        default=3600, gt=0, description="Seconds that no such wait exceeds."
    )
    failures: int = Field(
        default=6, ge=0, description="Failures in a row before the data types end in an error."
    )

    first_sync_share: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="What first syncs may take of a provider's limit over a day or longer.",
    )

    lease_seconds: float = Field(
        default=LEASE.total_seconds(),
        ge=1,
        description=(
            "Seconds after which a run that does not move is taken up by whoever is there; longer"
            " than a page may take."
        ),
    )

    def patience(self) -> Patience:
        """Give the settings as the pipeline takes them."""
        return Patience(
            timedelta(seconds=self.first_wait_seconds),
            timedelta(seconds=self.longest_wait_seconds),
            self.failures,
            self.first_sync_share,
        )


class SuspectSettings(Settings, env_prefix="CAUSEWAY_SUSPECT_"):
    """Beyond which bounds a sync is suspect, so that the last good data is kept."""

    deleted_share: float = Field(
        default=LIKELY.deleted_share,
        ge=0,
        le=1,
        description="Share of a type's records that may be deleted by one sync.",
    )
    deleted_records: int = Field(
        default=LIKELY.deleted_records,
        ge=0,
        description="Records that may be deleted by one sync, whatever share they are.",
    )
    rejected_share: float = Field(
        default=LIKELY.rejected_share,
        ge=0,
        le=1,
        description="Share of the records read of which a sync may fail to make sense.",
    )
    rejected_records: int = Field(
        default=LIKELY.rejected_records,
        ge=0,
        description="Records of which a sync may fail to make sense, whatever share they are.",
    )
    unseen_share: float = Field(
        default=LIKELY.unseen_share,
        ge=0,
        le=1,
        description=(
            "Share by which a list that took several answers may differ from the provider's counts."
        ),
    )

    def bounds(self) -> Bounds:
        """Give the settings as the checks take them."""
        return Bounds(**self.model_dump())


def load_habits() -> Habits:
    """Read both from the environment."""
    sync = load_settings(SyncSettings)
    return Habits(
        sync.patience(),
        load_settings(SuspectSettings).bounds(),
        timedelta(seconds=sync.lease_seconds),
    )
