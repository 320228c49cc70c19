"""What all tables share: the metadata, naming, and the columns that lead every key."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Column, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key(name: str) -> Column[Any]:
    """A text column of the primary key."""
    return Column(name, Text, primary_key=True)


def owner() -> list[Column[Any]]:
    """Whose row it is: keys of all data begin with the company (tenancy, distribution)."""
    return [key("company_id"), key("connection_id")]


def owner_key(company_id: str, connection_id: str) -> int:
    """A connection as one number of 64 bits, for tables that have it in many indexes.

    Both ids would take most of an entry. It is kept in rows: it must stay what it is.
    """
    # Neither id holds the character between them.
    digest = hashlib.blake2b(f"{company_id}\n{connection_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def platform() -> Column[Any]:
    """The connector that may touch the row: what row-level security binds its role to."""
    return Column("platform", Text, nullable=False)
