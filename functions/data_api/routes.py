"""Routes of the data types: lists, single records, and types that are one object."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic.alias_generators import to_camel, to_snake

from functions.data_api.payments import linked
from functions.data_api.places import OF_BANK, OF_COMPANY, OF_CONNECTION, Place, documented
from functions.data_api.records import Records
from functions.data_api.scope import Scope
from functions.data_api.statements import STATEMENTS
from shared_code.model import DATA_TYPES, DataType, DataTypeInfo, Kind, Level, Property
from shared_code.query import Condition, Filter, Operator
from shared_code.serve import PageOf, Paging, router

ELSEWHERE = frozenset(statement.data_type for statement in STATEMENTS)
"""Types that are not read as they are stored."""

TREES = frozenset({DataType.TRACKING_CATEGORIES})
"""Types of which a single record is read with all that is below it."""


def records_router(records: Records) -> APIRouter:
    """Make the routes of the data types."""
    api = router(tags=["Data"])
    # Ids are the source's own and may hold slashes: what lies below a record comes before it.
    infos = (info for key, info in DATA_TYPES.items() if key not in ELSEWHERE)
    for info in sorted(infos, key=lambda info: not info.of_account):
        if info.level is Level.COMPANY:
            _add(api, records, info, OF_COMPANY)
        _add(api, records, info, OF_CONNECTION)
    _add_list(api, records, DATA_TYPES[DataType.BANKING_TRANSACTIONS], OF_BANK)
    return api


def _add(api: APIRouter, records: Records, info: DataTypeInfo, place: Place) -> None:
    if info.singular:
        _add_object(api, records, info, place)
    elif info.of_account:
        _add_list_of_account(api, records, info, place)
    elif info.data_type is DataType.PAYMENTS and place is OF_CONNECTION:
        _add_payments(api, records, info, place)
    else:
        _add_list(api, records, info, place)
    if info.has_ids and not info.of_account and info.data_type not in TREES:
        _add_record(api, records, info, place)


def _add_object(api: APIRouter, records: Records, info: DataTypeInfo, place: Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]

    def get_only(scope: scoped) -> Response:
        return records.one(scope, info)

    told = documented("get", info.model.__name__, place, info.model)
    api.add_api_route(f"{place.root}/{info.path}", get_only, **told)


def _add_list(api: APIRouter, records: Records, info: DataTypeInfo, place: Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]

    def list_records(scope: scoped, paging: Paging) -> Response:
        return records.page(scope, info, paging)

    told = documented("list", info.path, place, PageOf.__class_getitem__(info.model))
    api.add_api_route(f"{place.root}/{info.path}", list_records, **told)


def _add_payments(api: APIRouter, records: Records, info: DataTypeInfo, place: Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]
    wanted = Annotated[Filter | None, Depends(linked)]

    def list_payments(scope: scoped, paging: Paging, only: wanted) -> Response:
        return records.page(scope, info, paging, only)

    told = documented("list", info.path, place, PageOf.__class_getitem__(info.model))
    api.add_api_route(f"{place.root}/{info.path}", list_payments, **told)


def _add_list_of_account(
    api: APIRouter, records: Records, info: DataTypeInfo, place: Place
) -> None:
    scoped = Annotated[Scope, Depends(place.find)]
    named = Annotated[str, Path(alias="accountId", description="The bank account's own id.")]

    def list_records(scope: scoped, paging: Paging, account_id: named) -> Response:
        found = Property("accountId", Kind.TEXT)
        return records.page(scope, info, paging, Condition(found, Operator.EQUAL, account_id))

    told = documented("list", info.data_type, place, PageOf.__class_getitem__(info.model))
    path = info.path.replace("{accountId}", "{accountId:path}")
    api.add_api_route(f"{place.root}/{path}", list_records, **told)


def _add_record(api: APIRouter, records: Records, info: DataTypeInfo, place: Place) -> None:
    one = to_camel(to_snake(info.model.__name__))
    scoped = Annotated[Scope, Depends(place.find)]
    named = Annotated[str, Path(alias=f"{one}Id", description="The source's own id.")]

    def get_record(scope: scoped, record_id: named) -> Response:
        return records.one(scope, info, record_id)

    told = documented("get", one, place, info.model)
    api.add_api_route(f"{place.root}/{info.path}/{{{one}Id:path}}", get_record, **told)
