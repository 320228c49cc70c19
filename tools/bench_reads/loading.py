"""The writer of the contest, a process of its own that is told how many records to load."""

from __future__ import annotations

import sys
import uuid

from shared_code.mapping.collecting import collect_seldom
from shared_code.model import DataType
from shared_code.store.records import Dataset
from shared_code.store.settings import open_store
from tools.bench_reads.books import invoices, request
from tools.bench_reads.writes import load


def main() -> None:
    """Load invoices into a data set of its own; prints how many, page by page."""
    # As a connector's worker does; else it may look for cycles while others wait for it.
    collect_seldom()
    db = open_store()
    dataset = Dataset(str(uuid.uuid4()), str(uuid.uuid4()), DataType.INVOICES, "xero")
    request(db, dataset)
    load(db, dataset, invoices(int(sys.argv[1])), lambda written: print(written, flush=True))
    db.close()


if __name__ == "__main__":
    main()
