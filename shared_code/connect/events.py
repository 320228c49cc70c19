"""The events that tell of companies and connections, with the contract's payloads."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row, select

from shared_code.connect.addresses import Addresses
from shared_code.connect.reading import show_company, show_connections
from shared_code.connect.shapes import CompanyDetails
from shared_code.notify.payloads import company_reference
from shared_code.notify.work import Work
from shared_code.store.schema import companies

ConnectionEvent = Literal[
    "connection.created",
    "connection.connected",
    "connection.failed",
    "connection.disconnected",
    "connection.reconnected",
    "connection.deleted",
]


def record_company_event(
    work: Work,
    company: Row[Any],
    event_type: Literal["company.created", "company.deleted"],
    addresses: Addresses,
) -> None:
    """Record that a company came or went, as its row says now."""
    shown = show_company(company, [], addresses)
    payload = CompanyDetails.model_validate(shown.model_dump(exclude={"data_connections"}))
    work.event(
        event_type,
        payload.model_dump(mode="json", by_alias=True, exclude_none=True),
        client_id=company.client_id,
        company_id=company.id,
    )


def record_connection_event(
    work: Work, connection: Row[Any], event_type: ConnectionEvent, addresses: Addresses
) -> None:
    """Record what happened to a connection, as its row (read after the change) says now."""
    company = work.tx.execute(
        select(companies).where(companies.c.id == connection.company_id)
    ).one()
    [shown] = show_connections(work.tx, [connection], addresses)
    work.event(
        event_type,
        {
            "referenceCompany": company_reference(company),
            "connection": shown.model_dump(mode="json", by_alias=True, exclude_none=True),
        },
        client_id=connection.client_id,
        company_id=connection.company_id,
        connection_id=connection.id,
    )
