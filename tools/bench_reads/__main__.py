"""The command line: `python -m tools.bench_reads --records 1000000 --loads 1000000 --write`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared_code.mapping.collecting import collect_seldom
from shared_code.model import DATA_TYPES
from shared_code.ports.vault.file import FileVault
from tools.bench_reads.books import fill_other_types, invoices, open_books, request
from tools.bench_reads.contest import contest
from tools.bench_reads.figures import Figure, circumstances, insert, middle, table
from tools.bench_reads.reads import reads
from tools.bench_reads.service import Service, running_service
from tools.bench_reads.stores import Store, new_store
from tools.bench_reads.writes import changed, load, load_first

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
CHANGED = 1_000
LEAST_A_SECOND = {100_000: 10_000.0}
"""By how many records there are."""
MOST_OF_A_CHANGE = 300.0
COLUMNS = (
    TextColumn("{task.description:<36}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)

Records = Annotated[int, typer.Option(min=1_000, help="How many invoices.")]
Stores = Annotated[list[str], typer.Option("--store", help="sqlite or postgresql.")]
Runs = Annotated[int, typer.Option(min=1, help="How often each is done; the medians count.")]
Loads = Annotated[int, typer.Option(help="How many invoices are loaded while others read.")]
Write = Annotated[bool, typer.Option(help="Put the table into docs/performance.md.")]

console = Console(highlight=False, soft_wrap=True)


def main(
    records: Records = 100_000,
    stores: Stores = ["sqlite", "postgresql"],  # noqa: B006 - typer reads it, nothing changes it
    *,
    runs: Runs = 5,
    loads: Loads = 0,
    write: Write = False,
) -> None:
    """Measure, print the tables, and keep them if asked."""
    # As every connector's worker does.
    collect_seldom()
    found, heard, versions = {}, {}, []
    with Progress(*COLUMNS, console=console) as progress:
        for kind in stores:
            with new_store(kind) as store:
                bench = Bench(store, records, progress)
                found[store.name] = list(bench.figures(runs))
                heard[store.name] = list(bench.contest(loads, runs)) if loads else []
                versions.append(store.version)
    _show(f"{records} records", found, versions, keep=write)
    if loads:
        _show("contest", heard, versions, keep=write)


def _show(
    name: str, found: Mapping[str, Sequence[Figure]], versions: Sequence[str], *, keep: bool
) -> None:
    text = f"{table(found)}\n\n{circumstances(versions)}."
    console.print(text, markup=False)
    if keep:
        insert(PAGE, name, text)


class Bench:
    """A store that is filled and asked."""

    def __init__(self, store: Store, records: int, progress: Progress) -> None:
        self.store, self.records, self.progress = store, records, progress
        self.books = open_books(store.db, FileVault(store.folder / "vault.json"))

    def figures(self, runs: int) -> Iterator[Figure]:
        """Fill the store and read it some times."""
        advance = self._shown("other types", len(DATA_TYPES))
        fill_other_types(self.store.db, self.books, lambda: advance(1))
        yield self._bulk_load()
        yield self._change()
        self.store.settle()
        advance = self._shown("reads", runs)
        read = []
        for _ in range(runs):
            with self._service() as service:
                read.append(list(reads(self.store, service, self.books, self.records)))
            advance(1)
        yield from middle(read)

    def contest(self, loads: int, runs: int) -> Iterator[Figure]:
        """Read while others write, each time into a larger store."""
        advance = self._shown("readers and writers", runs * loads)
        heard = []
        for _ in range(runs):
            self.store.settle()
            with self._service() as service:
                heard.append(list(contest(self.store, service, self.books, loads, advance)))
        yield from middle(heard)

    def _service(self) -> AbstractContextManager[Service]:
        return running_service(self.store.url, self.store.folder / "blobs")

    def _shown(self, what: str, total: int | None) -> Callable[[int], None]:
        task = self.progress.add_task(f"{self.store.name}: {what}", total=total)
        return lambda count: self.progress.advance(task, count)

    def _bulk_load(self) -> Figure:
        request(self.store.db, self.books.invoices)
        advance = self._shown("load", self.records)
        made = invoices(self.records)
        rate = self.records / load_first(self.store.db, self.books.invoices, made, advance)
        aim = LEAST_A_SECOND.get(self.records)
        return Figure("first sync", rate, "records/s", aim, more_is_better=True)

    def _change(self) -> Figure:
        some = list(islice(invoices(self.records), CHANGED))
        seconds = [
            load(self.store.db, self.books.invoices, list(changed(some, n))) for n in (1, 2, 3)
        ]
        taken = 1000 * statistics.median(seconds)
        return Figure("1,000 changed records, written and published", taken, aim=MOST_OF_A_CHANGE)


if __name__ == "__main__":
    typer.run(main)
