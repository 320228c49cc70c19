"""When the journal cannot be written, the host says so, acknowledges nothing more, and stops."""

from __future__ import annotations

import base64
import itertools
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.hosting import APPS, PATIENCE, Host, eventually, refusal, workshop

MEGABYTE = 1024 * 1024
Room = Callable[[], object]  # makes room


def test_a_journal_that_somebody_locks_stops_the_host_and_loses_nothing(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        host.begin("waits", "before")
        lock = sqlite3.connect(host.data / "host.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(httpx.HTTPError):
            host.put("jobs", "bG9zdA==").raise_for_status()
        assert host.process.wait(PATIENCE) == 1
        lock.rollback()
        lock.close()
        assert host.output.splitlines()[-1] == unwritable(host.data, "database is locked")
        host.start()
        assert host.event("before", "go", "kept").status_code == 202
        assert host.finished("before")["output"] == "kept"
        assert host.noted(queue="jobs", body="lost") == []


def test_a_full_disk_stops_the_host_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    with full_disk(tmp_path / "data") as room, workshop(tmp_path) as host:
        sent = _fill(host)
        assert host.process.wait(PATIENCE) == 1
        assert host.output.splitlines()[-1] == unwritable(host.data, "database or disk is full")
        room()
        _all_goes_on(host, sent)


def test_a_limit_of_file_sizes_stops_the_host_and_keeps_what_it_acknowledged(
    tmp_path: Path,
) -> None:
    with workshop(tmp_path) as host:
        limit = resource.RLIMIT_FSIZE
        resource.prlimit(host.process.pid, limit, (MEGABYTE, MEGABYTE))
        sent = _fill(host)
        assert host.process.wait(PATIENCE) == 1
        assert host.output.splitlines()[-1] == unwritable(host.data, "disk I/O error")
        _all_goes_on(host, sent)  # the limit was the process's own


def test_a_host_does_not_start_on_a_full_disk(tmp_path: Path) -> None:
    with full_disk(tmp_path / "data") as room, workshop(tmp_path) as host:
        host.begin("waits", "before")
        assert host.stop() == 0
        _stuff(host.data)
        code, said = refusal(*host.flags)
        assert (code, said) == (1, unwritable(host.data, "disk I/O error"))
        room()
        (host.data / "stuffing").unlink()
        host.start()
        assert host.event("before", "go", "kept").status_code == 202
        assert host.finished("before")["output"] == "kept"


def test_a_data_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "data" / "endpoints.new").mkdir(parents=True)
    app = APPS / "ordeal"
    code, said = refusal("--port", "0", "--app", app, "--data", tmp_path / "data")
    assert (code, said) == (1, unwritable(tmp_path / "data", "Is a directory"))


@contextmanager
def full_disk(folder: Path) -> Iterator[Room]:
    """Mount a file system of four megabytes; what is yielded makes it larger."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        pytest.skip(f"mounting is not allowed here: {made.stderr.strip()}")
    try:
        larger = ["mount", "-o", "remount,size=64m", str(folder)]
        yield lambda: subprocess.run(larger, check=True)  # noqa: S603
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def _stuff(folder: Path) -> None:
    """Leave no byte free."""
    with (folder / "stuffing").open("wb", 0) as file:
        while shutil.disk_usage(folder).free:
            file.write(bytes(4096))


def _fill(host: Host) -> list[str]:
    """Send messages to a queue until the host cannot keep one; those it acknowledged."""
    host.begin("waits", "before")
    sent: list[str] = []
    for number in itertools.count():
        text = base64.b64encode(f"{number} {'x' * 20_000}".encode()).decode()
        try:
            host.put("kept", text).raise_for_status()
        except httpx.HTTPError:
            break
        sent.append(text)
    return sent


def unwritable(folder: Path, reason: str) -> str:
    return f"The data folder {folder} cannot be written: {reason}. Nothing acknowledged is lost."


def _all_goes_on(host: Host, sent: list[str]) -> None:
    """Start the host again; every acknowledged message is there, the waiting instance goes on."""
    assert sent
    host.start()
    assert host.event("before", "go", "kept").status_code == 202
    assert host.finished("before")["output"] == "kept"
    with sqlite3.connect(host.data / "host.db") as file:
        query = "SELECT body FROM queue_messages WHERE queue='kept' ORDER BY id"
        kept = [body for (body,) in file.execute(query)]
    file.close()
    # The one more, if there is one, is the last, whose answer did not come.
    assert kept[: len(sent)] == sent
    assert len(kept) <= len(sent) + 1
    eventually(lambda: host.run("chain", "after")["output"] == 5)
