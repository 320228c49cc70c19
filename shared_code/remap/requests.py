"""Ask for a re-map: what the platform API does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from shared_code.catalogue import by_platform
from shared_code.errors import Conflict, NotFound, Reject
from shared_code.model.data_types import DataType
from shared_code.notify.work import Work
from shared_code.store.schema import datasets, pulls, remaps, runs
from shared_code.sync.requests import lock_connection, order_run, request_sync


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for; no types mean all that were synced, no version means today's."""

    data_types: Sequence[str] | None = None
    mapping_version: int | None = None
    dry_run: bool = False


def request_remap(work: Work, connection: Row[Any], wanted: Wanted) -> Row[Any]:
    """Queue a re-map of a connection; gives its row.

    `Reject` and `NotFound` say what is wrong with the types; `Conflict` that one of them was never
    synced or is under way, that another re-map is, or that the connection is not linked.
    """
    lock_connection(work.tx, connection.company_id, connection.id)
    if connection.status != "Linked":
        raise Conflict(
            f"Only Linked connections can be mapped again; {connection.id} is {connection.status}"
        )
    data_types = _checked_types(work.tx, connection, wanted.data_types)
    _refuse_second(work.tx, connection)
    return work.tx.execute(
        insert(remaps)
        .values(
            company_id=connection.company_id,
            run_id=_order(work, connection, data_types, dry_run=wanted.dry_run),
            connection_id=connection.id,
            platform=connection.platform,
            data_types=data_types,
            mapping_version=wanted.mapping_version,
            dry_run=wanted.dry_run,
            created_at=work.now,
        )
        .returning(remaps)
    ).one()


def find_remap(tx: Connection, connection: Row[Any], remap_id: str) -> Row[Any]:
    """Find a re-map of a connection that was found before."""
    row = tx.execute(
        select(remaps).where(
            remaps.c.company_id == connection.company_id,
            remaps.c.connection_id == connection.id,
            remaps.c.run_id == remap_id.lower(),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"No re-map was found with ID {remap_id}")
    return row


def _order(work: Work, connection: Row[Any], data_types: Sequence[str], *, dry_run: bool) -> str:
    """A dry run holds nothing: syncs go on beside it."""
    if dry_run:
        return order_run(work, connection, "remap")
    pull_id = request_sync(work, connection, data_types, trigger="remap")[0]
    found = select(pulls.c.run_id).where(
        pulls.c.company_id == connection.company_id, pulls.c.id == pull_id
    )
    return str(work.tx.execute(found).scalar_one())


def _checked_types(tx: Connection, connection: Row[Any], wanted: Sequence[str] | None) -> list[str]:
    integration = by_platform(connection.platform)
    synced = set(
        tx.scalars(
            select(datasets.c.data_type).where(
                datasets.c.company_id == connection.company_id,
                datasets.c.connection_id == connection.id,
                datasets.c.last_success_at.is_not(None),
            )
        )
    )
    for each in wanted or ():
        if each not in list(DataType):
            raise Reject(
                f"dataTypes: {each[:100]} is no data type. Allowed are {', '.join(DataType)}"
            )
        if each not in integration.data_types:
            raise NotFound(f"Datatype {each} not supported by platform(s) {integration.name}")
        if each not in synced:
            raise Conflict(f"The data set has not been requested: {each}")
    chosen = synced if wanted is None else set(wanted)
    ordered = [each for each in integration.data_types if each in chosen]
    if not ordered:
        raise Conflict("The data set has not been requested.")
    return ordered


def _refuse_second(tx: Connection, connection: Row[Any]) -> None:
    other = tx.scalar(
        select(remaps.c.run_id)
        .join(runs, (runs.c.company_id == remaps.c.company_id) & (runs.c.id == remaps.c.run_id))
        .where(
            remaps.c.company_id == connection.company_id,
            remaps.c.connection_id == connection.id,
            runs.c.state != "finished",
        )
    )
    if other:
        raise Conflict(f"Re-map {other} of this connection is still in progress")
