"""Promises of the query language's syntax."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.errors import Reject
from shared_code.query import Clause, Every, Operator, Some, parse, parse_order
from tests.unit.query.differential import QUERIES


def clause(path: str, operator: str, value: str, position: int = 1) -> Clause:
    return Clause(path, Operator(operator), value, position)


@pytest.mark.parametrize("operator", list(Operator))
@pytest.mark.parametrize("space", ["", " ", "  "])
def test_every_operator_is_read_with_and_without_spaces(operator: str, space: str) -> None:
    assert parse(f"total{space}{operator}{space}5") == clause("total", operator, "5")


def test_and_binds_tighter_than_or() -> None:
    assert parse("a=1||b=2&&c=3") == Some(
        (clause("a", "=", "1"), Every((clause("b", "=", "2", 6), clause("c", "=", "3", 11))))
    )


def test_braces_group() -> None:
    assert parse("{a=1||b=2}&&c=3") == Every(
        (Some((clause("a", "=", "1", 2), clause("b", "=", "2", 7))), clause("c", "=", "3", 13))
    )


@pytest.mark.parametrize(
    "value",
    [
        "Smith & Sons",
        "a|b",
        "x=y==",
        "two  spaces",
        "O'Brien",
        '"quoted"',
        "50%",
        "2021-01-28T10:00:00+01:00",
        "é😀",
        "-5",
        "&",
        "!",
    ],
)
def test_a_value_needs_no_quotes(value: str) -> None:
    assert parse(f" name = {value} ") == clause("name", "=", value, 2)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("id%3D5", clause("id", "=", "5")),
        ("status%21%3Dpaid", clause("status", "!=", "paid")),
        ("name+%3D+Smith+Ltd", clause("name", "=", "Smith Ltd")),
    ],
)
def test_text_encoded_once_too_often_is_understood(sent: str, meant: Clause) -> None:
    assert parse(sent) == meant


def test_a_value_that_looks_encoded_stays_as_it_is() -> None:
    assert parse("name=100%25 wool") == clause("name", "=", "100%25 wool")


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_a_blank_query_asks_for_everything(blank: str) -> None:
    assert parse(blank) == Every(())


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("total", 6, "an operator"),
        ("total >", 8, "a value"),
        ("total > && a=1", 9, "a value"),
        ("total == 5", 8, "a value"),
        ("total => 5", 8, "a value"),
        ("= 5", 1, "a property"),
        ("a=1 &&", 7, "a property or {"),
        ("a=1 || && b=2", 8, "a property or {"),
        ("{a=1", 5, "}"),
        ("a=1}", 4, "the end"),
        ("{}", 2, "a property or {"),
        ("!a=1", 1, "a property"),
        ("a=1 {b=2}", 5, "&&"),
    ],
)
def test_a_malformed_query_is_told_where_and_what_was_expected(
    text: str, where: int, expected: str
) -> None:
    with pytest.raises(Reject) as caught:
        parse(text)
    assert caught.value.status == 400
    assert caught.value.public.startswith("Error parsing query - Malformed query. ")
    assert f"At character {where}: expected " in caught.value.public
    assert expected in caught.value.public


@pytest.mark.parametrize("text", ["name = a\0b", "name ~ \0", "name%3D%00", "name = \ud800"])
def test_a_character_that_no_store_keeps_is_refused(text: str) -> None:
    with pytest.raises(Reject, match=r"At character \d+: no record can hold '\\"):
        parse(text)


def test_long_wide_and_deep_queries_are_refused_and_their_limits_named() -> None:
    at_limit = "name=" + "x" * 2043
    assert isinstance(parse(at_limit), Clause)
    with pytest.raises(Reject, match="2048"):
        parse(at_limit + "x")
    assert parse("&&".join(["a=1"] * 50))
    with pytest.raises(Reject, match="51 clauses; at most 50"):
        parse("&&".join(["a=1"] * 51))
    assert parse("{" * 5 + "a=1" + "}" * 5) == clause("a", "=", "1", 6)
    with pytest.raises(Reject, match="6 deep; at most 5"):
        parse("{" * 6 + "a=1" + "}" * 6)
    with pytest.raises(Reject, match="at most 5"):
        parse("{" * 2048)


@given(QUERIES)
def test_what_follows_the_grammar_is_parsed(query: str) -> None:
    parse(query)


@given(st.text(max_size=300) | st.text("ab.=!<>~&|{} %2+", max_size=60))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    with suppress(Reject):
        parse(text)


@pytest.mark.parametrize(
    ("text", "path", "descending"),
    [("name", "name", False), ("-name", "name", True), (" - a.b ", "a.b", True)],
)
def test_a_leading_minus_descends(text: str, path: str, *, descending: bool) -> None:
    assert parse_order(text) == (path, descending)


@pytest.mark.parametrize("text", ["", "-", "a,b"])
def test_an_order_that_is_not_one_property_is_refused(text: str) -> None:
    with pytest.raises(Reject, match="Give one property name"):
        parse_order(text)
