"""`codat-accounting` reads what the generator wrote, unmodified but for the base URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shared_code.model import DataType
from tests.contract.sdk.conftest import Open
from tests.contract.sdk.reading import ATTACHMENTS, REPORTS, WRITES, Reader, unread
from tests.support.sdks import Package

TYPES = [each for each in DataType if "-" not in each and each not in REPORTS]

# Properties that the SDK's generator did not know yet.
LOST: Mapping[DataType, frozenset[str]] = {
    DataType.JOURNAL_ENTRIES: frozenset(
        ["journalLines[].transactionAmount", "journalLines[].transactionCurrency"]
    ),
    DataType.TRANSFERS: frozenset(["from.accountRef.dataType", "status", "to.accountRef.dataType"]),
}


@pytest.fixture(scope="module")
def reader(open_reader: Open) -> Reader:
    return open_reader(Package("codat_accounting", "CodatAccounting", apart=True), LOST)


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


def test_payments_are_listed_by_what_they_settle(reader: Reader) -> None:
    connection = reader.world.connection(DataType.PAYMENTS)
    payments = reader.world.records(DataType.PAYMENTS)
    kind = min(link_types(payments[-1]))
    found = reader.sdk.call(
        "payments.payments",
        companyId=connection.company_id,
        connectionId=connection.id,
        linkType=kind,
    )
    wanted = {each["id"] for each in payments if kind in link_types(each)}
    assert 0 < len(wanted) < len(payments)
    assert {each["id"] for each in found["results"]} == wanted


def link_types(payment: dict[str, Any]) -> set[str]:
    """What the lines of a payment settle."""
    return {link["type"] for line in payment.get("lines", []) for link in line.get("links", [])}
