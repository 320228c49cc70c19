"""From the unified model to what the store keeps of it: document, hash, promoted columns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from shared_code.errors import Reject
from shared_code.model import AccountingRecord, Dated, Kind, Shape, decode, encode
from shared_code.model.base import SINGULAR_ID, scaled_money
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
    doc = encode(record)
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
        promoted=tuple([read(record) for read in _readers(type(record))]),
    )


def deleted_document(doc: str) -> tuple[str, bytes]:
    """The document of the same record once it is deleted, and its hash."""
    record = decode(doc)
    record["metadata"] = {**record.get("metadata", {}), "isDeleted": True}
    deleted = encode(record)
    return deleted.decode(), _hash(deleted)


def _hash(doc: bytes) -> bytes:
    return hashlib.blake2b(doc, digest_size=16).digest()


# A model's values are of any type: what a column takes depends on the property's kind.
_Reader = Callable[[Any], Any]


def _instant(moment: datetime | None) -> int | None:
    """A moment without a zone is compared as if it were UTC."""
    if moment is None:
        return None
    return _of_day(moment) if moment.tzinfo is None else to_micros(moment)


@lru_cache(maxsize=8_192)
def _of_day(moment: datetime) -> int:
    """Books have few days, and to give one a zone takes longer than all else about it."""
    return to_micros(moment.replace(tzinfo=UTC))


_CONVERT: Mapping[Kind, _Reader] = {
    Kind.TEXT: str,
    Kind.DATETIME: _instant,
    Kind.BOOLEAN: bool,
    Kind.MONEY: scaled_money,
    Kind.NUMBER: scaled_money,
}


@cache
def _readers(model: type[Shape]) -> tuple[_Reader, ...]:
    promoted = model.promoted if issubclass(model, Dated) else ()
    return tuple(_reader(_attributes(model, each.path), _CONVERT[each.kind]) for each in promoted)


def _reader(attributes: tuple[str, ...], convert: _Reader) -> _Reader:
    def read(value: Any) -> Any:  # noqa: ANN401 - see _Reader
        for attribute in attributes:
            if value is None:
                return None
            value = getattr(value, attribute)
        return None if value is None else convert(value)

    return read


def _attributes(model: type[BaseModel], path: str) -> tuple[str, ...]:
    """The Python attributes that a dotted wire path goes through."""
    name, _, rest = path.partition(".")
    attribute, field = next(
        (attribute, field)
        for attribute, field in model.model_fields.items()
        if (field.alias or attribute) == name
    )
    if not rest:
        return (attribute,)
    return (attribute, *_attributes(_model_in(field.annotation), rest))


def _model_in(annotation: object) -> type[BaseModel]:
    """The class in `Class` or `Class | None`."""
    arms = (annotation, *get_args(annotation))
    return next(arm for arm in arms if isinstance(arm, type) and issubclass(arm, BaseModel))
