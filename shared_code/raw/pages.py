"""Raw pages: immutable, compressed, hashed blobs of what the provider said."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass

from shared_code.errors import Abort
from shared_code.ports.blobs import Blobs

CONTENT_TYPE = "application/gzip"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page belongs: the run's resource and the page's number in it."""

    company_id: str
    connection_id: str
    run_id: str
    resource: str
    sequence: int


@dataclass(frozen=True, slots=True)
class RawPage:
    """A kept page: its blob, the SHA-256 of the body (hex), and the body's size in bytes."""

    path: str
    sha256: str
    size: int


def prefix(company_id: str, connection_id: str | None = None) -> str:
    """Where all raw pages of a company, or of one of its connections, lie."""
    return f"raw/{company_id}/" + (f"{connection_id}/" if connection_id else "")


def keep(blobs: Blobs, place: Place, body: bytes) -> RawPage:
    """Keep a page's body; keeping the same body at the same place again changes nothing."""
    digest = hashlib.sha256(body).hexdigest()
    root = prefix(place.company_id, place.connection_id)
    path = f"{root}{place.run_id}/{place.resource}/{place.sequence:06d}-{digest[:16]}.json.gz"
    # Without a time stamp inside, the same body is the same blob.
    blobs.put(path, gzip.compress(body, compresslevel=6, mtime=0), content_type=CONTENT_TYPE)
    return RawPage(path, digest, len(body))


def body_of(blobs: Blobs, path: str, sha256: str) -> bytes:
    """Read a kept page; `Abort` when it is not what was kept."""
    packed = blobs.get(path)
    try:
        body = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as harm:
        raise Abort("A raw page is damaged", f"{path} cannot be unpacked: {harm}") from None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Abort("A raw page is damaged", f"{path} does not have the hash {sha256}")
    return body
