"""The statements that read a generation, made once for a question and executed for any dataset.

To make one takes longer than SQLite needs for the page. They are executed with whose records are
meant (`whose`), the `generation`, and for pages `skipped`, `taken` and `reached`, their sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    func,
    null,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.base import ColumnCollection

from shared_code.model import DATA_TYPES, DataType, DataTypeInfo
from shared_code.query import Condition, Every, Filter, Operator, Order, compile_filter
from shared_code.query.operands import ScaledOperand
from shared_code.store.records.columns import MODIFIED_DATE, RecordColumns
from shared_code.store.records.dataset import AnyDataset, Dataset, DatasetOf
from shared_code.store.schema import datasets, generations
from shared_code.store.schema.records import carried_paths, sorted_paths

_KEPT = 256
_GENERATION = bindparam("generation", type_=Integer, required=True)
_SKIPPED = bindparam("skipped", type_=Integer, required=True)
_TAKEN = bindparam("taken", type_=Integer, required=True)
_REACHED = bindparam("reached", type_=Integer, required=True)


@lru_cache(_KEPT)
def select_latest(data_type: str) -> Select[Any]:
    """The `generation` that readers see now, its `record_count`, and whether it is `settled`."""
    dataset = AnyDataset.of_type(data_type)
    return select(*_latest(dataset)).where(dataset.owns(datasets), _SYNCED)


def with_latest(found: Select[Any], data_type: str) -> Select[Any]:
    """Add what `select_latest` gives to a statement about connections, null for those without."""
    dataset = DatasetOf.of_type(data_type)
    beside = and_(dataset.owns(datasets), _SYNCED)
    return found.add_columns(*_latest(dataset)).outerjoin(datasets, beside)


_SYNCED = datasets.c.last_success_at.is_not(None)


def _latest(dataset: Dataset) -> Sequence[ColumnElement[Any]]:
    settled = _settled(dataset, datasets.c.generation).label("settled")
    return datasets.c.generation, datasets.c.record_count, settled


@lru_cache(_KEPT)
def select_record(data_type: str) -> Select[Any]:
    """The document of one record, that of `source_id`."""
    dataset = AnyDataset.of_type(data_type)
    columns = dataset.records.c
    begun = columns.gen_from <= _GENERATION
    visible = begun & (columns.gen_to.is_(None) | (columns.gen_to > _GENERATION))
    named = columns.source_id == bindparam("source_id", type_=Text, required=True)
    return _own_documents(data_type).where(named, visible)


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


@lru_cache(_KEPT)
def select_settled(data_type: str) -> Select[Any]:
    """Whether nothing was written or closed after the generation, be it published or not."""
    return select(_settled(AnyDataset.of_type(data_type), _GENERATION))


def _settled(dataset: Dataset, generation: ColumnElement[int]) -> ColumnElement[bool]:
    # The last of each in its index: whether there is a later one, planners guess from the table.
    columns = dataset.records.c
    closed = _last(dataset, columns.gen_to, columns.gen_to.is_not(None))
    written = _last(dataset, columns.gen_from, columns.gen_to.is_(None))
    return (closed <= generation) & (written <= generation)


def _last(
    dataset: Dataset, column: ColumnElement[int], among: ColumnElement[bool]
) -> ColumnElement[int]:
    found = select(column).where(dataset.owns(dataset.records), among)
    return func.coalesce(found.order_by(column.desc()).limit(1).scalar_subquery(), 0)


@lru_cache(_KEPT)
def select_page(asked: Asked) -> Select[Any]:
    """The documents of a page: its keys first, then what they belong to."""
    return _documents_of(asked, _keys(asked))


@lru_cache(_KEPT)
def select_count(asked: Asked) -> Select[Any]:
    """How many records match."""
    parts = _visible(asked, asked.dataset.records.c.gen_from)
    return select(func.count()).select_from(_union(parts))


@lru_cache(_KEPT)
def select_page_and_total(asked: Asked) -> Select[Any]:
    """The documents of a page, each with the `total` of all that match: one pass over the rows."""
    columns = _key_columns(asked, _sort_key(asked))
    parts = _visible(asked, *columns, in_order=not _needs_rows(asked))
    matched = _once(select(_union(parts)), "matched")
    total = select(func.count()).select_from(matched).scalar_subquery().label("total")
    return _documents_of(asked, _cut(asked, select(matched))).add_columns(total)


def select_documents(dataset: Dataset) -> Select[Any]:
    """The documents of a table's rows, and the microsecond at which each was published.

    Whose they are is to be added.
    """
    columns = [dataset.records.c.doc]
    if not DATA_TYPES[DataType(dataset.data_type)].has_modified_date:
        return select(*columns, null().label("published_at"))
    same = generations.c.generation == dataset.records.c.gen_from
    published = and_(dataset.owns(generations), same)
    # A number as it is kept: what made it a moment took longer than to write the page.
    at = type_coerce(generations.c.published_at, BigInteger).label("published_at")
    return select(*columns, at).join(generations, published)


def at_once(asked: Asked, *, sqlite: bool) -> bool:
    """Whether page and total are best read in one pass, which keeps all that it finds.

    That is where a page takes as long as the total: all that match are found, then sorted and cut.
    SQLite goes twice through an index that has all of it in less time than it takes to keep it.
    """
    if asked.where is None or _names_one(asked.where):
        return False
    by = asked.order and asked.order.property.path
    if _needs_rows(asked):
        return True
    needs_no_row = carried_paths(asked.info) if sqlite else frozenset[str]()
    return by not in {None, "id", MODIFIED_DATE} | sorted_paths(asked.info) | needs_no_row


def _needs_rows(asked: Asked) -> bool:
    """Whether no index has all that the filter asks about."""
    carried = carried_paths(asked.info) | {"id", MODIFIED_DATE}
    return asked.where is not None and not carried.issuperset(_paths(asked.where))


def _paths(where: Filter) -> Iterator[str]:
    if isinstance(where, Condition):
        yield where.property.path
        return
    for part in where.parts:
        yield from _paths(part)


def _documents_of(asked: Asked, keys: CTE) -> Select[Any]:
    table = asked.dataset.records
    same = and_(table.c.source_id == keys.c.source_id, table.c.gen_from == keys.c.gen_from)
    return _own_documents(asked.data_type).join(keys, same).order_by(*_sorted(asked, keys.c))


@lru_cache(_KEPT)
def _own_documents(data_type: str) -> Select[Any]:
    dataset = AnyDataset.of_type(data_type)
    return select_documents(dataset).where(dataset.owns(dataset.records))


def _keys(asked: Asked) -> CTE:
    """The keys of a page's records: sorted and cut before any document is touched.

    Each part is sorted and cut by itself first, since PostgreSQL does not look for an index that
    sorts all of a union; then there is little left to merge.
    """
    parts = [
        part.where(among)
        for among, key in _sort_keys(asked)
        for part in _visible(asked, *_key_columns(asked, key))
    ]
    if len(parts) == 1:
        return _cut(asked, *parts)
    parts = [
        part.order_by(*_sorted(asked, part.selected_columns)).limit(_REACHED) for part in parts
    ]
    return _cut(asked, select(_union([select(part.subquery()) for part in parts])))


def _key_columns(asked: Asked, key: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    columns = asked.dataset.records.c
    return columns.source_id, columns.gen_from, key.label("sort_key")


def _cut(asked: Asked, found: Select[Any]) -> CTE:
    in_order = found.order_by(*_sorted(asked, found.selected_columns))
    cut = in_order.limit(_TAKEN).offset(_SKIPPED).subquery()
    # Limited again, so that SQLite does not make it one with what keeps it: it would write down
    # each row before it knows whether that is among the first.
    return _once(select(cut).limit(_TAKEN), "page")


def _once(found: Select[Any], name: str) -> CTE:
    """Find it once, whatever is joined to it: PostgreSQL may not put it into a loop."""
    return found.cte(name).prefix_with("MATERIALIZED")


def _union(parts: Sequence[Select[Any]]) -> Subquery:
    return union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()


def _sort_keys(asked: Asked) -> Sequence[tuple[ColumnElement[bool], ColumnElement[Any]]]:
    """Which records go by what: those that an index has in order are apart from the rest."""
    key = _sort_key(asked)
    if asked.order is None or _is_narrow(asked):
        return [(true(), key)]
    found = asked.order.property
    operand = RecordColumns(asked.dataset)(found)
    if not isinstance(operand, ScaledOperand) or found.path not in sorted_paths(asked.info):
        return [(true(), key)]
    return [(operand.column.is_not(None), operand.column), (operand.column.is_(None), key)]


def _sort_key(asked: Asked) -> ColumnElement[Any]:
    columns, order = RecordColumns(asked.dataset), asked.order
    key = columns(order.property).sort_key if order else asked.dataset.records.c.source_id
    return func.coalesce(key, null()) if _is_narrow(asked) else key


def _is_narrow(asked: Asked) -> bool:
    """Whether to find and sort the few that match beats going through all in the right order.

    A key that no index has leaves SQLite, which knows no statistics, no other way.
    """
    elsewise = asked.order is None or asked.order.property.path != MODIFIED_DATE
    return _names_one(asked.where) or (elsewise and _since(asked.where))


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


def _visible(
    asked: Asked, *columns: ColumnElement[Any], in_order: bool = True
) -> list[Select[Any]]:
    """What the generation shows of a dataset, in parts that have an index each.

    The current versions are nearly all of it, if not all; the others were closed by a run that is
    not published yet, or later than the generation.
    """
    dataset, table = asked.dataset, asked.dataset.records
    matches = _matches(asked.data_type, asked.where)
    current = table.c.gen_to.is_(None)
    # The addition keeps SQLite from sorting what an index by the wanted order would give.
    begun = true() if asked.settled else table.c.gen_from + 0 <= _GENERATION
    # Each row has a document; the index that has them as they lie is for those who say so.
    lying = true() if in_order else table.c.doc.is_not(None)
    parts = [current] if asked.settled else [current, table.c.gen_to > _GENERATION]
    return [
        select(*columns).where(dataset.owns(table), visible, begun, lying, matches)
        for visible in parts
    ]


# A page's statement and the count's have it in common.
@lru_cache(_KEPT)
def _matches(data_type: str, where: Filter | None) -> ColumnElement[bool]:
    columns = RecordColumns(AnyDataset.of_type(data_type))
    return true() if where is None else compile_filter(where, columns)


def _sorted(asked: Asked, keys: ColumnCollection[str, Any]) -> tuple[ColumnElement[Any], ...]:
    """Sort by the wanted key, ties by id, in the one direction that an index can be read in."""
    sort_key, source_id = keys.sort_key, keys.source_id
    if asked.order is None or asked.order.property.path == "id":
        descending = asked.order is not None and asked.order.descending
        return (sort_key.desc() if descending else sort_key.asc(),)
    if asked.order.descending:
        return (sort_key.desc().nulls_first(), source_id.desc())
    return (sort_key.asc().nulls_last(), source_id.asc())
