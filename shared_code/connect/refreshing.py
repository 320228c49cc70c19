"""Ask for data: which data types of which connections are queued when a client says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from shared_code.catalogue import by_platform
from shared_code.connect.reading import connections_of, find_connection
from shared_code.connect.sync_settings import fetched_on_first_link
from shared_code.errors import Conflict, NotFound
from shared_code.model.data_types import DataType
from shared_code.notify.work import Work
from shared_code.sync.operations import PullOperation, read_operation
from shared_code.sync.requests import idle_types, request_sync


def refresh_all(work: Work, company: Row[Any]) -> None:
    """Queue what a first link would fetch, for every linked connection of a company.

    What is under way already is not queued again. Without a linked connection: `NotFound`.
    """
    for connection in _linked(work, company):
        wanted = fetched_on_first_link(work.tx, company, connection.platform)
        idle = idle_types(work.tx, connection, wanted)
        if idle:
            request_sync(work, connection, idle, trigger="request")


def refresh_type(
    work: Work, company: Row[Any], data_type: str, *, connection_id: str | None = None
) -> PullOperation:
    """Queue one data type, of the given connection or the first linked one that has it.

    Raises `NotFound` where none has it, `Conflict` where it is under way already.
    """
    candidates = (
        [_linked_one(work, company, connection_id)] if connection_id else _linked(work, company)
    )
    name, connection = _supporting(candidates, data_type)
    [pull_id] = request_sync(work, connection, [name], trigger="request")
    return read_operation(work.tx, company.id, pull_id)


def _linked(work: Work, company: Row[Any]) -> list[Row[Any]]:
    found = connections_of(work.tx, [company.id], lock=True)
    linked = [connection for connection in found if connection.status == "Linked"]
    if not linked:
        raise NotFound(f"No linked data connection was found for company {company.id}")
    return linked


def _linked_one(work: Work, company: Row[Any], connection_id: str) -> Row[Any]:
    connection = find_connection(work.tx, company, connection_id, lock=True)
    if connection.status != "Linked":
        raise Conflict(
            f"Only Linked connections can be synced; {connection_id} is {connection.status}"
        )
    return connection


def _supporting(candidates: Sequence[Row[Any]], data_type: str) -> tuple[str, Row[Any]]:
    try:
        wanted = DataType(data_type).value
    except ValueError:
        wanted = None
    for connection in candidates:
        if wanted in by_platform(connection.platform).data_types:
            return str(wanted), connection
    names = sorted({by_platform(each.platform).name for each in candidates})
    raise NotFound(f"Datatype {data_type} not supported by platform(s) {', '.join(names)}")
