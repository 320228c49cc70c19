"""How patient syncs are with a provider in trouble."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared_code.sync.pipeline import Patience


class SyncSettings(BaseSettings):
    """Waits between tries, when a provider fails without saying when to come back."""

    model_config = SettingsConfigDict(
        env_prefix="CAUSEWAY_SYNC_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    first_wait_seconds: float = Field(
        default=30, gt=0, description="Seconds before the second try; doubled each time."
    )
    longest_wait_seconds: float = Field(
        default=3600, gt=0, description="Seconds that no such wait exceeds."
    )
    failures: int = Field(
        default=6, ge=0, description="Failures in a row before the data types end in an error."
    )

    def patience(self) -> Patience:
        """Give the settings as the pipeline takes them."""
        return Patience(
            timedelta(seconds=self.first_wait_seconds),
            timedelta(seconds=self.longest_wait_seconds),
            self.failures,
        )
