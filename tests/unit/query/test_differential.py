"""SQL and the in-memory evaluator mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shared_code.query import Columns
from tests.unit.query import differential as d


@settings(max_examples=300, deadline=None)
@given(records=d.RECORDS, queries=st.lists(d.QUERIES, min_size=1, max_size=5))
def test_sql_finds_what_the_evaluator_finds(
    engine: Engine, records: list[dict[str, Any]], queries: list[str]
) -> None:
    with engine.connect() as connection:
        d.keep(connection, records)
        for query in queries:
            expected = d.found_in_memory(records, query)
            assert d.found_in_store(connection, query, d.in_document) == expected, query
            assert d.found_in_store(connection, query, d.promoted) == expected, query


_ATTACKS = [
    "' OR 1=1 --",
    "'; DROP TABLE things; --",
    '" OR ""="',
    "x' UNION SELECT 1,2,3 --",
    "%",
    "_",
    "\\",
    "/%",
    "$$; SELECT pg_sleep(9)",
    ":name",
    "?",
    "%(name)s",
    "x\u2028y",
    "\u202eevil",
    "😀'",
]


@pytest.mark.parametrize("columns", [d.in_document, d.promoted])
@pytest.mark.parametrize("operator", ["=", "!=", "~"])
@pytest.mark.parametrize("path", ["id", "name", "owner.name", "parts.status"])
@pytest.mark.parametrize("attack", _ATTACKS)
def test_hostile_text_is_only_ever_a_value(
    engine: Engine, attack: str, path: str, operator: str, columns: Columns
) -> None:
    records = [
        {"id": "1", "name": "plain", "owner": {"name": "plain"}, "parts": [{"status": "Linked"}]},
        {"id": attack, "name": attack, "owner": {"name": attack}, "parts": [{"status": attack}]},
    ]
    with engine.connect() as connection:
        d.keep(connection, records)
        found = d.found_in_store(connection, f"{path} {operator} {attack}", columns)
    assert found == ({0} if operator == "!=" else {1})
