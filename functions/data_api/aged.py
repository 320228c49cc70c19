"""Aged debtors and creditors, worked out of what is published."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Query, Response

from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope, company_data
from shared_code.model import DataType, Shape, encode, index_of
from shared_code.model.accounting.aged_reports import AgedCreditorReport, AgedDebtorReport
from shared_code.model.accounting.bill import Bill
from shared_code.model.accounting.invoice import Invoice
from shared_code.ports.clock import Clock
from shared_code.query import Filter, parse, read_moment, resolve
from shared_code.reports.aged import Ageing, aged_creditors, aged_debtors
from shared_code.reports.open_items import Document, OpenItem, open_items
from shared_code.serve import router

MOST_PERIODS = 36
MOST_DAYS = 366

Make: TypeAlias = Callable[[Iterable[OpenItem], Ageing, datetime], Shape]
CompanyScope: TypeAlias = Annotated[Scope, Depends(company_data)]


@dataclass(frozen=True, slots=True)
class AgedReport:
    """A report, and the data types it is worked out of: the first has to be there."""

    path: str
    make: Make
    answer: type[Shape]
    documents: type[Shape]
    data_types: Sequence[DataType]


REPORTS = (
    AgedReport(
        "agedDebtor",
        aged_debtors,
        AgedDebtorReport,
        Invoice,
        (DataType.INVOICES, DataType.CREDIT_NOTES, DataType.PAYMENTS),
    ),
    AgedReport(
        "agedCreditor",
        aged_creditors,
        AgedCreditorReport,
        Bill,
        (DataType.BILLS, DataType.BILL_CREDIT_NOTES, DataType.BILL_PAYMENTS),
    ),
)


def aged_router(records: Records, clock: Clock) -> APIRouter:
    """Make the routes of the aged reports."""
    api = router(tags=["Reports"])
    for report in REPORTS:
        _add_available(api, records, report)
        _add_report(api, records, clock, report)
    return api


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a client asks for; `day` is None for today."""

    day: date | None
    periods: int
    days: int


def _asked(
    report_date: Annotated[
        str | None,
        Query(alias="reportDate", description="The day to report on; today by default."),
    ] = None,
    periods: Annotated[
        int,
        Query(
            alias="numberOfPeriods",
            ge=1,
            le=MOST_PERIODS,
            description="Periods overdue; the last one holds all that is older.",
        ),
    ] = 4,
    days: Annotated[
        int, Query(alias="periodLengthDays", ge=1, le=MOST_DAYS, description="Days in a period.")
    ] = 30,
) -> _Asked:
    day = None if report_date is None else read_moment(report_date, "reportDate").date()
    return _Asked(day, periods, days)


def _add_report(api: APIRouter, records: Records, clock: Clock, report: AgedReport) -> None:
    wanted = Annotated[_Asked, Depends(_asked)]

    def get_report(scope: CompanyScope, asked: wanted) -> Response:
        now = clock.now()
        ageing = Ageing(asked.day or now.date(), asked.periods, asked.days)
        found = _documents(records, scope, report, past=ageing.day < now.date())
        made = report.make(_open(found, ageing.day), ageing, now)
        return json_response(encode(made))

    api.add_api_route(
        f"/companies/{{companyId}}/reports/{report.path}",
        get_report,
        operation_id=f"get-{report.path}",
        summary=f"Get {report.path}",
        description="Worked out of the latest successful sync, by due date; 409 before it.",
        responses={200: {"model": report.answer}},
    )


def _add_available(api: APIRouter, records: Records, report: AgedReport) -> None:
    @api.get(
        f"/companies/{{companyId}}/reports/{report.path}/available",
        operation_id=f"is-{report.path}-available",
        summary=f"Say whether {report.path} can be had",
    )
    def is_available(scope: CompanyScope) -> bool:
        return records.has(scope, report.data_types[0])


def _documents(
    records: Records, scope: Scope, report: AgedReport, *, past: bool
) -> Iterator[Document]:
    """All that may be open; on a day that is past, what has been settled since may have been."""
    open_now = resolve(parse("amountDue != 0"), index_of(report.documents))
    first, *others = report.data_types
    wanted: Mapping[DataType, Filter | None] = {first: None if past else open_now} | dict.fromkeys(
        others
    )
    return (each for each in records.every(scope, wanted) if isinstance(each, Document))


def _open(documents: Iterable[Document], day: date) -> Iterator[OpenItem]:
    return (item for document in documents for item in open_items(document, day))
