"""What a reader should have is what the books come to."""

from __future__ import annotations

from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.edits import Editor, Target
from local.providers.books.facts import counts
from local.providers.books.generate import Story, generate
from local.providers.books.truth import truth
from local.providers.simulation.clock import system_time


def book() -> Book:
    return generate(Story(invoices=80), 0)


def test_the_truth_of_every_document_adds_up_to_the_books() -> None:
    told = truth(book())
    for data_type, left in (("invoices", "amountDue"), ("creditNotes", "remainingCredit")):
        mine = [each for each in (*book().invoices, *book().credits) if each.id in told[data_type]]
        amounts = told[data_type].values()
        assert sum(Decimal(each["totalAmount"]) for each in amounts) == sum(
            each.total for each in mine
        )
        assert sum(Decimal(each[left]) for each in amounts) == sum(
            each.outstanding for each in mine
        )


def test_what_is_deleted_is_not_there_and_what_is_voided_is() -> None:
    edited = book()
    before = truth(edited)
    editor = Editor(edited, system_time())
    gone = {*editor.delete_item(Target(count=2)), *editor.delete_payment(Target(count=4))}
    editor.void(Target(count=5))
    after = truth(edited)
    lost = {
        data_type: set(before[data_type]) - set(after[data_type])
        for data_type in ("items", "payments", "billPayments")
    }
    assert set().union(*lost.values()) == gone
    documents = counts(edited)["documents"]
    assert isinstance(documents, dict)
    told = ("invoice:", "bill:", "credit_note:", "supplier_credit:")
    there = sum(
        count
        for what, count in documents.items()
        if what.startswith(told) and not what.endswith(":deleted")
    )
    kinds = ("invoices", "bills", "creditNotes", "billCreditNotes")
    assert sum(len(after[each]) for each in kinds) == there
