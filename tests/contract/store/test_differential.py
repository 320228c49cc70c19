"""Of every type, now and as of before, the store finds and sorts what plain Python does.

`DIFFERENTIAL_CASES` sets how many queries each store is asked.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_code.model import DATA_TYPES, DataType, decode, index_of
from shared_code.query import Filter, evaluate, parse, resolve, resolve_order
from shared_code.store.database import Database
from shared_code.store.records import Listing, Totals, as_of, count, get, read_page
from tests.contract.store.asking import Asked, in_order, queries
from tests.contract.store.history import History, with_a_past

CASES = int(os.environ.get("DIFFERENTIAL_CASES", "129"))

SETTINGS = settings(
    max_examples=-(-CASES // len(DATA_TYPES)),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def history(db: Database, data_type: DataType) -> History:
    return with_a_past(db, data_type)


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_every_query_order_and_page_of_every_generation_is_right(
    db: Database, data_type: DataType
) -> None:
    schema = index_of(DATA_TYPES[data_type].model)
    past = history(db, data_type)
    documents = [each for shown in past.generations for each in shown.values()]
    paths = st.sampled_from(schema.names)

    @SETTINGS
    @given(
        asked=st.none() | queries(schema, documents),
        by=st.none() | paths | paths.map("-{}".format),
        generation=st.integers(0, len(past.generations) - 1),
        page=st.sampled_from([(0, 100), (0, 3), (1, 4), (5, 5), (90, 10)]),
    )
    def ask(asked: Asked | None, by: str | None, generation: int, page: tuple[int, int]) -> None:
        shown = past.generations[generation]
        where = resolve(parse(asked.text), schema) if asked else None
        if asked:
            agree(where, asked, list(shown.values()))
        found = {key: each for key, each in shown.items() if not asked or asked.finds(each)}
        offset, limit = page
        listing = Listing(where, resolve_order(by, schema) if by else None, offset, limit)
        with db.read() as tx:
            snapshot = as_of(tx, past.dataset, past.moments[generation])
            assert snapshot is not None
            assert snapshot.count == len(shown)
            assert count(tx, snapshot, where, Totals()) == len(found)
            read = [decode(each) for each in read_page(tx, snapshot, listing)]
        assert read == in_order(found, schema, by)[offset : offset + limit]

    ask()


def agree(where: Filter | None, asked: Asked, documents: list[Any]) -> None:
    """The evaluator means what was asked."""
    assert where is not None
    for document in documents:
        assert evaluate(where, document) == asked.finds(document), document


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_every_record_of_every_generation_is_found_by_its_id(
    db: Database, data_type: DataType
) -> None:
    past = history(db, data_type)
    with db.read() as tx:
        for moment, shown in zip(past.moments, past.generations, strict=True):
            snapshot = as_of(tx, past.dataset, moment)
            assert snapshot is not None
            found = {key: get(tx, snapshot, key) for key in past.generations[-1]}
            assert {key: decode(each) for key, each in found.items() if each} == shown
