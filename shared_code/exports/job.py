"""The job of an export: claimed by a driver, written part by part, complete or failed by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

import structlog
from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select, update

from shared_code.errors import Abort, CausewayError, Conflict, Retry
from shared_code.exports.export import PURGE_AFTER, ExportStatus, is_export, prefix
from shared_code.exports.parts import BOUNDS, Bounds, Filled, Part, fill, keep
from shared_code.model import DATA_TYPES, DataType, index_of
from shared_code.notify.taking import close_command, open_command
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.query import Filter, parse, resolve
from shared_code.store.database import Database
from shared_code.store.records import Dataset, Snapshot, as_of, latest
from shared_code.store.records.keyed import check_whole, published_at
from shared_code.store.schema import connections, export_parts, exports

SLICE = timedelta(seconds=60)
"""After so long an activity begins no more parts."""

LEASE = timedelta(minutes=7)
"""A lease that lapses means that nobody works: no part takes as long."""

_log = structlog.get_logger(__name__)

Step = Literal["more", "over", "lost"]


class ExportLost(Abort):
    """The export is another driver's now, or was deleted."""

    def __init__(self) -> None:
        super().__init__("The export was taken over or deleted.")


@dataclass(frozen=True, slots=True)
class ExportRef:
    """A claim on an export; small enough to travel through orchestrations."""

    company_id: str
    export_id: str
    fence: int

    @property
    def instance(self) -> str:
        """The id of the orchestration that drives the claim."""
        return f"{self.export_id}-{self.fence}"

    def to_json(self) -> dict[str, Any]:
        """Give the JSON object that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(value["company_id"], value["export_id"], value["fence"])


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes exports, with the ports it was given."""

    db: Database
    blobs: Blobs
    clock: Clock
    kept: timedelta
    bounds: Bounds = BOUNDS

    def take(self, command_id: str) -> ExportRef | None:
        """Claim the export that a command is about; None when it is not there to take.

        One that was claimed and not started, because the process died between, is started now.
        """
        command = open_command(self.db, command_id)
        if command is None:
            return None
        company_id, export_id = command.company_id, str(command.payload["export"])
        with self.db.write() as tx:
            fence = _claim(tx, company_id, export_id, self.clock) or _claimed(
                tx, company_id, export_id
            )
        return None if fence is None else ExportRef(company_id, export_id, fence)

    def done(self, command_id: str) -> None:
        """Note that nobody needs to be woken for the command again."""
        close_command(self.db, command_id, self.clock.now())

    def work(self, ref: ExportRef) -> Step:
        """Write parts for a while, from where the export stands.

        Raises `Retry` where the store of blobs cannot be reached. What will not heal ends the
        export as failed.
        """
        until = self.clock.now() + SLICE
        try:
            over = self._advance(ref)
            while not over and self.clock.now() < until:
                over = self._advance(ref)
        except ExportLost:
            return "lost"
        except Retry:
            raise
        except CausewayError as error:
            _log.warning("export failed", export_id=ref.export_id, reason=error.internal)
            self._fail(ref, error.public)
            return "over"
        return "over" if over else "more"

    def _advance(self, ref: ExportRef) -> bool:
        """Write the next part, if there is something left for it; tells whether that was all."""
        row = self._pinned(ref)
        snapshot = Snapshot(_dataset(row), row.generation, row.total)
        with self.db.read() as tx:
            check_whole(tx, snapshot)
            filled = fill(tx, snapshot, _where(row), row.after_id, bounds=self.bounds)
        part = None
        if filled.lines:
            root = prefix(row.company_id, row.connection_id, row.id)
            path = f"{root}{row.parts + 1:06d}.ndjson.gz"
            part = keep(self.blobs, path, filled.lines)
        return self._commit(ref, row, filled, part)

    def _pinned(self, ref: ExportRef) -> Row[Any]:
        """The export's row, with the generation that it exports: the first look fixes it."""
        with self.db.write() as tx:
            row = _hold(tx, ref)
            if row.generation is not None:
                return row
            snapshot = _find_snapshot(tx, row)
            return _change(
                tx,
                ref,
                generation=snapshot.generation,
                total=snapshot.count,
                published_at=published_at(tx, snapshot),
            )

    def _commit(self, ref: ExportRef, seen: Row[Any], filled: Filled, part: Part | None) -> bool:
        """Enter a part, and how far the export is with it."""
        now = self.clock.now()
        with self.db.write() as tx:
            row = _hold(tx, ref)
            if (row.parts, row.after_id) != (seen.parts, seen.after_id):
                # A call that was thought dead came first, with the very same part.
                return False
            if part is not None:
                _enter(tx, row, part, records=len(filled.lines))
            state = _complete(now, self.kept) if filled.over else {"lease_until": now + LEASE}
            _change(
                tx,
                ref,
                after_id=filled.after,
                looked_at=row.looked_at + filled.looked_at,
                parts=row.parts + (part is not None),
                records=row.records + len(filled.lines),
                lapses=0,
                **state,
            )
        return filled.over

    def _fail(self, ref: ExportRef, message: str) -> None:
        with self.db.write() as tx:
            _change(tx, ref, **failed(self.clock.now(), message))


