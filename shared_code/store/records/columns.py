"""Where the query language finds a record's properties: promoted columns, else its document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    ScalarSelect,
    Table,
    and_,
    false,
    func,
    literal,
    not_,
    select,
    true,
)

from shared_code.model import Kind, Property
from shared_code.query import Operand, Operator
from shared_code.query.documents import document_operand
from shared_code.query.operands import PlainOperand, ScaledOperand, TextOperand
from shared_code.query.resolve import Value
from shared_code.store.naming import SHARED_COLUMNS, column_name
from shared_code.store.records.dataset import Dataset
from shared_code.store.schema import generations
from shared_code.store.schema.records import promoted_columns

MODIFIED_DATE = "modifiedDate"

_NEVER = 2**31 - 1
_KEPT = 1_024


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """The operands of a dataset's records."""

    dataset: Dataset

    # What is asked about is the same again and again, and takes longer to say than to look up.
    @lru_cache(_KEPT)  # noqa: B019 - a few, and they are values
    def __call__(self, found: Property, /) -> Operand:
        """Give the operand of a property of the data type's model."""
        table, name = self.dataset.records, column_name(found.path)
        if found.path == MODIFIED_DATE:
            return ModifiedOperand(table.c.gen_from, self.dataset)
        if found.path not in SHARED_COLUMNS and name not in promoted_columns(
            self.dataset.data_type
        ):
            return document_operand(table.c.doc, found)
        column = table.c[name]
        match found.kind:
            case Kind.TEXT:
                return TextOperand(column, is_id=found.is_id, words=found.words)
            case Kind.MONEY | Kind.NUMBER:
                return ScaledOperand(column, LateOperand(table, found))
            case Kind.DATETIME | Kind.BOOLEAN:
                return PlainOperand(column)


@dataclass(frozen=True, slots=True)
class LateOperand:
    """A property in the document of the row at hand, which is looked up when it is needed.

    So an index can do for all rows of which the document is not.
    """

    table: Table
    held: Property

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """What the document's own operand sorts by."""
        whole = _whole(self.table)
        key = document_operand(whole.c.doc, self.held).sort_key
        return select(key).where(self._same(whole)).correlate(self.table).scalar_subquery()

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare as the document's own operand does."""
        whole = _whole(self.table)
        matches = document_operand(whole.c.doc, self.held).matches(operator, value)
        # No EXISTS: PostgreSQL would think of hashing all documents that match.
        return select(matches).where(self._same(whole)).correlate(self.table).scalar_subquery()

    def _same(self, whole: FromClause) -> ColumnElement[bool]:
        return and_(*(whole.c[key.name] == key for key in self.table.primary_key))


# Made once: it has all columns of the table, which takes longer than the rest of a condition.
@cache
def _whole(table: Table) -> FromClause:
    return table.alias("whole")


@dataclass(frozen=True, slots=True)
class ModifiedOperand:
    """`modifiedDate`, which is when the version's generation was published.

    Generations are stamped in order, so a moment is a place in that order, and comparing with it is
    comparing `gen_from` with a number that is looked up once.
    """

    sort_key: ColumnElement[Any]
    dataset: Dataset

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare with a moment; no record is without one."""
        if not isinstance(value, datetime):
            return false() if operator is Operator.EQUAL else true()
        at, after = self._first(value, at=True), self._first(value, at=False)
        column = self.sort_key
        equal = (column >= at) & (column < after)
        compared: Mapping[Operator, ColumnElement[bool]] = {
            Operator.EQUAL: equal,
            Operator.NOT_EQUAL: not_(equal),
            Operator.GREATER_OR_EQUAL: column >= at,
            Operator.GREATER: column >= after,
            Operator.LESS: column < at,
            Operator.LESS_OR_EQUAL: column < after,
        }
        return compared[operator]

    def _first(self, moment: datetime, *, at: bool) -> ColumnElement[int]:
        """The first generation that was published at or after a moment, or after it."""
        published = generations.c.published_at
        since = published >= moment if at else published > moment
        first: ScalarSelect[int] = (
            select(func.min(generations.c.generation))
            .where(self.dataset.owns(generations), since)
            .scalar_subquery()
        )
        return func.coalesce(first, literal(_NEVER, Integer))
