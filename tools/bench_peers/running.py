"""Run a peer in its own interpreter, and count what it wrote."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.bench_peers.task import MEMORY, Task

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".local" / "peers" / "bin" / "python"
PLAIN = {
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}
"""Nobody is told of the run, and lines can be counted."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What was read and how long it took; the most memory of one process is in MB."""

    name: str
    records: int
    seconds: float
    memory: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """An extractor: its script here, and how the records that it wrote are told apart."""

    name: str
    script: str
    written: Callable[[Path], Iterator[bytes]]


def run_peer(peer: Peer, task: Task, out: Path) -> Ran:
    """Run it to its end; raises for one that fails."""
    file = out / "task.json"
    task.write(file)
    began = time.perf_counter()
    with (
        (out / "stdout").open("wb") as output,
        (out / "stderr").open("wb") as errors,
        subprocess.Popen(
            [PYTHON, HERE / "peers" / peer.script, file],
            stdout=output,
            stderr=errors,
            cwd=out,
            env={**os.environ, **PLAIN, "PYTHONPATH": str(ROOT)},
        ) as process,
    ):
        process.wait()
    seconds = time.perf_counter() - began
    if process.returncode:
        said = [(out / name).read_text()[-2_000:] for name in ("stdout", "stderr")]
        raise RuntimeError(f"{peer.name} failed: {said}")
    records = sum(1 for _ in peer.written(out))
    return Ran(peer.name, records, seconds, float((out / MEMORY).read_text()))


def _messages(mark: bytes) -> Callable[[Path], Iterator[bytes]]:
    def lines(out: Path) -> Iterator[bytes]:
        with (out / "stdout").open("rb") as output:
            yield from (line for line in output if mark in line[:200])

    return lines


def _tables(out: Path) -> Iterator[bytes]:
    for file in sorted((out / "xero").rglob("*.jsonl")):
        if not file.parent.name.startswith("_dlt"):
            with file.open("rb") as lines:
                yield from lines


PEERS = (
    Peer("dlt, to JSON lines", "dlt_peer.py", _tables),
    Peer("airbyte-cdk, to messages", "airbyte_peer.py", _messages(b'"type":"RECORD"')),
    Peer("singer-sdk, to messages", "singer_peer.py", _messages(b'"type":"RECORD"')),
)
