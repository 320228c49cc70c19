"""The command line: `python -m tools.bench_peers [--invoices 100000]`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
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

console = Console(highlight=False)


def main(invoices: Invoices = 100_000) -> None:
    """Sync once with Causeway, then read the same lists with each peer."""
    with tempfile.TemporaryDirectory() as folder:
        options = Options(
            data=Path(folder) / "data",
            logs=Path(folder) / "logs",
            invoices=invoices,
            rate_limit=False,
        )
        with running_stack(options) as stack:
            found = list(_measured(stack, Path(folder)))
    console.print(_table(found))


def _measured(stack: Stack, folder: Path) -> Iterator[Ran]:
    url, asked = stack.simulators["xero"].url, lists(datetime.now(UTC).date())
    _wake(url, asked)
    with console.status("Causeway syncs ..."):
        with watched(stack.children["host"].pid) as memory:
            seconds = timed(lambda: sync_company(stack))
        kept = kept_pages(stack.options.data / "blobs")
        ours, asked = counted(kept), with_schemas(asked, kept)
        yield Ran("Causeway, kept, mapped and versioned", ours, seconds, memory.most)
        yield Ran("its mapping alone", ours, timed(lambda: map_pages(kept)))
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


def _table(found: list[Ran]) -> Table:
    table = Table("", "records", "seconds", "records/s", "most memory, MB")
    for column in table.columns[1:]:
        column.justify = "right"
    for each in found:
        memory = f"{each.memory:,.0f}" if each.memory else ""
        rate = f"{each.records / each.seconds:,.0f}"
        table.add_row(each.name, f"{each.records:,}", f"{each.seconds:,.1f}", rate, memory)
    return table


if __name__ == "__main__":
    typer.run(main)
