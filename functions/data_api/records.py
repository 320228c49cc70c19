"""Records of the data types: lists, single ones, and types that are one object."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Response
from pydantic.alias_generators import to_camel, to_snake

from functions.data_api.scope import Scope, company_data, connection_data
from functions.data_api.snapshots import Snapshots
from shared_code.errors import NotFound
from shared_code.model import DATA_TYPES, SINGULAR_ID, DataTypeInfo, Kind, Level, Property, index_of
from shared_code.query import Condition, Every, Filter, Operator, parse, resolve, resolve_order
from shared_code.serve import PageOf, PageRequest, Paging, PagingInfo, router
from shared_code.store.database import Database
from shared_code.store.records import (
    Listing,
    Totals,
    check_cost,
    count,
    get,
    read_page,
)

LONGEST_SECONDS = 30
"""What a list may take; the platform in front of us gives up soon after."""


@dataclass(frozen=True, slots=True)
class Records:
    """Reads the published records of a store."""

    db: Database
    totals: Totals
    snapshots: Snapshots = field(default_factory=Snapshots)

    def page(
        self, scope: Scope, info: DataTypeInfo, paging: PageRequest, only: Filter | None = None
    ) -> Response:
        """Answer with a page of a type's records, as they lie in the store."""
        listing = _listing(info, paging, only)
        with self.db.read(within=LONGEST_SECONDS) as tx:
            snapshot = self.snapshots.find(tx, scope, info)
            check_cost(snapshot, listing)
            total = count(tx, snapshot, listing.where, self.totals)
            records = read_page(tx, snapshot, listing)
        about = orjson.dumps(PagingInfo.about(total, paging).wire())
        return _json(about[:-1] + b',"results":[' + b",".join(records) + b"]}")

    def one(self, scope: Scope, info: DataTypeInfo, record_id: str | None = None) -> Response:
        """Answer with the record that has the id; a type that is one object has none."""
        with self.db.read() as tx:
            snapshot = self.snapshots.find(tx, scope, info)
            record = get(tx, snapshot, record_id or SINGULAR_ID)
        if record is None:
            asked = record_id or scope.connection_id or scope.company_id
            raise NotFound(f"No data available for {info.data_type} for ID {asked}")
        return _json(record)


def records_router(records: Records) -> APIRouter:
    """Make the routes of the data types."""
    api = router(tags=["Data"])
    # Ids are the source's own and may hold slashes: what lies below a record comes before it.
    for info in sorted(DATA_TYPES.values(), key=lambda info: not info.of_account):
        if info.level is Level.COMPANY:
            _add(api, records, info, _OF_COMPANY)
        _add(api, records, info, _OF_CONNECTION)
    return api


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a type can be read, and what sets its operations apart in the documentation."""

    root: str
    find: Callable[..., Scope]
    mark: str
    source: str


_OF_COMPANY = _Place(
    "/companies/{companyId}/data", company_data, "", "the company's accounting connection"
)
_OF_CONNECTION = _Place(
    "/companies/{companyId}/connections/{connectionId}/data",
    connection_data,
    "connection-",
    "one connection",
)


def _add(api: APIRouter, records: Records, info: DataTypeInfo, place: _Place) -> None:
    if info.singular:
        _add_object(api, records, info, place)
    elif info.of_account:
        _add_list_of_account(api, records, info, place)
    else:
        _add_list(api, records, info, place)
        if info.has_ids:
            _add_record(api, records, info, place)


def _add_object(api: APIRouter, records: Records, info: DataTypeInfo, place: _Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]

    def get_only(scope: scoped) -> Response:
        return records.one(scope, info)

    documented = _documented("get", info.model.__name__, place, info.model)
    api.add_api_route(f"{place.root}/{info.path}", get_only, **documented)


def _add_list(api: APIRouter, records: Records, info: DataTypeInfo, place: _Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]

    def list_records(scope: scoped, paging: Paging) -> Response:
        return records.page(scope, info, paging)

    documented = _documented("list", info.path, place, PageOf.__class_getitem__(info.model))
    api.add_api_route(f"{place.root}/{info.path}", list_records, **documented)


def _add_list_of_account(
    api: APIRouter, records: Records, info: DataTypeInfo, place: _Place
) -> None:
    scoped = Annotated[Scope, Depends(place.find)]
    named = Annotated[str, Path(alias="accountId", description="The bank account's own id.")]

    def list_records(scope: scoped, paging: Paging, account_id: named) -> Response:
        found = Property("accountId", Kind.TEXT)
        return records.page(scope, info, paging, Condition(found, Operator.EQUAL, account_id))

    documented = _documented("list", info.data_type, place, PageOf.__class_getitem__(info.model))
    path = info.path.replace("{accountId}", "{accountId:path}")
    api.add_api_route(f"{place.root}/{path}", list_records, **documented)


def _add_record(api: APIRouter, records: Records, info: DataTypeInfo, place: _Place) -> None:
    one = to_camel(to_snake(info.model.__name__))
    scoped = Annotated[Scope, Depends(place.find)]
    named = Annotated[str, Path(alias=f"{one}Id", description="The source's own id.")]

    def get_record(scope: scoped, record_id: named) -> Response:
        return records.one(scope, info, record_id)

    documented = _documented("get", one, place, info.model)
    api.add_api_route(f"{place.root}/{info.path}/{{{one}Id:path}}", get_record, **documented)


# What FastAPI takes for the documentation: each of its own type.
def _documented(verb: str, what: str, place: _Place, answer: object) -> dict[str, Any]:
    name = to_snake(what)
    return {
        "operation_id": f"{verb}-{place.mark}{name.replace('_', '-')}",
        "summary": f"{verb.capitalize()} {name.replace('_', ' ')}",
        "description": f"As the latest successful sync of {place.source} left it; 409 before it.",
        "responses": {200: {"model": answer}},
    }


def _listing(info: DataTypeInfo, paging: PageRequest, only: Filter | None) -> Listing:
    """Read the query and the order; `Reject` says what is wrong with them."""
    schema = index_of(info.model)
    asked = resolve(parse(paging.query), schema) if paging.query else None
    return Listing(
        where=Every((only, asked)) if only and asked else only or asked,
        order=resolve_order(paging.order_by, schema) if paging.order_by else None,
        offset=paging.offset,
        limit=paging.size,
    )


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
