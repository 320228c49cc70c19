"""The Accounting API over HTTP."""

from collections.abc import Callable
from decimal import Decimal
from json import loads

import httpx
import pytest

from local.providers.simulation.limits import Limits
from tests.contract.providers.session import Json, Visitor

RESOURCES = {
    "Organisation": ("Organisations", "OrganisationID"),
    "Accounts": ("Accounts", "AccountID"),
    "Contacts": ("Contacts", "ContactID"),
    "Invoices": ("Invoices", "InvoiceID"),
    "CreditNotes": ("CreditNotes", "CreditNoteID"),
    "Overpayments": ("Overpayments", "OverpaymentID"),
    "Prepayments": ("Prepayments", "PrepaymentID"),
    "Payments": ("Payments", "PaymentID"),
    "BankTransactions": ("BankTransactions", "BankTransactionID"),
    "BankTransfers": ("BankTransfers", "BankTransferID"),
    "PurchaseOrders": ("PurchaseOrders", "PurchaseOrderID"),
    "ManualJournals": ("ManualJournals", "ManualJournalID"),
    "TaxRates": ("TaxRates", "TaxType"),
    "Items": ("Items", "ItemID"),
    "TrackingCategories": ("TrackingCategories", "TrackingCategoryID"),
}
PAGED = (
    *("Contacts", "Invoices", "CreditNotes", "Overpayments", "Prepayments", "Payments"),
    *("BankTransactions", "PurchaseOrders", "ManualJournals"),
)


def read(answer: httpx.Response) -> Json:
    """Read an answer with its amounts exact."""
    assert answer.status_code == 200, answer.text
    return loads(answer.content, parse_float=Decimal)


@pytest.mark.parametrize("segment", sorted(RESOURCES))
def test_a_list_and_a_single_record_come_in_the_envelope(reader: Visitor, segment: str) -> None:
    collection, key = RESOURCES[segment]
    listed = read(reader.get(segment))
    assert listed.keys() == {"Id", "Status", "ProviderName", "DateTimeUTC", collection}
    assert listed["Status"] == "OK"
    assert listed[collection]
    wanted = listed[collection][0][key]
    single = read(reader.get(f"{segment}/{wanted}"))
    assert [each[key] for each in single[collection]] == [wanted]
    assert "pagination" not in single


@pytest.mark.parametrize("segment", PAGED)
def test_pages_give_every_record_once_and_count_them(reader: Visitor, segment: str) -> None:
    collection, key = RESOURCES[segment]
    found: list[str] = []
    for page in range(1, 100):
        answer = read(reader.get(segment, page=str(page), pageSize="37"))
        assert answer["pagination"]["page"] == page
        found += [each[key] for each in answer[collection]]
        if page == answer["pagination"]["pageCount"]:
            break
    assert len(found) == len(set(found)) == answer["pagination"]["itemCount"]
    truth = {each[key] for each in reader.books(resources=collection)["resources"][collection]}
    assert set(found) <= truth
    assert segment == "Contacts" or set(found) == truth


def test_a_page_holds_a_hundred_unless_told_otherwise(reader: Visitor) -> None:
    assert len(read(reader.get("Invoices", page="1"))["Invoices"]) == 100
    assert len(read(reader.get("Invoices", page="3"))["Invoices"]) == 40
    assert not read(reader.get("Invoices", page="4"))["Invoices"]
    assert len(read(reader.get("Invoices", pageSize="1000"))["Invoices"]) == 240
    assert reader.get("Invoices", page="1", pageSize="1001").status_code == 400


def test_only_pages_and_single_invoices_have_lines(reader: Visitor) -> None:
    listed = read(reader.get("Invoices"))["Invoices"]
    assert len(listed) == 240
    assert not any(each["LineItems"] for each in listed)
    assert all(each["LineItems"] for each in read(reader.get("Invoices", page="1"))["Invoices"])
    single = read(reader.get(f"Invoices/{listed[0]['InvoiceID']}"))["Invoices"][0]
    assert single["LineItems"]


def test_an_invoice_is_found_by_its_number_too(reader: Visitor) -> None:
    (invoice,) = read(reader.get("Invoices/INV-0001"))["Invoices"]
    assert invoice["InvoiceNumber"] == "INV-0001"


def test_changed_records_are_found_since_their_own_second(linked: Visitor) -> None:
    changed = linked.order("books/edit", operation="touch", count=3)["changed"]
    stamp = read(linked.get(f"Invoices/{changed[0]}"))["Invoices"][0]["UpdatedDateUTCString"]
    since = {"If-Modified-Since": stamp.replace(" ", "T").removesuffix("+00:00")}
    found = read(linked.get("Invoices", headers=since, page="1", order="UpdatedDateUTC ASC"))
    assert [each["InvoiceID"] for each in found["Invoices"]] == changed
    later = {"If-Modified-Since": "2100-01-01T00:00:00Z"}
    assert read(linked.get("Invoices", headers=later, page="1"))["Invoices"] == []


