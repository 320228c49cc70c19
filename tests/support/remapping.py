"""The shop with a second mapping, and re-maps carried out as the orchestration does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, event

from shared_code.errors import Reject
from shared_code.fetch.provider import Provider
from shared_code.model import Shape
from shared_code.model.accounting.customer import Customer
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.base import Metadata
from shared_code.model.shapes import Status
from shared_code.notify.work import begin_work
from shared_code.remap.job import Remapping, begin_remap, driver_of
from shared_code.remap.report import Remap, show_remap
from shared_code.remap.requests import Wanted, find_remap, request_remap
from shared_code.spec import DataSource, Feed, OlderMapping
from shared_code.sync.runs import LEASE, RunRef, claim
from tests.support.shop import COMPANY, SOURCE, Rig

OLD = SOURCE.resource("Contacts").feeds


def customer(row: Mapping[str, Any], lookups: Mapping[str, str]) -> Customer | None:
    """The second mapping of a contact: it shouts, and knows phones, the dead and the disowned."""
    if row["title"].startswith("refused"):
        raise Reject("No such customer any more")
    if row["title"].startswith("disowned"):
        return None
    quiet = row["title"].startswith("quiet")
    return Customer(
        id=row["id"],
        customer_name=row["title"] if quiet else row["title"].upper(),
        contact_name=lookups.get(row["id"]),
        phone=row.get("phone"),
        status=Status.ACTIVE,
        source_modified_date=datetime.fromisoformat(row["modified"]),
        metadata=Metadata(is_deleted="dead" in row["title"]),
    )


def supplier(row: Mapping[str, Any], _: object) -> Supplier:
    """Everybody is a supplier now."""
    return Supplier(id=row["id"], supplier_name=row["title"], status=Status.ACTIVE)


def shout(row: Mapping[str, Any], lookups: object) -> Shape | None:
    """A second mapping of an item."""
    return SOURCE.resource("Items").feeds[0].map({**row, "title": row["title"].upper()}, lookups)


NEW = (Feed("customers", customer), Feed("suppliers", supplier))


def upgraded(source: DataSource, new: tuple[Feed, ...] = NEW) -> DataSource:
    """The next release of a connector, which still has its first mapping."""
    resources = tuple(
        replace(each, feeds=new) if each.feeds == OLD else each for each in source.resources
    )
    older = {each.name: OLD for each in resources if each.feeds == new}
    return replace(source, resources=resources, mapping_version=2, older=(OlderMapping(1, older),))


def upgrade(rig: Rig, new: tuple[Feed, ...] = NEW) -> None:
    """Deploy the next release."""
    rig.pipeline = replace(rig.pipeline, source=upgraded(rig.pipeline.source, new))


def shut(rig: Rig) -> None:
    """Close every way to the provider."""

    def provider_for(_: Row[Any]) -> Provider:
        raise AssertionError("a re-map asked for the provider")

    rig.pipeline = replace(rig.pipeline, provider_for=provider_for)


class PowerCut(BaseException):
    """Nobody handles it."""


@contextmanager
def dying_at(rig: Rig, *, commit: int) -> Iterator[None]:
    """Let the process die just before a commit of what was written, counted from 1."""
    left = iter(range(commit - 1))

    def look(connection: Connection) -> None:
        if not _only_reads(connection) and next(left, None) is None:
            raise PowerCut

    event.listen(rig.db.engine, "commit", look)
    try:
        yield
    finally:
        event.remove(rig.db.engine, "commit", look)


def _only_reads(connection: Connection) -> bool:
    """Whether a transaction can write nothing; PostgreSQL's end with a commit all the same."""
    if connection.dialect.name == "sqlite":
        return False
    return bool(connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on")


def order(rig: Rig, *data_types: str, version: int | None = None, dry_run: bool = False) -> str:
    """Ask for a re-map as the API does; gives its id."""
    rig.clock.advance(1)
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        wanted = Wanted(data_types or None, version, dry_run)
        return str(request_remap(work, rig.connection(), wanted).run_id)


def take(rig: Rig, remap_id: str) -> RunRef:
    """Claim a re-map."""
    ref = claim(rig.db, COMPANY, remap_id, until=rig.clock.now() + LEASE)
    assert ref is not None
    return ref


def steps_of(rig: Rig, ref: RunRef) -> Remapping:
    """The steps of a re-map, as it stands."""
    found = begin_remap(rig.pipeline, ref)
    assert found is not None
    return found


def carry_out(rig: Rig, ref: RunRef) -> None:
    """Drive a run to its end, as the orchestration does."""
    while (step := driver_of(rig.pipeline).drive(ref)).state == "more":
        pass
    assert step.state == "over"


def report(rig: Rig, remap_id: str) -> Remap:
    """Read a re-map as the API does."""
    with rig.db.read() as tx:
        return show_remap(tx, find_remap(tx, rig.connection(), remap_id))


def remap(rig: Rig, *data_types: str, version: int | None = None, dry_run: bool = False) -> Remap:
    """Order a re-map, carry it out with the provider out of reach, and read it."""
    provider_for = rig.pipeline.provider_for
    shut(rig)
    remap_id = order(rig, *data_types, version=version, dry_run=dry_run)
    carry_out(rig, take(rig, remap_id))
    rig.pipeline = replace(rig.pipeline, provider_for=provider_for)
    return report(rig, remap_id)
