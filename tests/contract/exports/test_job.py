"""The job of an export: killed anywhere, driven twice, taken up, removed."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from functions.engine.duties import duties
from functions.engine.settings import ScheduleSettings
from shared_code.connect.purging import purge_deleted
from shared_code.errors import Retry
from shared_code.exports.export import prefix
from shared_code.exports.job import LEASE
from shared_code.exports.parts import Bounds
from shared_code.exports.upkeep import remove_exports, take_up_exports
from shared_code.notify.taking import MOST_LAPSES
from shared_code.opening import Ports
from shared_code.ports.blobs import Blobs
from shared_code.store.database import Database
from shared_code.store.records import Dataset, Snapshot
from shared_code.store.records.keyed import read_stretch, select_keys
from shared_code.store.schema import commands, export_parts, exports
from shared_code.turn import Turn
from tests.support.exporting import Desk, lines
from tests.support.records import invoice, new_dataset, query, sync

COUNT = 23
BOUNDS = Bounds(records=5, keys=3)


class PowerCut(BaseException):
    """Nobody handles it."""


@dataclass(frozen=True)
class Breaking:
    """Blobs that fail at a call, before or after it is done."""

    inner: Blobs
    calls: Iterator[bool]
    error: BaseException
    done_first: bool

    def put(self, path: str, data: bytes, *, content_type: str) -> None:
        breaks = next(self.calls)
        if not breaks or self.done_first:
            self.inner.put(path, data, content_type=content_type)
        if breaks:
            raise self.error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the port's other methods
        return getattr(self.inner, name)


def invoices(count: int = COUNT) -> list[Any]:
    return [invoice(f"i-{number:05d}") for number in range(count)]


def fetched(desk: Desk, export: dict[str, Any]) -> list[str]:
    """The ids in the files of an export, fetched as its links say."""
    return [
        json.loads(line)["id"]
        for part in export["parts"]
        for line in (desk.fetch(part) if "downloads" in part["href"] else follow(part))
    ]


def follow(part: dict[str, Any]) -> list[bytes]:
    return lines(httpx.get(part["href"]).raise_for_status().content, part)


def blobs_of(desk: Desk) -> list[str]:
    return list(desk.blobs.list(prefix(desk.company_id)))


def engine(desk: Desk) -> None:
    """Do what the engine does about exports."""
    ports = Ports(desk.db, desk.blobs, desk.queue, desk.clock)
    for duty in duties(ScheduleSettings()):
        if duty.name.startswith("exports"):
            duty.run(ports, Turn(desk.clock))


def test_links_lead_to_the_very_files_on_either_adapter(any_desk: Desk) -> None:
    any_desk.synced(*invoices())
    export = any_desk.export(bounds=BOUNDS)
    assert export["status"] == "Complete"
    assert fetched(any_desk, export) == [each.id for each in invoices()]
    names = [path.rpartition("/")[2] for path in blobs_of(any_desk)]
    assert names == [f"{number:06d}.ndjson.gz" for number in range(1, 6)]


@pytest.mark.parametrize("done_first", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(5))
def test_a_driver_killed_around_any_part_costs_no_record_and_doubles_none(
    any_desk: Desk, at: int, *, done_first: bool
) -> None:
    desk = any_desk
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    cuts = iter([number == at for number in range(9)])
    broken = replace(
        desk.exporter(BOUNDS), blobs=Breaking(desk.blobs, cuts, PowerCut(), done_first)
    )
    with pytest.raises(PowerCut):
        broken.work(ref)
    assert desk.exporter(BOUNDS).work(ref) == "over"
    export = desk.read(ordered["id"])
    assert fetched(desk, export) == [each.id for each in invoices()]
    assert len(blobs_of(desk)) == len(export["parts"]) == 5


def test_a_store_of_blobs_that_is_away_is_tried_again(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    cuts = iter([False, True])
    away = Breaking(desk.blobs, cuts, Retry("Blob storage is busy."), done_first=False)
    with pytest.raises(Retry):
        replace(desk.exporter(BOUNDS), blobs=away).work(ref)
    assert desk.read(ordered["id"])["status"] == "Running"
    assert desk.exporter(BOUNDS).work(ref) == "over"
    assert fetched(desk, desk.read(ordered["id"])) == [each.id for each in invoices()]


def test_two_calls_of_one_driver_write_each_part_once(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    exporter = desk.exporter(BOUNDS)

    class Overtaken:
        """Blobs before whose first write another call does the same part."""

        def __init__(self) -> None:
            self.first = True

        def put(self, path: str, data: bytes, *, content_type: str) -> None:
            if self.first:
                self.first = False
                exporter._advance(ref)
            desk.blobs.put(path, data, content_type=content_type)

    overtaken: Any = Overtaken()
    assert replace(exporter, blobs=overtaken).work(ref) == "over"
    export = desk.read(ordered["id"])
    assert export["records"] == COUNT
    assert fetched(desk, export) == [each.id for each in invoices()]


def test_a_part_that_another_version_compressed_is_taken_as_it_is(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    cuts = iter([False, False, True])
    broken = replace(
        desk.exporter(BOUNDS), blobs=Breaking(desk.blobs, cuts, PowerCut(), done_first=True)
    )
    with pytest.raises(PowerCut):
        broken.work(ref)
    path = blobs_of(desk)[2]
    body = gzip.decompress(desk.blobs.get(path))
    desk.blobs.delete(path)
    desk.blobs.put(path, gzip.compress(body, 1, mtime=1), content_type="application/gzip")
    assert desk.exporter(BOUNDS).work(ref) == "over"
    assert fetched(desk, desk.read(ordered["id"])) == [each.id for each in invoices()]


def test_a_command_that_comes_twice_is_one_claim(desk: Desk) -> None:
    desk.synced(*invoices())
    desk.order()
    exporter = desk.exporter()
    first = exporter.take(desk.command())
    # The process died before the orchestration was started: the same claim is started again.
    assert exporter.take(desk.command()) == first
    exporter.done(desk.command())
    assert exporter.take(desk.command()) is None
    assert exporter.take("unknown") is None


def test_an_export_whose_driver_is_gone_is_driven_anew_from_where_it_was(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, old = desk.order(), desk.claim()
    desk.exporter(BOUNDS)._advance(old)
    desk.exporter().done(desk.command())
    engine(desk)
    assert len(desk.rows(commands)) == 1
    desk.clock.advance(LEASE.total_seconds() + 1)
    engine(desk)
    assert desk.read(ordered["id"])["status"] == "Queued"
    ref = desk.claim()
    assert ref.fence == old.fence + 1
    assert desk.exporter(BOUNDS).work(old) == "lost"
    desk.carry_out(BOUNDS)
    assert fetched(desk, desk.read(ordered["id"])) == [each.id for each in invoices()]


def test_an_export_that_stops_again_and_again_is_given_up(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered = desk.order()
    for _ in range(MOST_LAPSES + 1):
        desk.claim()
        desk.clock.advance(LEASE.total_seconds() + 1)
        assert take_up_exports(desk.db, desk.queue, Turn(desk.clock)) == 1
    export = desk.read(ordered["id"])
    assert export["status"] == "Failed"
    assert export["errorMessage"] == "The export stopped again and again"
    assert take_up_exports(desk.db, desk.queue, Turn(desk.clock)) == 0


def test_a_part_in_between_sets_the_lapses_back(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered = desk.order()
    for _ in range(3):
        ref = desk.claim()
        desk.clock.advance(LEASE.total_seconds() + 1)
        take_up_exports(desk.db, desk.queue, Turn(desk.clock))
    ref = desk.claim()
    desk.exporter(BOUNDS)._advance(ref)
    [row] = desk.rows(exports)
    assert (row.id, row.lapses) == (ordered["id"], 0)


def test_the_files_of_an_expired_export_are_removed_and_the_export_says_so(desk: Desk) -> None:
    desk.synced(*invoices())
    export = desk.export(bounds=BOUNDS)
    desk.clock.advance(24 * 3600 - 1)
    engine(desk)
    assert len(blobs_of(desk)) == 5
    desk.clock.advance(1)
    engine(desk)
    assert blobs_of(desk) == []
    assert not desk.rows(export_parts)
    expired = desk.read(export["id"])
    assert (expired["status"], expired["records"]) == ("Expired", COUNT)
    assert remove_exports(desk.db, desk.blobs, Turn(desk.clock)) == 0


def test_a_deleted_export_goes_with_its_files(desk: Desk) -> None:
    desk.synced(*invoices())
    kept, gone = desk.export(), desk.export()
    assert desk.platform_api.delete(f"{desk.path}/{gone['id']}").status_code == 204
    engine(desk)
    assert [row.id for row in desk.rows(exports)] == [kept["id"]]
    assert [each for each in blobs_of(desk) if gone["id"] in each] == []
    assert fetched(desk, desk.read(kept["id"])) == [each.id for each in invoices()]


def test_what_a_driver_still_wrote_for_a_deleted_export_goes_too(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    desk.exporter(BOUNDS)._advance(ref)
    assert desk.platform_api.delete(f"{desk.path}/{ordered['id']}").status_code == 204
    engine(desk)
    root = prefix(desk.company_id, desk.connection_id, ordered["id"])
    desk.blobs.put(f"{root}000002.ndjson.gz", b"late", content_type="application/gzip")
    assert desk.exporter(BOUNDS).work(ref) == "lost"
    desk.clock.advance(15 * 60)
    engine(desk)
    assert (desk.rows(exports), blobs_of(desk)) == ([], [])


def test_the_files_of_a_failed_export_are_removed(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()
    desk.exporter(BOUNDS)._advance(ref)
    desk.exporter()._fail(ref, "It went wrong")
    desk.clock.advance(15 * 60)
    engine(desk)
    assert blobs_of(desk) == []
    assert desk.read(ordered["id"])["status"] == "Failed"


@pytest.mark.parametrize("whole", [True, False], ids=["company", "connection"])
def test_a_purge_takes_all_of_the_exports_along(desk: Desk, *, whole: bool) -> None:
    desk.synced(*invoices())
    desk.export(bounds=BOUNDS)
    _, ref = desk.order(), desk.claim()
    desk.exporter(BOUNDS)._advance(ref)
    gone = f"/companies/{desk.company_id}"
    gone += "" if whole else f"/connections/{desk.connection_id}"
    assert desk.platform_api.delete(gone).is_success
    for _ in range(40):
        purge_deleted(desk.db, desk.blobs, Turn(desk.clock))
        desk.clock.advance(60)
    assert blobs_of(desk) == []
    assert not desk.rows(exports)
    assert not desk.rows(export_parts)


def test_an_activity_ends_after_a_minute_and_goes_on_in_the_next(desk: Desk) -> None:
    desk.synced(*invoices())
    ordered, ref = desk.order(), desk.claim()

    @dataclass(frozen=True)
    class Slow:
        """A clock by which every look at it takes a quarter of a minute."""

        clock: Any

        def now(self) -> datetime:
            self.clock.advance(15)
            return self.clock.now()  # type: ignore[no-any-return]

    slow = replace(desk.exporter(BOUNDS), clock=Slow(desk.clock))  # type: ignore[arg-type]
    assert slow.work(ref) == "more"
    assert 0 < desk.read(ordered["id"])["records"] < COUNT
    while slow.work(ref) == "more":
        pass
    assert desk.read(ordered["id"])["records"] == COUNT


def test_a_part_holds_no_more_bytes_than_it_may(desk: Desk) -> None:
    large = invoice("i-00003x", note="x" * 5_000)
    desk.synced(*invoices(), large)
    export = desk.export(bounds=Bounds(bytes=1_000, keys=4))
    sizes = [[len(line) + 1 for line in desk.fetch(part)] for part in export["parts"]]
    # One that is larger than any part may be is alone in its own.
    assert [len(each) for each in sizes if sum(each) > 1_000] == [1]
    assert sum(map(len, sizes)) == COUNT + 1


def test_a_query_that_matches_little_ends_parts_by_the_keys_it_looked_at(desk: Desk) -> None:
    desk.synced(*invoices())
    export = desk.export(bounds=Bounds(keys=2, stretches=2), query="id=i-00000 || id=i-00022")
    assert [part["records"] for part in export["parts"]] == [1, 1]
    assert fetched(desk, export) == ["i-00000", "i-00022"]


@pytest.mark.parametrize("seed", range(20))
def test_stretches_of_any_size_make_up_the_generation(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    dataset = new_dataset(desk.db)
    versions: list[dict[str, str]] = [{}]
    for _ in range(3):
        books = dict(versions[-1])
        changed = {f"i-{chance.randrange(30)}": f"{chance.randrange(99)}.00" for _ in range(12)}
        done = sync(desk.db, dataset, [invoice(*each) for each in changed.items()])
        books |= changed
        versions += [books] if done.modified else []
    for generation, books in enumerate(versions):
        assert read_by_key(desk.db, Snapshot(dataset, generation, 0), chance) == sorted(books)


def read_by_key(db: Database, snapshot: Snapshot, chance: random.Random) -> list[str]:
    found: list[str] = []
    after, more = None, True
    with db.read() as tx:
        while more:
            keys = chance.randrange(1, 9)
            stretch = read_stretch(tx, snapshot, None, after=after, keys=keys)
            found += [source_id for source_id, _ in stretch.records]
            after, more = stretch.last, stretch.looked_at == keys
    return found


def test_a_stretch_is_found_along_the_key(desk: Desk) -> None:
    dataset = Dataset("c", "x", "invoices", "xero")
    statement = select_keys(Snapshot(dataset, 5, 0), "i-1", 100)
    compiled = statement.compile(desk.db.engine, compile_kwargs={"literal_binds": True})
    with desk.db.read() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert len(plan) == 1
    assert "COVERING INDEX ix_records_invoices_key" in plan[0]
    assert "source_id>?" in plan[0]


def test_a_query_over_documents_is_asked_of_each_stretch(any_desk: Desk) -> None:
    dataset = any_desk.synced(
        invoice("a", note="x"), invoice("b", note="y"), invoice("c", note="x")
    )
    with any_desk.db.read() as tx:
        snapshot = Snapshot(dataset, 1, 3)
        stretch = read_stretch(tx, snapshot, query("note=x"), after="a", keys=1)
        assert (stretch.looked_at, stretch.last, stretch.records) == (1, "b", [])
        stretch = read_stretch(tx, snapshot, query("note=x"), after="b", keys=9)
        assert [source_id for source_id, _ in stretch.records] == ["c"]
