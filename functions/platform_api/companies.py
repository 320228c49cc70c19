"""Endpoints: companies."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from functions.platform_api.bodies import CompanyRequestBody, CompanyUpdateRequest, NewCompany
from functions.platform_api.listing import listing
from functions.platform_api.platform import ThePlatform
from shared_code.catalogue import by_key
from shared_code.connect import companies
from shared_code.connect.connections import create_connection
from shared_code.connect.reading import find_company, show_companies
from shared_code.connect.searching import list_companies
from shared_code.connect.shapes import Company
from shared_code.serve import Caller, CompanyId, PageOf, Paging, router

api = router(tags=["Companies"])


@api.get("/companies", operation_id="list-companies")
def list_all(
    caller: Caller,
    platform: ThePlatform,
    paging: Paging,
    tags: Annotated[
        str | None, Query(description="A query over tags, such as `region=uk&&team~north`.")
    ] = None,
) -> PageOf[Company]:
    """List companies. `query` can ask for their connections: `dataConnections.status=Linked`."""
    with platform.db.read() as tx:
        rows, total = list_companies(tx, caller.client_id, listing(paging), tags=tags)
        return PageOf.of(show_companies(tx, rows, platform.addresses), total, paging)


@api.post("/companies", operation_id="create-company")
def create(caller: Caller, platform: ThePlatform, body: NewCompany) -> Company:
    """Create a company. Its `redirect` is the page on which it links its platforms."""
    with platform.work() as work:
        addresses = platform.addresses
        row = companies.create_company(work, caller.client_id, body.fields(), addresses)
        if body.platform_key:
            create_connection(work, row, by_key(body.platform_key), addresses)
        return show_companies(work.tx, [row], addresses)[0]


@api.get("/companies/{companyId}", operation_id="get-company")
def get(caller: Caller, platform: ThePlatform, company_id: CompanyId) -> Company:
    """Get a company with its connections."""
    with platform.db.read() as tx:
        row = find_company(tx, caller.client_id, company_id)
        return show_companies(tx, [row], platform.addresses)[0]


@api.put("/companies/{companyId}", operation_id="replace-company")
def replace(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, body: CompanyRequestBody
) -> Company:
    """Replace a company's name, description and tags; what is left out is cleared."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id, lock=True)
        row = companies.replace_company(work, company, body.fields())
        return show_companies(work.tx, [row], platform.addresses)[0]


@api.patch("/companies/{companyId}", operation_id="update-company")
def update(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, body: CompanyUpdateRequest
) -> Company:
    """Change what is given; the rest stays. Empty `tags` clear them."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id, lock=True)
        row = companies.update_company(
            work, company, body.model_dump(by_alias=False, exclude_none=True)
        )
        return show_companies(work.tx, [row], platform.addresses)[0]


@api.delete("/companies/{companyId}", operation_id="delete-company", status_code=204)
def delete(caller: Caller, platform: ThePlatform, company_id: CompanyId) -> Response:
    """Delete a company, its connections and all of its data, for good."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id, lock=True)
        companies.delete_company(work, company, platform.addresses)
    return Response(status_code=204)
