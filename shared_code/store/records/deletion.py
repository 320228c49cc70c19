"""Delete records by the provider's word: it named them as gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from shared_code.model import DATA_TYPES, DataType
from shared_code.store.documents import RecordIn, deleted_document
from shared_code.store.moments import to_micros
from shared_code.store.records.appearances import note_pages, noted_of
from shared_code.store.records.dataset import Dataset, is_current
from shared_code.store.records.versions import COMMIT_ROWS, Origin, remove, write
from shared_code.store.schema.records import promoted_columns

# Each record is closed in one row and deleted in another.
BATCH = COMMIT_ROWS // 2


def delete_named(
    tx: Connection,
    dataset: Dataset,
    *,
    generation: int,
    named: Mapping[str, datetime | None],
    origin: Origin,
) -> int:
    """Delete the records of these source ids; gives how many there were to delete.

    The moment is when the record went away, where the provider says it. A record that changed
    after that is there again, and stays; an id that nobody knows is none of this type's. Of what
    pages spoke of that made no record, it is noted that this page has ended it.
    """
    table, ids, deleted = dataset.records, iter(named), 0
    while some := list(islice(ids, BATCH)):
        rows = tx.execute(
            select(table).where(
                dataset.named(tx, table, some),
                is_current(table),
                table.c.is_deleted.is_(False),
            )
        ).all()
        gone = [row for row in rows if not _back_again(row, named[row.source_id])]
        unseen = {*some}.difference(row.source_id for row in rows)
        note_pages(tx, dataset, noted_of(tx, dataset, [*unseen]), origin)
        end_rows(tx, dataset, rows=gone, generation=generation, origin=origin)
        deleted += len(gone)
    return deleted


def end_rows(
    tx: Connection, dataset: Dataset, *, rows: Sequence[Row[Any]], generation: int, origin: Origin
) -> None:
    """Give current versions a deleted one, or an end where the type keeps no deleted records."""
    if rows and DATA_TYPES[DataType(dataset.data_type)].has_metadata:
        records = [_deleted(dataset, row) for row in rows]
        write(tx, dataset, generation=generation, records=records, origin=origin)
    elif rows:
        ids = [row.source_id for row in rows]
        remove(tx, dataset, generation=generation, source_ids=ids)
        note_pages(tx, dataset, ids, origin)


def _back_again(row: Row[Any], gone_at: datetime | None) -> bool:
    changed = row.source_modified_at
    return gone_at is not None and changed is not None and changed > gone_at


def _deleted(dataset: Dataset, row: Row[Any]) -> RecordIn:
    doc, content_hash = deleted_document(row.doc)
    return RecordIn(
        source_id=row.source_id,
        doc=doc,
        content_hash=content_hash,
        source_modified_at=_kept(row.source_modified_at),
        is_deleted=True,
        promoted=tuple(_kept(getattr(row, name)) for name in promoted_columns(dataset.data_type)),
    )


def _kept(value: Any) -> Any:  # noqa: ANN401 - a column's value is of any type
    """A column's value as the store keeps it."""
    return to_micros(value) if isinstance(value, datetime) else value
