"""Where data can be read: under a company, or under one of its connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_snake

from functions.data_api.scope import Scope, bank_data, company_data, connection_data


@dataclass(frozen=True, slots=True)
class Place:
    """Where a type can be read, and what sets its operations apart in the documentation."""

    root: str
    find: Callable[..., Awaitable[Scope]]
    mark: str
    source: str


OF_COMPANY = Place(
    "/companies/{companyId}/data", company_data, "", "the company's accounting connection"
)
OF_CONNECTION = Place(
    "/companies/{companyId}/connections/{connectionId}/data",
    connection_data,
    "connection-",
    "one connection",
)
OF_BANK = Place(
    "/companies/{companyId}/data", bank_data, "company-", "the company's one banking connection"
)


# What FastAPI takes for the documentation: each of its own type.
def documented(verb: str, what: str, place: Place, answer: object) -> dict[str, Any]:
    """Say what an operation is called and what it answers with."""
    name = to_snake(what)
    return {
        "operation_id": f"{verb}-{place.mark}{name.replace('_', '-')}",
        "summary": f"{verb.capitalize()} {name.replace('_', ' ')}",
        "description": f"As the latest successful sync of {place.source} left it; 409 before it.",
        "responses": {200: {"model": answer}},
    }
