"""`codat-lending` reads what the generator wrote, unmodified but for the base URL."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared_code.model import DataType
from tests.contract.sdk.conftest import Open
from tests.contract.sdk.reading import ATTACHMENTS, REPORTS, WRITES, Reader, unread
from tests.support.sdks import Package

OTHERS = {
    r"GET .*/reports/(enhanced|categorized|creditModel|liabilities)": "lending's own analyses",
    r"GET .*/reports(/\{reportType\}.*)?$": "orders of lending's own analyses",
    r"GET /data/companies/.*/assess/": "lending's metrics, data integrity and Excel reports",
    r"GET .*/bankStatements/": "uploaded bank statements",
    r"GET .*/files": "uploaded files",
    r"GET .*/(push|bankFeedAccounts/)": "loan writeback",
    r"GET /companies(/\{companyId\}(/connections.*)?)?$": "read by the platform SDK too",
    r"GET .*/dataStatus$": "read by the platform SDK too",
}
NOT_READ = {
    DataType.BANK_ACCOUNTS,
    DataType.COMMERCE_TAX_COMPONENTS,
    DataType.ITEM_RECEIPTS,
    DataType.ITEMS,
    DataType.PAYMENT_METHODS,
    DataType.PURCHASE_ORDERS,
    DataType.SALES_ORDERS,
    DataType.TAX_RATES,
    DataType.TRACKING_CATEGORIES,
}
TYPES = [each for each in DataType if each not in REPORTS | NOT_READ]

# Properties that the SDK's generator did not know yet.
LOST: Mapping[DataType, frozenset[str]] = {
    DataType.COMMERCE_PRODUCTS: frozenset(["modifiedDate", "sourceModifiedDate"]),
}


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("codat_lending", "CodatLending"), LOST)


def test_all_that_the_sdk_can_do_is_tried(reader: Reader) -> None:
    assert unread(reader.operations, WRITES | ATTACHMENTS | OTHERS) == set()


@pytest.mark.parametrize("data_type", TYPES)
def test_every_property_of_every_record_arrives(reader: Reader, data_type: DataType) -> None:
    reader.check(data_type)


@pytest.mark.parametrize("data_type", sorted(REPORTS))
def test_a_statement_is_read_by_period(reader: Reader, data_type: DataType) -> None:
    reader.check_statement(data_type)


def test_aged_reports_are_read(reader: Reader) -> None:
    reader.check_aged()
