"""The statements that read a generation, made once for a question and executed for any dataset.

To make one takes longer than SQLite needs for the page. They are executed with whose records are
meant (`whose`), the `generation`, and for pages `skipped`, `taken` and `reached`, their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    case,
    func,
    literal_column,
    null,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.base import ColumnCollection

from shared_code.model import DATA_TYPES, DataType
from shared_code.query import Filter, compile_filter
from shared_code.query.operands import ScaledOperand
from shared_code.store.planning import PlannedAnew
from shared_code.store.records.asked import Asked
from shared_code.store.records.columns import MODIFIED_DATE, RecordColumns
from shared_code.store.records.dataset import AnyDataset, Dataset, DatasetOf
from shared_code.store.schema import datasets, generations

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
    """Add what `select_latest` gives to a statement about connections, null for those without.

    It looks up keys; what is read then is planned anew.
    """
    dataset = DatasetOf.of_type(data_type)
    beside = and_(dataset.owns(datasets), _SYNCED)
    planned = PlannedAnew().label("planned_anew")
    return found.add_columns(*_latest(dataset), planned).outerjoin(datasets, beside)


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
    one: ColumnElement[int] = literal_column("1")
    return func.coalesce(found.order_by(column.desc()).limit(one).scalar_subquery(), 0)


@lru_cache(_KEPT)
def select_page(asked: Asked) -> Select[Any]:
    """The documents of a page: its keys first, then what they belong to."""
    return _documents_of(asked, _keys(asked))


@lru_cache(_KEPT)
def select_count(asked: Asked, *, sqlite: bool) -> Select[Any]:
    """How many records match."""
    columns = asked.dataset.records.c
    parts = _visible(asked, columns.gen_from)
    if not sqlite:
        # PostgreSQL counts best in the order in which they came in, unless a value leads to the
        # few that match: it looks each up in the map of the rows, and has that order in an index.
        parts = [part.order_by(columns.gen_from) for part in parts]
    return select(func.count()).select_from(_union(parts))


@lru_cache(_KEPT)
def select_page_and_total(asked: Asked) -> Select[Any]:
    """The documents of a page, each with the `total` of all that match: one pass over the rows."""
    first, *late = _sort_keys(asked)
    columns = _key_columns(asked, first)
    columns += tuple(case((first.is_(None), key)).label("late_key") for key in late)
    matched = _once(
        select(_union(_visible(asked, *columns, as_they_lie=asked.needs_rows))), "matched"
    )
    keys = [matched.c.sort_key, *(matched.c.late_key for _ in late)]
    found = [
        select(*_identity(asked, matched.c), key.label("sort_key")).where(among)
        for among, key in _apart(keys)
    ]
    total = select(func.count()).select_from(matched).scalar_subquery().label("total")
    return _documents_of(asked, _first_of(asked, found)).add_columns(total)


def select_documents(dataset: Dataset) -> Select[Any]:
    """The documents of a table's rows, and the microsecond at which each was published.

    Whose they are is to be added.
    """
    columns = dataset.records.c
    return _published(select(columns.doc), dataset, columns.gen_from)


def _published(found: Select[Any], dataset: Dataset, generation: ColumnElement[int]) -> Select[Any]:
    """Add when a generation was published to a statement that finds documents."""
    if not DATA_TYPES[DataType(dataset.data_type)].has_modified_date:
        return found.add_columns(null().label("published_at"))
    published = and_(dataset.owns(generations), generations.c.generation == generation)
    # A number as it is kept: what made it a moment took longer than to write the page.
    at = type_coerce(generations.c.published_at, BigInteger).label("published_at")
    return found.add_columns(at).join(generations, published)


def _documents_of(asked: Asked, keys: CTE) -> Select[Any]:
    dataset, columns = asked.dataset, asked.dataset.records.c
    same = and_(columns.source_id == keys.c.source_id, columns.gen_from == keys.c.gen_from)
    # An outer join, though each key has its row: some releases of SQLite would look at all rows
    # first, and for each whether its key is among those of the page.
    found = (
        select(columns.doc)
        .select_from(keys)
        .outerjoin(dataset.records, and_(dataset.owns(dataset.records), same))
    )
    return _published(found, dataset, keys.c.gen_from).order_by(*_sorted(asked, keys.c))


@lru_cache(_KEPT)
def _own_documents(data_type: str) -> Select[Any]:
    dataset = AnyDataset.of_type(data_type)
    return select_documents(dataset).where(dataset.owns(dataset.records))


def _keys(asked: Asked) -> CTE:
    """The keys of a page's records: sorted and cut before any document is touched."""
    keys = _sort_keys(asked) if asked.has_index else [_sort_key(asked)]
    return _first_of(
        asked,
        [
            part.where(among)
            for among, key in _apart(keys)
            for part in _visible(asked, *_key_columns(asked, key))
        ],
    )


