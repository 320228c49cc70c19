"""How long exports are kept."""

from __future__ import annotations

from pydantic import Field

from shared_code.settings import Settings


class ExportSettings(Settings, env_prefix="CAUSEWAY_EXPORTS_"):
    """Exports of whole data types."""

    kept_hours: int = Field(
        default=24, ge=1, le=720, description="Hours after which a complete export is removed."
    )
