"""A dataset: the records of one data type of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Table, and_, select

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


def read_state(tx: Connection, dataset: Dataset, *, lock: bool = False) -> Row[Any]:
    """The dataset's row, locked until the transaction ends if asked (SQLite holds its one lock).

    `Abort` if there is none: a sync is always requested before anything is written.
    """
    query = select(datasets).where(dataset.owns(datasets))
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise Abort("The data set has not been requested.", f"no row in datasets for {dataset}")
    return row
