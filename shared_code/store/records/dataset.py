"""A dataset: the records of one data type of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    select,
)

from shared_code.errors import Abort
from shared_code.store.schema import datasets, record_table


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

    def owns(self, table: FromClause) -> ColumnElement[bool]:
        """The rows of `table` that are this dataset's; any table that says whose its rows are."""
        columns = table.c
        mine = and_(
            columns.company_id == self.company_id, columns.connection_id == self.connection_id
        )
        return and_(mine, columns.data_type == self.data_type) if "data_type" in columns else mine


@dataclass(frozen=True, slots=True)
class AnyDataset(Dataset):
    """Stands for any dataset of its type in a statement that is made once.

    Whose it is, is said when the statement is executed, by the values of `whose`.
    """

    @classmethod
    def of_type(cls, data_type: str) -> AnyDataset:
        """Stand for the datasets of a type."""
        return cls("", "", data_type, "")

    def owns(self, table: FromClause) -> ColumnElement[bool]:
        """The rows of `table` that are those of the dataset that is yet to be named."""
        columns = table.c
        mine = and_(
            columns.company_id == bindparam("of_company", type_=Text, required=True),
            columns.connection_id == bindparam("of_connection", type_=Text, required=True),
        )
        return and_(mine, columns.data_type == self.data_type) if "data_type" in columns else mine


def whose(dataset: Dataset) -> dict[str, object]:
    """What a statement about `AnyDataset` is executed with."""
    return {"of_company": dataset.company_id, "of_connection": dataset.connection_id}


def read_state(tx: Connection, dataset: Dataset, *, lock: bool = False) -> Row[Any]:
    """The dataset's row, locked until the transaction ends if asked (SQLite holds its one lock).

    `Abort` if there is none: a sync is always requested before anything is written.
    """
    query = select(datasets).where(dataset.owns(datasets))
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise Abort("The data set has not been requested.", f"no row in datasets for {dataset}")
    return row
