"""`codat-commerce` reads what the generator wrote, unmodified but for the base URL."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared_code.model import DataType
from tests.contract.sdk.conftest import Open
from tests.contract.sdk.reading import Reader, unread
from tests.support.sdks import Package

TYPES = [each for each in DataType if each.startswith("commerce-")]

# Properties that the SDK's generator did not know yet.
LOST: Mapping[DataType, frozenset[str]] = {
    DataType.COMMERCE_PRODUCTS: frozenset(["modifiedDate", "sourceModifiedDate"]),
}


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("codat_commerce", "CodatCommerce", apart=True), LOST)


def test_all_that_the_sdk_can_do_is_tried(reader: Reader) -> None:
    assert unread(reader.operations, {}) == set()


@pytest.mark.parametrize("data_type", TYPES)
def test_every_property_of_every_record_arrives(reader: Reader, data_type: DataType) -> None:
    reader.check(data_type)
