"""A re-map as clients see it: what it is at, and what it changes or would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Row, select

from shared_code.model.base import Shape
from shared_code.store.schema import pulls, remap_changes, remap_types, runs

STOPPED = "The re-map was stopped before its end"

SAMPLES = 20
"""Records that are shown of a type and kind."""


class RemapStatus(StrEnum):
    """What a re-map is at."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"


class PropertyChange(Shape):
    """A property before and after; the values are JSON texts, cut where they are long."""

    property: str
    before: str | None = None
    after: str | None = None


class RecordChange(Shape):
    """What becomes of one record."""

    id: str
    kind: str = Field(description="added, changed, rejected or gone.")
    reason: str | None = Field(default=None, description="Why it is rejected.")
    changes: list[PropertyChange] | None = Field(default=None, description="The first ten.")


class RemappedType(Shape):
    """What becomes of the records of one data type."""

    data_type: str
    dataset_id: str | None = Field(default=None, description="Its pull operation; none if dry.")
    status: str | None = Field(default=None, description="Of the pull operation.")
    error_message: str | None = None
    progress: int = Field(description="Per cent.")
    added: int
    changed: int
    unchanged: int
    rejected: int = Field(description="They cannot be mapped any more, and stay as they are.")
    gone: int = Field(description="They belong to this data type no more.")
    without_page: int = Field(
        description="Records whose raw page is not kept any more. They stay as they are."
    )
    suspicions: list[str] | None = Field(
        default=None, description="What would hold it back, if this was no dry run."
    )
    samples: list[RecordChange] = Field(description="Twenty of each kind at most.")


class Remap(Shape):
    """Kept raw pages, mapped again."""

    id: str
    company_id: str
    connection_id: str
    mapping_version: int | None = Field(
        default=None, description="Today's, where none was chosen and it has not begun yet."
    )
    dry_run: bool
    status: RemapStatus
    error_message: str | None = None
    created: datetime
    completed: datetime | None = None
    data_types: list[RemappedType]


def show_remap(tx: Connection, row: Row[Any]) -> Remap:
    """Show a row of the remaps table, with what it has found so far."""
    run = tx.execute(
        select(runs).where(runs.c.company_id == row.company_id, runs.c.id == row.run_id)
    ).one()
    held = {each.data_type: each for each in tx.execute(_of(pulls, row))}
    found = {each.data_type: each for each in tx.execute(_of(remap_types, row))}
    samples, status = _samples(tx, row), _status(row, run, found)
    return Remap(
        id=row.run_id,
        company_id=row.company_id,
        connection_id=row.connection_id,
        mapping_version=row.mapping_version,
        dry_run=row.dry_run,
        status=status,
        error_message=row.error_message or (STOPPED if status is RemapStatus.FAILED else None),
        created=row.created_at,
        completed=run.finished_at,
        data_types=[
            _type(each, found.get(each), held.get(each), samples[each]) for each in row.data_types
        ],
    )


def _of(table: Any, row: Row[Any]) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return select(table).where(table.c.company_id == row.company_id, table.c.run_id == row.run_id)


def _samples(tx: Connection, row: Row[Any]) -> Mapping[str, list[RecordChange]]:
    rows = tx.execute(
        _of(remap_changes, row)
        .where(remap_changes.c.detail.is_not(None))
        .order_by(remap_changes.c.kind, remap_changes.c.source_id)
    )
    samples = defaultdict[str, list[RecordChange]](list)
    for each in rows:
        shown = RecordChange(id=each.source_id, kind=each.kind, **each.detail)
        samples[each.data_type].append(shown)
    return samples


def _status(row: Row[Any], run: Row[Any], found: Mapping[str, Row[Any]]) -> RemapStatus:
    if run.state == "finished":
        failed = row.completed_at is None or row.error_message
        return RemapStatus.FAILED if failed else RemapStatus.COMPLETE
    # Between two drivers the run is queued again.
    return RemapStatus.RUNNING if found or run.state == "claimed" else RemapStatus.QUEUED


def _type(
    data_type: str,
    found: Row[Any] | None,
    pull: Row[Any] | None,
    samples: Sequence[RecordChange],
) -> RemappedType:
    counts: Mapping[str, Any] = found.counts if found else {}
    over = found is not None and found.state == "over"
    return RemappedType(
        data_type=data_type,
        dataset_id=pull.id if pull else None,
        status=pull.status if pull else None,
        error_message=pull.error_message if pull else None,
        progress=100 if over else _progress(found),
        **{name: counts.get(name, 0) for name in ("added", "changed", "unchanged")},
        **{name: counts.get(name, 0) for name in ("rejected", "gone")},
        without_page=found.total - counts.get("covered", 0) if found and over else 0,
        suspicions=counts.get("suspicions"),
        samples=list(samples),
    )


def _progress(found: Row[Any] | None) -> int:
    return min(99, 100 * found.pages_done // found.pages) if found and found.pages else 0
