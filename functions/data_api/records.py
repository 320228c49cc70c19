"""Records of the data types: lists, single ones, and types that are one object."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

import orjson
from fastapi import APIRouter, Depends, HTTPException, Path, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from functions.data_api.scope import Scope, company_scope, connection_scope, find_connection
from shared_code.connect.catalogue import by_platform
from shared_code.errors import Conflict, NotFound
from shared_code.model import DATA_TYPES, DataTypeInfo, Level, Shape, index_of
from shared_code.model.data_types import data_type_at
from shared_code.query import parse, resolve, resolve_order
from shared_code.serve import PageOf, PageRequest, Paging, PagingInfo, router
from shared_code.store.database import Database
from shared_code.store.records import (
    SINGULAR_ID,
    Dataset,
    Listing,
    Snapshot,
    Totals,
    count,
    get,
    latest,
    read_page,
)

RecordId: TypeAlias = Annotated[str, Path(alias="recordId", description="The source's own id.")]

_COMPANY = "/companies/{companyId}/data"
_CONNECTION = "/companies/{companyId}/connections/{connectionId}/data"


@dataclass(frozen=True, slots=True)
class Records:
    """Reads the published records of a store."""

    db: Database
    totals: Totals

    def page(self, scope: Scope, info: DataTypeInfo, paging: PageRequest) -> Response:
        """Answer with a page of a type's records, as they lie in the store."""
        listing = _listing(info, paging)
        with self.db.read() as tx:
            snapshot = _snapshot(tx, scope, info)
            total = count(tx, snapshot, listing.where, self.totals)
            records = read_page(tx, snapshot, listing)
        about = orjson.dumps(PagingInfo.about(total, paging).wire())
        return _json(about[:-1] + b',"results":[' + b",".join(records) + b"]}")

    def one(self, scope: Scope, info: DataTypeInfo, record_id: str | None = None) -> Response:
        """Answer with the record that has the id; a type that is one object has none."""
        with self.db.read() as tx:
            snapshot = _snapshot(tx, scope, info)
            record = get(tx, snapshot, record_id or SINGULAR_ID)
        if record is None:
            asked = record_id or scope.connection_id or scope.company_id
            raise NotFound(f"No data available for {info.data_type} for ID {asked}")
        return _json(record)

    def refuse(self, scope: Scope, info: DataTypeInfo) -> None:
        """Raise what stands in the way of reading the type, if anything does."""
        with self.db.read() as tx:
            _snapshot(tx, scope, info)


def records_router(records: Records) -> APIRouter:
    """Make the routes of the data types; those that no connector delivers yet answer why."""
    api = router(tags=["Data"])
    for info in DATA_TYPES.values():
        if info.model is not None:
            _add(api, records, info, f"{_CONNECTION}/{info.path}", connection_scope)
        if info.model is not None and info.level is Level.COMPANY:
            _add(api, records, info, f"{_COMPANY}/{info.path}", company_scope)
    for root, find in ((_CONNECTION, connection_scope), (_COMPANY, company_scope)):
        _add_undelivered(api, records, root, find)
    return api


def _add(
    api: APIRouter, records: Records, info: DataTypeInfo, path: str, find: Callable[..., Scope]
) -> None:
    scoped = Annotated[Scope, Depends(find)]
    model = info.model or Shape

    def get_only(scope: scoped) -> Response:
        return records.one(scope, info)

    def list_records(scope: scoped, paging: Paging) -> Response:
        return records.page(scope, info, paging)

    def get_record(scope: scoped, record_id: RecordId) -> Response:
        return records.one(scope, info, record_id)

    if info.singular:
        api.add_api_route(path, get_only, responses=_answers(model))
    else:
        api.add_api_route(path, list_records, responses=_answers(_page_of(model)))
        # Ids are the source's own and may hold slashes.
        one = f"{path}/{{recordId:path}}"
        api.add_api_route(one, get_record, responses=_answers(model))


def _add_undelivered(
    api: APIRouter, records: Records, root: str, find: Callable[..., Scope]
) -> None:
    scoped = Annotated[Scope, Depends(find)]

    @api.get(f"{root}/{{rest:path}}", include_in_schema=False)
    def explain(scope: scoped, rest: str) -> Response:
        parts = rest.split("/")
        info = data_type_at(parts[0]) or data_type_at("/".join(parts[:2]))
        if info is not None:
            records.refuse(scope, info)
        raise HTTPException(404)


def _page_of(model: type[Shape]) -> type[BaseModel]:
    return cast("type[BaseModel]", PageOf.__class_getitem__(model))


def _answers(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What the documentation says of an answer whose bytes come from the store."""
    return {200: {"model": model}, 409: {"description": "No sync has succeeded yet."}}


def _listing(info: DataTypeInfo, paging: PageRequest) -> Listing:
    """Read the query and the order; `Reject` says what is wrong with them."""
    schema = index_of(info.model or Shape)
    return Listing(
        where=resolve(parse(paging.query), schema) if paging.query else None,
        order=resolve_order(paging.order_by, schema) if paging.order_by else None,
        offset=paging.offset,
        limit=paging.size,
    )


def _snapshot(tx: Connection, scope: Scope, info: DataTypeInfo) -> Snapshot:
    """What the last sync published; `Conflict` if none has."""
    connection = find_connection(tx, scope)
    snapshot = None
    if connection is not None:
        _check_support(connection.platform, info)
        owner = (connection.company_id, connection.id)
        snapshot = latest(tx, Dataset(*owner, info.data_type, connection.platform))
    if snapshot is None:
        raise Conflict("The data set has not been requested.")
    return snapshot


def _check_support(platform: str, info: DataTypeInfo) -> None:
    integration = by_platform(platform)
    if info.data_type not in integration.data_types:
        raise NotFound(f"Datatype {info.data_type} not supported by platform(s) {integration.name}")


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
