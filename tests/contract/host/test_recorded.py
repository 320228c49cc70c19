"""The embedded host behaves as Microsoft's own did when these cases were recorded.

`cases.json` says what was done, `recorded.json` what came of it, raw histories included. All cases
run at the same time, once on a host in its normal mode and once in strict replay.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.hosting import APPS, DONE, hosted

HERE = Path(__file__).parent
CASES: dict[str, Any] = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
RECORDED: dict[str, Any] = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))
GUID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
EPISODE_MARKS = {"12", "13"}  # how many there are depends on what arrived together
KEPT = {
    "Name",
    "Input",
    "Result",
    "Reason",
    "TaskScheduledId",
    "TimerId",
    "InstanceId",
    "ParentInstance",
    "Version",
}
# The real host leaves an instance that calls an unknown activity running for ever, without a word.
# Ours fails the call at once and says which activities there are.
DEVIATIONS = {("durable unknown_activity", field) for field in ("runtimeStatus", "history", "raw")}
Told = dict[str, Any]


class Driver:
    """Drives one host through the cases."""

    def __init__(self, base: str, episodes: Path) -> None:
        self._base, self._episodes = base, episodes
        self._http = httpx.Client(
            base_url=base, timeout=60, limits=httpx.Limits(max_connections=64)
        )

    def close(self) -> None:
        self._http.close()

    def plain(self, value: object) -> Any:  # noqa: ANN401 - any JSON
        """Take out what differs from run to run: guids, times, stack traces, the address."""
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if not isinstance(value, str):
            return value
        text = value.replace(self._base, "<host>")
        text = STAMP.sub("<time>", GUID.sub("<guid>", text))
        return re.split(r"\r?\n|\\n", text, maxsplit=1)[0][:200]

    def orchestration(self, case: dict[str, Any]) -> Told:
        id_ = case["case"]
        body = {"json": case["input"]} if "input" in case else {}
        answer = self._http.post(f"/api/start/{case['run']}/{id_}", **body)
        links = answer.json()
        told: Told = {"start": [answer.status_code, answer.headers.get("Retry-After")]}
        told["links"] = sorted(links)
        time.sleep(1)  # what the recording did: the first episode is over before the first step
        told["steps"] = [self.step(id_, links, step) for step in case.get("steps", [])]
        end = self.finished(links["statusQueryGetUri"], case.get("give_up_after", 45))
        for field in ("name", "runtimeStatus", "input", "output", "customStatus"):
            told[field] = self.plain(end.get(field))
        if "longer_than" in case:
            told["longer"] = lasted(end) >= case["longer_than"]
        told["history"] = self.history(links["statusQueryGetUri"])
        told["raw"] = self.raw(id_)
        if case.get("unordered"):
            told["history"] = sorted(told["history"], key=json.dumps)
            raw = [row for row in told["raw"] or () if row["type"] not in EPISODE_MARKS]
            told["raw"] = sorted(raw, key=json.dumps)
        return told

    def step(self, id_: str, links: dict[str, str], what: list[Any]) -> list[Any]:
        answer: Any = None
        match what:
            case ["web", name, data]:
                url = links["sendEventPostUri"].replace("{eventName}", name)
                answer = self._http.post(url, json=data).status_code
            case ["client", name, data]:
                answer = self._http.post(f"/api/raise/{id_}/{name}", json=data).status_code
            case ["call", verb]:
                answer = self.plain(self._http.post(f"/api/call/{id_}/{verb}").text)
            case ["pause", seconds]:
                time.sleep(seconds)
            case _:
                answer = self.finished(links["statusQueryGetUri"], 30).get("runtimeStatus")
        time.sleep(0.5)  # as in the recording: each step meets an instance at rest
        return [what[0], what[1] if len(what) > 1 else None, answer]

    def finished(self, link: str, seconds: float) -> Told:
        until = time.monotonic() + seconds
        document: Told = {}
        while time.monotonic() < until:
            answer = self._http.get(link)
            document = answer.json() if answer.content else {}
            if document.get("runtimeStatus") in DONE or answer.status_code == 404:
                break
            time.sleep(0.1)
        return document

    def history(self, link: str) -> list[Told]:
        answer = self._http.get(f"{link}&showHistory=true&showHistoryOutput=true")
        events = answer.json().get("historyEvents") if answer.content else None
        fields = ("EventType", "FunctionName", "Name", "Result", "OrchestrationStatus")
        return [
            {key: self.plain(event[key]) for key in fields if event.get(key) is not None}
            for event in events or []
        ]

    def raw(self, id_: str) -> list[Told] | None:
        """The history as the function was given it for its last episode."""
        file = self._episodes / f"{id_}.jsonl"
        if not file.exists():
            return None
        rows = []
        for event in json.loads(file.read_text(encoding="utf-8").splitlines()[-1]):
            row = {"type": event.get("_event_type"), "id": event.get("_event_id")}
            kept = {k: v for k, v in sorted(event.items()) if k in KEPT and v != "None"}
            rows.append(row | {key: self.plain(value) for key, value in kept.items()})
        return rows

    def request(self, request: list[str]) -> Told:
        method, path, *body = request
        answer = self._http.request(method, path, content=body[0] if body else None)
        told: Told = {"status": answer.status_code}
        told["function"] = answer.headers.get("x-function")
        told["twice"] = answer.headers.get("x-twice")
        told["type"] = answer.headers.get("content-type", "").split(";")[0] or None
        is_json = told["type"] == "application/json" and answer.text
        told["body"] = self.plain(answer.json()) if is_json else self.plain(answer.text)[:80]
        return told


def lasted(document: Told) -> float:
    """Seconds between the first and the last change of an instance, by the host's own clock."""
    first, last = (
        datetime.fromisoformat(document[key]) for key in ("createdTime", "lastUpdatedTime")
    )
    return (last - first).total_seconds()


@pytest.fixture(scope="module", params=[(), ("--strict-replay",)], ids=["normal", "strict"])
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """What the host did in every case."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "episodes").mkdir()
    environment = {"RECORD_DIR": str(folder / "episodes")}
    with hosted(APPS / "recorded", folder, *request.param, environment=environment) as host:
        driver = Driver(host.base, folder / "episodes")
        with ThreadPoolExecutor(len(CASES["durable"])) as pool:
            told = pool.map(driver.orchestration, CASES["durable"])
            cases = [f"durable {case['case']}" for case in CASES["durable"]]
            seen = dict(zip(cases, told, strict=True))
        seen |= {f"http {' '.join(r)}": driver.request(r) for r in CASES["http"]}
        driver.close()
        yield seen


@pytest.mark.parametrize("case", RECORDED)
def test_the_host_does_what_the_real_one_did(case: str, seen: Told) -> None:
    for field, recorded in RECORDED[case].items():
        if recorded is not None and (case, field) not in DEVIATIONS:
            assert seen[case][field] == recorded, field


def test_an_unknown_activity_fails_at_once_with_a_clear_message(seen: Told) -> None:
    assert seen["durable unknown_activity"]["runtimeStatus"] == "Failed"
    assert (
        "The function 'noSuchActivity' doesn't exist" in seen["durable unknown_activity"]["output"]
    )
