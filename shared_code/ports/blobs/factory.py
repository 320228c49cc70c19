"""Choose the blob adapter by settings."""

from __future__ import annotations

from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.blobs.port import Blobs
from shared_code.ports.settings import BlobSettings


def open_blobs(settings: BlobSettings) -> Blobs:
    """Return the adapter that the settings name; raises `MissingSetting`."""
    if settings.kind == "folder":
        return FolderBlobs(settings.folder)
    from shared_code.ports.blobs.azure import AzureBlobs  # noqa: PLC0415 - its import takes 0.3 s

    return AzureBlobs.from_settings(settings)
