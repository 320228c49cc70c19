"""Exports as clients read them: what they are at, and links to their parts once complete."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, TypeAlias
from urllib.parse import urljoin

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import ColumnElement, Connection, Float, Row, func, select, type_coerce

from shared_code.access import Principal
from shared_code.connect.reading import find_company, find_connection
from shared_code.errors import NotFound
from shared_code.exports.export import (
    Export,
    ExportPart,
    ExportStatus,
    current_status,
    find_export,
    select_exports,
    show_export,
)
from shared_code.exports.parts import CONTENT_TYPE
from shared_code.model import Kind, Property, PropertyIndex
from shared_code.ports.blobs import BlobNotFound, Blobs, LinkRefused, Ticket
from shared_code.ports.blobs.links import ROUTE
from shared_code.ports.clock import Clock
from shared_code.query import Operand, compile_filter, compile_order, parse, resolve, resolve_order
from shared_code.query.operands import PlainOperand, TextOperand
from shared_code.serve import (
    Caller,
    CompanyId,
    ConnectionId,
    PageOf,
    PageRequest,
    Paging,
    router,
)
from shared_code.store.database import Database
from shared_code.store.schema import export_parts, exports

LINK_LIFE = timedelta(minutes=15)
"""How long a link to a part is good."""

_COLUMNS: Mapping[str, tuple[Kind, ColumnElement[Any]]] = {
    "id": (Kind.TEXT, exports.c.id),
    "dataType": (Kind.TEXT, exports.c.data_type),
    "query": (Kind.TEXT, exports.c.query),
    "asOf": (Kind.DATETIME, exports.c.as_of),
    "errorMessage": (Kind.TEXT, exports.c.error_message),
    # An integer, which may be compared with 12.5.
    "records": (Kind.NUMBER, type_coerce(exports.c.records, Float)),
    "published": (Kind.DATETIME, exports.c.published_at),
    "created": (Kind.DATETIME, exports.c.created_at),
    "completed": (Kind.DATETIME, exports.c.completed_at),
    "expires": (Kind.DATETIME, exports.c.expires_at),
    "status": (Kind.TEXT, exports.c.status),
}
_SCHEMA = PropertyIndex("Export", [Property(path, kind) for path, (kind, _) in _COLUMNS.items()])


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose exports are asked for."""

    caller: Principal
    company_id: str
    connection_id: str

    def find(self, tx: Connection) -> Row[Any]:
        """The connection; `NotFound` for another client's, and for one that is deleted."""
        company = find_company(tx, self.caller.client_id, self.company_id)
        return find_connection(tx, company, self.connection_id)


def _place(caller: Caller, company_id: CompanyId, connection_id: ConnectionId) -> _Place:
    return _Place(caller, company_id, connection_id)


Place: TypeAlias = Annotated[_Place, Depends(_place)]
ExportId: TypeAlias = Annotated[str, Path(alias="exportId", description="The export's id.")]


@dataclass(frozen=True, slots=True)
class Files:
    """Where the parts of exports are, and what links to them are made of."""

    blobs: Blobs
    clock: Clock
    public_url: str

    def link(self, path: str, row: Row[Any]) -> str:
        """Make a link to a part, which ends with the export at the latest."""
        until = min(self.clock.now() + LINK_LIFE, row.expires_at)
        return urljoin(f"{self.public_url}/", self.blobs.link(path, until=until))

    def read(self, path: str, ticket: Ticket) -> bytes:
        """The file that a link leads to; `NotFound` where it was removed meanwhile."""
        try:
            return self.blobs.redeem(path, ticket, now=self.clock.now())
        except BlobNotFound as missing:
            raise NotFound("The file is no longer kept", missing.internal) from None


def exports_router(db: Database, files: Files) -> APIRouter:
    """Make the routes of a connection's exports."""
    api = router(tags=["Exports"])
    root = "/companies/{companyId}/connections/{connectionId}/data/exports"

    @api.get(root, operation_id="list-exports", summary="List exports")
    def list_exports(place: Place, paging: Paging) -> PageOf[Export]:
        with db.read() as tx:
            rows, total = _page(tx, place.find(tx), paging)
        return PageOf.of([show_export(row, files.clock.now()) for row in rows], total, paging)

    @api.get(f"{root}/{{exportId}}", operation_id="get-export", summary="Get export")
    def get_export(place: Place, export_id: ExportId) -> Export:
        with db.read() as tx:
            row = find_export(tx, place.find(tx), export_id)
            parts = _parts(tx, row)
        now = files.clock.now()
        if current_status(row, now) is not ExportStatus.COMPLETE:
            return show_export(row, now)
        return show_export(row, now, [_show(part, files.link(part.path, row)) for part in parts])

    return api


def downloads_router(files: Files) -> APIRouter:
    """Make the route of links to parts, for stores of blobs that serve nobody themselves."""
    api = router(documented=False)

    @api.get(f"/{ROUTE}/{{path:path}}")
    def download(
        path: str,
        expires: Annotated[int | None, Query()] = None,
        signature: Annotated[str | None, Query()] = None,
    ) -> Response:
        if expires is None or signature is None:
            raise LinkRefused
        return Response(files.read(path, Ticket(expires, signature)), media_type=CONTENT_TYPE)

    return api


def _page(
    tx: Connection, connection: Row[Any], paging: PageRequest
) -> tuple[Sequence[Row[Any]], int]:
    """The rows of a page, the latest first unless another order is asked for; and the total."""
    found = select_exports(connection)
    if paging.query:
        found = found.where(compile_filter(resolve(parse(paging.query), _SCHEMA), _operand))
    order: list[ColumnElement[Any]] = [exports.c.created_at.desc(), exports.c.id.desc()]
    if paging.order_by:
        order.insert(0, compile_order(resolve_order(paging.order_by, _SCHEMA), _operand))
    total = tx.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    page = found.order_by(*order).limit(paging.size).offset(paging.offset)
    return tx.execute(page).all(), total


def _operand(found: Property, /) -> Operand:
    kind, column = _COLUMNS[found.path]
    return TextOperand(column, is_id=found.is_id) if kind is Kind.TEXT else PlainOperand(column)


def _parts(tx: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    parts = export_parts.c
    mine = (parts.company_id == row.company_id, parts.export_id == row.id)
    return tx.execute(select(export_parts).where(*mine).order_by(parts.number)).all()


def _show(part: Row[Any], href: str) -> ExportPart:
    return ExportPart(href=href, records=part.records, bytes=part.size, sha256=part.sha256)
