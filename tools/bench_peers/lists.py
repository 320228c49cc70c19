"""What a sync of Xero reads, as its peers are told of it, and how many records each list gave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

from shared_code.fetch.paging import Dated, Each, ModifiedSince, SyncTokens, Whole
from shared_code.spec import Resource
from tools.bench_peers.schemas import schema_of
from tools.bench_peers.task import After, List
from tools.bench_sync import SOURCE, KeptPage

_SAMPLED = 20
"""Records of each page that a schema is made of."""
_JOURNALS = After("offset", "JournalNumber")


class CountsDifferError(Exception):
    """A peer did not read what the sync read."""


def lists(day: date) -> list[List]:
    """All lists of a sync on a day, but the reports on single contacts: good books need none."""
    return [
        found
        for resource in SOURCE.resources
        if not isinstance(resource.paging, Each)
        for found in _read(resource, day)
    ]


def _read(resource: Resource, day: date) -> Iterator[List]:
    name, path, collection = resource.name, resource.path, _collection(resource.path)
    match resource.paging:
        case ModifiedSince(params=params, page_size=size):
            yield List(name, path, collection, {**params}, size)
        case SyncTokens(size=size):
            yield List(name, path, collection, {}, size, _JOURNALS)
        case Whole(params=params):
            yield List(name, path, collection, {**params})
        case Dated(params=of_day):
            yield List(name, path, collection, {**of_day(day)})
        case other:
            raise LookupError(f"no peer is told how to read {name}: {type(other).__name__}")


def _collection(path: str) -> str:
    """Under which name an answer has its records; by the path, since a list may be read twice."""
    if "/Reports/" in path:
        return "Reports"
    last = path.rpartition("/")[2]
    return "Organisations" if last == "Organisation" else last


def counted(kept: Sequence[KeptPage]) -> dict[str, int]:
    """Records by list; one that came on two pages, as the last of a page may, counts once."""
    found: dict[str, set[int]] = {each.name: set() for each in SOURCE.resources}
    for page in kept:
        rows = json.loads(page.body)[_collection(page.resource.path)]
        found[page.resource.name] |= {hash(repr(row)) for row in rows}
    return {name: len(rows) for name, rows in found.items() if rows}


def with_schemas(asked: Sequence[List], kept: Sequence[KeptPage]) -> list[List]:
    """Add the schemas of their records, as the pages have them that a sync kept."""
    return [
        replace(each, schema=schema_of(chain.from_iterable(_sampled(each.name, kept))))
        for each in asked
    ]


def _sampled(name: str, kept: Sequence[KeptPage]) -> Iterator[list[dict[str, Any]]]:
    for page in kept:
        if page.resource.name == name:
            yield json.loads(page.body)[_collection(page.resource.path)][:_SAMPLED]


def check_counts(ours: Mapping[str, int], peer: str, theirs: Mapping[str, int]) -> None:
    """Raise `CountsDifferError` unless a peer read the same number of records of every list.

    Names are told apart by their letters: a peer may write them another way.
    """
    expected = {_letters(name): count for name, count in ours.items()}
    found = {_letters(name): count for name, count in theirs.items()}
    wrong = [
        f"{name}: {found.get(name, 0):,} instead of {expected.get(name, 0):,}"
        for name in sorted({*expected, *found})
        if found.get(name, 0) != expected.get(name, 0)
    ]
    if wrong:
        raise CountsDifferError(f"{peer} did not read what was synced: {'; '.join(wrong)}")


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