def test_filters_and_orders_of_a_connector_work_together(reader: Visitor) -> None:
    where = 'Type=="ACCPAY" AND Date>=DateTime(2025,01,01)'
    found = read(reader.get("Invoices", page="1", where=where, order="Date DESC"))["Invoices"]
    assert found
    assert {each["Type"] for each in found} == {"ACCPAY"}
    days = [each["DateString"] for each in found]
    assert days == sorted(days, reverse=True)
    assert min(days) >= "2025-01-01"
    voided = read(reader.get("Invoices", page="1", Statuses="VOIDED,DELETED"))["Invoices"]
    assert {each["Status"] for each in voided} <= {"VOIDED", "DELETED"}


@pytest.mark.parametrize(
    "parameters",
    [{"where": "Type=="}, {"where": 'Nobody=="x"'}, {"order": "Nobody"}, {"page": "0"}],
)
def test_a_query_that_makes_no_sense_is_a_400_that_says_why(
    reader: Visitor, parameters: dict[str, str]
) -> None:
    answer = reader.get("Invoices", headers=None, **parameters)
    assert answer.status_code == 400
    assert answer.json().keys() == {"ErrorNumber", "Type", "Message"}


def test_archived_contacts_are_hidden_unless_asked_for(linked: Visitor) -> None:
    (archived,) = linked.order("books/edit", operation="archive-contact")["changed"]
    usual = read(linked.get("Contacts", page="1", pageSize="1000"))["Contacts"]
    assert archived not in {each["ContactID"] for each in usual}
    everybody = read(linked.get("Contacts", page="1", pageSize="1000", includeArchived="true"))
    status = {each["ContactID"]: each["ContactStatus"] for each in everybody["Contacts"]}
    assert status[archived] == "ARCHIVED"


