"""A made-up resource, kept in a store and in memory: both must answer every query alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    exists,
    insert,
    select,
)

from shared_code.model import Kind, Property, PropertyIndex, encode
from shared_code.model.base import scaled_money
from shared_code.query import Columns, Operand, compile_filter, evaluate, parse, resolve
from shared_code.query.documents import document_operand
from shared_code.query.operands import ManyOperand, PlainOperand, ScaledOperand, TextOperand
from shared_code.query.resolve import as_instant
from shared_code.store.types import Document, Instant

SCHEMA = PropertyIndex(
    "Thing",
    [
        Property("id", Kind.TEXT),
        Property("name", Kind.TEXT),
        Property("owner.id", Kind.TEXT),
        Property("owner.name", Kind.TEXT),
        Property("total", Kind.MONEY),
        Property("rate", Kind.NUMBER),
        Property("dueDate", Kind.DATETIME),
        Property("metadata.isDeleted", Kind.BOOLEAN),
        Property("parts.status", Kind.TEXT, many=True),
    ],
)

METADATA = MetaData()

THINGS = Table(
    "things",
    METADATA,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("id", Text),
    Column("name", Text),
    Column("total", BigInteger),
    Column("rate", BigInteger),
    Column("due_date", Instant),
    Column("is_deleted", Boolean),
    Column("doc", Document, nullable=False),
)

PARTS = Table("parts", METADATA, Column("row", Integer), Column("status", Text))


def in_document(found: Property) -> Operand:
    """Nothing is promoted: all properties are read from the document."""
    return _parts() if found.many else document_operand(THINGS.c.doc, found)


def promoted(found: Property) -> Operand:
    """What has a column of its own is compared there."""
    if found.many:
        return _parts()
    operands: Mapping[str, Operand] = {
        "id": TextOperand(THINGS.c.id, is_id=True),
        "name": TextOperand(THINGS.c.name),
        "total": ScaledOperand(THINGS.c.total, document_operand(THINGS.c.doc, found)),
        "rate": ScaledOperand(THINGS.c.rate, document_operand(THINGS.c.doc, found)),
        "dueDate": PlainOperand(THINGS.c.due_date),
        "metadata.isDeleted": PlainOperand(THINGS.c.is_deleted),
    }
    return operands.get(found.path) or document_operand(THINGS.c.doc, found)


def _parts() -> Operand:
    return ManyOperand(
        TextOperand(PARTS.c.status),
        lambda condition: exists().where(PARTS.c.row == THINGS.c.row, condition),
    )


def keep(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Write records into the two tables, which must be empty."""
    rows = [_row(number, record) for number, record in enumerate(records)]
    parts = [
        {"row": number, "status": part.get("status")}
        for number, record in enumerate(records)
        for part in record.get("parts", [])
    ]
    connection.execute(insert(THINGS), rows)
    if parts:
        connection.execute(insert(PARTS), parts)


def _row(number: int, record: Mapping[str, Any]) -> dict[str, Any]:
    due = record.get("dueDate")
    return {
        "row": number,
        "id": record.get("id"),
        "name": record.get("name"),
        "total": scaled_money(record.get("total")),
        "rate": scaled_money(record.get("rate")),
        "due_date": as_instant(datetime.fromisoformat(due)) if due else None,
        "is_deleted": record.get("metadata", {}).get("isDeleted"),
        "doc": encode(record).decode(),
    }


def found_in_store(connection: Connection, query: str, columns: Columns) -> set[int]:
    """Give the numbers of the records that SQL finds."""
    condition = compile_filter(resolve(parse(query), SCHEMA), columns)
    return set(connection.scalars(select(THINGS.c.row).where(condition)))


def found_in_memory(records: Iterable[Mapping[str, Any]], query: str) -> set[int]:
    """Give the numbers of the records that the evaluator finds."""
    conditions = resolve(parse(query), SCHEMA)
    return {number for number, record in enumerate(records) if evaluate(conditions, record)}


_WORDS = ["a", "A", "ab", "aB", "a b", "50%", "a_b", "a/b", "\\", "'", "null", "é", "É", "x'--"]
_TEXT = st.sampled_from(_WORDS) | st.text(
    st.characters(codec="ascii", exclude_characters="\0&|{}=<>~"), min_size=1, max_size=4
)
_PLACES = st.decimals(-1000, 1000, places=4) | st.decimals(-2, 2, places=1)
_ODD = st.sampled_from(
    ["0", "0.00005", "-0.00005", "1E+20", "-1E+20", "922337203685477.5807", "922337203685478"]
)
_MONEY = _PLACES | _ODD.map(Decimal)
_DATES = st.sampled_from(
    [
        "2021-01-28T00:00:00",
        "2021-01-28T00:00:00Z",
        "2021-01-28T00:00:00.000250Z",
        "2021-01-27T23:59:59",
        "1999-12-31T00:00:00",
    ]
)
_STATUS = st.fixed_dictionaries({}, optional={"status": st.sampled_from(["Linked", "Unlinked"])})

RECORDS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": _TEXT,
            "name": _TEXT,
            "owner": st.fixed_dictionaries({}, optional={"id": _TEXT, "name": _TEXT}),
            "total": _MONEY,
            "rate": _MONEY,
            "dueDate": _DATES,
            "metadata": st.fixed_dictionaries({}, optional={"isDeleted": st.booleans()}),
            "parts": st.lists(_STATUS, max_size=3),
        },
    ),
    min_size=1,
    max_size=6,
)


def _clause(path: str, operators: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compared = st.tuples(st.sampled_from(operators.split()), values)
    asked = st.tuples(st.sampled_from(["=", "!="]), st.just("null"))
    return (compared | asked).map(lambda pair: f"{path} {pair[0]} {pair[1]}")


_VALUES = _TEXT.map(str.strip).filter(bool)
_WRITTEN_DATES = _DATES | st.sampled_from(["2021-01-28", "2021-01-28T01:00:00+01:00"])
_RANGE = "= != < <= > >="

_CLAUSES = st.one_of(
    _clause("id", "= !=", _VALUES),
    _clause("NAME", "= != ~", _VALUES),
    _clause("owner.id", "= != ~", _VALUES),
    _clause("owner.name", "= != ~", _VALUES),
    _clause("total", _RANGE, _MONEY.map(str)),
    _clause("rate", _RANGE, _MONEY.map(str)),
    _clause("dueDate", _RANGE, _WRITTEN_DATES),
    _clause("metadata.isDeleted", "= !=", st.sampled_from(["true", "FALSE"])),
    _clause("parts.status", "= != ~", st.sampled_from(["linked", "Unlinked", "other"])),
)

_JOINS = st.sampled_from([" && ", " || "])

QUERIES = st.recursive(
    _CLAUSES,
    lambda inner: st.tuples(inner, _JOINS, inner).map(lambda p: f"{{{p[0]}}}{p[1]}{{{p[2]}}}"),
    max_leaves=4,
)
