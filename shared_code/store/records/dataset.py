"""A dataset: the records of one data type of one connection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from shared_code.errors import Abort
from shared_code.store.schema import connections, datasets, record_table
from shared_code.store.schema.base import owner_key


@dataclass(frozen=True, slots=True)
class Dataset:
    """Which dataset; `data_type` is the contract's key."""

    company_id: str
    connection_id: str
    data_type: str
    platform: str

    @property
    def records(self) -> Table:
        """The table that holds its records' versions."""
        return record_table(self.data_type)

    @property
    def owner(self) -> int:
        """What the rows of its records say that they belong to."""
        return owner_key(self.company_id, self.connection_id)

    def owns(self, table: FromClause) -> ColumnElement[bool]:
        """The rows of `table` that are this dataset's; any table that says whose its rows are."""
        return and_(*(table.c[name] == value for name, value in self._marks(table).items()))

    def named(
        self, tx: Connection, table: FromClause, source_ids: Sequence[str]
    ) -> ColumnElement[bool]:
        """The dataset's rows of these records, each looked up by its key.

        PostgreSQL knows nothing of a table that is being filled. Told whose the rows are, it would
        think them few, and go through all of them.
        """
        dialect = tx.dialect.name
        return self.among(dialect, table, _each(dialect, listed(dialect, source_ids)))

    def among(
        self, dialect: str, table: FromClause, source_ids: Select[tuple[str]]
    ) -> ColumnElement[bool]:
        """As `named`, for records whose source ids a statement selects."""
        if dialect == "sqlite":
            return and_(self.owns(table), table.c.source_id.in_(source_ids))
        marks = self._marks(table)
        key = tuple_(*(table.c[name] for name in marks), table.c.source_id)
        of_all = [_valued(value, table.c[name]) for name, value in marks.items()]
        # An offset, if of nothing, keeps it from being made one statement with what is around it.
        columns = (*of_all, *source_ids.selected_columns)
        return key.in_(source_ids.with_only_columns(*columns).offset(0))

    def _marks(self, table: FromClause) -> Mapping[str, object]:
        """What is in the columns that say whose a row of `table` is."""
        ids = ("company_id", "connection_id", "data_type")
        names = ("owner",) if "owner" in table.c else ids
        values = self._values()
        return {name: values[name] for name in names if name in table.c}

    def _values(self) -> Mapping[str, object]:
        return {
            "owner": self.owner,
            "company_id": self.company_id,
            "connection_id": self.connection_id,
            "data_type": self.data_type,
        }


@dataclass(frozen=True, slots=True)
class AnyDataset(Dataset):
    """Stands for any dataset of its type in a statement that is made once.

    Whose it is, is said when the statement is executed, by the values of `whose`.
    """

    @classmethod
    def of_type(cls, data_type: str) -> AnyDataset:
        """Stand for the datasets of a type."""
        return cls("", "", data_type, "")

    def listed(self, dialect: str, table: FromClause) -> ColumnElement[bool]:
        """As `named`, for those that the value `of_records` has: see the function `listed`."""
        return self.among(dialect, table, _each(dialect, bindparam("of_records", required=True)))

    def _values(self) -> Mapping[str, object]:
        return {
            "owner": bindparam("of_owner", type_=BigInteger, required=True),
            "company_id": bindparam("of_company", type_=Text, required=True),
            "connection_id": bindparam("of_connection", type_=Text, required=True),
            "data_type": self.data_type,
        }


@dataclass(frozen=True, slots=True)
class DatasetOf(Dataset):
    """Stands for the dataset that each connection has in a statement about `connections`."""

    @classmethod
    def of_type(cls, data_type: str) -> DatasetOf:
        """Stand for the datasets of a type."""
        return cls("", "", data_type, "")

    def _values(self) -> Mapping[str, object]:
        return {
            "owner": datasets.c.records_owner,
            "company_id": connections.c.company_id,
            "connection_id": connections.c.id,
            "data_type": self.data_type,
        }


def is_current(table: FromClause) -> ColumnElement[bool]:
    """Whether a version is current, of those that are looked up by their ids.

    Said so that only the key finds them: without statistics, PostgreSQL takes any index of current
    versions for as good, and would go through all that a connection has for each id.
    """
    return func.coalesce(table.c.gen_to, 0) == 0


def listed(dialect: str, source_ids: Sequence[str]) -> object:
    """Source ids as one value of a statement."""
    ids = list(source_ids)
    return json.dumps(ids) if dialect == "sqlite" else ids


def _each(dialect: str, ids: object) -> Select[tuple[str]]:
    """Each of the source ids that `listed` made one value of."""
    if dialect == "sqlite":
        return select(func.json_each(ids).table_valued("value").c.value)
    return select(func.unnest(type_coerce(ids, ARRAY(Text))))


def _valued(value: object, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return value if isinstance(value, BindParameter) else literal(value, column.type)


def whose(dataset: Dataset) -> dict[str, object]:
    """What a statement about `AnyDataset` is executed with."""
    ids = {"of_company": dataset.company_id, "of_connection": dataset.connection_id}
    return {**ids, "of_owner": dataset.owner}


def read_state(tx: Connection, dataset: Dataset, *, lock: bool = False) -> Row[Any]:
    """The dataset's row, locked until the transaction ends if asked (SQLite holds its one lock).

    `Abort` if there is none: a sync is always requested before anything is written.
    """
    query = select(datasets).where(dataset.owns(datasets))
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise Abort("The data set has not been requested.", f"no row in datasets for {dataset}")
    return row
