"""What is wrong with the storage says nothing of the pages: a re-map waits for it, or fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from shared_code.errors import Abort, Retry
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.remap.job import driver_of
from shared_code.remap.report import RemapStatus
from shared_code.sync.due import queue_due
from shared_code.turn import Turn
from tests.support.feeds import drive
from tests.support.remapping import carry_out, order, remap, report, take, upgrade
from tests.support.shop import Rig
from tests.unit.remap.test_remap import fill, names, of
from tests.unit.sync.test_engine import set_schedule
from tests.unit.sync.test_suspects import accepting, latest

REFUSED = Abort("Blob storage refuses the app's identity", "403")
BUSY = Retry("Blob storage is busy", "503", retry_after=7)


@dataclass(frozen=True)
class _Shut:
    """Pages that cannot be had."""

    blobs: FolderBlobs
    why: Exception

    def get(self, _: str) -> bytes:
        raise self.why

    def __getattr__(self, name: str) -> object:
        return getattr(self.blobs, name)


@contextmanager
def shut_out(rig: Rig, why: Exception) -> Iterator[None]:
    """Let nobody read pages."""
    before = rig.pipeline
    rig.pipeline = replace(before, blobs=_Shut(rig.blobs, why))  # type: ignore[arg-type]
    yield
    rig.pipeline = replace(rig.pipeline, blobs=before.blobs)


def ready(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    upgrade(rig)


def test_a_storage_that_refuses_fails_the_type_and_its_mapping_stays(rig: Rig) -> None:
    ready(rig)
    with shut_out(rig, REFUSED):
        found = remap(rig, "customers")
    failed = of(found, "customers")
    assert (failed.status, failed.error_message) == ("MapError", REFUSED.public)
    assert (found.status, found.error_message) == (RemapStatus.FAILED, REFUSED.public)
    assert rig.rows("select mapping_version, generation from datasets") == [(1, 1)]
    assert of(remap(rig, "customers"), "customers").changed == 1


def test_a_dry_run_that_the_storage_refuses_says_so(rig: Rig) -> None:
    ready(rig)
    with shut_out(rig, REFUSED):
        found = remap(rig, "customers", dry_run=True)
    assert (found.status, found.error_message) == (RemapStatus.FAILED, REFUSED.public)
    assert of(found, "customers").without_page == 0


def test_an_error_of_the_disk_is_no_damage_to_a_page(rig: Rig) -> None:
    ready(rig)
    ref = take(rig, order(rig, "customers"))
    with shut_out(rig, OSError("too many open files")), pytest.raises(OSError, match="too many"):
        driver_of(rig.pipeline).drive(ref)
    carry_out(rig, ref)
    assert of(report(rig, ref.run_id), "customers").changed == 1


def test_a_remap_waits_for_a_busy_storage_and_goes_on(rig: Rig) -> None:
    ready(rig)
    ref = take(rig, order(rig, "customers"))
    with shut_out(rig, BUSY):
        step = driver_of(rig.pipeline).drive(ref)
    assert step.state == "wait"
    assert step.until is not None
    described = rig.rows("select status_description from pulls where active")[0][0]
    assert described.endswith(f": {BUSY.public}")
    carry_out(rig, ref)
    assert names(rig)["r0"] == "CONTACT 0"


def test_a_remap_does_not_wait_for_ever(rig: Rig) -> None:
    ready(rig)
    ref = take(rig, order(rig, "customers"))
    with shut_out(rig, BUSY):
        steps = [driver_of(rig.pipeline).drive(ref).state for _ in range(7)]
    assert steps == [*["wait"] * 6, "over"]
    assert of(report(rig, ref.run_id), "customers").status == "MapError"


def due(rig: Rig) -> list[int]:
    """In how many hours each type is due."""
    found = rig.rows("select next_sync_at from datasets")
    now = int(rig.clock.now().timestamp())
    return [round((row[0] // 1_000_000 - now) / 3600) for row in found]


def test_a_remap_puts_no_scheduled_sync_off(rig: Rig) -> None:
    set_schedule(rig, "customers", 24)
    ready(rig)
    rig.clock.advance(20 * 3600)
    remap(rig, "customers")
    assert due(rig) == [4]


def test_an_accepted_remap_is_no_sync_either(rig: Rig) -> None:
    set_schedule(rig, "customers", 24)
    for number in range(40):
        rig.shop.put(f"r{number:02d}", "disowned" if number < 30 else "quiet")
    drive(rig, "customers")
    synced = rig.connection().last_sync_at
    upgrade(rig)
    rig.clock.advance(20 * 3600)
    assert of(remap(rig, "customers"), "customers").status == "ValidationError"
    accepting(rig, latest(rig, "customers").id)
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert rig.statuses() == {"customers": "Complete"}
    assert due(rig) == [4]
    assert rig.connection().last_sync_at == synced


def test_a_sync_that_was_due_during_a_remap_follows_it(rig: Rig) -> None:
    set_schedule(rig, "customers", 24)
    ready(rig)
    ref = take(rig, order(rig, "customers"))
    rig.clock.advance(25 * 3600)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 0
    carry_out(rig, ref)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 1
