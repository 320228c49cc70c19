"""What never returns is ended with its worker, and holds up nobody else for good."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosting import APPS, PATIENCE, Host, eventually, hosted
from tests.support.ordeal import begin

LONG = pytest.mark.long
TIMEOUT = "Timeout value of 0:00:01 was exceeded by function: "


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(APPS / "endless", tmp_path) as started:
        yield started


def ended(host: Host, name: str, id_: str, given: object = None) -> dict[str, Any]:
    begin(host, name, id_, given)
    return host.finished(id_)


@pytest.mark.parametrize(
    "name",
    ["waits", "spins", "holds", *(pytest.param(each, marks=LONG) for each in ("blocks", "sleeps"))],
)
def test_a_request_to_a_function_that_never_returns_is_answered(host: Host, name: str) -> None:
    assert host.http.get(f"/{name}").status_code == 502
    assert host.noted(began=name) == [{"began": name}]
    assert TIMEOUT + name in host.output
    assert host.http.get("/fine").text == "fine"


def test_a_message_whose_function_never_returns_goes_to_the_poison_queue(host: Host) -> None:
    assert host.put("endless", base64.b64encode(b"x").decode()).status_code == 201
    tries = eventually(lambda: notes if len(notes := host.noted(took="x")) == 2 else None)
    assert [note["tries"] for note in tries] == [1, 2]
    eventually(lambda: "Message" in host.output and "has failed for good" in host.output)
    assert ended(host, "chain", "after")["output"] == 5


def test_an_activity_that_never_returns_fails_for_its_orchestrator(host: Host) -> None:
    end = ended(host, "calls_hangs", "x")
    assert end["runtimeStatus"] == "Completed"
    assert str(end["output"]).startswith(f"Activity function 'hangs' failed: {TIMEOUT}hangs")
    assert host.noted(activity="hangs") == [{"activity": "hangs"}]


def test_an_orchestrator_that_loops_is_failed_and_the_others_go_on(host: Host) -> None:
    begin(host, "loops", "endless", None)
    for number in range(3):
        assert ended(host, "chain", f"c{number}")["output"] == 5
    end = host.finished("endless", seconds=2 * PATIENCE)
    why = "the worker process died 3 times while it ran; no more tries."
    failed = ("Failed", f"Orchestrator function 'loops' failed: {why}")
    assert (end["runtimeStatus"], end["output"]) == failed
    assert len(host.noted(orchestration="loops")) == 3


def test_orchestrators_that_begin_anew_for_ever_leave_room_for_the_others(host: Host) -> None:
    for number in range(3):
        begin(host, "renews", f"r{number}", None)
    for number in range(20):
        assert ended(host, "chain", f"c{number}")["output"] == 5
    assert [host.status(f"r{n}")["runtimeStatus"] for n in range(3)] == ["Running"] * 3
    assert all(host.status(f"r{n}")["customStatus"] > 20 for n in range(3))
    # The history of what has been left behind is not kept.
    told = host.durable("GET", "instances/r0", showHistory="true").json()
    assert len(told["historyEvents"]) < 10
    for number in range(3):
        assert host.durable("POST", f"instances/r{number}/terminate").status_code == 202
        assert host.finished(f"r{number}")["runtimeStatus"] == "Terminated"


@pytest.mark.long
def test_a_host_stops_though_a_function_holds_the_interpreter(tmp_path: Path) -> None:
    long = {"AzureFunctionsJobHost__functionTimeout": "00:05:00"}
    with hosted(APPS / "endless", tmp_path, environment=long) as host:
        assert host.put("endless", base64.b64encode(b"x").decode()).status_code == 201
        eventually(lambda: host.noted(took="x"))
        assert host.stop() == 0
        host.start()
        eventually(lambda: host.noted(took="x", tries=2))


def test_a_host_with_functions_that_never_return_stops_in_good_order(host: Host) -> None:
    """Within the time it gives them; what has not ended begins again at the next start."""
    begin(host, "calls_hangs", "x", None)
    eventually(lambda: host.noted(activity="hangs"))
    assert host.stop() == 0
    host.start()
    assert host.finished("x")["runtimeStatus"] == "Completed"
