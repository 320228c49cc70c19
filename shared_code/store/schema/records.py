"""One table per data type: a record's versions, with the columns that people filter and sort by.

A version is visible at generation G when `gen_from <= G AND (gen_to IS NULL OR gen_to > G)`. Most
indexes hold current versions only (`gen_to IS NULL`), so that superseded ones are out of the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from shared_code.model import DATA_TYPES, DataType, DataTypeInfo, Kind, index_of
from shared_code.store.naming import column_name, snake
from shared_code.store.schema.base import METADATA, platform
from shared_code.store.types import Document, Instant

IN_THEIR_ROWS: Mapping[str, int] = MappingProxyType({"toast_tuple_target": 8160})
"""PostgreSQL keeps documents as they are: to compress those of two kilobytes takes longer than all
else, and each look into one would unpack it."""

_COUNTERPARTY = ("Ref.id", "accountId")
_NUMBERS = (Kind.MONEY, Kind.NUMBER)
_AMOUNT = ("totalAmount", "amount")
_CARRIED_OF_ALL = ("metadata.isDeleted", "sourceModifiedDate")


def ordered_text() -> TypeEngine[str]:
    """Text that both stores sort by code point, as Python does."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def record_table(data_type: str) -> Table:
    """The table of a data type, by the contract's key."""
    return RECORD_TABLES[DataType(data_type)]


@cache
def promoted_columns(data_type: str) -> tuple[str, ...]:
    """The columns of a type's own promoted properties."""
    return tuple(column_name(each.path) for each in DATA_TYPES[DataType(data_type)].promoted)


_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: ordered_text(),
    Kind.DATETIME: Instant(),
    Kind.BOOLEAN: Boolean(),
    # Scaled, see `scaled_money`: exact, and as cheap to compare as any integer.
    Kind.MONEY: BigInteger(),
    Kind.NUMBER: BigInteger(),
}


def _table(info: DataTypeInfo) -> Table:
    name = f"records_{snake(info.data_type)}"
    return Table(
        name,
        METADATA,
        *_identity(),
        # Before the document: SQLite then reads them without following its overflow pages.
        *(Column(column_name(each.path), _TYPES[each.kind]) for each in info.promoted),
        Column("doc", Document, nullable=False),
        *_key(name),
        *_indexes(name, info),
        postgresql_with=IN_THEIR_ROWS,
    )


def _identity() -> Iterator[Column[Any]]:
    # What `owner_key` makes of the two ids, which stand in no index.
    yield Column("owner", BigInteger, autoincrement=False, nullable=False)
    yield Column("source_id", ordered_text(), nullable=False)
    yield Column("gen_from", Integer, autoincrement=False, nullable=False)
    yield Column("gen_to", Integer)
    yield Column("company_id", Text, nullable=False)
    yield Column("connection_id", Text, nullable=False)
    yield platform()
    yield Column("content_hash", LargeBinary, nullable=False)
    yield Column("is_deleted", Boolean, nullable=False)
    yield Column("source_modified_at", Instant)
    # Where the version came from: a raw page, and the mapping that read it.
    yield Column("run_id", Text, nullable=False)
    yield Column("resource", Text, nullable=False)
    yield Column("sequence", Integer, nullable=False)
    yield Column("mapping_version", Text, nullable=False)


def _key(table: str) -> Iterator[SchemaItem]:
    """The key, with what tells current versions: a page by id is cut from it, too.

    SQLite's keys carry nothing more, and an index beside the key would make a load a tenth slower.
    There it is an index only; that no version is written twice is kept by who writes, alone.
    """
    key = ("owner", "source_id", "gen_from")
    yield PrimaryKeyConstraint(*key, postgresql_include=["gen_to"]).ddl_if(dialect="postgresql")
    yield Index(f"ix_{table}_key", *key, "gen_to").ddl_if(dialect="sqlite")


def carried_paths(info: DataTypeInfo) -> frozenset[str]:
    """The properties of which one index of a type has all values: dates, numbers, flags, words.

    What is picked or counted by these alone needs no rows. Free text is left out: PostgreSQL takes
    no entry of more than a third of a page.
    """
    schema = index_of(info.model)
    found = [(each, schema.find(each.path)) for each in info.promoted]
    own = {each.path for each, held in found if each.kind is not Kind.TEXT or (held and held.words)}
    return frozenset(own.union(_CARRIED_OF_ALL))


def _carried(info: DataTypeInfo) -> Sequence[str]:
    carried = carried_paths(info)
    own = (each for each in info.promoted if each.path in carried)
    # As people filter: by a status and an amount, more than by a date that is not the index's own.
    in_order = sorted(own, key=lambda each: (each.kind is Kind.DATETIME, each.kind in _NUMBERS))
    return [*(each.path for each in in_order), *_CARRIED_OF_ALL]


def sorted_paths(info: DataTypeInfo) -> frozenset[str]:
    """The properties of a type that have an index: more would cost the bulk load more."""
    return frozenset((*_date(info), *_amount(info), *_counterparty(info)))


def _date(info: DataTypeInfo) -> Sequence[str]:
    return [each.path for each in info.promoted if each.kind is Kind.DATETIME][:1]


def _amount(info: DataTypeInfo) -> Sequence[str]:
    return [each.path for each in info.promoted if each.path in _AMOUNT][:1]


def _counterparty(info: DataTypeInfo) -> Sequence[str]:
    return [each.path for each in info.promoted if each.path.endswith(_COUNTERPARTY)][:1]


def _indexes(table: str, info: DataTypeInfo) -> Iterator[Index]:
    values = [column_name(path) for path in _carried(info)]
    # As they come in, so that a load goes on at the end, and by id where they came together.
    came_in = ("gen_from", "sequence", "source_id")
    yield _current(table, *came_in).ddl_if(dialect="sqlite")
    # What PostgreSQL counts in: it goes through the map of the rows in order.
    yield _current(table, *came_in, *values).ddl_if(dialect="postgresql")
    if not _date(info):
        yield _current(table, "source_id", *values)
    for path in (*_date(info), *_amount(info)):
        yield _current(table, column_name(path), "source_id", *values)
    for path in _counterparty(info):
        yield _current(table, column_name(path), "source_id")
    # To read all rows as they lie. PostgreSQL needs none: it sorts what an index gives by place.
    lying = _index(table, where="gen_to IS NULL AND company_id <> ''", name="rows")
    yield lying.ddl_if(dialect="sqlite")
    # What a run closed, to undo or publish it; and what retention lets go of.
    yield _index(table, "gen_to", where="gen_to IS NOT NULL")


def _current(table: str, *columns: str) -> Index:
    # All that a page is picked by: a deep one then skips index entries, not rows. SQLite looks for
    # `gen_to` too, though the condition fixes it. The generations stand last: to get at a value, it
    # goes through those before it.
    return _index(table, *dict.fromkeys((*columns, "gen_from", "gen_to")), where="gen_to IS NULL")


def _index(table: str, *columns: str, where: str, name: str = "") -> Index:
    condition = text(where)
    return Index(
        f"ix_{table}_{name or columns[0]}",
        "owner",
        *columns,
        sqlite_where=condition,
        postgresql_where=condition,
    )


RECORD_TABLES: Mapping[str, Table] = MappingProxyType(
    {key: _table(info) for key, info in DATA_TYPES.items()}
)
"""The tables by data type."""
