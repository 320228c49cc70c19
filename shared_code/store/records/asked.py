"""What is asked of a dataset, and by which way through its indexes it is best found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared_code.model import DATA_TYPES, DataType, DataTypeInfo
from shared_code.query import Condition, Every, Filter, Operator, Order
from shared_code.store.records.columns import MODIFIED_DATE
from shared_code.store.records.dataset import AnyDataset, Dataset
from shared_code.store.schema.records import carried_paths, sorted_paths


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the datasets of a type.

    Args:
        settled: Whether the generation shows the current versions, all and none but those;
            `select_settled` tells.
    """

    data_type: str
    where: Filter | None
    order: Order | None
    settled: bool

    @property
    def dataset(self) -> Dataset:
        """Whichever it will be."""
        return AnyDataset.of_type(self.data_type)

    @property
    def info(self) -> DataTypeInfo:
        """What the type's model declares."""
        return DATA_TYPES[DataType(self.data_type)]

    @property
    def by(self) -> str | None:
        """The path of the property that sorts."""
        return None if self.order is None else self.order.property.path

    @property
    def has_index(self) -> bool:
        """Whether an index has the records by the property that sorts."""
        return self.by in sorted_paths(self.info)

    @property
    def is_narrow(self) -> bool:
        """Whether to find and sort the few that match beats going through all in the right order.

        A key that no index has leaves SQLite, which knows no statistics, no other way.
        """
        return _names_one(self.where) or (self.by != MODIFIED_DATE and _since(self.where))

    @property
    def needs_rows(self) -> bool:
        """Whether no index has all that the filter asks about."""
        carried = carried_paths(self.info) | {"id", MODIFIED_DATE}
        return self.where is not None and not carried.issuperset(_paths(self.where))

    def at_once(self, *, sqlite: bool) -> bool:
        """Whether page and total are best read in one pass, which keeps all that it finds.

        That is where a page takes as long as the total: all that match are found, then sorted and
        cut. SQLite goes twice through an index that has all of it in less time than it takes to
        keep it.
        """
        if self.where is None or _names_one(self.where):
            return False
        if self.needs_rows:
            return True
        needs_no_row = carried_paths(self.info) if sqlite else frozenset[str]()
        return not self.has_index and self.by not in {None, "id", MODIFIED_DATE} | needs_no_row


def _paths(where: Filter) -> Iterator[str]:
    if isinstance(where, Condition):
        yield where.property.path
        return
    for part in where.parts:
        yield from _paths(part)


def _names_one(where: Filter | None) -> bool:
    """Whether the records are those of one customer, or the like."""
    match where:
        case Condition(found, Operator.EQUAL, _):
            return found.is_id
        case Every(parts):
            return any(_names_one(part) for part in parts)
        case _:
            return False


def _since(where: Filter | None) -> bool:
    """Whether the records are those that changed since some moment."""
    match where:
        case Condition(found, Operator.GREATER | Operator.GREATER_OR_EQUAL, _):
            return found.path == MODIFIED_DATE
        case Every(parts):
            return any(_since(part) for part in parts)
        case _:
            return False