def test_without_asking_for_json_the_answer_is_xml(reader: Visitor) -> None:
    answer = reader.get("Invoices", headers={"Accept": "*/*"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")


@pytest.mark.parametrize(
    "path", ["Invoices/00000000-0000-4000-8000-000000000000", "Nothing", "Nothing/1"]
)
def test_what_does_not_exist_is_a_404_without_json(reader: Visitor, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "json" not in answer.headers["content-type"]


def test_every_answer_tells_what_remains_and_the_minute_runs_out(
    serve: Callable[..., Visitor],
) -> None:
    visitor = serve(limits=Limits(per_minute=3, per_day=5, app_per_minute=100))
    visitor.link()
    answers = [visitor.get("Organisation") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    remaining = [each.headers["X-MinLimit-Remaining"] for each in answers]
    assert remaining == ["2", "1", "0", "0"]
    assert answers[0].headers["X-DayLimit-Remaining"] == "4"
    assert answers[0].headers["X-AppMinLimit-Remaining"] == "99"
    refused = answers[3]
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    visitor.order("clock", advanceSeconds=61)
    assert visitor.get("Organisation").status_code == 200


def test_a_day_that_ran_out_says_so_with_hours_to_wait(serve: Callable[..., Visitor]) -> None:
    visitor = serve(limits=Limits(per_day=1))
    visitor.link()
    visitor.get("Organisation")
    refused = visitor.get("Organisation")
    assert refused.headers["X-Rate-Limit-Problem"] == "day"
    assert int(refused.headers["Retry-After"]) > 80_000
    visitor.order("limits", enabled=False)
    assert visitor.get("Organisation").status_code == 200


def test_the_books_agree_with_what_the_api_gave(reader: Visitor) -> None:
    truth = reader.books()
    invoices = read(reader.get("Invoices", page="1", pageSize="1000"))["Invoices"]
    assert (
        loads(reader.http.get("/_books").content, parse_float=Decimal)["resources"]["Invoices"]
        == invoices
    )
    contacts = read(reader.get("Contacts", pageSize="1000", includeArchived="true"))["Contacts"]
    receivable = sum(
        each["Balances"]["AccountsReceivable"]["Outstanding"]
        for each in contacts
        if "Balances" in each
    )
    # Not converted: it adds up pounds, euros and dollars.
    owed = truth["facts"]["outstandingByCurrency"]
    credit = ("credit_note", "customer_overpayment", "customer_prepayment")
    signs = {"invoice": 1} | dict.fromkeys(credit, -1)
    raw = (s * Decimal(a) for kind, s in signs.items() for a in owed.get(kind, {}).values())
    assert receivable == sum(raw)
    assert truth["facts"]["trialBalanceSum"] == "0.00"
    assert truth["facts"]["trialBalance"]["610"] == truth["facts"]["receivables"]


ATTACHING = "offline_access accounting.transactions.read accounting.contacts.read"


@pytest.mark.parametrize(("segment", "key"), [("Invoices", "InvoiceID"), ("Contacts", "ContactID")])
def test_attachments_are_listed_and_had_by_id_and_by_name(
    visitor: Visitor, segment: str, key: str
) -> None:
    visitor.link(scope=f"{ATTACHING} accounting.attachments.read")
    records = visitor.books(resources=segment)["resources"][segment]
    assert {True, False} <= {each["HasAttachments"] for each in records}
    types = set()
    for record in records:
        root = f"{segment}/{record[key]}/Attachments"
        listed = read(visitor.get(root))["Attachments"]
        assert bool(listed) is record["HasAttachments"]
        for each in listed:
            types.add(each["MimeType"])
            for name in (each["AttachmentID"], each["FileName"]):
                file = visitor.get(f"{root}/{name}")
                assert file.headers["content-type"].startswith(each["MimeType"])
                assert len(file.content) == each["ContentLength"]
    assert types == {"image/png", "application/pdf", "text/plain"}


def test_attachments_take_their_scope_and_exist_for_some_resources_only(
    visitor: Visitor,
) -> None:
    visitor.link(scope=ATTACHING)
    [invoice, *_] = visitor.books(resources="Invoices")["resources"]["Invoices"]
    assert visitor.get(f"Invoices/{invoice['InvoiceID']}/Attachments").status_code == 401
    visitor.link(scope=f"{ATTACHING} accounting.attachments.read")
    assert visitor.get("Invoices/nobody/Attachments").status_code == 404
    assert visitor.get(f"Invoices/{invoice['InvoiceID']}/Attachments/no").status_code == 404
    assert visitor.get("TaxRates/OUTPUT2/Attachments").status_code == 404


def test_an_invoice_comes_as_a_pdf_when_that_is_asked_for(reader: Visitor) -> None:
    [invoice, *_] = reader.books(resources="Invoices")["resources"]["Invoices"]
    wanted = {"Accept": "application/pdf"}
    answer = reader.get(f"Invoices/{invoice['InvoiceID']}", headers=wanted)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert answer.content.endswith(b"%%EOF\n")
    assert invoice["InvoiceNumber"].encode() in answer.content


def test_journals_come_by_number_and_are_reversed_but_never_changed(visitor: Visitor) -> None:
    visitor.link()
    assert visitor.get("Journals").status_code == 401
    visitor.link(scope=f"{ATTACHING} accounting.journals.read")

    def all_journals() -> list[Json]:
        found: list[Json] = []
        while True:
            offset = found[-1]["JournalNumber"] if found else 0
            page = read(visitor.get("Journals", offset=str(offset)))["Journals"]
            assert len(page) <= 100
            if not page:
                return found
            found += page

    before = all_journals()
    assert [each["JournalNumber"] for each in before] == [*range(1, len(before) + 1)]
    assert all(sum(line["NetAmount"] for line in e["JournalLines"]) == 0 for e in before)
    (voided,) = visitor.order("books/edit", operation="void", count=1)["changed"]
    after = all_journals()
    assert after[: len(before)] == before
    sums: dict[str, Decimal] = {}
    for line in (line for each in after for line in each["JournalLines"]):
        code = line["AccountCode"]
        sums[code] = sums.get(code, Decimal(0)) + line["NetAmount"]
    truth = visitor.books(resources="none")["facts"]["trialBalance"]
    assert {code: amount for code, amount in sums.items() if amount} == {
        code: Decimal(amount) for code, amount in truth.items() if Decimal(amount)
    }
    assert {each["SourceID"] for each in after[len(before) :]} <= {voided}
    assert visitor.get("Journals", offset="x").status_code == 400


def figures(report: Json) -> dict[str, list[str]]:
    """The figures of a report's rows, by their names."""
    rows = [row for part in report["Rows"] for row in part.get("Rows", ())]
    return {row["Cells"][0]["Value"]: [e["Value"] for e in row["Cells"][1:]] for row in rows}


def test_reports_agree_with_each_other_and_take_scopes_of_their_own(visitor: Visitor) -> None:
    visitor.link(scope=f"{ATTACHING} accounting.reports.balancesheet.read")
    assert visitor.get("Reports/TrialBalance").status_code == 401
    assert visitor.get("Reports/Astrology").status_code == 404
    assert visitor.get("Reports/BalanceSheet", date="soon").status_code == 400
    visitor.link(scope=f"{ATTACHING} accounting.reports.read")

    def made(name: str, **asked: str) -> dict[str, list[str]]:
        (report,) = read(visitor.get(f"Reports/{name}", headers={}, **asked))["Reports"]
        return figures(report)

    sheet = made("BalanceSheet", date="2026-10-31", periods="2", timeframe="MONTH")
    assert sheet["Net Assets"] == sheet["Total Equity"]
    assert len(sheet["Net Assets"]) == 3
    trial = made("TrialBalance", date="2026-10-31")
    debits, credits_ = (sum(Decimal(row[side] or 0) for row in trial.values()) for side in (2, 3))
    assert debits == credits_
    assert trial["VAT (820)"][3] == sheet["VAT"][0]
    profit = made("ProfitAndLoss", fromDate="2026-04-01", toDate="2026-10-31")
    assert profit["Net Profit"][0] == sheet["Current Year Earnings"][0]
    bank = made("BankSummary", fromDate="2026-10-01", toDate="2026-10-31")
    assert sum(Decimal(row[3]) for row in bank.values()) == Decimal(sheet["Total Bank"][0])