def _first_of(asked: Asked, parts: Sequence[Select[Any]]) -> CTE:
    """Sort and cut what was found.

    Each part is sorted and cut by itself first, since PostgreSQL does not look for an index that
    sorts all of a union; then there is little left to merge.
    """
    if len(parts) == 1:
        return _cut(asked, *parts)
    parts = [
        part.order_by(*_sorted(asked, part.selected_columns)).limit(_REACHED) for part in parts
    ]
    return _cut(asked, select(_union([select(part.subquery()) for part in parts])))


def _key_columns(asked: Asked, key: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return *_identity(asked, asked.dataset.records.c), key.label("sort_key")


def _identity(asked: Asked, columns: ColumnCollection[str, Any]) -> tuple[ColumnElement[Any], ...]:
    """What a record is found by, and what sorts it where the key does not."""
    ties = (columns.sequence,) if asked.by == MODIFIED_DATE else ()
    return columns.source_id, columns.gen_from, *ties


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


def _sort_keys(asked: Asked) -> Sequence[ColumnElement[Any]]:
    """What sorts the records; if there are two, the second those that the first is missing for.

    An index sorts by a number's column alone, and PostgreSQL is quicker by it than by what may be
    longer.
    """
    key = _sort_key(asked)
    if asked.order is None or asked.is_narrow:
        return [key]
    operand = RecordColumns(asked.dataset)(asked.order.property)
    return [operand.column, key] if isinstance(operand, ScaledOperand) else [key]


def _apart(
    keys: Sequence[ColumnElement[Any]],
) -> Sequence[tuple[ColumnElement[bool], ColumnElement[Any]]]:
    """Which records go by which of `_sort_keys`."""
    first, *late = keys
    if not late:
        return [(true(), first)]
    return [(first.is_not(None), first), *((first.is_(None), key) for key in late)]


def _sort_key(asked: Asked) -> ColumnElement[Any]:
    columns, order = RecordColumns(asked.dataset), asked.order
    key = columns(order.property).sort_key if order else asked.dataset.records.c.source_id
    # A key that no index has keeps SQLite from going through the one that sorts.
    return func.coalesce(key, null()) if asked.is_narrow else key


def _visible(
    asked: Asked, *columns: ColumnElement[Any], as_they_lie: bool = False
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
    # Each row has a company; the index that has them as they lie is for those who say so.
    lying = table.c.company_id != literal_column("''") if as_they_lie else true()
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
    """Sort by the wanted key, ties by id, in the one direction that an index can be read in.

    What was published together comes as it came in, page by page.
    """
    descending = asked.order is not None and asked.order.descending
    if asked.by in {None, "id"}:
        return (keys.sort_key.desc() if descending else keys.sort_key.asc(),)
    ties = (keys.sequence, keys.source_id) if asked.by == MODIFIED_DATE else (keys.source_id,)
    if descending:
        return (keys.sort_key.desc().nulls_first(), *(each.desc() for each in ties))
    return (keys.sort_key.asc().nulls_last(), *(each.asc() for each in ties))
