"""What re-maps and suspicions leave goes with the company that it is of."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import inspect

from shared_code.connect.purging import purge_deleted
from shared_code.turn import Turn
from tests.support.feeds import drive
from tests.support.remapping import order, remap, upgrade
from tests.support.shop import COMPANY, CONNECTION, Rig


def left(rig: Rig) -> dict[str, int]:
    tables = inspect(rig.db.engine).get_table_names()
    found = {name: rig.rows(f"select count(*) from {name}")[0][0] for name in tables}  # noqa: S608
    return {name: count for name, count in found.items() if count}


def test_a_purged_connection_leaves_neither_samples_nor_suspicions(rig: Rig) -> None:
    for number in range(40):
        rig.shop.put(f"r{number:02d}", "disowned" if number < 30 else f"Contact {number}")
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    remap(rig, "customers", dry_run=True)
    order(rig, "customers", dry_run=True)
    assert {"suspicions", "remaps", "remap_types", "remap_changes"} <= left(rig).keys()
    rig.set_connection(deleted_at=rig.clock.now(), epoch=2)
    until = rig.clock.now() + timedelta(minutes=15)
    rig.change(
        "insert into purges values (:company, :connection, 0, 0, :until)",
        company=COMPANY,
        connection=CONNECTION,
        until=int(until.timestamp() * 1e6),
    )
    purge_deleted(rig.db, rig.blobs, Turn(rig.clock))
    rig.clock.advance(16 * 60)
    assert purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 1
    assert list(rig.blobs.list("")) == []
    assert left(rig).keys() <= {"alembic_version", "companies", "commands"}
