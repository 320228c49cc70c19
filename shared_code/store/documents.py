"""From the unified model to what the store keeps of it: document, hash, promoted columns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from shared_code.errors import Reject
from shared_code.model import AccountingRecord, Dated, Kind, Shape, decode, encode
from shared_code.model.base import SINGULAR_ID, scaled_money
from shared_code.model.encoding import values_of
from shared_code.store.moments import to_micros

_LIKE_NUL = rb"\u0000"
# Only after an even number of backslashes is it one.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class RecordIn(NamedTuple):
    """A mapped record on its way into the store; `record_in` makes it from the unified model.

    Args:
        content_hash: Of everything that counts as a change, `sourceModifiedDate` and
            `metadata.isDeleted` included.
        source_modified_at: Microseconds since 1970, as the store keeps moments.
        promoted: Values of the type's own promoted columns as the store keeps them, in their order.
    """

    source_id: str
    doc: str
    content_hash: bytes
    source_modified_at: int | None
    is_deleted: bool
    promoted: tuple[object, ...]


def record_in(record: Shape) -> RecordIn:
    """Prepare a mapped record; one that has neither id nor dates is its type's only one.

    `Reject` if it holds a NUL character, which PostgreSQL cannot keep.
    """
    values = values_of(record)
    doc = encode(values)
    if _LIKE_NUL in doc and _NUL.search(doc):
        raise Reject("The record holds a NUL character.")
    source_id, modified = SINGULAR_ID, None
    if isinstance(record, Dated):
        source_id, modified = record.source_id, record.source_modified_date
    return RecordIn(
        source_id=source_id,
        doc=doc.decode(),
        content_hash=_hash(doc),
        source_modified_at=_instant(modified),
        is_deleted=isinstance(record, AccountingRecord) and record.metadata.is_deleted,
        promoted=tuple([read(values) for read in _readers(type(record))]),
    )


def deleted_document(doc: str) -> tuple[str, bytes]:
    """The document of the same record once it is deleted, and its hash."""
    record = decode(doc)
    record["metadata"] = {**record.get("metadata", {}), "isDeleted": True}
    deleted = encode(record)
    return deleted.decode(), _hash(deleted)


def _hash(doc: bytes) -> bytes:
    return hashlib.blake2b(doc, digest_size=16).digest()


_Reader = Callable[[Mapping[str, Any]], object]
"""Takes the value of a column from a record's, by the names of the wire."""

_NOTHING: Mapping[str, Any] = {}


def _instant(moment: datetime | None) -> int | None:
    """A moment without a zone is compared as if it were UTC."""
    if moment is None:
        return None
    return _of_day(moment) if moment.tzinfo is None else to_micros(moment)


@lru_cache(maxsize=8_192)
def _of_day(moment: datetime) -> int:
    """Books have few days, and to give one a zone takes longer than all else about it."""
    return to_micros(moment.replace(tzinfo=UTC))


_CONVERT: Mapping[Kind, Callable[[Any], object]] = {
    Kind.TEXT: str,
    Kind.DATETIME: _instant,
    Kind.BOOLEAN: bool,
    Kind.MONEY: scaled_money,
    Kind.NUMBER: scaled_money,
}


@cache
def _readers(model: type[Shape]) -> tuple[_Reader, ...]:
    promoted = model.promoted if issubclass(model, Dated) else ()
    return tuple(_reader(each.path, _CONVERT[each.kind]) for each in promoted)


def _reader(path: str, convert: Callable[[Any], object]) -> _Reader:
    *outer, name = path.split(".")

    def read(values: Mapping[str, Any]) -> object:
        for each in outer:
            values = values.get(each, _NOTHING)
        value = values.get(name)
        return None if value is None else convert(value)

    return read
