"""Endpoints: map what was kept again, without asking the platform (beyond Codat's API)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from functions.platform_api.bodies import NewRemap
from functions.platform_api.platform import ThePlatform
from shared_code.connect.reading import find_company, find_connection
from shared_code.remap.report import Remap, show_remap
from shared_code.remap.requests import Wanted, find_remap, request_remap
from shared_code.serve import Caller, CompanyId, ConnectionId, router

api = router(tags=["Re-maps"])

_ALL = "/companies/{companyId}/connections/{connectionId}/remap"


@api.post(_ALL, operation_id="create-remap", status_code=202)
def create(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    connection_id: ConnectionId,
    body: NewRemap | None = None,
) -> Remap:
    """Map the kept raw pages again (beyond Codat's API). The platform is not asked for anything.

    Each data type is published as one new generation, in which only what changed is new. A dry run
    changes nothing: read it to see what would.
    """
    asked = body or NewRemap()
    wanted = Wanted(asked.data_types, asked.mapping_version, asked.dry_run)
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        connection = find_connection(work.tx, company, connection_id, lock=True)
        return show_remap(work.tx, request_remap(work, connection, wanted))


@api.get(f"{_ALL}/{{remapId}}", operation_id="get-remap")
def get(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    connection_id: ConnectionId,
    remap_id: Annotated[str, Path(alias="remapId", description="The re-map's id.")],
) -> Remap:
    """Get a re-map, with what it changes or would change (beyond Codat's API)."""
    with platform.db.read() as tx:
        company = find_company(tx, caller.client_id, company_id)
        connection = find_connection(tx, company, connection_id)
        return show_remap(tx, find_remap(tx, connection, remap_id))
