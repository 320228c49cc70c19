"""How long exports are kept."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ExportSettings(BaseSettings):
    """Exports of whole data types."""

    model_config = SettingsConfigDict(
        env_prefix="CAUSEWAY_EXPORTS_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kept_hours: int = Field(
        default=24, ge=1, le=720, description="Hours after which a complete export is removed."
    )
