"""A tracking category with all that is below it."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path, Response

from functions.data_api.places import OF_COMPANY, OF_CONNECTION, Place, documented
from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope
from shared_code.errors import NotFound
from shared_code.model import DATA_TYPES, DataType, encode
from shared_code.model.accounting.tracking_category import TrackingCategoryTree
from shared_code.serve import router

# A record as it is served: its values are of any JSON type.
Category: TypeAlias = Mapping[str, Any]

_INFO = DATA_TYPES[DataType.TRACKING_CATEGORIES]


def tracking_router(records: Records) -> APIRouter:
    """Make the routes that give one category."""
    api = router(tags=["Data"])
    for place in (OF_COMPANY, OF_CONNECTION):
        _add(api, records, place)
    return api


def _add(api: APIRouter, records: Records, place: Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]
    named = Annotated[str, Path(alias="trackingCategoryId", description="The source's own id.")]

    def get_tree(scope: scoped, record_id: named) -> Response:
        found = records.documents(scope, {_INFO.data_type: None})
        return json_response(encode(tree([category for _, category in found], record_id)))

    told = documented("get", "trackingCategory", place, TrackingCategoryTree)
    path = f"{place.root}/{_INFO.path}/{{trackingCategoryId:path}}"
    api.add_api_route(path, get_tree, **told)


def tree(categories: Iterable[Category], root: str) -> Category:
    """Hang what is below a category under it; `NotFound` if it is not there.

    A source's parents may go round in a circle: each category is shown once.
    """
    below: dict[object, list[Category]] = defaultdict(list)
    top = None
    for category in categories:
        if category["id"] == root:
            top = category
        else:
            below[category.get("parentId")].append(category)
    if top is None:
        raise NotFound(f"No data available for {_INFO.data_type} for ID {root}")
    return _grow(top, below)


def _grow(category: Category, below: Mapping[object, Sequence[Category]]) -> Category:
    children = [_grow(child, below) for child in below.get(category["id"], ())]
    return {**category, "subCategories": children} if children else category
