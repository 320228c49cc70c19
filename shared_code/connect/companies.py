"""Companies: created, changed and deleted on behalf of their client."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, insert, update

from shared_code.connect.addresses import Addresses
from shared_code.connect.connections import hide_connection, note_purge
from shared_code.connect.events import record_company_event
from shared_code.connect.reading import connections_of
from shared_code.errors import Reject
from shared_code.notify.work import Work
from shared_code.store.schema import companies

_FORBIDDEN = re.compile(r"[^A-Za-z0-9\s\-',&@.?!]", re.ASCII)


@dataclass(frozen=True, slots=True)
class CompanyFields:
    """What a client says about its company."""

    name: str
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def create_company(
    work: Work, client_id: str, fields: CompanyFields, addresses: Addresses
) -> Row[Any]:
    """Create a company; names need not be unique."""
    company_id = str(uuid.uuid4())
    row = work.tx.execute(
        insert(companies)
        .values(id=company_id, client_id=client_id, created_at=work.now, **_values(fields))
        .returning(companies)
    ).one()
    record_company_event(work, row, "company.created", addresses)
    return row


def replace_company(work: Work, company: Row[Any], fields: CompanyFields) -> Row[Any]:
    """Replace name, description and tags; what is missing is cleared."""
    return _change(work, company, _values(fields))


def update_company(work: Work, company: Row[Any], changes: Mapping[str, Any]) -> Row[Any]:
    """Change those of name, description and tags that are given; empty tags clear them."""
    values = dict(changes)
    if "name" in values:
        values["name"] = clean_name(values["name"])
    return _change(work, company, values) if values else company


def delete_company(work: Work, company: Row[Any], addresses: Addresses) -> None:
    """Hide a company, its row locked, and all it has at once.

    Its grants are revoked and its data is purged.
    """
    for connection in connections_of(work.tx, [company.id], lock=True):
        hide_connection(work, connection, addresses)
    note_purge(work, company.id)
    row = _change(work, company, {"deleted_at": work.now})
    record_company_event(work, row, "company.deleted", addresses)


def clean_name(name: str) -> str:
    """Remove the characters that a company's name may not have; `Reject` if nothing is left."""
    cleaned = _FORBIDDEN.sub("", name).strip()
    if not cleaned:
        raise Reject(
            "name: must have at least one character of letters A to Z, digits, white space"
            " and - ' , & @ . ? !"
        )
    return cleaned


def _values(fields: CompanyFields) -> dict[str, Any]:
    return {
        "name": clean_name(fields.name),
        "description": fields.description,
        "tags": dict(fields.tags),
    }


def _change(work: Work, company: Row[Any], values: Mapping[str, Any]) -> Row[Any]:
    return work.tx.execute(
        update(companies).where(companies.c.id == company.id).values(**values).returning(companies)
    ).one()
