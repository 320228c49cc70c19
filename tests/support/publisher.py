"""A process that publishes generation after generation until it is killed.

Generation `n` holds `size_of(n)` invoices, and each says in its note that it is of generation `n`.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from sqlalchemy.exc import DBAPIError

from shared_code.model.accounting.invoice import Invoice
from shared_code.store.database import open_database
from shared_code.store.records import Dataset, publish, read_state
from tests.support.records import NOON, invoice, stage

PAGE = 8

# Forked from a process that has imported this module: started anew it would take a second each.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def size_of(generation: int) -> int:
    """How many invoices a generation holds: each has one more than the last."""
    return 3 * PAGE + generation


def invoices_of(generation: int) -> list[Invoice]:
    """What a generation holds."""
    return [invoice(f"{number}", note=f"{generation}") for number in range(size_of(generation))]


def run(url: str, dataset: Dataset, told: Connection) -> None:
    """Publish, and tell the number of each generation once it is committed."""
    db = open_database(url)
    try:
        while True:
            with db.read() as tx:
                generation = read_state(tx, dataset).generation + 1
            stage(db, dataset, invoices_of(generation), page=PAGE)
            with db.write() as tx:
                published = publish(tx, dataset, pull_id="pull", now=NOON)
            told.send(published.generation)
    except DBAPIError:
        # The server is gone.
        return


@contextmanager
def publisher(url: str, dataset: Dataset) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run the process; yields it, and what it tells. Killed at the end."""
    hearing, telling = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=run, args=(url, dataset, telling))
    process.start()
    telling.close()
    try:
        yield process, hearing
    finally:
        process.kill()
        process.join()
        hearing.close()


def last_told(hearing: Connection) -> int:
    """The newest generation that the process told of before it ended; 0 if none."""
    last = 0
    try:
        while hearing.poll():
            last = hearing.recv()
    except EOFError:
        pass
    return last
