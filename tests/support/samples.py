"""Records of any unified type: with everything that the model has, or with what it must have."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from shared_code.model import Shape

T = TypeVar("T", bound=Shape)

# One that a reference to any data type may name.
_DATA_TYPE = "purchaseOrders"

MOMENT = datetime(2029, 12, 1, 8, 30, tzinfo=UTC)


def sample(model: type[T], *, full: bool, **values: object) -> T:
    """Make a record; `values` are set as given, `full` fills in what may be left out."""
    made = {
        name: _DATA_TYPE
        if field.annotation == str | None and name == "data_type"
        else _value(field.annotation, full=full and not _holds(field.annotation, model))
        for name, field in model.model_fields.items()
        if name != "modified_date" and (full or field.is_required())
    }
    return model.model_validate(made | values)


def _holds(annotation: Any, model: type[Shape]) -> bool:  # noqa: ANN401 - as _value
    """Whether a value is made of the same shape again: a tree, that must end somewhere."""
    return annotation is model or any(_holds(arm, model) for arm in get_args(annotation))


def _value(annotation: Any, *, full: bool) -> Any:  # noqa: ANN401 - annotations are of any type
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(inner[0], full=full)
    if origin in {Union, types.UnionType}:
        return _value(next(arm for arm in inner if arm is not type(None)), full=full)
    if origin is tuple:
        return [_value(inner[0], full=full)] * 2
    if origin is dict:
        return {"name": _value(inner[1], full=full)}
    return _scalar(annotation, full=full)


def _scalar(annotation: Any, *, full: bool) -> Any:  # noqa: ANN401 - annotations are of any type
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return sample(annotation, full=full)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return list(annotation)[-1]
    scalars: dict[Any, object] = {
        str: "text",
        int: 12,
        Decimal: Decimal("12.50"),
        datetime: MOMENT,
    }
    return scalars.get(annotation, True)
