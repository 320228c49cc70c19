"""How often a company's data types are synced, by its own settings or its client's."""

from __future__ import annotations

from sqlalchemy import Connection, select

from shared_code.store.schema import companies, sync_settings

CLIENT_WIDE = ""
"""The `company_id` of settings that hold for all of a client's companies."""


def hours_by_type(tx: Connection, company_id: str) -> dict[str, int]:
    """Hours from one sync to the next, by data type; 0 is off, a missing type was never set.

    A company's own setting of a type goes before its client's.
    """
    client = select(companies.c.client_id).where(companies.c.id == company_id).scalar_subquery()
    rows = tx.execute(
        select(sync_settings.c.data_type, sync_settings.c.sync_schedule)
        .where(
            sync_settings.c.client_id == client,
            sync_settings.c.company_id.in_([CLIENT_WIDE, company_id]),
        )
        # The company's own come last, and win.
        .order_by(sync_settings.c.company_id)
    )
    return {row.data_type: row.sync_schedule for row in rows}
