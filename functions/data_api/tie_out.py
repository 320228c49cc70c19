"""What the records come to beside what the provider says: one route, worked out when asked."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection, Row, func, select

from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope, company_scope, find_connection
from shared_code.figures import (
    AGED_CREDITORS,
    AGED_DEBTORS,
    BANK_BALANCES,
    TRIAL_BALANCE,
    Figure,
    by_document,
)
from shared_code.model import DataType, encode
from shared_code.ports.clock import Clock
from shared_code.reports import tie_out_contacts as contacts
from shared_code.reports.open_items import Document
from shared_code.reports.owed import open_documents
from shared_code.reports.tie_out import (
    Chart,
    Sums,
    TieOutLine,
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
class Told:
    """The provider's figures of a run, and what may make a difference to them."""

    row: Row[Any]
    by_document: Row[Any] | None
    """What it told more of, if it was asked."""
    why: str | None

    @property
    def day(self) -> date:
        """The day on which they were read."""
        moment: datetime = self.row.read_at
        return moment.date()


Compare: TypeAlias = Callable[[Records, Scope, Told], tuple[TieOutLine, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kind of the provider's figures, and the data types that they are held against."""

    kind: str
    data_types: Sequence[DataType]
    compare: Compare


def _accounts(
    data_type: DataType,
    add_up: Callable[[Iterable[Mapping[str, Any]], date, Chart], Sums],
) -> Compare:
    """Compare accounts, by how the records of a type add up."""

    def lines(records: Records, scope: Scope, told: Told) -> tuple[TieOutLine, ...]:
        found = (each for _, each in records.documents(scope, {data_type: None}))
        ours = add_up(found, told.day, _chart(records, scope))
        return compare(ours, _read(told.row), told.why)

    return lines


def _contacts(records: Records, scope: Scope, told: Told) -> tuple[TieOutLine, ...]:
    found = records.every(scope, open_documents(told.row.kind))
    documents = (each for each in found if isinstance(each, Document))
    theirs = contacts.Told(told.day, _read(told.row), _read(told.by_document))
    return contacts.compare_contacts(documents, theirs, told.why)


COMPARISONS = (
    Comparison(
        TRIAL_BALANCE, (DataType.JOURNAL_ENTRIES,), _accounts(DataType.JOURNAL_ENTRIES, posted)
    ),
    Comparison(
        BANK_BALANCES,
        (DataType.ACCOUNT_TRANSACTIONS,),
        _accounts(DataType.ACCOUNT_TRANSACTIONS, lambda movements, day, _: banked(movements, day)),
    ),
    Comparison(AGED_DEBTORS, (DataType.INVOICES, DataType.CREDIT_NOTES), _contacts),
    Comparison(AGED_CREDITORS, (DataType.BILLS, DataType.BILL_CREDIT_NOTES), _contacts),
)


def tie_out_router(records: Records, clock: Clock) -> APIRouter:
    """Make the route of the tie-out."""
    api = router(tags=["Reports"])

    @api.get(
        "/companies/{companyId}/reports/tieOut",
        operation_id="get-tie-out",
        summary="Compare the records with the provider's own reports",
        description="The records that were read, beside the provider's trial balance, its bank "
        "balances, and what it says that customers owe and suppliers are owed, as of the same "
        "sync: ours, theirs, the difference, and why, if known.",
        responses={200: {"model": TieOutReport}},
    )
    def get_tie_out(scope: CompanyScope) -> Response:
        sections = tuple(_section(records, scope, each) for each in COMPARISONS)
        return json_response(encode(TieOutReport(generated=clock.now(), sections=sections)))

    return api


def _section(records: Records, scope: Scope, comparison: Comparison) -> TieOutSection:
    with records.db.read() as tx:
        connection = find_connection(tx, scope)
        pulls = _pulls(tx, connection, comparison.data_types) if connection else []
        told = _told(tx, connection, comparison.kind, pulls) if connection else None
    if told is None or not records.has(scope, comparison.data_types[0]):
        return TieOutSection(report=comparison.kind, ties=False, lines=(), reason=_missing(pulls))
    lines = comparison.compare(records, scope, told)
    return TieOutSection(
        report=comparison.kind,
        date=datetime.combine(told.day, time()),
        ties=not any(contacts.differs(line) for line in lines),
        lines=lines,
        reason=told.why,
    )


def _read(row: Row[Any] | None) -> list[Figure]:
    return [Figure.from_json(each) for each in row.figures] if row else []


def _told(
    tx: Connection, connection: Row[Any], kind: str, pulls: Sequence[Row[Any]]
) -> Told | None:
    row = _figures(tx, connection, kind)
    if row is None:
        return None
    more = _figures(tx, connection, by_document(kind))
    same = more is not None and more.run_id == row.run_id
    return Told(row, more if same else None, _why(tx, row, pulls))


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


def _pulls(tx: Connection, connection: Row[Any], data_types: Sequence[DataType]) -> list[Row[Any]]:
    """The last sync of each type that is over."""
    found = [_pull(tx, connection, each) for each in data_types]
    return [each for each in found if each is not None]


def _pull(tx: Connection, connection: Row[Any], data_type: DataType) -> Row[Any] | None:
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


def _why(tx: Connection, row: Row[Any], found: Sequence[Row[Any]]) -> str | None:
    """What may make a difference: records that were rejected, or that are of another sync."""
    for pull in found:
        if pull.error_message:
            return str(pull.error_message)
        if pull.run_id != row.run_id:
            return "The records are of another sync than the provider's report"
    rejected = [(pull.data_type, _rejected(tx, pull)) for pull in found]
    said = [f"{count} records of {data_type}" for data_type, count in rejected if count]
    return f"{' and '.join(said)} were rejected" if said else None


def _rejected(tx: Connection, pull: Row[Any]) -> int:
    count = tx.scalar(
        select(func.count()).where(
            rejects.c.company_id == pull.company_id,
            rejects.c.run_id == pull.run_id,
            rejects.c.data_type == pull.data_type,
        )
    )
    return count or 0


def _missing(found: Sequence[Row[Any]]) -> str:
    said = next((each.error_message for each in found if each.error_message), None)
    return said or "The records and the provider's report have not both been read yet"


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
