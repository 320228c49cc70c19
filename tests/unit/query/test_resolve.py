"""Promises of looking up properties and typing values, and of what comparing means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from shared_code.errors import Reject
from shared_code.model import Kind, Property, PropertyIndex, index_of
from shared_code.model.accounting.invoice import Invoice
from shared_code.query import (
    Columns,
    Condition,
    Operator,
    compile_order,
    evaluate,
    parse,
    resolve,
    resolve_order,
)
from shared_code.query.resolve import Value
from tests.unit.query import differential as d


def typed(text: str) -> Value:
    found = resolve(parse(text), d.SCHEMA)
    assert isinstance(found, Condition)
    return found.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name = True", "True"),
        ("name = 5", "5"),
        ("total > 12.50", Decimal("12.50")),
        ("total > -1e3", Decimal(-1000)),
        ("metadata.isDeleted != TRUE", True),
        ("dueDate > 2021-01-28", datetime(2021, 1, 28, tzinfo=UTC)),
        ("dueDate > 2021-01-28T10:00:00", datetime(2021, 1, 28, 10, tzinfo=UTC)),
        ("dueDate > 2021-01-28T10:00:00Z", datetime(2021, 1, 28, 10, tzinfo=UTC)),
        ("dueDate > 2021-01-28T10:00:00.1234567Z", datetime(2021, 1, 28, 10, 0, 0, 123456, UTC)),
        ("dueDate > 2021-01-28T10:00:00+02:00", datetime(2021, 1, 28, 8, tzinfo=UTC)),
        ("dueDate > 2021-01-28T10:00:00 02:00", datetime(2021, 1, 28, 8, tzinfo=UTC)),
        ("total = null", None),
        ("name ~ null", "null"),
        ("name != NULL", None),
    ],
)
def test_a_value_is_read_as_its_propertys_kind(text: str, value: Value) -> None:
    assert typed(text) == value


def test_a_property_is_found_in_any_case() -> None:
    found = resolve(parse("CUSTOMERREF.id = 5"), index_of(Invoice))
    assert found == Condition(Property("customerRef.id", Kind.TEXT), Operator.EQUAL, "5")


@pytest.mark.parametrize("path", ["lineItems.unitAmount", "colour", "customerRef", "drop table"])
def test_an_unknown_property_is_named_with_those_that_exist(path: str) -> None:
    with pytest.raises(Reject) as caught:
        resolve(parse(f"{path} = 5"), index_of(Invoice))
    message = caught.value.public
    assert message.startswith(f"Error parsing query - Could not resolve property {path} on Invoice")
    assert "amountDue, currency, currencyRate, customerRef.companyName" in message


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("name > a", "= != ~"),
        ("total ~ 5", "= != < <= > >="),
        ("dueDate ~ 2021", "= != < <= > >="),
        ("metadata.isDeleted > true", "= !="),
    ],
)
def test_an_operator_that_does_not_fit_is_told_which_do(text: str, allowed: str) -> None:
    with pytest.raises(Reject, match="Malformed query") as caught:
        resolve(parse(text), d.SCHEMA)
    assert caught.value.public.endswith(f"allowed: {allowed}.")


@pytest.mark.parametrize(
    "text",
    [
        "total > abc",
        "total > NaN",
        "total > null",
        "total > Infinity",
        "total > 1e999",
        "total > 1,000",
        "total > \u0661",
        "dueDate > yesterday",
        "dueDate > 2021-02-30",
        "dueDate > 9999-12-31T23:59:59-10:00",
        "metadata.isDeleted = 1",
    ],
)
def test_a_value_of_another_kind_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Reject, match=r"At character 1: .* which is not (a|true)"):
        resolve(parse(text), d.SCHEMA)


THINGS: list[dict[str, Any]] = [
    {"id": "a-1", "name": "Tea", "total": Decimal("0.30"), "dueDate": "2021-01-28T00:00:00"},
    {"id": "A-2", "name": "tea cake", "total": Decimal("0.10"), "parts": [{"status": "Linked"}]},
    {"id": "x", "parts": [{"status": "Linked"}, {"status": "Unlinked"}]},
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {0, 1, 2}),
        ("name = TEA", {0}),
        ("name ~ EA", {0, 1}),
        ("name != tea", {1, 2}),
        ("name = null", {2}),
        ("name != null", {0, 1}),
        ("id = A-1", {0}),
        ("id = a-2", {1}),
        ("id != A-1", {1, 2}),
        ("total = 0.3", {0}),
        ("total != 0.3", {1, 2}),
        ("total > 0.1", {0}),
        ("total >= 0.10", {0, 1}),
        ("total < 1e30", {0, 1}),
        ("total > -1e30", {0, 1}),
        ("dueDate = 2021-01-28T01:00:00+01:00", {0}),
        ("dueDate != 2021-01-28", {1, 2}),
        ("parts.status = linked", {1, 2}),
        ("parts.status != linked", {0}),
        ("parts.status != linked && parts.status != unlinked", {0}),
        ("parts.status = null", {0}),
        ("parts.status ~ un", {2}),
        ("name = tea || parts.status = unlinked && id = x", {0, 2}),
        ("{name = tea || parts.status = unlinked} && id = x", {2}),
    ],
)
@pytest.mark.parametrize("columns", [d.in_document, d.promoted])
def test_comparing_means_what_the_language_says(
    engine: Engine, query: str, found: set[int], columns: Columns
) -> None:
    with engine.connect() as connection:
        d.keep(connection, THINGS)
        assert d.found_in_store(connection, query, columns) == found
    assert d.found_in_memory(THINGS, query) == found


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("name", [0, 1, 2]),
        ("-name", [2, 1, 0]),
        ("total", [1, 0, 2]),
        ("-total", [2, 0, 1]),
        ("-DUEDATE", [1, 2, 0]),
    ],
)
@pytest.mark.parametrize("columns", [d.in_document, d.promoted])
def test_missing_values_come_last_and_first_when_descending(
    engine: Engine, order: str, rows: Sequence[int], columns: Columns
) -> None:
    key = compile_order(resolve_order(order, d.SCHEMA), columns)
    with engine.connect() as connection:
        d.keep(connection, THINGS)
        statement = select(d.THINGS.c.row).order_by(key, d.THINGS.c.row)
        assert list(connection.scalars(statement)) == rows


@pytest.mark.parametrize("columns", [d.in_document, d.promoted])
def test_numbers_are_sorted_by_size_also_where_a_column_cannot_hold_them(
    engine: Engine, columns: Columns
) -> None:
    totals = ["0.00005", "922337203685478", "-922337203685478", "7", "0.0001", "900000000000000"]
    key = compile_order(resolve_order("total", d.SCHEMA), columns)
    with engine.connect() as connection:
        d.keep(connection, [{"total": Decimal(each)} for each in totals])
        found = [totals[row] for row in connection.scalars(select(d.THINGS.c.row).order_by(key))]
    assert found == sorted(totals, key=Decimal)


def test_a_list_cannot_be_sorted_by_a_property_with_many_values() -> None:
    with pytest.raises(Reject, match="many values"):
        resolve_order("parts.status", d.SCHEMA)


def test_a_resource_may_have_properties_of_its_own_making() -> None:
    class Tags(PropertyIndex):
        def find(self, path: str) -> Property | None:
            return Property(path, Kind.TEXT)

    query = resolve(parse("region = UK && owning team != x"), Tags("Tags", []))
    assert evaluate(query, {"region": "uk"})
    assert not evaluate(query, {"region": "uk", "owning team": "X"})
