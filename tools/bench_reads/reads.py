"""How long clients wait for lists, over a socket."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from itertools import count

from tools.bench_reads.bare import bare_page
from tools.bench_reads.books import Books
from tools.bench_reads.figures import Figure, median, timed
from tools.bench_reads.service import Reader, Service
from tools.bench_reads.stores import Store

FEW, MANY = 9, 60
NEWEST = "-issueDate"
UNPAID = "amountDue>0&&status!=Paid"
ON_TOP_OF_SQL = 4.0
FIRST_TIME = {(100_000, True): 20.0, (100_000, False): 50.0}
FIRST_TIME |= {(1_000_000, True): 120.0, (1_000_000, False): 300.0}
UNPROMOTED = 400.0
MOST_MEMORY = 300.0
DEEP_OF_A_MILLION = 250.0

# Each asks for a total that nobody asked for before.
_amounts = (f"{cents / 1_000:.3f}" for cents in count(1))


def reads(store: Store, service: Service, books: Books, records: int) -> Iterator[Figure]:
    """Measure the lists of a filled store."""
    reader = Reader(service, books)
    first_time = FIRST_TIME.get((records, store.db.is_sqlite))
    bare = bare_page(store, books, MANY)
    yield Figure("unpaid, newest first: bare SQL", bare)
    cached = median(lambda: reader.list(query=UNPAID, orderBy=NEWEST), MANY)
    yield Figure("the same over HTTP, total known", cached, aim=bare + ON_TOP_OF_SQL)
    yield _anew("the same over HTTP, for the first time", _unpaid(reader), first_time)
    yield _anew("due before a day, dearest first", _due(reader), first_time)
    customer = median(lambda: reader.list(query="customerRef.id=customer-7"), MANY)
    yield Figure("of one customer", customer)
    yield from _deep(reader, records)
    yield from _unpromoted(reader, UNPROMOTED if records <= 100_000 else None)
    memory = service.most_memory
    yield Figure("most memory of the API's process", memory, "MB", MOST_MEMORY, over_runs=max)


def _anew(name: str, ask: Callable[[str], object], aim: float | None) -> Figure:
    ask(next(_amounts))
    times = [timed(lambda: ask(next(_amounts))) for _ in range(FEW)]
    return Figure(name, statistics.median(times), aim=aim)


def _unpaid(reader: Reader) -> Callable[[str], object]:
    return lambda amount: reader.list(query=f"amountDue>{amount}&&status!=Paid", orderBy=NEWEST)


def _due(reader: Reader) -> Callable[[str], object]:
    return lambda amount: reader.list(
        query=f"dueDate<2023-01-01&&totalAmount>{amount}", orderBy="-totalAmount"
    )


def _deep(reader: Reader, records: int) -> Iterator[Figure]:
    middle = records // 2 // 100
    for name, by in (("by id", "id"), ("newest first", NEWEST)):
        first = median(lambda by=by: reader.list(orderBy=by), MANY)  # type: ignore[misc]
        deep = median(lambda by=by: reader.list(orderBy=by, page=middle), FEW)  # type: ignore[misc]
        yield Figure(f"all, {name}: first page", first)
        aim = 3 * first if records <= 100_000 else DEEP_OF_A_MILLION
        yield Figure(f"all, {name}: page in the middle", deep, aim=aim)


def _unpromoted(reader: Reader, aim: float | None) -> Iterator[Figure]:
    yield _anew(
        "an unpromoted property: few match",
        lambda amount: reader.list(query=f"totalTaxAmount>1999{amount}"),
        aim,
    )
    yield _anew(
        "an unpromoted property: one in two matches, sorted by another",
        lambda amount: reader.list(query=f"totalTaxAmount>1000{amount}", orderBy="-subTotal"),
        aim,
    )
    yield _anew(
        "note contains, newest first",
        lambda amount: reader.list(query=f"note~freight&&totalAmount>{amount}", orderBy=NEWEST),
        aim,
    )
