"""`@codat/accounting` reads what the generator wrote, unmodified but for the base URL."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared_code.model import DataType
from tests.contract.sdk.conftest import Open
from tests.contract.sdk.reading import ATTACHMENTS, REPORTS, WRITES, Reader, unread
from tests.support.sdks import Package

NOT_READ = {DataType.ITEM_RECEIPTS}
TYPES = [
    each for each in DataType if "-" not in each and each not in REPORTS and each not in NOT_READ
]

# Properties that the SDK's generator did not know yet.
LOST: Mapping[DataType, frozenset[str]] = {
    DataType.BANK_ACCOUNTS: frozenset({"status", "supplementalData"}),
    DataType.BILL_CREDIT_NOTES: frozenset(
        {"createdFromRefs", "lineItems[].createdFromLineRef", "lineItems[].unitOfMeasurement"}
    ),
    DataType.BILLS: frozenset(
        {
            "lineItems[].lineNumber",
            "lineItems[].purchaseOrderLineRef",
            "lineItems[].unitOfMeasurement",
        }
    ),
    DataType.CHART_OF_ACCOUNTS: frozenset({"supplementalData"}),
    DataType.COMPANY: frozenset({"supplementalData"}),
    DataType.ITEMS: frozenset({"supplementalData"}),
    DataType.JOURNAL_ENTRIES: frozenset(
        {
            "journalLines[].contactRef",
            "journalLines[].transactionAmount",
            "journalLines[].transactionCurrency",
        }
    ),
    DataType.PURCHASE_ORDERS: frozenset(
        {"createdBy", "lineItems[].lineNumber", "lineItems[].unitOfMeasurement"}
    ),
    DataType.TAX_RATES: frozenset({"supplementalData"}),
    DataType.TRACKING_CATEGORIES: frozenset({"metadata", "subCategories[].metadata"}),
    DataType.TRANSFERS: frozenset({"from.accountRef.dataType", "to.accountRef.dataType", "status"}),
}


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("@codat/accounting", "CodatAccounting"), LOST)


def test_all_that_the_sdk_can_do_is_tried(reader: Reader) -> None:
    assert unread(reader.operations, WRITES | ATTACHMENTS) == set()


@pytest.mark.parametrize("data_type", TYPES)
def test_every_property_of_every_record_arrives(reader: Reader, data_type: DataType) -> None:
    reader.check(data_type)


@pytest.mark.parametrize("data_type", sorted(REPORTS))
def test_a_statement_is_read_by_period(reader: Reader, data_type: DataType) -> None:
    reader.check_statement(data_type)


def test_aged_reports_are_read(reader: Reader) -> None:
    reader.check_aged()
