"""What all tables share: the metadata, naming, and the columns that lead every key."""

from __future__ import annotations

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


def platform() -> Column[Any]:
    """The connector that may touch the row: what row-level security binds its role to."""
    return Column("platform", Text, nullable=False)
