"""What the journal has acknowledged is on disk, in the order in which it was given."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from local.host.journal import DataFolderInUseError, Journal, JournalError

SCHEMA = "CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY);"


def insert(number: int) -> tuple[str, tuple[int]]:
    return "INSERT INTO t VALUES(?)", (number,)


def fail(text: str) -> None:
    raise AssertionError(text)


def test_an_acknowledged_write_is_there_for_everybody_else(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        await journal.write([insert(1), insert(2)])
        with sqlite3.connect(tmp_path / "host.db") as other:
            assert other.execute("SELECT n FROM t").fetchall() == [(1,), (2,)]
        other.close()
        assert await journal.read("SELECT count(*) FROM t") == [(2,)]
        await journal.close()

    asyncio.run(run())


def test_many_writes_share_few_commits_and_keep_their_order(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        futures = [journal.write([insert(n)]) for n in range(2000)]
        await asyncio.gather(*futures)
        assert journal.commits < 200
        assert await journal.read("SELECT count(*), max(n) FROM t") == [(2000, 1999)]
        await journal.close()

    asyncio.run(run())


def test_closing_commits_what_waits(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        for n in range(100):
            journal.write([insert(n)])
        await journal.close()
        again = Journal(tmp_path, SCHEMA, fail)
        assert await again.read("SELECT count(*) FROM t") == [(100,)]
        await again.close()

    asyncio.run(run())


def test_a_second_host_on_one_folder_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        with pytest.raises(DataFolderInUseError, match="Another host works on"):
            Journal(tmp_path, SCHEMA, fail)
        await journal.close()

    asyncio.run(run())


def test_a_full_disk_is_told_once_and_acknowledges_nothing_more(tmp_path: Path) -> None:
    async def run() -> None:
        told: list[str] = []
        journal = Journal(tmp_path, SCHEMA, told.append)
        await journal.write([insert(1)])
        await journal.write([("PRAGMA max_page_count=3", ())])
        large = ("CREATE TABLE big AS SELECT zeroblob(100000) AS b", ())
        with pytest.raises(JournalError, match="database or disk is full"):
            await journal.write([large])
        with pytest.raises(JournalError):
            await journal.write([insert(2)])
        assert len(told) == 1
        assert "cannot be written" in told[0]
        await journal.close()

    asyncio.run(run())


def test_the_room_of_what_was_deleted_is_given_back_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "host.db"

    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        large = ("INSERT INTO large VALUES(zeroblob(10000000))", ())
        await journal.write([insert(1), ("CREATE TABLE large(b)", ()), large])
        await journal.write([("DELETE FROM large", ())])
        await journal.close()
        assert file.stat().st_size > 10_000_000
        again = Journal(tmp_path, SCHEMA, fail)
        assert file.stat().st_size < 100_000
        assert await again.read("SELECT n FROM t") == [(1,)]
        await again.close()

    asyncio.run(run())


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "host.db").write_bytes(b"no database at all" * 100)

    async def run() -> None:
        with pytest.raises(JournalError, match="cannot be written: file is not a database"):
            Journal(tmp_path, SCHEMA, fail)

    asyncio.run(run())


@pytest.mark.parametrize("value", ["\ud800", 1 << 64])
def test_a_value_that_cannot_be_written_is_told_and_nobody_waits_for_ever(
    tmp_path: Path, value: str | int
) -> None:
    async def run() -> None:
        told: list[str] = []
        journal = Journal(tmp_path, SCHEMA, told.append)
        await journal.write([insert(1)])
        bad = journal.write([insert(2), ("INSERT INTO t VALUES(?)", (value,))])
        for write in (bad, journal.write([insert(3)])):
            async with asyncio.timeout(10):
                with pytest.raises(JournalError, match="cannot be written"):
                    await write
        assert len(told) == 1
        await journal.close()
        again = Journal(tmp_path, SCHEMA, fail)
        assert await again.read("SELECT n FROM t") == [(1,)]
        await again.close()

    asyncio.run(run())
