"""The official SDKs read what the data API serves, unmodified but for the base URL."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import pytest
from codat_platform.models.shared.security import Security
from codat_platform.sdk import CodatPlatform
from codataccounting import CodatAccounting  # type: ignore[import-untyped] # it has no types
from codataccounting.models import errors, operations, shared  # type: ignore[import-untyped]

from shared_code.model import DATA_TYPES, DataType, Record
from shared_code.model.accounting.company_info import CompanyInfo
from tests.contract.data_api.conftest import Books
from tests.contract.data_api.test_history import pull
from tests.support.records import new_dataset, sync
from tests.support.samples import sample


class Listed(NamedTuple):
    """How the SDK names a type: its group, its requests, and a record in an answer."""

    data_type: str
    group: str
    listing: str
    getting: str
    record: str


LISTS = [
    Listed("chartOfAccounts", "accounts", "ListAccounts", "GetAccount", "account"),
    Listed("bills", "bills", "ListBills", "GetBill", "bill"),
    Listed("customers", "customers", "ListCustomers", "GetCustomer", "customer"),
    Listed("invoices", "invoices", "ListInvoices", "GetInvoice", "invoice"),
    Listed("items", "items", "ListItems", "GetItem", "item"),
    Listed("payments", "payments", "ListPayments", "GetPayment", "payment"),
    Listed("suppliers", "suppliers", "ListSuppliers", "GetSupplier", "supplier"),
    Listed("taxRates", "tax_rates", "ListTaxRates", "GetTaxRate", "tax_rate"),
]


@pytest.fixture
def sdk(url: str) -> CodatAccounting:
    return CodatAccounting(security=shared.Security(auth_header="Basic client"), server_url=url)


def write(books: Books, data_type: str, *, full: bool) -> None:
    model = DATA_TYPES[DataType(data_type)].model
    owner = {"company_id": books.company_id, "connection_id": books.connection_id}
    named = {"id": "record 1"} if issubclass(model, Record) else {}
    sync(books.db, new_dataset(books.db, data_type, **owner), [sample(model, full=full, **named)])


@pytest.mark.parametrize("extent", ["full", "minimal"])
@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.data_type)
def test_the_accounting_sdk_lists_and_gets_every_type(
    books: Books, sdk: CodatAccounting, listed: Listed, extent: str
) -> None:
    write(books, listed.data_type, full=extent == "full")
    methods = getattr(sdk, listed.group)
    listing = getattr(operations, f"{listed.listing}Request")
    answer = methods.list(
        listing(company_id=books.company_id, query="id=record 1", order_by="-modifiedDate")
    )
    page = getattr(answer, listed.group)
    assert (page.total_results, page.page_number, page.page_size) == (1, 1, 100)
    (record,) = page.results
    getting = getattr(operations, f"{listed.getting}Request")
    single = getting(company_id=books.company_id, **{f"{listed.record}_id": "record 1"})
    assert getattr(methods.get(single), listed.record) == record
    assert record.id == "record 1"
    assert record.metadata.is_deleted is (extent == "full")
    assert record.modified_date == "2030-01-01T12:00:00.000000Z"


def test_the_accounting_sdk_reads_money_exactly(books: Books, sdk: CodatAccounting) -> None:
    write(books, "invoices", full=True)
    request = operations.GetInvoiceRequest(company_id=books.company_id, invoice_id="record 1")
    assert sdk.invoices.get(request).invoice.total_amount == Decimal("12.5")


def test_the_accounting_sdk_reads_company_info(books: Books, sdk: CodatAccounting) -> None:
    write(books, "company", full=True)
    request = operations.GetCompanyInfoRequest(company_id=books.company_id)
    found = sdk.company_info.get(request).company_dataset
    assert found.company_name == sample(CompanyInfo, full=True).company_name


def test_the_accounting_sdk_understands_that_nothing_was_synced(
    books: Books, sdk: CodatAccounting
) -> None:
    with pytest.raises(errors.ErrorMessage) as raised:
        sdk.bills.list(operations.ListBillsRequest(company_id=books.company_id))
    assert raised.value.status_code == 409
    assert raised.value.error == "The data set has not been requested."


def test_the_platform_sdk_reads_the_history(books: Books, url: str) -> None:
    pull(books, "done")
    platform = CodatPlatform(security=Security(auth_header="Basic client"), server_url=url)
    found = platform.refresh_data.list_pull_operations(request={"company_id": books.company_id})
    (operation,) = found.results or []
    assert (operation.id, operation.status, operation.is_completed) == ("done", "Complete", True)
    one = platform.refresh_data.get_pull_operation(
        request={"company_id": books.company_id, "dataset_id": "done"}
    )
    assert one == operation
