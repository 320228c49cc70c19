"""Conditions to SQL: a walk over the tree; what a property is in the store, its operand knows."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, true

from shared_code.model import Property
from shared_code.query.ast import Every, Operator, Some
from shared_code.query.resolve import Condition, Filter, Order, Value


class Operand(Protocol):
    """Where a property is kept, and how it is compared there.

    `operands` has one for each way to keep a property; a resource with a property of its own kind
    (a collection, a map of tags) brings its own.
    """

    @property
    def sort_key(self) -> ColumnElement[object]:
        """What to sort by, NULL where the property is missing."""

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare with a value of the property's kind, None asking whether it is missing."""


class Columns(Protocol):
    """The operands of one kind of resource."""

    def __call__(self, found: Property, /) -> Operand:
        """Give the operand of a property that the resource's schema has."""


def compile_filter(conditions: Filter, columns: Columns) -> ColumnElement[bool]:
    """Write conditions as an SQL expression in which every value is a bound parameter."""
    match conditions:
        case Condition(found, operator, value):
            return columns(found).matches(operator, value)
        case Every(parts):
            return and_(true(), *(compile_filter(part, columns) for part in parts))
        case Some(parts):
            return or_(*(compile_filter(part, columns) for part in parts))


def compile_order(order: Order, columns: Columns) -> ColumnElement[object]:
    """Write a sort key; ties are the caller's to break."""
    key = columns(order.property).sort_key
    return key.desc().nulls_first() if order.descending else key.asc().nulls_last()
