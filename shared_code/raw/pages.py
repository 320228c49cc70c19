"""Raw pages: immutable, compressed, hashed blobs of what the provider said."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from contextlib import suppress
from dataclasses import dataclass

import zstandard

from shared_code.errors import Abort
from shared_code.ports.blobs import BlobConflict, Blobs

CONTENT_TYPE = "application/zstd"

_LEVEL = 1
"""A tenth of gzip's time, and a fifth less room; higher levels take time and save little."""

_GZIP = ".gz"
"""How the names of pages end that were kept before there was zstd."""


class PageDamaged(Abort):
    """A kept page is not what was kept."""

    def __init__(self, internal: str) -> None:
        super().__init__("A raw page is damaged", internal)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page belongs: the run's resource and the page's number in it."""

    company_id: str
    connection_id: str
    run_id: str
    resource: str
    sequence: int
    asked: str
    """Tells requests apart: of one place and with the same one, pages answer the same question."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A kept page: its blob, the SHA-256 of the body (hex), and the body's size in bytes."""

    path: str
    sha256: str
    size: int


def prefix(company_id: str, connection_id: str | None = None) -> str:
    """Where all raw pages of a company, or of one of its connections, lie."""
    return f"raw/{company_id}/" + (f"{connection_id}/" if connection_id else "")


def run_of(path: str) -> str:
    """The id of the run that kept the page at a path."""
    return path.split("/")[3]


def keep(blobs: Blobs, place: Place, body: bytes) -> RawPage:
    """Keep a page's body; keeping the same body at the same place again changes nothing."""
    digest = hashlib.sha256(body).hexdigest()
    path = f"{_stem(place)}{digest[:16]}.json.zst"
    try:
        blobs.put(path, zstandard.compress(body, _LEVEL), content_type=CONTENT_TYPE)
    except BlobConflict:
        # Another release of the library packs the same body into other bytes.
        body_of(blobs, path, digest)
    return RawPage(path, digest, len(body))


class KeptPages:
    """The pages of a run that were kept before, by whoever did not live to commit them."""

    def __init__(self, blobs: Blobs, company_id: str, connection_id: str, run_id: str) -> None:
        self._blobs = blobs
        folder = f"{prefix(company_id, connection_id)}{run_id}/"
        self._paths = {path.rpartition("-")[0]: path for path in blobs.list(folder)}

    def body(self, place: Place) -> bytes | None:
        """The body of the page at a place, if it is whole; None where there is none."""
        path = self._paths.get(_stem(place).removesuffix("-"))
        if path is None:
            return None
        with suppress(zstandard.ZstdError):
            body = unpacked(path, self._blobs.get(path))
            digest = hashlib.sha256(body).hexdigest()
            return body if path.startswith(f"{_stem(place)}{digest[:16]}") else None
        return None


def _stem(place: Place) -> str:
    root = prefix(place.company_id, place.connection_id)
    return f"{root}{place.run_id}/{place.resource}/{place.sequence:06d}-{place.asked}-"


def body_of(blobs: Blobs, path: str, sha256: str) -> bytes:
    """Read a kept page; `PageDamaged`, or `BlobNotFound`, when it is not what was kept."""
    packed = blobs.get(path)
    try:
        body = unpacked(path, packed)
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as harm:
        raise PageDamaged(f"{path} cannot be unpacked: {harm}") from None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise PageDamaged(f"{path} does not have the hash {sha256}")
    return body


def unpacked(path: str, packed: bytes) -> bytes:
    """Unpack what lies at a path; raises what the two libraries do for bytes that are no page."""
    return gzip.decompress(packed) if path.endswith(_GZIP) else zstandard.decompress(packed)
