"""Records of the data types: lists, single ones, and types that are one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count as count_from
from typing import Any

import orjson
from fastapi import Response
from sqlalchemy import Connection

from functions.data_api.scope import Scope
from functions.data_api.snapshots import Snapshots
from shared_code.errors import NotFound
from shared_code.model import (
    DATA_TYPES,
    SINGULAR_ID,
    DataType,
    DataTypeInfo,
    Shape,
    decode,
    index_of,
)
from shared_code.query import Every, Filter, Order, parse, resolve, resolve_order
from shared_code.serve import PageRequest, PagingInfo
from shared_code.serve.paging import MAX_PAGE_SIZE
from shared_code.store.database import Database
from shared_code.store.records import (
    Listing,
    Snapshot,
    Totals,
    check_cost,
    get,
    read_list,
    read_page,
)

LONGEST_SECONDS = 30
"""What a list may take; the platform in front of us gives up soon after."""

_QUERIES = 256


@dataclass(frozen=True, slots=True)
class Records:
    """Reads the published records of a store."""

    db: Database
    totals: Totals
    snapshots: Snapshots

    def page(
        self, scope: Scope, info: DataTypeInfo, paging: PageRequest, only: Filter | None = None
    ) -> Response:
        """Answer with a page of a type's records, as they lie in the store."""
        listing = _listing(info, paging, only)
        with self.db.read(within=LONGEST_SECONDS, looking_up=True) as tx:
            snapshot = self.snapshots.find(tx, scope, info)
            check_cost(snapshot, listing)
            total, records = read_list(tx, snapshot, listing, self.totals)
        about = orjson.dumps(PagingInfo.about(total, paging).wire())
        return json_response(b"".join((about[:-1], b',"results":', records, b"}")))

    def one(self, scope: Scope, info: DataTypeInfo, record_id: str | None = None) -> Response:
        """Answer with the record that has the id; a type that is one object has none."""
        return json_response(self._document(scope, info, record_id))

    def shape(self, scope: Scope, info: DataTypeInfo, record_id: str | None = None) -> Shape:
        """Read what `one` answers with, for whoever works something out of it."""
        return info.model.model_validate(decode(self._document(scope, info, record_id)))

    def has(self, scope: Scope, data_type: DataType) -> bool:
        """Whether anything of a type is published; `NotFound` for an unknown company."""
        with self.db.read(looking_up=True) as tx:
            return self.snapshots.find_if_any(tx, scope, DATA_TYPES[data_type]) is not None

    def every(self, scope: Scope, wanted: Mapping[DataType, Filter | None]) -> Iterator[Shape]:
        """Read all records of some types that match, as `documents` does, into their models."""
        for info, document in self.documents(scope, wanted):
            yield info.model.model_validate(document)

    def documents(
        self, scope: Scope, wanted: Mapping[DataType, Filter | None]
    ) -> Iterator[tuple[DataTypeInfo, dict[str, Any]]]:
        """Read all records of some types that match, one consistent view; absent types give none.

        The first of the types has to be there: `Conflict` if it has not been synced.
        """
        with self.db.read(within=LONGEST_SECONDS, looking_up=True) as tx:
            self.snapshots.find(tx, scope, DATA_TYPES[next(iter(wanted))])
            for data_type, where in wanted.items():
                info = DATA_TYPES[data_type]
                snapshot = self.snapshots.find_if_any(tx, scope, info)
                if snapshot is not None:
                    yield from ((info, each) for each in _all(tx, snapshot, where))

    def _document(self, scope: Scope, info: DataTypeInfo, record_id: str | None) -> bytes:
        with self.db.read(looking_up=True) as tx:
            snapshot = self.snapshots.find(tx, scope, info)
            record = get(tx, snapshot, record_id or SINGULAR_ID)
        if record is None:
            asked = record_id or scope.connection_id or scope.company_id
            raise NotFound(f"No data available for {info.data_type} for ID {asked}")
        return record


def json_response(body: bytes) -> Response:
    """Answer with JSON that is written already."""
    return Response(body, media_type="application/json")


def _all(tx: Connection, snapshot: Snapshot, where: Filter | None) -> Iterator[dict[str, Any]]:
    for offset in count_from(0, MAX_PAGE_SIZE):
        page = read_page(tx, snapshot, Listing(where, offset=offset, limit=MAX_PAGE_SIZE))
        yield from map(decode, page)
        if len(page) < MAX_PAGE_SIZE:
            return


def _listing(info: DataTypeInfo, paging: PageRequest, only: Filter | None) -> Listing:
    """Read the query and the order; `Reject` says what is wrong with them."""
    asked, order = _read(info.model, paging.query, paging.order_by)
    return Listing(
        where=Every((only, asked)) if only and asked else only or asked,
        order=order,
        offset=paging.offset,
        limit=paging.size,
    )


# To parse a query takes longer than to carry it out; who reads page by page asks the same again.
@lru_cache(_QUERIES)
def _read(
    model: type[Shape], query: str | None, order_by: str | None
) -> tuple[Filter | None, Order | None]:
    schema = index_of(model)
    asked = resolve(parse(query), schema) if query else None
    return asked, resolve_order(order_by, schema) if order_by else None
