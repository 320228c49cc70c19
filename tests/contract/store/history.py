"""A dataset of any type with a past: several syncs, deleted records, and a run on its way.

Beside it stands what readers must see of each generation, kept in plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from local.generator.generated import drawn
from local.generator.ids import id_of
from local.generator.strategies import records_of
from shared_code.model import DATA_TYPES, AccountingRecord, DataType, Metadata, Record, Shape
from shared_code.model.encoding import decode, encode
from shared_code.store.database import Database
from shared_code.store.records import Dataset, record_in
from tests.support.records import NOON, new_dataset, stage, sync

DRAWN = 16
# SQLite compares what is only in documents as doubles.
DIGITS = 15

Document = dict[str, Any]


@dataclass
class History:
    """A dataset and, by source id, the documents that each of its generations shows."""

    dataset: Dataset
    generations: list[Mapping[str, Document]] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def bring(self, db: Database, records: Sequence[Shape], minutes: int) -> None:
        """Sync, and note what is seen from then on."""
        sync(db, self.dataset, records, minutes=minutes)
        moment = NOON + timedelta(minutes=minutes)
        self.generations.append(self._after(records, moment))
        self.moments.append(moment)

    def _after(self, records: Sequence[Shape], moment: datetime) -> Mapping[str, Document]:
        shown = dict(self.generations[-1]) if self.generations else {}
        dated = DATA_TYPES[DataType(self.dataset.data_type)].has_modified_date
        stamp = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
        # Of a record that comes twice, the last counts.
        for key, record in {record_in(each).source_id: each for each in records}.items():
            document = decode(encode(record))
            if document != undated(shown.get(key, {})):
                shown[key] = document | ({"modifiedDate": stamp} if dated else {})
        return shown


def undated(document: Document) -> Document:
    """A document as the source gave it."""
    return {name: value for name, value in document.items() if name != "modifiedDate"}


@cache
def templates(data_type: str) -> tuple[Shape, ...]:
    """Some records of a type that differ in everything."""
    found = drawn(records_of(data_type, known=3, digits=DIGITS), DRAWN, seed=5)
    return tuple(found[n % len(found)] for n in range(DRAWN))


def made(data_type: str, number: int, template: int) -> Shape:
    """The record `number` of a type, otherwise like a template."""
    record = templates(data_type)[template % DRAWN]
    named = {"id": id_of(data_type, number)} if isinstance(record, Record) else {}
    return record.model_copy(update=named)


def deleted(record: Shape) -> Shape:
    """The same record once it is gone from the source; unchanged where its type knows no such."""
    if not isinstance(record, AccountingRecord):
        return record
    return record.model_copy(update={"metadata": Metadata(is_deleted=True)})


def with_a_past(db: Database, data_type: str) -> History:
    """Make a dataset of three generations, with a fourth on its way."""
    history = History(new_dataset(db, data_type))
    # Among the first twenty ids are those of all forms.
    history.bring(db, [made(data_type, n, n) for n in range(6, 20)], 0)
    history.bring(db, [made(data_type, n, n + 5) for n in range(6, 12)], 1)
    gone = [deleted(made(data_type, n, n)) for n in range(12, 16)]
    history.bring(db, [*gone, *(made(data_type, n, n + 9) for n in range(4, 8))], 2)
    stage(db, history.dataset, [made(data_type, n, n + 3) for n in range(0, 18, 3)])
    return history
