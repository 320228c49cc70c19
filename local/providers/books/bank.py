"""Make what a business does beside invoices and bills: money at the bank, entries by hand, orders.

It draws from a chance of its own, so that the invoices and bills are the same without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from local.providers.books import chart
from local.providers.books.book import Book, Timeline
from local.providers.books.chance import Chance
from local.providers.books.documents import DocumentMaker, paid_when_settled
from local.providers.books.lines import price
from local.providers.books.model import (
    Allocation,
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    Line,
    LineAmounts,
    ManualJournal,
    ManualLine,
    Payment,
    Transfer,
    cents,
)

SHARE_CAPITAL = Decimal("25000.00")
MORNING = timedelta(hours=8, milliseconds=125)
ONE = Decimal(1)

# What is spent or received at once: description, account, tax, and from how many to how many pence.
SPENDING = (
    ("Bank charges", "404", chart.EXEMPT_PURCHASES, 450, 2_900),
    ("Fuel", "449", chart.STANDARD_PURCHASES, 3_000, 11_000),
    ("Train tickets", "493", chart.ZERO_PURCHASES, 1_500, 18_000),
    ("Printer paper", "463", chart.STANDARD_PURCHASES, 900, 7_500),
    ("Post office", "425", chart.EXEMPT_PURCHASES, 300, 4_200),
)
RECEIVING = (
    ("Interest", "270", chart.NO_TAX, 120, 4_900),
    ("Counter sale", "200", chart.STANDARD_SALES, 600, 24_000),
    ("Scrap sold", "260", chart.STANDARD_SALES, 2_000, 16_000),
)
_ADVANCES = (
    (DocumentKind.CUSTOMER_OVERPAYMENT, DocumentKind.INVOICE),
    (DocumentKind.CUSTOMER_PREPAYMENT, DocumentKind.INVOICE),
    (DocumentKind.SUPPLIER_OVERPAYMENT, DocumentKind.BILL),
    (DocumentKind.SUPPLIER_PREPAYMENT, DocumentKind.BILL),
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What money or an advance is for, before tax is worked out."""

    description: str
    account_code: str
    tax_code: str
    amount: Decimal


