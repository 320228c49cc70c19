"""What Xero says of its own books is held against the records, and differences are explained."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.tie_out.conftest import Books, Section

SALES = ("invoices", "creditNotes")
EVERYTHING_OWED = (*SALES, "bills", "billCreditNotes")


def differing(section: Section) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = section["lines"]
    return [each for each in lines if each["difference"] or each["overdue"]["difference"]]


@pytest.mark.parametrize("report", ["bankBalances", "agedDebtors", "agedCreditors"])
def test_books_that_were_read_well_tie(books: Books, report: str) -> None:
    section = books.section(report)
    assert section["ties"], section
    assert len(section["lines"]) >= 3
    assert "reason" not in section


def test_what_ties_costs_no_report_for_each_contact(books: Books) -> None:
    paths = {each.path.rpartition("/")[2] for each in books.world.asked()}
    assert {"Contacts", "BankSummary"} <= paths
    assert not {"AgedReceivablesByContact", "AgedPayablesByContact"} & paths


def test_without_the_scope_for_journals_the_trial_balance_says_so(books: Books) -> None:
    section = books.section("trialBalance")
    assert (section["ties"], section["lines"]) == (False, [])
    assert "did not grant what Journals take (accounting.journals.read)" in section["reason"]


def test_wrong_figures_show_and_few_contacts_are_asked_about(books: Books) -> None:
    since = books.world.last_call()
    books.order("misbehaviour", name="wrong-figures")
    books.company.sync(*EVERYTHING_OWED, "accountTransactions")
    books.order("misbehaviour", name="wrong-figures", on=False)
    for report, path in (
        ("agedDebtors", "AgedReceivablesByContact"),
        ("agedCreditors", "AgedPayablesByContact"),
    ):
        found = differing(books.section(report))
        assert {each["difference"] for each in found} == {-10.0}
        explained = [each for each in found if "periods" in each]
        asked = books.world.asked(since, path)
        assert 0 < len(asked) == len(explained) == min(len(found), 5)
        assert not books.section(report)["ties"]
    first, *_ = books.section("bankBalances")["lines"]
    assert first["difference"] == -10.0


def test_a_record_that_is_wrong_is_found_by_its_period(books: Books) -> None:
    invoice = books.open_invoice()
    due = f"{invoice['amountDue']:.2f}"
    wrong = {"find": f'"AmountDue":{due}', "put": '"AmountDue":0.07'}
    books.order("books/edit", operation="touch", ids=[invoice["id"]])
    with books.world.trouble(action="replace", path="/Invoices", times=None, **wrong):
        books.company.sync(*SALES)
    (line,) = differing(books.section("agedDebtors"))
    assert line["contactId"] == invoice["customerRef"]["id"]
    (period,) = [each for each in line["periods"] if each["difference"]]
    (document,) = period["documents"]
    assert (document["id"], document["name"]) == (invoice["id"], invoice["invoiceNumber"])
    assert document["ours"] == 0.07
    assert f"{document['theirs']:.2f}" == due
    assert document["dueDate"] == invoice["dueDate"]
    assert period.get("fromDate", "") <= invoice["dueDate"] <= period.get("toDate", "9")


def test_a_difference_that_is_gone_is_not_told_any_more(books: Books) -> None:
    books.order("books/edit", operation="touch", ids=[books.open_invoice()["id"]])
    books.company.sync(*SALES)
    section = books.section("agedDebtors")
    assert section["ties"]
    assert not any("periods" in each for each in section["lines"])
