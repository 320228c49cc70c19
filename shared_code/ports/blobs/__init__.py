"""Immutable bytes under a path: raw pages and exports."""

from shared_code.ports.blobs.factory import open_blobs
from shared_code.ports.blobs.links import LinkRefused, Ticket
from shared_code.ports.blobs.port import BlobConflict, BlobNotFound, Blobs, InvalidPath

__all__ = [
    "BlobConflict",
    "BlobNotFound",
    "Blobs",
    "InvalidPath",
    "LinkRefused",
    "Ticket",
    "open_blobs",
]
