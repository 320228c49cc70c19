"""`codat-banking` reads what the generator wrote, unmodified but for the base URL."""

from __future__ import annotations

import pytest

from shared_code.model import DataType
from tests.contract.sdk.conftest import Open
from tests.contract.sdk.reading import Reader, unread
from tests.support.sdks import Package


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("codat_banking", "CodatBanking", apart=True), {})


def test_all_that_the_sdk_can_do_is_tried(reader: Reader) -> None:
    assert unread(reader.operations, {}) == set()


@pytest.mark.parametrize("data_type", [each for each in DataType if each.startswith("banking-")])
def test_every_property_of_every_record_arrives(reader: Reader, data_type: DataType) -> None:
    reader.check(data_type)
