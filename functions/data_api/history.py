"""The history of pull operations: what was synced when, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path
from sqlalchemy import ColumnElement, Connection, Float, Row, and_, func, select, type_coerce

from functions.data_api.scope import Scope, company_scope, find_company
from shared_code.errors import NotFound
from shared_code.model import Kind, Property, PropertyIndex
from shared_code.query import (
    Operand,
    compile_filter,
    compile_order,
    parse,
    resolve,
    resolve_order,
)
from shared_code.query.operands import PlainOperand, TextOperand
from shared_code.serve import PageOf, PageRequest, Paging, router
from shared_code.store.database import Database
from shared_code.store.schema import connections, pulls
from shared_code.sync.operations import PullOperation, pull_operation

_COLUMNS: Mapping[str, tuple[Kind, ColumnElement[Any]]] = {
    "id": (Kind.TEXT, pulls.c.id),
    "companyId": (Kind.TEXT, pulls.c.company_id),
    "connectionId": (Kind.TEXT, pulls.c.connection_id),
    "dataType": (Kind.TEXT, pulls.c.data_type),
    "status": (Kind.TEXT, pulls.c.status),
    "statusDescription": (Kind.TEXT, pulls.c.status_description),
    "errorMessage": (Kind.TEXT, pulls.c.error_message),
    "requested": (Kind.DATETIME, pulls.c.requested_at),
    "completed": (Kind.DATETIME, pulls.c.completed_at),
    # An integer, which may be compared with 12.5.
    "progress": (Kind.NUMBER, type_coerce(pulls.c.progress, Float)),
}

# The contract says of `isCompleted` that it cannot be queried.
_SCHEMA = PropertyIndex(
    "PullOperation", [Property(path, kind) for path, (kind, _) in _COLUMNS.items()]
)

CompanyScope: TypeAlias = Annotated[Scope, Depends(company_scope)]
DatasetId: TypeAlias = Annotated[
    str, Path(alias="datasetId", description="The pull operation's id.")
]


def history_router(db: Database) -> APIRouter:
    """Make the routes of a company's pull operations."""
    api = router(tags=["Refresh data"])
    root = "/companies/{companyId}/data/history"

    @api.get(root, operation_id="list-pull-operations", summary="List pull operations")
    def list_pull_operations(scope: CompanyScope, paging: Paging) -> PageOf[PullOperation]:
        with db.read() as tx:
            company = find_company(tx, scope)
            rows, total = _page(tx, company.id, paging)
        return PageOf.of([pull_operation(row) for row in rows], total, paging)

    @api.get(
        f"{root}/{{datasetId}}", operation_id="get-pull-operation", summary="Get a pull operation"
    )
    def get_pull_operation(scope: CompanyScope, dataset_id: DatasetId) -> PullOperation:
        with db.read() as tx:
            company = find_company(tx, scope)
            row = tx.execute(
                select(pulls).where(_of_company(company.id), pulls.c.id == dataset_id.lower())
            ).one_or_none()
        if row is None:
            raise NotFound(f"No pull operation was found with ID {dataset_id}")
        return pull_operation(row)

    return api


def _page(tx: Connection, company_id: str, paging: PageRequest) -> tuple[Sequence[Row[Any]], int]:
    """The rows of a page, the latest first unless another order is asked for; and the total."""
    condition = _of_company(company_id)
    if paging.query:
        condition &= compile_filter(resolve(parse(paging.query), _SCHEMA), _operand)
    order: list[ColumnElement[Any]] = [pulls.c.requested_at.desc(), pulls.c.id.desc()]
    if paging.order_by:
        order.insert(0, compile_order(resolve_order(paging.order_by, _SCHEMA), _operand))
    total = tx.execute(select(func.count()).select_from(pulls).where(condition)).scalar_one()
    found = select(pulls).where(condition).order_by(*order)
    return tx.execute(found.limit(paging.size).offset(paging.offset)).all(), total


def _operand(found: Property, /) -> Operand:
    kind, column = _COLUMNS[found.path]
    return TextOperand(column, is_id=found.is_id) if kind is Kind.TEXT else PlainOperand(column)


def _of_company(company_id: str) -> ColumnElement[bool]:
    """The pulls of a company; those of a deleted connection are gone with it."""
    there = select(connections.c.id).where(
        connections.c.company_id == company_id, connections.c.deleted_at.is_(None)
    )
    return and_(pulls.c.company_id == company_id, pulls.c.connection_id.in_(there))
