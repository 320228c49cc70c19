"""Endpoints: asking for data, and what each data type is at."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from functions.platform_api.platform import ThePlatform
from shared_code.connect.data_status import DataStatus, data_status
from shared_code.connect.reading import find_company
from shared_code.connect.refreshing import refresh_all, refresh_type
from shared_code.serve import Caller, CompanyId, router
from shared_code.sync.operations import PullOperation

api = router(tags=["Refresh data"])


@api.post("/companies/{companyId}/data/all", operation_id="refresh-company-data", status_code=204)
def queue_all(caller: Caller, platform: ThePlatform, company_id: CompanyId) -> Response:
    """Queue all data types that are fetched on first link, for every linked connection."""
    with platform.work() as work:
        refresh_all(work, find_company(work.tx, caller.client_id, company_id))
    return Response(status_code=204)


@api.post(
    "/companies/{companyId}/data/queue/{dataType}",
    operation_id="refresh-data-type",
)
def queue_type(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    data_type: Annotated[str, Path(alias="dataType", description="Such as `invoices`.")],
    connection_id: Annotated[
        str | None, Query(alias="connectionId", description="Queue on this connection only.")
    ] = None,
) -> PullOperation:
    """Queue one data type. While it is under way, another request is a 409."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        return refresh_type(work, company, data_type, connection_id=connection_id)


@api.post("/companies/{companyId}/data/info", operation_id="refresh-company-info")
def queue_info(caller: Caller, platform: ThePlatform, company_id: CompanyId) -> PullOperation:
    """Queue the company's own details (the data type `company`)."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        return refresh_type(work, company, "company")


@api.get("/companies/{companyId}/dataStatus", operation_id="get-company-data-status")
def get_status(
    caller: Caller, platform: ThePlatform, company_id: CompanyId
) -> dict[str, DataStatus]:
    """Tell by data type how its latest sync went; those never synced are left out."""
    with platform.db.read() as tx:
        return data_status(tx, find_company(tx, caller.client_id, company_id).id)
