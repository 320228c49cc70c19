"""The parts of an export: how much of a snapshot goes into one, and how it is kept."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from shared_code.errors import Abort
from shared_code.ports.blobs import BlobConflict, Blobs
from shared_code.query import Filter
from shared_code.store.records import Snapshot
from shared_code.store.records.keyed import Stretch, read_stretch

CONTENT_TYPE = "application/gzip"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a part may hold and take; what does not fit begins the next one.

    A part depends on nothing but these, the snapshot and the key behind which it begins: written
    again, it is the same.
    """

    records: int = 50_000
    bytes: int = 16_000_000
    """Of JSON lines; a record that is larger is alone in its part."""
    keys: int = 2_000
    """Keys that one statement looks at."""
    stretches: int = 100
    """Statements, so that a query that matches little does not take for ever."""


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Filled:
    """The lines of a part, the last key that was looked at for it, and whether that was all."""

    lines: list[bytes]
    looked_at: int
    after: str | None
    over: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it was kept: its blob, and the blob's size in bytes and SHA-256 (hex)."""

    path: str
    size: int
    sha256: str


def fill(
    tx: Connection,
    snapshot: Snapshot,
    where: Filter | None,
    after: str | None,
    *,
    bounds: Bounds = BOUNDS,
) -> Filled:
    """Read the next part of a snapshot, behind a key."""
    lines: list[bytes] = []
    looked_at = size = 0
    for _ in range(bounds.stretches):
        stretch = read_stretch(tx, snapshot, where, after=after, keys=bounds.keys)
        fitting = _fitting(stretch, bounds.records - len(lines), bounds.bytes - size)
        # One that is too large for any part has its own.
        if not lines and not fitting and stretch.records:
            fitting = 1
        taken = stretch.records[:fitting]
        lines += [record for _, record in taken]
        size += sum(len(record) + 1 for _, record in taken)
        if fitting < len(stretch.records):
            last = taken[-1][0] if taken else after
            return Filled(lines, looked_at + fitting, last, over=False)
        looked_at, after = looked_at + stretch.looked_at, stretch.last
        if stretch.looked_at < bounds.keys:
            return Filled(lines, looked_at, after, over=True)
    return Filled(lines, looked_at, after, over=False)


def keep(blobs: Blobs, path: str, lines: list[bytes]) -> Part:
    """Keep a part; keeping the same lines at the same place again changes nothing."""
    body = b"".join(line + b"\n" for line in lines)
    # Without a time stamp inside, the same body is the same blob.
    data = gzip.compress(body, compresslevel=6, mtime=0)
    try:
        blobs.put(path, data, content_type=CONTENT_TYPE)
    except BlobConflict:
        data = _kept_before(blobs, path, body)
    return Part(path, len(data), hashlib.sha256(data).hexdigest())


def _fitting(stretch: Stretch, records: int, size: int) -> int:
    """How many records of a stretch there is room for."""
    for number, (_, record) in enumerate(stretch.records[:records]):
        size -= len(record) + 1
        if size < 0:
            return number
    return min(records, len(stretch.records))


def _kept_before(blobs: Blobs, path: str, body: bytes) -> bytes:
    """The blob that another version of the library compressed; `Abort` if it holds other lines."""
    data = blobs.get(path)
    if gzip.decompress(data) != body:
        raise Abort("The export cannot be continued.", f"{path} holds another part")
    return data
