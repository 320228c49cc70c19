"""Path parameters that many endpoints have."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path

CompanyId: TypeAlias = Annotated[str, Path(alias="companyId", description="The company's id.")]
ConnectionId: TypeAlias = Annotated[
    str, Path(alias="connectionId", description="The id of a connection of the company.")
]
