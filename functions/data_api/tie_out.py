"""What the records come to beside what the provider says: one route, worked out when asked."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection, Row, func, select

from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope, company_scope, find_connection
from shared_code.figures import BANK_BALANCES, TRIAL_BALANCE, Figure
from shared_code.model import DataType, encode
from shared_code.ports.clock import Clock
from shared_code.reports.tie_out import (
    Chart,
    TieOutReport,
    TieOutSection,
    banked,
    compare,
    posted,
)
from shared_code.serve import router
from shared_code.store.schema import provider_figures, pulls, rejects, runs

CompanyScope: TypeAlias = Annotated[Scope, Depends(company_scope)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kind of the provider's figures, and the data type that they are held against."""

    kind: str
    data_type: DataType
    add_up: Callable[[Iterable[Mapping[str, Any]], date, Chart], Mapping[str, Any]]


COMPARISONS = (
    Comparison(TRIAL_BALANCE, DataType.JOURNAL_ENTRIES, posted),
    Comparison(
        BANK_BALANCES,
        DataType.ACCOUNT_TRANSACTIONS,
        lambda movements, day, _: banked(movements, day),
    ),
)


def tie_out_router(records: Records, clock: Clock) -> APIRouter:
    """Make the route of the tie-out."""
    api = router(tags=["Reports"])

    @api.get(
        "/companies/{companyId}/reports/tieOut",
        operation_id="get-tie-out",
        summary="Compare the records with the provider's own reports",
        description="Accounts by the records that were read, beside the provider's trial balance "
        "and bank balances as of the same sync: ours, theirs, the difference, and why, if known.",
        responses={200: {"model": TieOutReport}},
    )
    def get_tie_out(scope: CompanyScope) -> Response:
        sections = tuple(_section(records, scope, each) for each in COMPARISONS)
        return json_response(encode(TieOutReport(generated=clock.now(), sections=sections)))

    return api


def _section(records: Records, scope: Scope, comparison: Comparison) -> TieOutSection:
    with records.db.read() as tx:
        connection = find_connection(tx, scope)
        row = _figures(tx, connection, comparison.kind) if connection else None
        pull = _pull(tx, connection, comparison.data_type) if connection else None
        why = _why(tx, row, pull)
    if row is None or not records.has(scope, comparison.data_type):
        return TieOutSection(report=comparison.kind, ties=False, lines=(), reason=_missing(pull))
    day = row.read_at.date()
    found = records.documents(scope, {comparison.data_type: None})
    ours = comparison.add_up((each for _, each in found), day, _chart(records, scope))
    theirs = [Figure.from_json(each) for each in row.figures]
    lines = compare(ours, theirs, why)
    return TieOutSection(
        report=comparison.kind,
        date=datetime.combine(day, time()),
        ties=not any(line.difference for line in lines),
        lines=lines,
        reason=why,
    )


def _figures(tx: Connection, connection: Row[Any], kind: str) -> Row[Any] | None:
    """The figures of the last run that read them and is over."""
    table = provider_figures
    return tx.execute(
        select(table)
        .join(runs, (runs.c.company_id == table.c.company_id) & (runs.c.id == table.c.run_id))
        .where(
            table.c.company_id == connection.company_id,
            table.c.connection_id == connection.id,
            table.c.kind == kind,
            runs.c.state == "finished",
        )
        .order_by(table.c.read_at.desc())
        .limit(1)
    ).one_or_none()


def _pull(tx: Connection, connection: Row[Any], data_type: DataType) -> Row[Any] | None:
    """The last sync of a type that is over."""
    return tx.execute(
        select(pulls)
        .where(
            pulls.c.company_id == connection.company_id,
            pulls.c.connection_id == connection.id,
            pulls.c.data_type == data_type.value,
            pulls.c.active.is_(False),
        )
        .order_by(pulls.c.requested_at.desc())
        .limit(1)
    ).one_or_none()


def _why(tx: Connection, row: Row[Any] | None, pull: Row[Any] | None) -> str | None:
    """What may make a difference: records that were rejected, or that are of another sync."""
    if row is None or pull is None:
        return None
    if pull.error_message:
        return str(pull.error_message)
    if pull.run_id != row.run_id:
        return "The records are of another sync than the provider's report"
    rejected = tx.scalar(
        select(func.count()).where(
            rejects.c.company_id == pull.company_id,
            rejects.c.run_id == pull.run_id,
            rejects.c.data_type == pull.data_type,
        )
    )
    return f"{rejected} records of {pull.data_type} were rejected" if rejected else None


def _missing(pull: Row[Any] | None) -> str:
    if pull is not None and pull.error_message:
        return str(pull.error_message)
    return "The records and the provider's report have not both been read yet"


def _chart(records: Records, scope: Scope) -> Chart:
    """Read what is known of accounts and financial years; nothing where it was not synced."""
    wanted = [
        each for each in (DataType.CHART_OF_ACCOUNTS, DataType.COMPANY) if records.has(scope, each)
    ]
    types: dict[str, str] = {}
    start = None
    for info, each in records.documents(scope, dict.fromkeys(wanted)) if wanted else ():
        if info.data_type is DataType.CHART_OF_ACCOUNTS:
            types[each["id"]] = each["type"]
        elif "financialYearStartDate" in each:
            start = date.fromisoformat(each["financialYearStartDate"][:10])
    return Chart(types, start)
