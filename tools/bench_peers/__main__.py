"""The command line: `python -m tools.bench_peers [--invoices 100000] [--rounds 3]`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from local.stack.options import Options
from local.stack.running import Stack, running_stack
from tools.bench_peers.lists import check_counts, counted, lists, with_schemas
from tools.bench_peers.running import PEERS, Ran, run_peer
from tools.bench_peers.task import List
from tools.bench_sync import TIMEOUT, access, kept_pages, map_pages, sync_company, timed
from tools.memory import watched

Invoices = Annotated[int, typer.Option(min=100, help="Invoices and bills of the company.")]
Rounds = Annotated[int, typer.Option(min=1, help="How often each has a turn.")]

console = Console(highlight=False)


def main(invoices: Invoices = 100_000, rounds: Rounds = 3) -> None:
    """Sync with Causeway, then read the same lists with each peer, in turns.

    A machine's speed changes by a tenth from one minute to the next: who is faster is told by the
    medians of some rounds, each with a new store.
    """
    found = []
    for number in range(1, rounds + 1):
        console.print(f"Round {number} of {rounds}")
        found.append(list(_round(invoices)))
    console.print(_table(found))


def _round(invoices: int) -> Iterator[Ran]:
    with tempfile.TemporaryDirectory() as folder:
        options = Options(
            data=Path(folder) / "data",
            logs=Path(folder) / "logs",
            invoices=invoices,
            rate_limit=False,
        )
        with running_stack(options) as stack:
            for ran in _measured(stack, Path(folder)):
                console.print(f"  {ran.seconds:6.1f} s  {ran.name}")
                yield ran


def _measured(stack: Stack, folder: Path) -> Iterator[Ran]:
    url, asked = stack.simulators["xero"].url, lists(datetime.now(UTC).date())
    _wake(url, asked)
    with console.status("Causeway syncs ..."):
        with watched(stack.children["host"].pid) as memory:
            seconds = timed(lambda: sync_company(stack))
        kept = kept_pages(stack.options.data / "blobs")
        ours, asked = counted(kept), with_schemas(asked, kept)
    yield Ran("Causeway", ours, seconds, memory.most)
    with console.status("Causeway maps ..."):
        seconds = timed(lambda: map_pages(kept))
    yield Ran("its mapping alone", ours, seconds)
    for peer in PEERS:
        out = folder / peer.name
        out.mkdir()
        task = peer.task(url, access(url), asked, out)
        with console.status(f"{peer.name} reads ..."):
            ran = run_peer(peer, task, out)
        check_counts(ours, peer.name, ran.by_list)
        yield ran


def _wake(url: str, asked: Sequence[List]) -> None:
    """Ask once for each list: what the simulator makes once, a ledger say, counts for nobody."""
    with httpx.Client(base_url=url, headers=access(url), timeout=TIMEOUT) as client:
        for each in asked:
            client.get(each.path, params=each.params).raise_for_status()


def _table(rounds: Sequence[Sequence[Ran]]) -> Table:
    """A line for each of those who had turns: their medians, and the most memory."""
    table = Table("", "records", "seconds", "from", "to", "records/s", "MB")
    for column in table.columns[1:]:
        column.justify = "right"
    for turns in zip(*rounds, strict=True):
        seconds = sorted(each.seconds for each in turns)
        records, middle = median(each.records for each in turns), median(seconds)
        memory = [each.memory for each in turns if each.memory]
        table.add_row(
            turns[0].name,
            f"{records:,.0f}",
            *(f"{each:,.1f}" for each in (middle, seconds[0], seconds[-1])),
            f"{records / middle:,.0f}",
            f"{max(memory):,.0f}" if memory else "",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