class BankMaker:
    """Adds to a book that has its invoices, bills and payments."""

    def __init__(self, book: Book, contacts: Sequence[Contact], chance: Chance) -> None:
        self._book, self._chance = book, chance
        self._contacts = [each for each in contacts if each.currency == "GBP"]
        self._starts = book.organisation.created_at.date()
        self._ends = max(each.issued_on for each in book.invoices)
        self._money: list[Document] = []
        self._payments: list[Payment] = []
        self._credits: list[Document] = []

    def fill(self, maker: DocumentMaker) -> None:
        """Make it all and put it into the book; `maker` writes the orders."""
        count = len(self._book.invoices)
        self._money.append(self._capital())
        for _ in range(6 + count // 15):
            self._money.append(self._spent_or_received())
        self._give_advances(2 + min(count // 100, 300))
        self._pay_credits_back()
        transfers = [self._transfer() for _ in range(4 + count // 120)]
        self._money += [side for each in transfers for side in self._sides(each)]
        book = self._book
        book.transfers = Timeline(transfers)
        book.bank_transactions = Timeline(self._money)
        book.overpayments = Timeline(e for e in self._credits if e.kind.endswith("overpayment"))
        book.prepayments = Timeline(e for e in self._credits if e.kind.endswith("prepayment"))
        book.payments = Timeline([*book.payments, *self._payments])
        book.manual_journals = Timeline(self._manual_journals())
        book.orders = Timeline(self._orders(maker, 3 + count // 40))

    def _capital(self) -> Document:
        """Let the owners pay the share capital in."""
        purpose = Purpose("Share capital", chart.SHARE_CAPITAL, chart.NO_TAX, SHARE_CAPITAL)
        return self._moved(DocumentKind.RECEIVED, self._contacts[0], self._starts, purpose)

    def _spent_or_received(self) -> Document:
        chance = self._chance
        is_spent = chance.happens(0.7)
        name, account, tax, low, high = chance.pick(SPENDING if is_spent else RECEIVING)
        amount = Decimal(chance.between(low, high)).scaleb(-2)
        kind = DocumentKind.SPENT if is_spent else DocumentKind.RECEIVED
        purpose = Purpose(name, account, tax, amount)
        made = self._moved(kind, chance.pick(self._contacts), self._day(), purpose)
        deleted = chance.happens(0.02)
        return replace(made, status=DocumentStatus.DELETED) if deleted else made

    def _moved(self, kind: DocumentKind, contact: Contact, day: date, for_: Purpose) -> Document:
        """Write money that moved; now and then its line is tracked."""
        chance, percent = self._chance, self._book.tax_rates[for_.tax_code].percent
        net, tax = price(for_.amount, percent=percent, line_amounts=LineAmounts.INCLUSIVE)
        tracked = chance.happens(0.2) and not kind.is_advance
        line = Line(
            id=chance.uuid(),
            description=for_.description,
            quantity=ONE,
            unit_price=for_.amount,
            account_code=for_.account_code,
            tax_code=for_.tax_code,
            net=net,
            tax=tax,
            tracking=chance.pick(self._book.tracking_options) if tracked else None,
        )
        return Document(
            id=chance.uuid(),
            kind=kind,
            number="",
            reference=for_.description if chance.happens(0.5) else "",
            contact_id=contact.id,
            status=DocumentStatus.APPROVED,
            issued_on=day,
            due_on=day,
            currency="GBP",
            rate=ONE,
            line_amounts=LineAmounts.INCLUSIVE,
            lines=(line,),
            updated_at=self._at(day),
            bank_code=chart.CURRENT_ACCOUNT,
            is_reconciled=chance.happens(0.8),
        )

    def _give_advances(self, count: int) -> None:
        """Let contacts pay too much or too early: set against an open document, or left open."""
        for position in range(count):
            kind, document_kind = _ADVANCES[position % len(_ADVANCES)]
            open_ones = [
                each
                for each in self._sample()
                if each.kind is document_kind
                and each.status is DocumentStatus.APPROVED
                and each.outstanding > 1
            ]
            paid = next(iter(open_ones), None)
            contact = self._book.contacts[paid.contact_id] if paid else self._contacts[position]
            advance = self._advance(kind, contact)
            if paid is not None and position % 3 != 2:
                advance = self._set_against(paid, advance)
            self._credits.append(advance)

    def _sample(self) -> Sequence[Document]:
        """Draw some documents in the base currency to look for open ones among."""
        size = min(len(self._book.invoices), 400)
        drawn = self._chance.sample(list(self._book.invoices.since(self._at(self._starts))), size)
        return [each for each in drawn if each.currency == "GBP"]

    def _advance(self, kind: DocumentKind, contact: Contact) -> Document:
        """Make an advance, and the bank transaction that made it."""
        amount = Decimal(self._chance.between(1_500, 90_000)).scaleb(-2)
        account = chart.RECEIVABLES if kind.is_sale else chart.PAYABLES
        purpose = Purpose("Paid on account", account, chart.NO_TAX, amount)
        advance = self._moved(kind, contact, self._day(), purpose)
        money = replace(advance, id=self._chance.uuid(), made_id=advance.id)
        self._money.append(money)
        return advance

    def _set_against(self, document: Document, advance: Document) -> Document:
        """Settle what a document owes from an advance, as far as both go."""
        amount = min(document.outstanding, advance.total)
        day = max(document.issued_on, advance.issued_on)
        given = Allocation(self._chance.uuid(), advance.id, document.id, amount, day)
        at = max(document.updated_at, self._at(day))
        allocations = (*document.allocations, given)
        self._book.invoices.put(
            paid_when_settled(replace(document, allocations=allocations, updated_at=at))
        )
        return paid_when_settled(replace(advance, allocations=(given,), updated_at=self._at(day)))

    def _pay_credits_back(self) -> None:
        """Pay back what is left of one credit note in three and one advance in four."""
        for position, each in enumerate(list(self._book.credits)):
            if position % 3 == 0 and self._can_be_paid_back(each):
                self._book.credits.put(self._paid_back(each))
        for position, each in enumerate(self._credits):
            if position % 4 == 0 and self._can_be_paid_back(each):
                self._credits[position] = self._paid_back(each)

    @staticmethod
    def _can_be_paid_back(credit: Document) -> bool:
        is_open = credit.status is DocumentStatus.APPROVED and credit.outstanding > 0
        return is_open and credit.currency == "GBP"

    def _paid_back(self, credit: Document) -> Document:
        day = min(credit.updated_at.date() + timedelta(days=9), self._ends)
        day = max(day, credit.issued_on)
        at = max(credit.updated_at, self._at(day))
        payment = Payment(
            id=self._chance.uuid(),
            document_id=credit.id,
            account_code=chart.CURRENT_ACCOUNT,
            paid_on=day,
            amount=credit.outstanding,
            bank_amount=credit.outstanding,
            rate=credit.rate,
            reference="Refund",
            updated_at=at,
            is_reconciled=True,
        )
        self._payments.append(payment)
        return paid_when_settled(replace(credit, payments=(payment,), updated_at=at))

    def _transfer(self) -> Transfer:
        chance, day = self._chance, self._day()
        codes = [chart.CURRENT_ACCOUNT, chart.SAVINGS_ACCOUNT]
        if chance.happens(0.3):
            codes.reverse()
        id_, out_id, in_id = (chance.uuid() for _ in range(3))
        amount = Decimal(chance.between(2, 40) * 50).quantize(Decimal("0.01"))
        moment = self._at(day)
        return Transfer(
            id=id_,
            out_id=out_id,
            in_id=in_id,
            from_code=codes[0],
            to_code=codes[1],
            amount=amount,
            moved_on=day,
            reference="To savings" if codes[1] == chart.SAVINGS_ACCOUNT else "From savings",
            created_at=moment,
            updated_at=moment,
            is_reconciled=chance.happens(0.8),
        )

    def _sides(self, transfer: Transfer) -> Iterator[Document]:
        """Write the two bank transactions of a transfer, which post nothing by themselves."""
        for kind, id_, bank, other in (
            (DocumentKind.TRANSFER_OUT, transfer.out_id, transfer.from_code, transfer.to_code),
            (DocumentKind.TRANSFER_IN, transfer.in_id, transfer.to_code, transfer.from_code),
        ):
            purpose = Purpose(transfer.reference, other, chart.NO_TAX, transfer.amount)
            side = self._moved(kind, self._contacts[0], transfer.moved_on, purpose)
            yield replace(side, id=id_, bank_code=bank, is_reconciled=transfer.is_reconciled)

    def _manual_journals(self) -> Iterator[ManualJournal]:
        """Depreciate every month, and leave the last entry a draft."""
        day = self._starts
        while (day := _month_end(day)) <= self._ends:
            amount = cents(Decimal(self._chance.between(9_000, 15_000)) / 100)
            region = self._chance.pick(self._book.tracking_options)
            yield ManualJournal(
                id=self._chance.uuid(),
                narration=f"Depreciation, {day:%B %Y}",
                posted_on=day,
                lines=(
                    ManualLine("416", amount, "Depreciation of equipment", region),
                    ManualLine("720", -amount, "Depreciation of equipment"),
                ),
                updated_at=self._at(day),
                is_draft=_month_end(day + timedelta(days=1)) > self._ends,
            )
            day += timedelta(days=1)

    def _orders(self, maker: DocumentMaker, count: int) -> Iterator[Document]:
        """Write purchase orders of every status; a paid one is billed."""
        statuses = (
            *(DocumentStatus.PAID, DocumentStatus.PAID, DocumentStatus.APPROVED),
            *(DocumentStatus.DRAFT, DocumentStatus.SUBMITTED, DocumentStatus.DELETED),
        )
        for position in range(count):
            contact = self._chance.pick(self._contacts)
            order = maker.write(DocumentKind.BILL, contact, self._day())
            yield replace(
                order,
                kind=DocumentKind.ORDER,
                number=f"PO-{position + 1:04}",
                status=statuses[position % len(statuses)],
            )

    def _day(self) -> date:
        return self._starts + timedelta(
            days=self._chance.below((self._ends - self._starts).days + 1)
        )

    def _at(self, day: date) -> datetime:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return midnight + MORNING + timedelta(milliseconds=self._chance.below(3_600_000))


def _month_end(day: date) -> date:
    """Give the last day of a day's month."""
    first = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return first - timedelta(days=1)
