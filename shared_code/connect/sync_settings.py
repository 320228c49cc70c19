"""Sync settings: what is fetched on first link, how often, in which order; by company or client."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from shared_code.catalogue import by_platform
from shared_code.errors import Reject
from shared_code.model.base import Shape, Timestamp
from shared_code.model.data_types import DataType
from shared_code.notify.work import Work
from shared_code.store.schema import connections, datasets, sync_settings
from shared_code.sync.requests import next_sync_at
from shared_code.sync.schedule import CLIENT_WIDE

_REPORTS = {DataType.BALANCE_SHEET, DataType.CASH_FLOW_STATEMENT, DataType.PROFIT_AND_LOSS}
_REPORT_MONTHS = 24
_MAX_HOURS = 24 * 366
_MAX_MONTHS = 1_200


def _as_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class SyncSetting(Shape):
    """How one data type is synced."""

    model_config = ConfigDict(extra="ignore")

    data_type: DataType
    fetch_on_first_link: bool
    sync_schedule: int = Field(
        ge=0, le=_MAX_HOURS, description="Hours from the last sync to the next; 0 is off."
    )
    sync_order: int = Field(ge=0, le=1_000, description="Lower ones are queued first.")
    sync_from_utc: Annotated[Timestamp, AfterValidator(_as_utc)] | None = None
    sync_from_window: int | None = Field(
        default=None, ge=0, le=_MAX_MONTHS, description="Months; instead of `syncFromUtc`."
    )
    months_to_sync: int | None = Field(default=None, ge=0, le=_MAX_MONTHS)
    is_locked: bool = Field(default=False, description="Whether only an operator may change it.")


def read_settings(
    tx: Connection, client_id: str, company_id: str = CLIENT_WIDE
) -> tuple[list[SyncSetting], bool]:
    """Read the settings of all data types as they apply, and whether some are the company's own.

    A company's own go before its client's, those before the defaults. Without a company: the
    client's.
    """
    rows = tx.execute(
        select(sync_settings)
        .where(
            sync_settings.c.client_id == client_id,
            sync_settings.c.company_id.in_([CLIENT_WIDE, company_id]),
        )
        # The company's own come last, and win.
        .order_by(sync_settings.c.company_id)
    ).all()
    applied = {name: _default(name) for name in DataType}
    applied |= {DataType(row.data_type): _setting(row) for row in rows}
    return list(applied.values()), any(row.company_id == company_id for row in rows)


def write_settings(
    work: Work,
    client_id: str,
    settings: Sequence[SyncSetting],
    *,
    company_id: str = CLIENT_WIDE,
) -> None:
    """Replace the settings of a company, or of the client, and schedule by them from now on.

    None at all lets the client's apply again to the company, or the defaults to the client.
    """
    _refuse_contradictions(settings)
    mine = (sync_settings.c.client_id == client_id, sync_settings.c.company_id == company_id)
    work.tx.execute(delete(sync_settings).where(*mine))
    if settings:
        owner = {"client_id": client_id, "company_id": company_id}
        work.tx.execute(insert(sync_settings), [owner | _values(each) for each in settings])
    _reschedule(work, client_id, company_id)


def fetched_on_first_link(tx: Connection, company: Row[Any], platform: str) -> list[str]:
    """List the data types of a platform that a first link fetches, in the order of the queue."""
    settings, _ = read_settings(tx, company.client_id, company.id)
    by_type = {each.data_type: each for each in settings}
    types = [DataType(name) for name in by_platform(platform).data_types]
    wanted = [name for name in types if by_type[name].fetch_on_first_link]
    # Equal ones stay in the order in which the connector reads them best.
    return [name.value for name in sorted(wanted, key=lambda name: by_type[name].sync_order)]


def _default(name: DataType) -> SyncSetting:
    return SyncSetting(
        data_type=name,
        fetch_on_first_link=True,
        sync_schedule=0,
        sync_order=0,
        months_to_sync=_REPORT_MONTHS if name in _REPORTS else None,
    )


def _setting(row: Row[Any]) -> SyncSetting:
    stored = dict(row._mapping)  # noqa: SLF001 - the public name of a row's mapping
    return SyncSetting.model_validate(stored)


def _values(setting: SyncSetting) -> dict[str, Any]:
    return setting.model_dump(exclude={"is_locked"}) | {"data_type": setting.data_type.value}


def _refuse_contradictions(settings: Sequence[SyncSetting]) -> None:
    seen: set[DataType] = set()
    for each in settings:
        if each.data_type in seen:
            raise Reject(f"settings: {each.data_type} is given twice")
        if each.sync_from_utc is not None and each.sync_from_window is not None:
            raise Reject(
                f"settings: {each.data_type} may have syncFromUtc or syncFromWindow, not both"
            )
        seen.add(each.data_type)


def _reschedule(work: Work, client_id: str, company_id: str) -> None:
    """Count the next sync of every type that was ever asked for anew, by the hours that apply."""
    hours = _hours(work.tx, client_id)
    changes = [
        {
            "company": row.company_id,
            "connection": row.connection_id,
            "name": row.data_type,
            "due": next_sync_at(
                row.last_success_at or row.last_requested_at,
                ChainMap(hours[row.company_id], hours[CLIENT_WIDE]).get(row.data_type, 0),
                work.now,
            ),
        }
        for row in _scheduled(work.tx, client_id, company_id)
    ]
    if changes:
        work.tx.execute(_SET_DUE, changes)


_SET_DUE = (
    update(datasets)
    .where(
        datasets.c.company_id == bindparam("company"),
        datasets.c.connection_id == bindparam("connection"),
        datasets.c.data_type == bindparam("name"),
    )
    .values(next_sync_at=bindparam("due"))
)


def _scheduled(tx: Connection, client_id: str, company_id: str) -> Iterable[Row[Any]]:
    same = and_(
        connections.c.company_id == datasets.c.company_id,
        connections.c.id == datasets.c.connection_id,
    )
    query = (
        select(datasets)
        .join(connections, same)
        .where(
            connections.c.client_id == client_id,
            connections.c.status == "Linked",
            connections.c.deleted_at.is_(None),
        )
    )
    if company_id != CLIENT_WIDE:
        query = query.where(datasets.c.company_id == company_id)
    return tx.execute(query).all()


def _hours(tx: Connection, client_id: str) -> Mapping[str, dict[str, int]]:
    """Give the hours by company and data type; the client's own stand under no company."""
    hours = defaultdict[str, dict[str, int]](dict)
    rows = tx.execute(select(sync_settings).where(sync_settings.c.client_id == client_id))
    for row in rows:
        hours[row.company_id][row.data_type] = row.sync_schedule
    return hours
