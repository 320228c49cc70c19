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
from pathlib import Path
from typing import Any

import aiohttp
import typer

ROOT = Path(__file__).parents[1]
WORKSHOP = ROOT / "tests" / "support" / "apps" / "workshop"
Figure = Callable[["Bench"], Awaitable[str]]


class Bench:
    """A running host and a session to talk to it."""

    def __init__(self, session: aiohttp.ClientSession, base: str, data: Path) -> None:
        self.session, self.base = session, base
        self.key = json.loads((data / "keys.json").read_text(encoding="ascii"))["durable"]
        self.queue_url = json.loads((data / "endpoints.json").read_text(encoding="ascii"))["queues"]

    async def start(self, name: str, given: Any = None) -> str:  # noqa: ANN401 - any JSON
        """Start an orchestration through the webhook; its id."""
        url = f"{self.base}/runtime/webhooks/durabletask/orchestrators/{name}?code={self.key}"
        # Python clients send their input as a JSON string that holds JSON.
        body = None if given is None else json.dumps(given)
        async with self.session.post(url, json=body) as answer:
            return str((await answer.json())["id"])

    async def finished(self, id_: str) -> None:
        """Wait until an instance has ended."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances/{id_}?code={self.key}"
        while True:
            async with self.session.get(url) as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.002)

    async def count_finished(self) -> int:
        """Count the instances that have ended."""
        url = f"{self.base}/runtime/webhooks/durabletask/instances"
        query = {"runtimeStatus": "Completed", "top": "100000", "code": self.key}
        async with self.session.get(url, params=query) as answer:
            return len(await answer.json())


async def fan_out(bench: Bench) -> str:
    """Run 1,000 activities at once."""
    began = time.perf_counter()
    await bench.finished(await bench.start("fan", 1000))
    return f"{1000 / (time.perf_counter() - began):,.0f} activities/s"


async def small_orchestrations(bench: Bench) -> str:
    """Run 200 orchestrations of one activity."""
    before = await bench.count_finished()
    began = time.perf_counter()
    await asyncio.gather(*(bench.start("single", n) for n in range(200)))
    while await bench.count_finished() < before + 200:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)
    return f"{200 / (time.perf_counter() - began):,.0f} orchestrations/s"


async def chain(bench: Bench) -> str:
    """Run five activities one after the other, 60 times."""
    times = []
    for _ in range(60):
        began = time.perf_counter()
        await bench.finished(await bench.start("chain", 5))
        times.append(1000 * (time.perf_counter() - began))
    return (
        f"p50 {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[18]:.1f} ms"
    )


async def queue(bench: Bench) -> str:
    """Send 10,000 messages over 16 connections, and work them off."""
    url = f"{bench.queue_url}/jobs/messages"
    text = base64.b64encode(b"plain").decode()
    body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()
    Path(os.environ["JOURNAL"]).write_text("", encoding="utf-8")  # noqa: ASYNC240 - a small file

    async def send(count: int) -> None:
        for _ in range(count):
            async with bench.session.post(url, data=body) as answer:
                await answer.read()

    began = time.perf_counter()
    await asyncio.gather(*(send(625) for _ in range(16)))
    sent = time.perf_counter()
    while _worked_off() < 10_000:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.05)
    ended = time.perf_counter()
    through, in_ = 10_000 / (ended - began), 10_000 / (sent - began)
    return f"{through:,.0f} messages/s end to end ({in_:,.0f} sent/s)"


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
    began = time.perf_counter()
    await asyncio.gather(*(call(250) for _ in range(16)))
    rate = 4000 / (time.perf_counter() - began)
    return f"p50 {alone:.2f} ms alone, {rate:,.0f} requests/s over 16 connections"


FIGURES: dict[str, Figure] = {
    "HTTP": http,
    "fan-out of 1,000": fan_out,
    "200 small orchestrations": small_orchestrations,
    "chain of five": chain,
    "10,000 queue messages": queue,
}


async def measure(folder: Path) -> None:
    """Start a host and print every figure."""
    os.environ |= {"JOURNAL": str(folder / "journal"), "NIGHTLY": "0 0 3 * * *"}
    os.environ |= {"HUB_NAME": "Bench", "JOBS_QUEUE": "jobs"}
    command = [sys.executable, "-m", "local.host", "start", "--port", "0"]
    command += ["--app", str(WORKSHOP), "--data", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        host = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=ROOT
        )
    base = await _ready(host.stdout)
    try:
        async with aiohttp.ClientSession() as session:
            bench = Bench(session, base, folder / "data")
            for name, figure in FIGURES.items():
                print(f"{name:26} {await figure(bench)}", flush=True)
    finally:
        host.terminate()
        await host.wait()


async def _ready(output: asyncio.StreamReader | None) -> str:
    if output is None:
        raise RuntimeError("the host has no output")
    async for line in output:
        if line.startswith(b"Host ready at "):
            return line.decode().split()[-1]
    raise RuntimeError("the host did not start")


def main() -> None:
    """Measure in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    typer.run(main)
