"""Endpoints: exports are ordered and taken back here; the data API shows them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from functions.platform_api.bodies import NewExport
from functions.platform_api.platform import ThePlatform
from shared_code.connect.reading import find_company, find_connection
from shared_code.exports.export import Export, show_export
from shared_code.exports.requests import Wanted, delete_export, request_export
from shared_code.query import read_moment
from shared_code.serve import Caller, CompanyId, ConnectionId, router

api = router(tags=["Exports"])

_ALL = "/companies/{companyId}/connections/{connectionId}/data/exports"


@api.post(_ALL, operation_id="create-export", status_code=202)
def create(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    connection_id: ConnectionId,
    body: NewExport,
) -> Export:
    """Write a whole data type to files. Read the export until it is complete: then it has links."""
    as_of = None if body.as_of is None else read_moment(body.as_of, "asOf")
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        connection = find_connection(work.tx, company, connection_id, lock=True)
        row = request_export(work, connection, Wanted(body.data_type, body.query, as_of))
        return show_export(row, work.now)


@api.delete(f"{_ALL}/{{exportId}}", operation_id="delete-export", status_code=204)
def delete(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    connection_id: ConnectionId,
    export_id: Annotated[str, Path(alias="exportId", description="The export's id.")],
) -> Response:
    """Delete an export and its files; one that is under way stops."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        connection = find_connection(work.tx, company, connection_id)
        delete_export(work, connection, export_id)
    return Response(status_code=204)
