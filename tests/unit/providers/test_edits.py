"""Edits: they keep the books consistent and always move time forward."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.providers.books import chart
from local.providers.books.book import Book
from local.providers.books.edits import EditError, Editor, Target
from local.providers.books.facts import summary
from local.providers.books.generate import Story, generate
from local.providers.books.model import DocumentKind, DocumentStatus
from local.providers.books.postings import trial_balance

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
Edit = Callable[[Editor, Target], list[str]]


def draft_and_void(editor: Editor, target: Target) -> list[str]:
    """Void what was just written: the books' own credit notes may all be used."""
    return editor.void_credit(Target(tuple(editor.draft_credit(target))))


EDITS: dict[str, Edit] = {
    "touch": Editor.touch,
    "change_amount": Editor.change_amount,
    "void": Editor.void,
    "pay": Editor.pay,
    "delete_payment": Editor.delete_payment,
    "create": Editor.create,
    "import_at_once": Editor.import_at_once,
    "archive_contact": Editor.archive_contact,
    "rename_contact": Editor.rename_contact,
    "update_item": Editor.update_item,
    "draft_credit": Editor.draft_credit,
    "void_credit": draft_and_void,
    "delete_money": Editor.delete_money,
    "delete_transfer": Editor.delete_transfer,
    "delete_order": Editor.delete_order,
    "archive_account": Editor.archive_account,
}


@pytest.fixture
def book() -> Book:
    return generate(Story(invoices=200), 0)


def latest(book: Book) -> datetime:
    return max(each.latest() for each in book.edited())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 99)), max_size=12))
def test_any_sequence_of_edits_keeps_the_ledger_in_balance(edits: list[tuple[str, int]]) -> None:
    book = generate(Story(invoices=80), 0)
    for name, seed in edits:
        with suppress(EditError):  # too few left to edit so: the books must balance all the same
            EDITS[name](Editor(book, NOW), Target(count=2, seed=seed))
    balance, facts = trial_balance(book), summary(book, date(2026, 11, 24))
    assert sum(balance.values()) == 0
    assert str(balance[chart.RECEIVABLES]) == facts["receivables"]
    assert str(-balance[chart.PAYABLES]) == facts["payables"]


@pytest.mark.parametrize("name", sorted(EDITS))
@pytest.mark.parametrize("now", [NOW, datetime(2020, 1, 1, tzinfo=UTC)], ids=["later", "earlier"])
def test_an_edit_moves_the_last_change_strictly_forward(
    book: Book, name: str, now: datetime
) -> None:
    before = latest(book)
    changed = EDITS[name](Editor(book, now), Target(count=3))
    assert len(changed) == 3
    assert latest(book) > before


def test_each_touched_invoice_gets_its_own_later_instant(book: Book) -> None:
    before = latest(book)
    changed = [book.invoices[each] for each in Editor(book, NOW).touch(Target(count=20))]
    instants = sorted(each.updated_at for each in changed)
    assert len(set(instants)) == 20
    assert instants[0] > before
    assert [each.id for each in list(book.invoices)[-20:]] == [each.id for each in changed]


def test_an_import_at_once_shares_one_instant(book: Book) -> None:
    changed = Editor(book, NOW).import_at_once(Target(count=300))
    assert len({book.invoices[each].updated_at for each in changed}) == 1
    assert {book.invoices[each].kind for each in changed} == {DocumentKind.BILL}
    assert len(book.invoices) == 500


def test_a_payment_of_what_is_owed_settles_the_invoice_and_taking_it_back_opens_it(
    book: Book,
) -> None:
    (payment_id,) = Editor(book, NOW).pay(Target())
    document_id = book.payments[payment_id].document_id
    assert book.invoices[document_id].status is DocumentStatus.PAID
    Editor(book, NOW).delete_payment(Target(ids=(payment_id,)))
    assert book.payments[payment_id].is_deleted
    assert book.invoices[document_id].status is DocumentStatus.APPROVED
    assert book.invoices[document_id].outstanding > 0


def test_a_part_payment_leaves_the_rest_due(book: Book) -> None:
    (payment_id,) = Editor(book, NOW).pay(Target(), share=Decimal("0.25"))
    paid = book.invoices[book.payments[payment_id].document_id]
    assert paid.status is DocumentStatus.APPROVED
    assert paid.outstanding == paid.total - paid.paid - paid.allocated > 0


def test_a_changed_amount_changes_the_total(book: Book) -> None:
    before = {each.id: each.total for each in book.invoices}
    (changed,) = Editor(book, NOW).change_amount(Target(), factor=Decimal(3))
    assert book.invoices[changed].total > before[changed]


def test_a_deleted_item_vanishes_without_a_trace(book: Book) -> None:
    (gone,) = Editor(book, NOW).delete_item(Target())
    assert gone not in book.items
    assert all(item.id != gone for item in book.items)


def test_the_same_edit_on_the_same_book_changes_the_same_records() -> None:
    books = [generate(Story(invoices=50), 0) for _ in range(2)]
    changed = [Editor(book, NOW).create(Target(count=3, seed=5)) for book in books]
    assert changed[0] == changed[1]
    assert list(books[0].invoices) == list(books[1].invoices)


def test_an_edit_that_cannot_be_made_says_why(book: Book) -> None:
    editor = Editor(book, NOW)
    paid = next(each for each in book.invoices if each.status is DocumentStatus.PAID)
    with pytest.raises(EditError, match="cannot be edited"):
        editor.void(Target(ids=(paid.id,)))
    with pytest.raises(EditError, match="no record"):
        editor.touch(Target(ids=("nobody",)))
    with pytest.raises(EditError, match="Only"):
        editor.touch(Target(count=5000))


def named(records: Iterable[Any], meant: Callable[[Any], bool]) -> Target:
    return Target(ids=(next(each.id for each in records if meant(each)),))


UNFIT: dict[str, tuple[Edit, Callable[[Book], Target]]] = {
    "a credit that was used": (
        Editor.void_credit,
        lambda book: named(book.credits, lambda each: each.allocations),
    ),
    "one side of a transfer": (
        Editor.delete_money,
        lambda book: Target(ids=(next(iter(book.transfers)).out_id,)),
    ),
    "an account of the machinery": (
        Editor.archive_account,
        lambda book: named(book.accounts, lambda each: each.role),
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_record_that_is_named_must_be_fit_for_the_edit(book: Book, name: str) -> None:
    edit, unfit = UNFIT[name]
    with pytest.raises(EditError, match="cannot be edited so"):
        edit(Editor(book, NOW), unfit(book))
    assert not sum(trial_balance(book).values())


@pytest.mark.parametrize(
    "name", ["delete_money", "delete_transfer", "delete_order", "delete_payment"]
)
def test_what_is_deleted_is_not_deleted_again(book: Book, name: str) -> None:
    editor = Editor(book, NOW)
    target = Target(ids=tuple(EDITS[name](editor, Target())))
    with pytest.raises(EditError, match="cannot be edited so"):
        EDITS[name](editor, target)


def test_what_changed_since_an_instant_is_found_in_order(book: Book) -> None:
    boundary = latest(book) + timedelta(milliseconds=1)
    changed = Editor(book, NOW).touch(Target(count=5))
    assert [each.id for each in book.invoices.since(boundary)] == changed
