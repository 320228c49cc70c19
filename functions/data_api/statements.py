"""Financial statements: the balance sheet, profit and loss and the cash flow, by period."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from functions.data_api.places import OF_COMPANY, OF_CONNECTION, Place, documented
from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope
from shared_code.model import DATA_TYPES, DataType, DataTypeInfo, Shape, encode
from shared_code.query import read_moment
from shared_code.reports.statements import Periods, balance_sheet, cash_flow, profit_and_loss
from shared_code.serve import router

MOST_MONTHS = 60
"""A period's longest length, and the most periods at once."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that a source delivers month by month, and how its months make periods."""

    data_type: DataType
    make: Callable[[Any, Periods], Shape]

    @property
    def info(self) -> DataTypeInfo:
        """What the model knows of it."""
        return DATA_TYPES[self.data_type]


STATEMENTS = (
    Statement(DataType.BALANCE_SHEET, balance_sheet),
    Statement(DataType.PROFIT_AND_LOSS, profit_and_loss),
    Statement(DataType.CASH_FLOW_STATEMENT, cash_flow),
)


def statements_router(records: Records) -> APIRouter:
    """Make the routes of the statements."""
    api = router(tags=["Reports"])
    for statement in STATEMENTS:
        for place in (OF_COMPANY, OF_CONNECTION):
            _add(api, records, statement, place)
    return api


def _periods(
    length: Annotated[
        int, Query(alias="periodLength", ge=1, le=MOST_MONTHS, description="Months in a period.")
    ],
    count: Annotated[
        int, Query(alias="periodsToCompare", ge=1, le=MOST_MONTHS, description="Periods to give.")
    ],
    start: Annotated[
        str | None,
        Query(
            alias="startMonth",
            description="A day of the month from which the periods go back; the newest month there "
            "is by default.",
        ),
    ] = None,
) -> Periods:
    return Periods(length, count, None if start is None else read_moment(start, "startMonth"))


def _add(api: APIRouter, records: Records, statement: Statement, place: Place) -> None:
    scoped = Annotated[Scope, Depends(place.find)]
    asked = Annotated[Periods, Depends(_periods)]
    info = statement.info

    def get_statement(scope: scoped, periods: asked) -> Response:
        return json_response(encode(statement.make(records.shape(scope, info), periods)))

    told = documented("get", info.model.__name__, place, info.model)
    api.add_api_route(f"{place.root}/{info.path}", get_statement, **told)
