"""A record of a list with several data types becomes one of them, and is rejected once at most."""

from __future__ import annotations

import pytest

from shared_code.errors import Reject
from shared_code.mapping.books import Books
from shared_code.mapping.routing import Route, Typed, routed
from shared_code.model.accounting import Customer, Supplier
from shared_code.model.shapes import Status


class Party(Typed):
    id: str


def customer(party: Party, _: Books) -> Customer:
    return Customer(id=party.id, status=Status.ACTIVE)


def supplier(party: Party, _: Books) -> Supplier:
    return Supplier(id=party.id, status=Status.ACTIVE)


MAPS = routed(
    Party,
    Route("customers", {"buys"}, customer),
    Route("suppliers", {"sells", "makes"}, supplier),
    passed={"looks"},
)


@pytest.mark.parametrize(
    ("word", "data_type"),
    [("buys", "customers"), ("sells", "suppliers"), ("makes", "suppliers"), ("looks", None)],
)
def test_a_word_says_which_mapping_takes_a_record(word: str, data_type: str | None) -> None:
    found = {each: mapping({"id": "1", "type": word}, Books()) for each, mapping in MAPS.items()}
    assert [each for each, record in found.items() if record] == [data_type] * bool(data_type)


@pytest.mark.parametrize("word", ["steals", None])
def test_a_word_that_nobody_takes_is_rejected_once(word: str | None) -> None:
    record = {"id": "1", "type": word}
    with pytest.raises(Reject, match="Party cannot be mapped: its type is none that is known"):
        MAPS["customers"](record, Books())
    assert MAPS["suppliers"](record, Books()) is None
