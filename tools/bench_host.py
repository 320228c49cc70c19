"""Measure the embedded host on this machine: `python -m tools.bench_host`.

Starts a host on a fresh data folder with the workshop app of the tests, drives it over HTTP and
prints one line a figure. Nothing here asserts; machines differ.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer

ROOT = Path(__file__).parents[1]
WORKSHOP = ROOT / "tests" / "support" / "apps" / "workshop"
MANY = 10_000
Figure = Callable[["Bench"], Awaitable[str]]
RUNS = 3


class Bench:
    """A host of its own process, and a session to talk to it."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path) -> None:
        self.session, self.folder, self.data = session, folder, folder / "data"
        self.base = self.key = self.queue_url = ""

    async def launch(self) -> None:
        """Start the host; return when it is ready."""
        command = [sys.executable, "-m", "local.host", "start", "--port", "0"]
        command += ["--app", str(WORKSHOP), "--data", str(self.data)]
        with (self.folder / "log").open("ab") as log:
            self.host = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=ROOT
            )
        self.base = await _ready(self.host.stdout)
        self.key = self._told("keys")["durable"]
        self.queue_url = self._told("endpoints")["queues"]

    async def end(self) -> None:
        """Stop the host in good order."""
        self.host.terminate()
        await self.host.wait()

    def _told(self, name: str) -> dict[str, str]:
        text = (self.data / f"{name}.json").read_text(encoding="ascii")
        told: dict[str, str] = json.loads(text)
        return told

    async def start(self, name: str, given: Any = None, id_: str = "") -> str:  # noqa: ANN401 - any JSON
        """Start an orchestration through the webhook; its id."""
        url = f"{self.base}/runtime/webhooks/durabletask/orchestrators/{name}/{id_}"
        # Python clients send their input as a JSON string that holds JSON.
        body = None if given is None else json.dumps(given)
        async with self.session.post(url, params={"code": self.key}, json=body) as answer:
            return str((await answer.json())["id"])

    async def start_many(self, name: str, count: int) -> None:
        """Start instances with the ids `{name}-{n}`, over 16 connections."""
        numbers = iter(range(count))

        async def some() -> None:
            for number in numbers:
                await self.start(name, number, f"{name}-{number}")

        await asyncio.gather(*(some() for _ in range(16)))

    async def event(self, id_: str) -> None:
        """Raise the event that `waits` waits for."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances/{id_}/raiseEvent/go"
        async with self.session.post(url, params={"code": self.key}, json=1) as answer:
            answer.raise_for_status()

    async def finished(self, id_: str) -> None:
        """Wait until an instance has ended."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances/{id_}?code={self.key}"
        while True:
            async with self.session.get(url) as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.002)

    async def took(self, id_: str) -> float:
        """Tell how long an instance took by its history, in ms."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances/{id_}"
        query = {"showHistory": "true", "code": self.key}
        async with self.session.get(url, params=query) as answer:
            events = (await answer.json())["historyEvents"]
        first, last = (datetime.fromisoformat(events[n]["Timestamp"]) for n in (0, -1))
        return (last - first).total_seconds() * 1000

    async def count(self, status: str) -> int:
        """Count the instances in a state."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances"
        query = {"runtimeStatus": status, "top": "100000", "code": self.key}
        async with self.session.get(url, params=query) as answer:
            return len(await answer.json())

    async def until(self, status: str, count: int) -> None:
        """Wait until so many instances are in a state."""
        while await self.count(status) < count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02 if count < 1000 else 0.5)


async def median(once: Callable[[], Awaitable[float]]) -> float:
    """Do it several times, and give the median of what it comes to."""
    return statistics.median([await once() for _ in range(RUNS)])


async def fan_out(bench: Bench) -> str:
    """Run 1,000 activities at once."""

    async def once() -> float:
        began = time.perf_counter()
        await bench.finished(await bench.start("fan", 1000))
        return 1000 / (time.perf_counter() - began)

    return f"{await median(once):,.0f} activities/s"


async def small_orchestrations(bench: Bench) -> str:
    """Run 200 orchestrations of one activity."""

    async def once() -> float:
        before = await bench.count("Completed")
        began = time.perf_counter()
        await asyncio.gather(*(bench.start("single", n) for n in range(200)))
        await bench.until("Completed", before + 200)
        return 200 / (time.perf_counter() - began)

    return f"{await median(once):,.0f} orchestrations/s"


async def chain(bench: Bench) -> str:
    """Run five activities one after the other, 60 times."""
    seen, took = [], []
    for _ in range(60):
        began = time.perf_counter()
        id_ = await bench.start("chain", 5)
        await bench.finished(id_)
        seen.append(1000 * (time.perf_counter() - began))
        took.append(await bench.took(id_))
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[18]
    return (
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms by their histories; "
        f"p50 {statistics.median(seen):.1f} ms for a client that starts one, and asks every 2 ms"
    )


