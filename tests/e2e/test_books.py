"""The main job: a company links Xero, its books are synced, and the official SDKs read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from codataccounting.models import operations  # type: ignore[import-untyped] # it has no types

from local.stack.public_api import PublicApi
from local.stack.report import count_records
from local.stack.running import Stack
from shared_code.catalogue import XERO
from tests.support.azurite import AzuriteServer
from tests.support.postgres import PostgresServer
from tests.support.traveller import Books, Company, accounting_sdk, books_of, stack_in

Lists = dict[str, list[dict[str, Any]]]
"""The provider's records, by the name of the list."""

Read = Callable[[str], list[Any]]


@pytest.fixture(scope="module", params=["embedded", "postgresql and azurite"])
def stack(
    request: pytest.FixtureRequest,
    host_options: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    options = dict(host_options)
    if request.param != "embedded":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        azurite: AzuriteServer = request.getfixturevalue("azurite")
        options |= {"store_url": postgres.new_database(), "storage": azurite.connection_string}
    with stack_in(tmp_path_factory.mktemp("stack"), **options) as running:
        yield running


@pytest.fixture(scope="module")
def company(stack: Stack) -> Company:
    """A company that was linked once, and whose first sync ran by itself."""
    created = Company.create(stack, "Harbour Lane")
    assert "is connected" in created.link().text
    created.wait_until_synced()
    return created


@pytest.fixture
def books(stack: Stack) -> Books:
    return books_of(stack)


@pytest.fixture(scope="module")
def told(stack: Stack, company: Company) -> dict[str, Any]:
    """What the provider told of its books after the first sync, before anybody edited them."""
    assert set(company.status()) == set(XERO.data_types)
    return books_of(stack).all()


@pytest.fixture(scope="module")
def held(told: dict[str, Any]) -> Lists:
    """The provider's lists."""
    found: Lists = told["resources"]
    return found


@pytest.fixture(scope="module")
def read(company: Company) -> Read:
    """Reads a data type through the SDK, once: of what the first sync brought nothing changes."""
    return cache(company.read)


def cents(amount: object) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def resources(books: Books) -> Lists:
    found: Lists = books.all()["resources"]
    return found


def test_the_first_sync_reads_every_data_type_without_being_asked(company: Company) -> None:
    assert set(company.status()) == set(XERO.data_types)


def test_the_demonstration_counts_every_data_type(stack: Stack, company: Company) -> None:
    with PublicApi(stack.api_url, stack.api_key) as api:
        operations = [*api.every(f"/companies/{company.id}/data/history")]
        counts = {each["dataType"]: count_records(api, each) for each in operations}
    assert set(counts) == set(company.status())
    assert all(counts.values())


@pytest.mark.parametrize(("data_type", "kind"), [("invoices", "ACCREC"), ("bills", "ACCPAY")])
def test_every_document_equals_the_providers_to_the_cent(
    held: Lists, read: Read, data_type: str, kind: str
) -> None:
    documents = {each["InvoiceID"]: each for each in held["Invoices"]}
    expected = {
        key: (cents(each["Total"]), cents(each["AmountDue"]), cents(each["TotalTax"]))
        for key, each in documents.items()
        if each["Type"] == kind
    }
    found = read(data_type)
    tax = "total_tax_amount" if data_type == "invoices" else "tax_amount"
    assert {
        each.id: (cents(each.total_amount), cents(each.amount_due), cents(getattr(each, tax)))
        for each in found
    } == expected
    for each in found:
        lines = each.line_items or []
        assert sum(cents(line.total_amount) for line in lines) == cents(each.total_amount)


def test_what_customers_owe_equals_the_providers_ledger(told: dict[str, Any], read: Read) -> None:
    owed: dict[str, Decimal] = {}
    for each in read("invoices"):
        if each.status in ("Submitted", "PartiallyPaid") and not each.metadata.is_deleted:
            owed[each.currency] = owed.get(each.currency, Decimal(0)) + cents(each.amount_due)
    facts = told["facts"]["outstandingByCurrency"]["invoice"]
    assert {k: v for k, v in owed.items() if v} == {
        k: Decimal(v) for k, v in facts.items() if Decimal(v)
    }


def of_kinds(held: Lists, lists: Sequence[str], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Records of some of the provider's lists whose type begins with one of `kinds`."""
    return [
        each
        for name in lists
        for each in held[name]
        if str(each.get("Type", each.get("PaymentType"))).startswith(tuple(kinds))
    ]


@pytest.mark.parametrize(
    ("data_type", "kinds"),
    [("creditNotes", ("ACCREC", "RECEIVE")), ("billCreditNotes", ("ACCPAY", "SPEND"))],
)
def test_every_credit_equals_the_providers_to_the_cent(
    held: Lists, read: Read, data_type: str, kinds: tuple[str, str]
) -> None:
    documents = of_kinds(held, ("CreditNotes", "Overpayments", "Prepayments"), kinds)
    found = read(data_type)
    assert {
        each.id: (cents(each.total_amount), cents(each.remaining_credit)) for each in found
    } == {each["ID"]: (cents(each["Total"]), cents(each["RemainingCredit"])) for each in documents}
    for each in found:
        used = sum(cents(one.allocation.total_amount) for one in each.payment_allocations)
        assert used == cents(each.total_amount) - cents(each.remaining_credit)


@pytest.mark.parametrize(
    ("data_type", "kinds", "advances"),
    [
        ("payments", ("ACCREC", "AR"), ("RECEIVE-OVER", "RECEIVE-PRE")),
        ("billPayments", ("ACCPAY", "AP"), ("SPEND-OVER", "SPEND-PRE")),
    ],
)
def test_every_payment_equals_the_providers_to_the_cent(
    held: Lists, read: Read, data_type: str, kinds: Sequence[str], advances: Sequence[str]
) -> None:
    expected = {
        each["PaymentID"]: cents(each["Amount"]) * (1 if each["PaymentType"][:3] == "ACC" else -1)
        for each in of_kinds(held, ("Payments",), kinds)
    } | {
        each["BankTransactionID"]: cents(each["Total"])
        for each in of_kinds(held, ("BankTransactions",), advances)
    }
    found = read(data_type)
    assert {each.id: cents(each.total_amount) for each in found} == expected
    for each in found:
        for line in each.lines:
            assert line.amount + sum(link.amount for link in line.links) == 0


@pytest.mark.parametrize(
    ("data_type", "name", "kind"),
    [
        ("directCosts", "BankTransaction", "SPEND"),
        ("directIncomes", "BankTransaction", "RECEIVE"),
        ("purchaseOrders", "PurchaseOrder", "PURCHASEORDER"),
    ],
)
def test_what_was_spent_received_and_ordered_equals_the_providers_to_the_cent(
    held: Lists, read: Read, data_type: str, name: str, kind: str
) -> None:
    id_field = f"{name}ID"
    of_kind = [each for each in held[f"{name}s"] if each["Type"] == kind]
    expected = {
        each[id_field]: (cents(each["Total"]), each["Status"] == "DELETED") for each in of_kind
    }
    found = read(data_type)
    assert {each.id: (cents(each.total_amount), each.metadata.is_deleted) for each in found} == (
        expected
    )
    for each in found:
        assert sum(cents(line.total_amount) for line in each.line_items) == cents(each.total_amount)


def test_every_transfer_equals_the_providers_to_the_cent(held: Lists, read: Read) -> None:
    expected = {
        each["BankTransferID"]: (
            each["FromBankAccount"]["AccountID"],
            each["ToBankAccount"]["AccountID"],
            cents(each["Amount"]),
        )
        for each in held["BankTransfers"]
    }
    assert {
        each.id: (each.from_.account_ref.id, each.to.account_ref.id, cents(each.to.amount))
        for each in read("transfers")
    } == expected


def trial_balance(told: dict[str, Any]) -> dict[str, Decimal]:
    """What the provider's accounts come to, by account id."""
    ids = {each["Code"]: each["AccountID"] for each in told["resources"]["Accounts"]}
    facts = told["facts"]["trialBalance"]
    return {ids[code]: Decimal(amount) for code, amount in facts.items() if Decimal(amount)}


def test_the_journals_come_to_the_providers_trial_balance(told: dict[str, Any], read: Read) -> None:
    sums: dict[str, Decimal] = {}
    (journal,) = read("journals")
    for each in read("journalEntries"):
        assert each.journal_ref.id == journal.id
        assert sum(cents(line.net_amount) for line in each.journal_lines) == 0
        for line in each.journal_lines:
            account = line.account_ref.id
            sums[account] = sums.get(account, Decimal(0)) + cents(line.net_amount)
    assert {key: amount for key, amount in sums.items() if amount} == trial_balance(told)


def test_what_moved_on_bank_accounts_comes_to_their_balances(
    told: dict[str, Any], read: Read
) -> None:
    sums: dict[str, Decimal] = {}
    for each in read("accountTransactions"):
        assert sum(line.amount for line in each.lines) == each.total_amount
        if not each.metadata.is_deleted:
            account, rate = each.bank_account_ref.id, Decimal(str(each.currency_rate))
            amount = cents(Decimal(str(each.total_amount)) * rate)
            sums[account] = sums.get(account, Decimal(0)) + amount
    balances = trial_balance(told)
    assert sums == {key: balances[key] for key in sums}
    assert len(sums) == 3


def test_the_statements_follow_from_the_journals(
    company: Company, stack: Stack, read: Read
) -> None:
    sdk = accounting_sdk(stack).reports
    wanted = {"company_id": company.id, "period_length": 1, "periods_to_compare": 60}
    sheet = sdk.get_balance_sheet(operations.GetBalanceSheetRequest(**wanted)).balance_sheet
    asked = operations.GetProfitAndLossRequest(**wanted)
    profit = sdk.get_profit_and_loss(asked).profit_and_loss_report
    assert len(sheet.reports) >= 23
    assert len(profit.reports) >= 22
    entries = read("journalEntries")
    kinds = {each.id: each.type for each in read("chartOfAccounts")}

    def posted(since: str, until: str, *types: str) -> Decimal:
        return sum(
            (
                cents(line.net_amount)
                for each in entries
                if since <= each.posted_on <= until
                for line in each.journal_lines
                if kinds[line.account_ref.id] in types
            ),
            Decimal(0),
        )

    for each in sheet.reports:
        assert cents(each.assets.value) == posted("", each.date_, "Asset")
        assert cents(each.net_assets) == posted("", each.date_, "Asset", "Liability")
        assert each.equity.value == each.net_assets
    for each in profit.reports:
        earned = posted(each.from_date, each.to_date, "Income", "Expense")
        assert cents(each.net_profit) == -earned


def test_the_books_tie_out_with_the_providers_own_reports(company: Company) -> None:
    sections = {each["report"]: each for each in company.get("/reports/tieOut")["sections"]}
    assert set(sections) == {"trialBalance", "bankBalances", "agedDebtors", "agedCreditors"}
    for each in sections.values():
        assert each["ties"], [line for line in each["lines"] if line["difference"]]
    assert len(sections["trialBalance"]["lines"]) > 20
    assert sum(cents(line["ours"]) for line in sections["trialBalance"]["lines"]) == 0
    assert len(sections["bankBalances"]["lines"]) == 3
    assert len(sections["agedDebtors"]["lines"]) > 10


def test_the_balances_of_accounts_are_the_trial_balances(company: Company, read: Read) -> None:
    sections = {each["report"]: each for each in company.get("/reports/tieOut")["sections"]}
    told = {each["accountId"]: cents(each["ours"]) for each in sections["trialBalance"]["lines"]}
    accounts = [each for each in read("chartOfAccounts") if each.currency == "GBP"]
    assert len(accounts) > 30
    for each in accounts:
        assert cents(each.current_balance) == told.get(each.id, 0)


@pytest.mark.parametrize(
    ("data_type", "name", "source"),
    [
        ("customers", "customer_name", ("Contacts", "ContactID")),
        ("suppliers", "supplier_name", ("Contacts", "ContactID")),
        ("chartOfAccounts", "name", ("Accounts", "AccountID")),
        ("items", "name", ("Items", "ItemID")),
        ("bankAccounts", "account_name", ("Accounts", "AccountID")),
        ("taxRates", "name", ("TaxRates", "TaxType")),
    ],
)
def test_every_record_of_the_reference_lists_is_there_under_its_name(
    held: Lists, read: Read, data_type: str, name: str, source: tuple[str, str]
) -> None:
    resource, id_field = source
    listed = held[resource]
    if data_type == "bankAccounts":
        listed = [each for each in listed if each["Type"] == "BANK"]
    expected = {each[id_field]: each["Name"] for each in listed}
    assert {each.id: getattr(each, name) for each in read(data_type)} == expected


def test_tracking_options_lie_below_their_category(held: Lists, read: Read) -> None:
    expected = {
        option["TrackingOptionID"]: (option["Name"], each["TrackingCategoryID"])
        for each in held["TrackingCategories"]
        for option in each["Options"]
    }
    found = read("trackingCategories")
    assert {each.id: (each.name, each.parent_id) for each in found if each.parent_id} == expected
    assert {each.id for each in found if each.has_children} == {
        each[1] for each in expected.values()
    }


def test_the_company_itself_is_there(stack: Stack, company: Company, held: Lists) -> None:
    [organisation] = held["Organisations"]
    request = operations.GetCompanyInfoRequest(company_id=company.id)
    found = accounting_sdk(stack).company_info.get(request).company_dataset
    assert found.company_name == organisation["Name"]
    assert found.base_currency == organisation["BaseCurrency"]


def test_an_edit_arrives_and_moves_exactly_its_own_modified_date(
    company: Company, books: Books
) -> None:
    before = {each.id: each.modified_date for each in company.read("invoices")}
    bills = {each.id: each.modified_date for each in company.read("bills")}
    [edited] = books.edit(operation="touch", count=1, seed=7, kind="invoice")
    company.sync()
    after = {each.id: each.modified_date for each in company.read("invoices")}
    after_bills = {each.id: each.modified_date for each in company.read("bills")}
    moved = {key for key in after if after[key] != before[key]}
    moved |= {key for key in after_bills if after_bills[key] != bills[key]}
    assert moved == {edited}


def test_a_sync_with_nothing_new_asks_once_a_list_and_moves_nothing(
    company: Company, books: Books
) -> None:
    before = {each.id: each.modified_date for each in company.read("invoices")}
    books.forget_calls()
    company.sync()
    assert {each.id: each.modified_date for each in company.read("invoices")} == before
    for name in ("Invoices", "Payments", "Items", "TaxRates", "Reports/TrialBalance"):
        assert books.calls(f"/{name}") == 1
    # What changed, and what all of them owe.
    assert books.calls("/Contacts") == 2
    # What documents refer to, and what all of them come to by then.
    assert books.calls("/Accounts") == 2


def test_a_deleted_document_is_kept_and_marked(company: Company, books: Books) -> None:
    held = resources(books)["Invoices"]
    deleted = {e["InvoiceID"] for e in held if e["Status"] == "DELETED" and e["Type"] == "ACCREC"}
    read = {each.id for each in company.read("invoices") if each.metadata.is_deleted}
    assert read == deleted
    assert deleted


def test_the_sdk_lists_and_downloads_attachments_and_pdfs(
    stack: Stack, company: Company, books: Books
) -> None:
    documents = [each for each in resources(books)["Invoices"] if each["HasAttachments"]]
    bill = next(each["InvoiceID"] for each in documents if each["Type"] == "ACCPAY")
    invoice = next(each for each in documents if each["Type"] == "ACCREC")
    sdk, at = accounting_sdk(stack), {"company_id": company.id}
    at |= {"connection_id": company.connection_id}
    listed = sdk.bills.list_attachments(operations.ListBillAttachmentsRequest(bill_id=bill, **at))
    for each in listed.attachments_dataset.attachments:
        one = {"bill_id": bill, "attachment_id": each.id, **at}
        described = sdk.bills.get_attachment(operations.GetBillAttachmentRequest(**one))
        assert described.attachment == each
        loaded = sdk.bills.download_attachment(operations.DownloadBillAttachmentRequest(**one))
        assert len(loaded.data.content) == each.file_size
    wanted = {"invoice_id": invoice["InvoiceID"]}
    of_invoice = sdk.invoices.list_attachments(
        operations.ListInvoiceAttachmentsRequest(**wanted, **at)
    )
    for each in of_invoice.attachments_dataset.attachments:
        request = operations.DownloadInvoiceAttachmentRequest(attachment_id=each.id, **wanted, **at)
        loaded = sdk.invoices.download_attachment(request)
        assert len(loaded.data.content) == each.file_size
        assert each.name in loaded.data.headers["Content-Disposition"]
    printed = sdk.invoices.download_pdf(
        operations.DownloadInvoicePdfRequest(company_id=company.id, **wanted)
    )
    assert printed.content_type == "application/pdf"
    assert invoice["InvoiceNumber"].encode() in printed.data.content


def test_many_downloads_at_once_do_not_make_the_host_wait_for_itself(
    company: Company, books: Books
) -> None:
    invoices = [each for each in resources(books)["Invoices"] if each["Type"] == "ACCREC"][:40]
    path = f"/connections/{company.connection_id}/data/invoices"
    with ThreadPoolExecutor(40) as pool:
        answers = list(
            pool.map(lambda each: company.call("GET", f"{path}/{each['InvoiceID']}/pdf"), invoices)
        )
    assert {answer.status_code for answer in answers} == {200}
