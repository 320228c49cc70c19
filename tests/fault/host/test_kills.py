"""Killed at any moment, supervisor or worker, the host ends every instance with the right result.

`HOST_KILLS` sets at how many random points each test kills; `HOST_KILL_SEED` where they are.
"""

from __future__ import annotations

import base64
import os
import random
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.support.hosting import Host, eventually, workshop
from tests.support.ordeal import ROUNDS, ordeal

KILLS = int(os.environ.get("HOST_KILLS", "4"))
SEED = int(os.environ.get("HOST_KILL_SEED", "1"))
WORKLOAD = 6
MOST_UNDER_WAY = 20  # activities at the moment of a kill
# What `mixed` with three rounds returns, however often it was interrupted: a sum, and a count that
# an entity keeps over all rounds.
RIGHT = [15, 3]


def begin_workload(host: Host) -> None:
    for number in range(WORKLOAD):
        host.begin("mixed", f"m{number}", {"rounds": 3})
    for number in range(WORKLOAD):
        text = base64.b64encode(f"q{number}".encode()).decode()
        assert host.put("jobs", text).status_code == 201


def check_workload(host: Host) -> None:
    for number in range(WORKLOAD):
        end = host.finished(f"m{number}")
        assert (end["runtimeStatus"], end["output"]) == ("Completed", RIGHT)
    for number in range(WORKLOAD):
        _worked_off(host, f"q{number}")


def _worked_off(host: Host, body: str) -> None:
    eventually(lambda: host.noted(queue="jobs", body=body))


def test_killed_again_and_again_the_host_does_everything_once(tmp_path: Path) -> None:
    """Every result is right, and no orchestrator's effect on others is doubled or lost.

    Each kill meets work under way; what a client was told is kept is kept.
    """
    rng = random.Random(SEED)
    with ordeal(tmp_path) as work:
        with work.writing():
            for _ in range(KILLS):
                work.more()
                time.sleep(rng.uniform(0, 0.3))  # the point of the kill
                work.host.kill()
                assert work.unfinished() > 0
                work.host.start()
        work.check()
        # Activities run at least once each; a kill may repeat only what was under way.
        repeated = len(work.host.noted(activity="double")) - 4 * ROUNDS * KILLS - KILLS
        assert 0 <= repeated <= KILLS * MOST_UNDER_WAY


def test_killed_while_it_stops_the_host_loses_nothing(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with workshop(tmp_path) as host:
        begin_workload(host)
        for _ in range(KILLS // 2):
            time.sleep(rng.uniform(0, 0.2))  # the point of the kill
            host.process.terminate()
            time.sleep(rng.uniform(0, 0.1))
            host.kill()
            host.start()
        check_workload(host)


def test_a_worker_that_is_killed_fails_its_activities_and_nothing_else(tmp_path: Path) -> None:
    """An orchestration may fail for the activity it lost, and for no other reason."""
    rng = random.Random(SEED)
    with workshop(tmp_path) as host:
        begin_workload(host)
        for _ in range(KILLS):
            _kill_worker(host, rng.uniform(0.1, 0.4))
        for number in range(WORKLOAD):
            end = host.finished(f"m{number}")
            lost = "The worker process was killed by SIGKILL" in str(end["output"])
            assert end["output"] == RIGHT or (end["runtimeStatus"] == "Failed" and lost)
        for number in range(WORKLOAD):
            _worked_off(host, f"q{number}")


def _kill_worker(host: Host, after: float) -> None:
    """Kill the process that serves functions, some seconds into its life.

    Not at its very first moments each time: whatever is tried first would then be taken for the
    cause of three deaths in a row.
    """
    worker = eventually(lambda: a.json() if (a := host.http.get("/pid")).is_success else None)
    time.sleep(after)  # the point of the kill
    os.kill(worker, signal.SIGKILL)


def test_an_acknowledged_message_survives_a_kill(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        for number in range(50):
            text = base64.b64encode(f"kept-{number}".encode()).decode()
            assert host.put("done", text).status_code == 201
        host.kill()
        host.start()
        bodies = {f"kept-{number}" for number in range(50)}
        eventually(lambda: bodies <= {note["body"] for note in host.noted(queue="done")})


def test_an_acknowledged_start_and_event_survive_a_kill(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        host.begin("waits", "early")
        host.begin("waits", "late")
        assert host.event("early", "go", "kept").status_code == 202
        host.kill()
        host.start()
        assert host.finished("early")["output"] == "kept"
        host.event("late", "go", "heard")
        assert host.finished("late")["output"] == "heard"


def test_a_request_that_was_not_acknowledged_is_seen_to_fail(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        base = host.base
        host.kill()
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{base}/sync")
        host.start()
        assert host.http.get("/sync", params={"say": "back"}).text == "back"
