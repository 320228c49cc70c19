"""Run a peer in its own interpreter, and count what it wrote."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.bench_peers.task import List, Task
from tools.memory import watched

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".local" / "peers" / "bin" / "python"
PLAIN = {
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}
"""Nobody is told of the run, and lines can be counted."""

_STREAM = re.compile(rb'"stream":"(\w+)"')


@dataclass(frozen=True, slots=True)
class Ran:
    """What was read and how long it took; the most memory of all its processes is in MB."""

    name: str
    by_list: Mapping[str, int]
    seconds: float
    memory: float | None = None

    @property
    def records(self) -> int:
        """Those of all lists."""
        return sum(self.by_list.values())


@dataclass(frozen=True, slots=True)
class Peer:
    """An extractor: its script here, and how its records are found, each as its list's name."""

    name: str
    script: str
    written: Callable[[Path], Iterator[str]]
    has_schemas: bool = True
    """Whether it is told what the lists hold, as whoever writes for it declares it."""

    def task(self, url: str, headers: dict[str, str], asked: Sequence[List], out: Path) -> Task:
        """Say what it has to read, and where it may write."""
        told = asked if self.has_schemas else [replace(each, schema={}) for each in asked]
        return Task(url, headers, [*told], str(out))


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
        watched(process.pid) as memory,
    ):
        process.wait()
    seconds = time.perf_counter() - began
    if process.returncode:
        said = [(out / name).read_text()[-2_000:] for name in ("stdout", "stderr")]
        raise RuntimeError(f"{peer.name} failed: {said}")
    return Ran(peer.name, Counter(peer.written(out)), seconds, memory.most)


def _messages(out: Path) -> Iterator[str]:
    with (out / "stdout").open("rb") as output:
        for line in output:
            head = line[:200]
            if b'"type":"RECORD"' in head and (found := _STREAM.search(head)):
                yield found[1].decode()


def _tables(out: Path) -> Iterator[str]:
    for file in sorted((out / "xero").rglob("*.jsonl")):
        if not file.parent.name.startswith("_dlt"):
            with file.open("rb") as lines:
                yield from (file.parent.name for _ in lines)


PEERS = (
    Peer("dlt", "dlt_peer.py", _tables),
    Peer("airbyte-cdk", "airbyte_peer.py", _messages),
    Peer("singer-sdk", "singer_peer.py", _messages),
    Peer("singer-sdk, no schemas", "singer_peer.py", _messages, has_schemas=False),
)