async def queue(bench: Bench) -> str:
    """Send 10,000 messages over 16 connections, and work them off."""
    url = f"{bench.queue_url}/jobs/messages"
    text = base64.b64encode(b"plain").decode()
    body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()
    journal = Path(os.environ["JOURNAL"])

    async def send(count: int) -> None:
        for _ in range(count):
            async with bench.session.post(url, data=body) as answer:
                await answer.read()

    async def once() -> float:
        journal.write_text("", encoding="utf-8")  # noqa: ASYNC240 - a small file
        began = time.perf_counter()
        await asyncio.gather(*(send(625) for _ in range(16)))
        while _worked_off() < 10_000:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        return 10_000 / (time.perf_counter() - began)

    return f"{await median(once):,.0f} messages/s, sent and worked off"


def _worked_off() -> int:
    return Path(os.environ["JOURNAL"]).read_text(encoding="utf-8").count('"jobs"')


async def http(bench: Bench) -> str:
    """Call an async function: alone, then over 16 connections."""
    url = f"{bench.base}/echo/word"

    async def call(count: int) -> list[float]:
        times = []
        for _ in range(count):
            began = time.perf_counter()
            async with bench.session.get(url) as answer:
                await answer.read()
            times.append(1000 * (time.perf_counter() - began))
        return times

    await call(50)
    alone = statistics.median(await call(500))

    async def once() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(call(250) for _ in range(16)))
        return 4000 / (time.perf_counter() - began)

    return f"p50 {alone:.2f} ms alone, {await median(once):,.0f} requests/s over 16 connections"


async def restart(bench: Bench) -> str:
    """Stop with 10,000 instances that wait, start, and have one of them answer an event."""
    await bench.start_many("waits", MANY)
    await bench.until("Running", MANY)
    await bench.end()
    began = time.perf_counter()
    await bench.launch()
    ready = time.perf_counter() - began
    await bench.event(f"waits-{MANY - 1}")
    await bench.finished(f"waits-{MANY - 1}")
    return (
        f"ready after {ready:.1f} s, an instance answers after {time.perf_counter() - began:.1f} s"
    )


async def memory(bench: Bench) -> str:
    """Have 10,000 instances finish."""
    before = await bench.count("Completed")
    await bench.start_many("single", MANY)
    await bench.until("Completed", before + MANY)
    async with bench.session.get(f"{bench.base}/pid") as answer:
        worker = int(await answer.text())
    host, worker = _resident(bench.host.pid), _resident(worker)
    return f"{host + worker} MB resident (supervisor {host}, worker {worker})"


async def purge(bench: Bench) -> str:
    """Delete all that has finished."""
    url = f"{bench.base}/runtime/webhooks/durabletask/instances"
    query = {"createdTimeFrom": "2000-01-01T00:00:00Z", "code": bench.key}
    before, began = _size(bench.data), time.perf_counter()
    async with bench.session.delete(url, params=query) as answer:
        deleted = (await answer.json())["instancesDeleted"]
    took = time.perf_counter() - began
    await bench.end()
    await bench.launch()
    after = _size(bench.data)
    return f"{deleted:,} in {took:.1f} s; the file had {before} MB, after a restart {after} MB"


def _resident(pid: int) -> int:
    """Tell the memory of a process in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def _size(data: Path) -> int:
    """Tell how large the journal is, in MB."""
    return sum(file.stat().st_size for file in data.glob("host.db*")) // 1_000_000


FIGURES: dict[str, Figure] = {
    "HTTP": http,
    "fan-out of 1,000": fan_out,
    "200 small orchestrations": small_orchestrations,
    "chain of five": chain,
    "10,000 queue messages": queue,
    "10,000 instances finished": memory,
    "10,000 instances purged": purge,
    "10,000 instances waiting": restart,
}


async def measure(folder: Path, wanted: str) -> None:
    """Start a host and print every figure whose name holds a text."""
    os.environ |= {"JOURNAL": str(folder / "journal"), "NIGHTLY": "0 0 3 * * *"}
    os.environ |= {"HUB_NAME": "Bench", "JOBS_QUEUE": "jobs"}
    async with aiohttp.ClientSession() as session:
        bench = Bench(session, folder)
        await bench.launch()
        try:
            for name, figure in FIGURES.items():
                if wanted in name:
                    print(f"{name:26} {await figure(bench)}", flush=True)
        finally:
            await bench.end()


async def _ready(output: asyncio.StreamReader | None) -> str:
    if output is None:
        raise RuntimeError("the host has no output")
    async for line in output:
        if line.startswith(b"Host ready at "):
            return line.decode().split()[-1]
    raise RuntimeError("the host did not start")


def main(only: Annotated[str, typer.Option(help="Part of a figure's name.")] = "") -> None:
    """Measure in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), only))


if __name__ == "__main__":
    typer.run(main)
