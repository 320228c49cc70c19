"""When the journal cannot be written, the host says so, acknowledges nothing more, and stops."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.support.hosting import PATIENCE, workshop


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
        said = host.output.splitlines()[-1]
        assert said == (
            f"The data folder {host.data} cannot be written: database is locked. "
            "Nothing acknowledged is lost."
        )
        host.start()
        assert host.event("before", "go", "kept").status_code == 202
        assert host.finished("before")["output"] == "kept"
        assert host.noted(queue="jobs", body="lost") == []
