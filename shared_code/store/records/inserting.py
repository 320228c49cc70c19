"""Insert many rows: past SQLAlchemy, which takes as long for a row as SQLite, and by COPY."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Boolean, Column, Connection, Dialect, Integer, LargeBinary, Table
from sqlalchemy.exc import DBAPIError

from shared_code.store.types import Document, Instant

Row = Mapping[str, object]

_JSONB = b"\x01"
"""What leads PostgreSQL's binary form of jsonb: its version. The text follows."""


def insert_rows(tx: Connection, table: Table, shared: Row, rows: Sequence[Row]) -> None:
    """Insert `rows`, which have the same columns, each with what they share.

    In the caller's transaction; errors are DBAPIErrors. PostgreSQL takes COPY three times as fast
    as INSERT row by row, but refuses it to roles that row-level security binds.
    """
    columns = [table.c[name] for name in (*shared, *rows[0])]
    names = ", ".join(column.name for column in columns)
    values = _bound(columns, shared, rows, tx.dialect)
    if tx.dialect.name == "postgresql":
        command = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
        _copy(tx, command, [_binary_type(column) for column in columns], values)
        return
    places = ", ".join("?" for _ in columns)
    # Names of ours only.
    tx.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) VALUES ({places})",  # noqa: S608
        list(values),
    )


def _copy(
    tx: Connection, command: str, types: Sequence[str], rows: Iterator[tuple[object, ...]]
) -> None:
    driver: Any = tx.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            command, None, error, psycopg.Error, dialect=tx.dialect
        ) from error


def _binary_type(column: Column[Any]) -> str:
    """As which of PostgreSQL's types the driver packs a column's values."""
    match column.type:
        case Document() | LargeBinary():
            return "bytea"
        case Instant() | BigInteger():
            return "int8"
        case Integer():
            return "int4"
        case Boolean():
            return "bool"
    return "text"


def _bound(
    columns: Sequence[Column[Any]], shared: Row, rows: Sequence[Row], dialect: Dialect
) -> Iterator[tuple[object, ...]]:
    """The values as the driver takes them, made column by column: a row at a time is slower."""
    return zip(*(_of_column(column, shared, rows, dialect) for column in columns), strict=False)


def _of_column(
    column: Column[Any], shared: Row, rows: Sequence[Row], dialect: Dialect
) -> Iterator[object]:
    if column.name in shared:
        return repeat(shared[column.name], len(rows))
    values = map(itemgetter(column.name), rows)
    if dialect.name == "postgresql" and isinstance(column.type, Document):
        return (_JSONB + document.encode() for document in values)
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if bind is None else map(bind, values)
