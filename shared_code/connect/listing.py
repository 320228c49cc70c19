"""Lists that clients filter, sort and page through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from shared_code.query import Filter, Order, Schema, evaluate, parse, resolve, resolve_order

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of a list is wanted: a query, a sort key, and a page."""

    query: str | None = None
    order_by: str | None = None
    offset: int = 0
    limit: int = 100

    def conditions(self, schema: Schema) -> Filter | None:
        """Read the query; `Reject` says what is wrong with it."""
        return resolve(parse(self.query), schema) if self.query else None

    def order(self, schema: Schema) -> Order | None:
        """Read the sort key; `Reject` says what is wrong with it."""
        return resolve_order(self.order_by, schema) if self.order_by else None

    def apply(self, items: Sequence[T], schema: Schema) -> tuple[list[T], int]:
        """Pick from a list that fits into memory: the page, and how many match the query."""
        conditions, order = self.conditions(schema), self.order(schema)
        records = [(item, item.model_dump(by_alias=True)) for item in items]
        if conditions is not None:
            records = [each for each in records if evaluate(conditions, each[1])]
        if order is not None:
            present = [each for each in records if _value(each[1], order) is not None]
            missing = [each for each in records if _value(each[1], order) is None]
            present.sort(key=lambda each: _value(each[1], order), reverse=order.descending)
            records = missing + present if order.descending else present + missing
        page = records[self.offset : self.offset + self.limit]
        return [item for item, _ in page], len(records)


# Values of one property are of one kind, and so compare with each other.
def _value(record: dict[str, Any], order: Order) -> Any:  # noqa: ANN401
    return record.get(order.property.path)