def failed(now: datetime, message: str) -> dict[str, Any]:
    """The columns of an export that failed."""
    return {
        "status": ExportStatus.FAILED,
        "error_message": message,
        "completed_at": now,
        "lease_until": None,
        "purge_at": now + PURGE_AFTER,
    }


def _complete(now: datetime, kept: timedelta) -> dict[str, Any]:
    expires = now + kept
    return {
        "status": ExportStatus.COMPLETE,
        "completed_at": now,
        "lease_until": None,
        "expires_at": expires,
        "purge_at": expires,
    }


def _claim(tx: Connection, company_id: str, export_id: str, clock: Clock) -> int | None:
    fence: int | None = tx.scalar(
        update(exports)
        .where(
            is_export(company_id, export_id),
            exports.c.status == ExportStatus.QUEUED,
            exports.c.deleted_at.is_(None),
        )
        .values(
            status=ExportStatus.RUNNING, fence=exports.c.fence + 1, lease_until=clock.now() + LEASE
        )
        .returning(exports.c.fence)
    )
    return fence


def _claimed(tx: Connection, company_id: str, export_id: str) -> int | None:
    return tx.scalar(
        select(exports.c.fence).where(
            is_export(company_id, export_id), exports.c.status == ExportStatus.RUNNING
        )
    )


def _hold(tx: Connection, ref: ExportRef) -> Row[Any]:
    """Lock the export's row; `ExportLost` unless the claim still stands."""
    there = exists().where(
        connections.c.company_id == exports.c.company_id,
        connections.c.id == exports.c.connection_id,
        connections.c.deleted_at.is_(None),
    )
    row = tx.execute(select(exports).where(*_stands(ref), there).with_for_update()).one_or_none()
    if row is None:
        raise ExportLost
    return row


def _stands(ref: ExportRef) -> tuple[ColumnElement[bool], ...]:
    return (
        is_export(ref.company_id, ref.export_id),
        exports.c.fence == ref.fence,
        exports.c.status == ExportStatus.RUNNING,
        exports.c.deleted_at.is_(None),
    )


def _change(tx: Connection, ref: ExportRef, **values: object) -> Row[Any]:
    changed = update(exports).where(*_stands(ref)).values(**values).returning(exports)
    row = tx.execute(changed).one_or_none()
    if row is None:
        raise ExportLost
    return row


def _enter(tx: Connection, row: Row[Any], part: Part, *, records: int) -> None:
    tx.execute(
        insert(export_parts).values(
            company_id=row.company_id,
            export_id=row.id,
            number=row.parts + 1,
            connection_id=row.connection_id,
            platform=row.platform,
            path=part.path,
            records=records,
            size=part.size,
            sha256=part.sha256,
        )
    )


def _find_snapshot(tx: Connection, row: Row[Any]) -> Snapshot:
    dataset = _dataset(row)
    snapshot = as_of(tx, dataset, row.as_of) if row.as_of else latest(tx, dataset)
    if snapshot is None:
        when = " at that time" if row.as_of else ""
        raise Conflict(f"The data set has not been requested{when}.")
    return snapshot


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(row.company_id, row.connection_id, row.data_type, row.platform)


def _where(row: Row[Any]) -> Filter | None:
    schema = index_of(DATA_TYPES[DataType(row.data_type)].model)
    return resolve(parse(row.query), schema) if row.query else None
