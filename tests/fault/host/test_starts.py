"""Killed while it starts, or with a journal cut off in the middle, the host goes on."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.fault.host.test_kills import KILLS, SEED
from tests.support.hosting import Host, eventually, workshop

pytestmark = pytest.mark.long


def test_killed_again_and_again_while_it_starts_the_host_loses_nothing(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with workshop(tmp_path) as host:
        for number in range(5):
            host.begin("waits", f"w{number}")
        host.kill()
        ready = 0
        for _ in range(2 * KILLS):
            ready += _killed_at_start(host, after=rng.uniform(0, 0.8))
        assert ready < 2 * KILLS  # some were killed before they were ready
        host.start()
        for number in range(5):
            assert host.event(f"w{number}", "go", number).status_code == 202
        assert [host.finished(f"w{n}")["output"] for n in range(5)] == list(range(5))


def _killed_at_start(host: Host, *, after: float) -> bool:
    """Start the host and kill it; whether it had come so far as to be ready."""
    began = host.launch()
    time.sleep(after)  # the point of the kill
    host.kill()
    return b"Host ready at " in host.log.read_bytes()[began:]


def test_killed_before_there_is_a_journal_the_host_starts(tmp_path: Path) -> None:
    """An empty file is what a kill between its making and its first write leaves behind."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "host.db").touch()
    (tmp_path / "data" / "keys.new").write_text('{"master": ', encoding="ascii")
    with workshop(tmp_path) as host:
        assert host.run("chain", "x")["output"] == 5


@pytest.mark.parametrize("kept", ["none", "half", "all but one byte"])
def test_a_write_ahead_log_that_was_cut_off_costs_only_what_was_cut(
    tmp_path: Path, kept: str
) -> None:
    """What a power cut leaves: a log whose last transactions are torn."""
    with workshop(tmp_path) as host:
        host.begin("waits", "early")
        host.stop()  # all of the log goes into the file
        host.start()
        ids = [f"late{number}" for number in range(20)]
        for id_ in ids:
            host.begin("waits", id_)
        host.kill()
        log = host.data / "host.db-wal"
        size = log.stat().st_size
        assert size > 0
        with log.open("r+b") as file:
            file.truncate({"none": 0, "half": size // 2, "all but one byte": size - 1}[kept])
        host.start()
        assert host.event("early", "go", "kept").status_code == 202
        assert host.finished("early")["output"] == "kept"
        there = [id_ for id_ in ids if host.durable("GET", f"instances/{id_}").status_code != 404]
        assert there == ids[: len(there)]
        assert len(there) < len(ids) or kept != "none"
        for id_ in there:
            assert host.event(id_, "go", id_).status_code == 202
        assert [host.finished(id_)["output"] for id_ in there] == there


def test_killed_while_the_log_is_written_back_the_host_loses_nothing(tmp_path: Path) -> None:
    """Another connection writes the log back all the time, so that each kill meets it."""
    rng = random.Random(SEED)
    with workshop(tmp_path) as host:
        numbers = range(KILLS)
        for number in numbers:
            host.begin("mixed", f"m{number}", {"rounds": 3})
            with closing(sqlite3.connect(host.data / "host.db", isolation_level=None)) as other:
                eventually(lambda other=other: _write_back(other))  # type: ignore[misc]
                until = time.monotonic() + rng.uniform(0, 0.15)  # the point of the kill
                while time.monotonic() < until:
                    _write_back(other)
                host.kill()
            host.start()
        for number in numbers:
            assert host.finished(f"m{number}")["output"] == [15, 3]
        eventually(lambda: _sound(host.data))


def _write_back(connection: sqlite3.Connection) -> bool:
    """Copy what the log has into the file; whether any of it is there, and nobody else did so."""
    busy, _, pages = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return not busy and pages > 0


def _sound(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "host.db")) as file:
        (verdict,) = file.execute("PRAGMA integrity_check").fetchone()
    return bool(verdict == "ok")
