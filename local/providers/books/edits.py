"""Edits a bookkeeper makes while somebody reads the books.

Each edit keeps the book consistent and moves the last change of what it touches strictly forward.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from local.providers.books import chart
from local.providers.books.book import Book, Timeline
from local.providers.books.chance import Chance
from local.providers.books.documents import DocumentMaker
from local.providers.books.generate import Story
from local.providers.books.kinds import is_gone
from local.providers.books.lines import repriced
from local.providers.books.model import (
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    Item,
    Payment,
    cents,
)
from local.providers.books.postings import in_base

R = TypeVar("R")


class EditError(ValueError):
    """The edit cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which records to edit: these ids or, without any, `count` drawn by `seed`."""

    ids: tuple[str, ...] = ()
    count: int = 1
    seed: int = 1


class Editor:
    """Edits one book at one moment; each method gives the ids of the records it changed."""

    def __init__(self, book: Book, now: datetime) -> None:
        self._book, self._now = book, now

    def touch(self, target: Target) -> list[str]:
        """Give invoices or bills another reference."""
        changed = []
        for each in self._documents(target):
            before = each.reference.split("[", maxsplit=1)[0].rstrip()
            changed.append(
                self._put(each, reference=f"{before} [{self._book.version + 1}]".lstrip())
            )
        return changed

    def change_amount(self, target: Target, factor: Decimal = Decimal("1.1")) -> list[str]:
        """Reprice the first line of unpaid invoices or bills; totals and balances follow."""
        changed = []
        for each in self._documents(target, unsettled=True):
            first = each.lines[0]
            percent = self._book.tax_rates[first.tax_code].percent
            price = max((first.unit_price * factor).quantize(Decimal("0.0001")), Decimal("0.01"))
            line = repriced(first, price, percent=percent, line_amounts=each.line_amounts)
            changed.append(self._put(each, lines=(line, *each.lines[1:])))
        return changed

    def void(self, target: Target) -> list[str]:
        """Void approved invoices or bills without payments, and delete drafts."""
        return [self._void(each) for each in self._documents(target, unsettled=True)]

    def draft_credit(self, target: Target) -> list[str]:
        """Write credit notes that are drafts yet: of customers or, for odd seeds, suppliers."""
        kind = DocumentKind.SUPPLIER_CREDIT if target.seed % 2 else DocumentKind.CREDIT_NOTE
        written = self._written(target, kind)
        return [self._put(each, status=DocumentStatus.DRAFT) for each in written]

    def void_credit(self, target: Target) -> list[str]:
        """Void approved credit notes that nothing was settled with, and delete drafts."""
        unused = [each for each in self._book.credits if _is_unsettled(each)]
        return [self._void(each) for each in _choose(unused, target, self._book.credits.get)]

    def delete_money(self, target: Target) -> list[str]:
        """Delete money that was spent or received at once, as if it had never moved."""
        kinds, moved = (DocumentKind.SPENT, DocumentKind.RECEIVED), self._book.bank_transactions
        there = [each for each in moved if each.kind in kinds and not is_gone(each)]
        chosen = _choose(there, target, moved.get)
        return [self._delete(moved, each) for each in chosen]

    def delete_transfer(self, target: Target) -> list[str]:
        """Delete transfers, with what they moved on both accounts."""
        book = self._book
        there = [each for each in book.transfers if not each.is_deleted]
        chosen = _choose(there, target, book.transfers.get)
        for each in chosen:
            book.put_in(book.transfers, replace(each, is_deleted=True, updated_at=self._instant()))
            for side in (each.out_id, each.in_id):
                self._delete(book.bank_transactions, book.bank_transactions[side])
        return [each.id for each in chosen]

    def delete_order(self, target: Target) -> list[str]:
        """Delete purchase orders."""
        orders = self._book.orders
        chosen = _choose([each for each in orders if not is_gone(each)], target, orders.get)
        return [self._delete(orders, each) for each in chosen]

    def archive_account(self, target: Target) -> list[str]:
        """Archive accounts that are no bank's and have no part in the machinery."""
        accounts = self._book.accounts
        usual = [
            each for each in accounts if not (each.is_archived or each.bank_number or each.role)
        ]
        chosen = _choose(usual, target, accounts.get)
        for each in chosen:
            self._book.put_account(replace(each, is_archived=True, updated_at=self._instant()))
        return [each.id for each in chosen]

    def pay(self, target: Target, share: Decimal = Decimal(1)) -> list[str]:
        """Pay a share of what approved documents still owe; gives the payments' ids."""
        open_ones = self._documents(target, payable=True)
        return [self._pay(each, share) for each in open_ones]

    def delete_payment(self, target: Target) -> list[str]:
        """Take payments back; their documents owe the money again."""
        live = [each for each in self._book.payments if not each.is_deleted]
        changed = []
        for payment in _choose(live, target, self._book.payments.get):
            gone = replace(payment, is_deleted=True, updated_at=self._instant())
            self._book.put_payment(gone)
            self._restate(self._book.document(payment.document_id))
            changed.append(gone.id)
        return changed

    def create(self, target: Target, kind: DocumentKind = DocumentKind.INVOICE) -> list[str]:
        """Write new approved documents, dated today."""
        return [self._put(each) for each in self._written(target, kind)]

    def import_at_once(self, target: Target, kind: DocumentKind = DocumentKind.BILL) -> list[str]:
        """Write new documents that all share one instant of last change."""
        instant, changed = self._instant(), []
        for each in self._written(target, kind):
            self._book.put_document(replace(each, updated_at=instant))
            changed.append(each.id)
        return changed

    def archive_contact(self, target: Target) -> list[str]:
        """Archive contacts."""
        active = [each for each in self._book.contacts if not each.is_archived]
        return [
            self._put_contact(replace(each, is_archived=True, updated_at=self._instant()))
            for each in _choose(active, target, self._book.contacts.get)
        ]

    def rename_contact(self, target: Target) -> list[str]:
        """Give contacts a new name."""
        return [
            self._put_contact(replace(each, name=f"{each.name} (new)", updated_at=self._instant()))
            for each in _choose(list(self._book.contacts), target, self._book.contacts.get)
        ]

    def delete_item(self, target: Target) -> list[str]:
        """Delete items for good: they vanish from the list without a trace."""
        chosen = _choose(list(self._book.items), target, self._book.items.get)
        for item in chosen:
            self._book.remove_item(item.id, self._instant())
        return [item.id for item in chosen]

    def update_item(self, target: Target) -> list[str]:
        """Raise the sale price of items by a tenth."""
        return [
            self._put_item(each)
            for each in _choose(list(self._book.items), target, self._book.items.get)
        ]

    def _instant(self) -> datetime:
        return self._book.next_instant(self._now)

    def _put(self, document: Document, **changes: object) -> str:
        changed = replace(document, **changes, updated_at=self._instant())  # type: ignore[arg-type]
        self._book.put_document(changed)
        return document.id

    def _void(self, document: Document) -> str:
        posted = document.status.is_posted
        status = DocumentStatus.VOIDED if posted else DocumentStatus.DELETED
        return self._put(document, status=status)

    def _delete(self, timeline: Timeline[Document], document: Document) -> str:
        gone = replace(document, status=DocumentStatus.DELETED, updated_at=self._instant())
        self._book.put_in(timeline, gone)
        return document.id

    def _put_contact(self, contact: Contact) -> str:
        self._book.put_contact(contact)
        return contact.id

    def _put_item(self, item: Item) -> str:
        price = None if item.sale_price is None else item.sale_price * Decimal("1.1")
        rounded = None if price is None else price.quantize(Decimal("0.0001"))
        self._book.put_item(replace(item, sale_price=rounded, updated_at=self._instant()))
        return item.id

    def _documents(
        self, target: Target, *, unsettled: bool = False, payable: bool = False
    ) -> Sequence[Document]:
        """Choose documents, of those that owe what they should."""

        def qualifies(each: Document) -> bool:
            if payable:
                return each.status is DocumentStatus.APPROVED and each.outstanding > 0
            return not unsettled or _is_unsettled(each)

        candidates = [each for each in self._book.invoices if qualifies(each)]
        return _choose(candidates, target, self._book.invoices.get)

    def _written(self, target: Target, kind: DocumentKind) -> Sequence[Document]:
        contacts = [each for each in self._book.contacts if not each.is_archived]
        chance = Chance(f"{target.seed}/{self._book.version}/create")
        maker = DocumentMaker(self._book, contacts, story=Story(), chance=chance)
        written = []
        for position in range(target.count):
            document = maker.write(kind, chance.pick(contacts), self._now.date())
            number = document.number
            if kind is DocumentKind.INVOICE:
                number = f"INV-{len(self._book.invoices) + position + 1:04}N"
            elif kind is DocumentKind.CREDIT_NOTE:
                number = f"CN-{len(self._book.credits) + position + 1:04}N"
            written.append(replace(document, number=number, status=DocumentStatus.APPROVED))
        return written

    def _pay(self, document: Document, share: Decimal) -> str:
        amount = cents(document.outstanding * share)
        euros = document.currency == "EUR"
        payment = Payment(
            id=Chance(f"{document.id}/{self._book.version}").uuid(),
            document_id=document.id,
            account_code=chart.EURO_ACCOUNT if euros else chart.CURRENT_ACCOUNT,
            paid_on=self._now.date(),
            amount=amount,
            bank_amount=amount if euros else in_base(amount, document.rate),
            rate=document.rate,
            reference=document.number,
            updated_at=self._instant(),
        )
        self._book.put_payment(payment)
        self._restate(self._book.document(document.id))
        return payment.id

    def _restate(self, document: Document) -> None:
        """Let the status follow what is owed."""
        status = DocumentStatus.APPROVED if document.outstanding else DocumentStatus.PAID
        if status is not document.status:
            self._book.put_document(replace(document, status=status))


def _is_unsettled(document: Document) -> bool:
    gone = document.status in (DocumentStatus.VOIDED, DocumentStatus.DELETED)
    return not (gone or document.payments or document.allocations)


def _choose(candidates: Sequence[R], target: Target, find: Callable[[str], R | None]) -> list[R]:
    """Find the records named, or draw `count` different ones; raises EditError.

    The ones named must be candidates, as the ones drawn always are.
    """
    if target.ids:
        return [_fit(candidates, key, find(key)) for key in target.ids]
    if target.count > len(candidates):
        raise EditError(f"Only {len(candidates)} records can be edited so, not {target.count}")
    chance = Chance(f"{target.seed}/edit")
    return chance.sample(candidates, target.count)


def _fit(candidates: Sequence[R], key: str, record: R | None) -> R:
    if record is None:
        raise EditError(f"There is no record {key}")
    if record not in candidates:
        raise EditError(f"{key} is gone, settled or of another kind: it cannot be edited so")
    return record
