"""How rows are shown to clients: the contract's objects, without a null."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row


def company_reference(company: Row[Any]) -> dict[str, Any]:
    """The contract's CompanyReference of a row of the companies table."""
    described = {"description": company.description} if company.description else {}
    return {"id": company.id, "name": company.name, **described, "tags": company.tags}
