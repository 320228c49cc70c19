"""Make the documents of a book and what happened to them until the story ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from local.providers.books import chart
from local.providers.books.book import Book, Timeline
from local.providers.books.chance import Chance
from local.providers.books.lines import discounted, price
from local.providers.books.model import (
    Allocation,
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    Line,
    LineAmounts,
    Payment,
    cents,
)
from local.providers.books.names import OVERHEADS
from local.providers.books.postings import in_base

RATES = {"GBP": None, "EUR": 1_170_000, "USD": 1_270_000}
TERMS = (7, 14, 30, 30, 30, 60)
DISCOUNTS = tuple(Decimal(rate) for rate in (5, 10, "12.5", 15))
QUANTITIES = tuple(Decimal(each) for each in (1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 24, "2.5"))
BULK_QUANTITIES = tuple(Decimal(each) for each in (250, 500, 500, 1000, 1000, 2500))
REFERENCES = ("Order by phone", "PO {n}", "PO-{n}", "Repeat order", "Site {n}", "Quote Q{n}", "")
ONE = Decimal(1)


class Told(Protocol):
    """The part of the story that documents depend on."""

    @property
    def invoices(self) -> int:
        """Count invoices and bills together."""

    @property
    def until(self) -> date:
        """Give the day on which the story ends."""

    @property
    def bulk_import(self) -> int:
        """Count the documents that share one instant of last change."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is decided about a document before its lines are written."""

    kind: DocumentKind
    contact: Contact
    issued_on: date
    line_amounts: LineAmounts


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed for a line before it is priced."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    account_code: str
    usual_tax: str
    item_code: str | None = None
    discount_rate: Decimal | None = None


class DocumentMaker:
    """Fills a book with documents, payments and credits that agree with each other."""

    def __init__(
        self, book: Book, contacts: Sequence[Contact], *, story: Told, chance: Chance
    ) -> None:
        self._book, self._story, self._chance = book, story, chance
        split = max(1, len(contacts) * 2 // 3)
        self._customers, self._suppliers = contacts[:split], contacts[split * 9 // 10 : -1]
        items = list(book.items)
        self._sold = [item for item in items if item.sale_price is not None]
        self._bought = [item for item in items if item.purchase_price is not None]
        self._starts = book.organisation.created_at.date()
        self._ends = datetime.combine(story.until, time(23, 59), UTC)
        self._sales = self._credit_numbers = 0
        self._documents: list[Document] = []
        self._credits: list[Document] = []
        self._payments: list[Payment] = []

    def fill(self) -> None:
        """Make all documents and put them into the book."""
        for position in range(self._story.invoices):
            self._tell(position)
        self._import_in_bulk()
        self._book.invoices = Timeline(self._documents)
        self._book.credits = Timeline(self._credits)
        self._book.payments = Timeline(self._payments)

    def write(self, kind: DocumentKind, contact: Contact, issued_on: date) -> Document:
        """Write one new draft with its lines, changed at some hour of its day of issue."""
        chance = self._chance
        draft = Draft(kind, contact, issued_on, self._line_amounts(kind, contact))
        due_on = issued_on + timedelta(days=chance.pick(TERMS))
        rate = self._rate(contact.currency)
        return Document(
            id=chance.uuid(),
            kind=kind,
            number=self._number(kind),
            reference=chance.pick(REFERENCES).format(n=chance.between(1000, 9999)),
            contact_id=contact.id,
            status=DocumentStatus.DRAFT,
            issued_on=issued_on,
            due_on=due_on,
            currency=contact.currency,
            rate=rate,
            line_amounts=draft.line_amounts,
            lines=tuple(self._line(draft) for _ in range(chance.pick((1, 1, 2, 2, 3, 4)))),
            updated_at=self._moment(issued_on),
        )

    def _tell(self, position: int) -> None:
        """Make one document and its whole life."""
        chance = self._chance
        share = (position + chance.share()) / self._story.invoices
        days = int((self._story.until - self._starts).days * share**0.8)
        issued_on = self._starts + timedelta(days=days)
        is_sale = chance.happens(0.62)
        pool = self._customers if is_sale else self._suppliers
        contact = pool[int(len(pool) * chance.share() ** 2)]
        kind = DocumentKind.INVOICE if is_sale else DocumentKind.BILL
        document = self._approve(self.write(kind, contact, issued_on))
        if document.status is DocumentStatus.APPROVED:
            document = self._credit(document)
            document = self._settle(document)
        if chance.happens(0.1):
            later = document.updated_at + timedelta(days=chance.share() * 20)
            document = replace(document, updated_at=self._clip(later))
        self._documents.append(document)

    def _approve(self, document: Document) -> Document:
        """Decide how far a document got; old ones seldom stay drafts."""
        chance = self._chance
        age = (self._story.until - document.issued_on).days
        draw = chance.share() * (1 if age > 45 else 0.2)
        status = DocumentStatus.APPROVED
        if draw < 0.012:
            status = DocumentStatus.DELETED
        elif draw < 0.030:
            status = DocumentStatus.VOIDED
        elif draw < 0.038:
            status = DocumentStatus.SUBMITTED
        elif draw < 0.050:
            status = DocumentStatus.DRAFT
        sent = document.kind.is_sale and status.is_posted and chance.happens(0.85)
        later = self._clip(document.updated_at + timedelta(minutes=chance.share() * 2000))
        return replace(document, status=status, is_sent=sent, updated_at=later)

    def _credit(self, document: Document) -> Document:
        """Give credit for the first line of one document in twenty; some of it stays unused."""
        chance = self._chance
        if not chance.happens(0.05):
            return document
        credit = self._credit_for(document)
        amount = min(credit.total, document.total)
        draw = chance.share()
        if draw < 0.25 or not amount:
            status = DocumentStatus.DRAFT if draw < 0.05 else DocumentStatus.APPROVED
            self._credits.append(replace(credit, status=status))
            return document
        if draw < 0.45:
            amount = max(cents(amount / 2), Decimal("0.01"))
        allocation = Allocation(
            chance.uuid(), credit.id, document.id, amount, credit.updated_at.date()
        )
        used_up = amount == credit.total
        status = DocumentStatus.PAID if used_up else DocumentStatus.APPROVED
        self._credits.append(replace(credit, status=status, allocations=(allocation,)))
        settled = replace(document, allocations=(allocation,), updated_at=credit.updated_at)
        return paid_when_settled(settled)

    def _credit_for(self, document: Document) -> Document:
        is_sale = document.kind.is_sale
        kind = DocumentKind.CREDIT_NOTE if is_sale else DocumentKind.SUPPLIER_CREDIT
        later = self._clip(document.updated_at + timedelta(days=1 + self._chance.share() * 9))
        return replace(
            document,
            id=self._chance.uuid(),
            kind=kind,
            number=self._number(kind),
            reference=f"Return from {document.number}",
            issued_on=later.date(),
            due_on=later.date(),
            lines=(replace(document.lines[0], id=self._chance.uuid()),),
            updated_at=later,
        )

    def _settle(self, document: Document) -> Document:
        """Pay a document in full, in part, or not yet."""
        chance = self._chance
        overdue = (self._story.until - document.due_on).days
        probability = 0.95 if overdue > 30 else 0.6 if overdue > 0 else 0.15
        due = document.outstanding
        if not due or not chance.happens(probability):
            return document
        parts = [due]
        draw = chance.share()
        if draw < 0.09 and due > 1:
            first = cents(due * Decimal(chance.between(20, 70)) / 100)
            parts = [first] if draw < 0.05 else [first, due - first]
        for part in parts:
            document = self._pay(document, part)
        return paid_when_settled(document)

    def _pay(self, document: Document, amount: Decimal) -> Document:
        """Add a payment; one in a hundred was first entered wrongly and taken back."""
        payment = self._payment(document, amount)
        self._payments.append(payment)
        if self._chance.happens(0.01):
            self._payments.append(
                replace(payment, id=self._chance.uuid(), is_deleted=True, is_reconciled=False)
            )
        return replace(
            document,
            payments=(*document.payments, payment),
            updated_at=max(document.updated_at, payment.updated_at),
        )

    def _payment(self, document: Document, amount: Decimal) -> Payment:
        chance = self._chance
        when = document.updated_at + timedelta(days=1 + chance.share() * 40)
        when = self._clip(when)
        euros = document.currency == "EUR"
        rate = self._rate(document.currency)
        bank = chart.EURO_ACCOUNT if euros else chart.CURRENT_ACCOUNT
        if not euros and chance.happens(0.05):
            bank = chart.SAVINGS_ACCOUNT
        return Payment(
            id=chance.uuid(),
            document_id=document.id,
            account_code=bank,
            paid_on=when.date(),
            amount=amount,
            bank_amount=amount if euros else in_base(amount, rate),
            rate=rate,
            reference=document.number if chance.happens(0.7) else "",
            updated_at=when,
            is_reconciled=chance.happens(0.8),
        )

    def _line(self, draft: Draft) -> Line:
        overhead = not draft.kind.is_sale and self._chance.happens(0.45)
        terms = self._overhead_terms(draft) if overhead else self._item_terms(draft)
        tax_code = self._tax_code(draft, terms.usual_tax)
        percent = self._book.tax_rates[tax_code].percent
        amount = discounted(terms.quantity, terms.unit_price, terms.discount_rate)
        net, tax = price(amount, percent=percent, line_amounts=draft.line_amounts)
        tracked = not overhead and self._chance.happens(0.3)
        return Line(
            id=self._chance.uuid(),
            description=terms.description,
            quantity=terms.quantity,
            unit_price=terms.unit_price,
            account_code=terms.account_code,
            tax_code=tax_code,
            net=net,
            tax=tax,
            item_code=terms.item_code,
            discount_rate=terms.discount_rate,
            tracking=self._chance.pick(self._book.tracking_options) if tracked else None,
        )

    def _item_terms(self, draft: Draft) -> Terms:
        """Choose an item and how much of it; one sales line in twelve has a discount."""
        chance, is_sale = self._chance, draft.kind.is_sale
        item = chance.pick(self._sold if is_sale else self._bought)
        unit_price = (item.sale_price if is_sale else item.purchase_price) or ONE
        quantity = chance.pick(BULK_QUANTITIES if unit_price < 5 else QUANTITIES)
        if unit_price > 250:
            quantity = Decimal(chance.between(1, 3))
        return Terms(
            description=item.description,
            quantity=quantity,
            unit_price=unit_price,
            account_code=item.sale_account if is_sale else item.purchase_account,
            usual_tax=item.sale_tax if is_sale else item.purchase_tax,
            item_code=item.code,
            discount_rate=chance.pick(DISCOUNTS) if is_sale and chance.happens(0.08) else None,
        )

    def _overhead_terms(self, draft: Draft) -> Terms:
        """Choose an overhead, bought without an item."""
        description, account_code, tax = self._chance.pick(OVERHEADS)
        return Terms(
            description=f"{description}, {draft.issued_on:%B %Y}",
            quantity=ONE,
            unit_price=Decimal(self._chance.between(1200, 69_900)).scaleb(-2),
            account_code=account_code,
            usual_tax=f"{tax}-purchases",
        )

    def _tax_code(self, draft: Draft, usual: str) -> str:
        """Zero-rate what crosses the border, and leave tax off where the document has none."""
        if draft.line_amounts is LineAmounts.NO_TAX:
            return chart.NO_TAX
        if draft.contact.currency != self._book.organisation.base_currency:
            return chart.ZERO_SALES if draft.kind.is_sale else chart.ZERO_PURCHASES
        return usual

    def _line_amounts(self, kind: DocumentKind, contact: Contact) -> LineAmounts:
        draw = self._chance.share()
        if draw < 0.03:
            return LineAmounts.NO_TAX
        consumer = kind.is_sale and not contact.company_number
        return (
            LineAmounts.INCLUSIVE if draw < (0.5 if consumer else 0.08) else LineAmounts.EXCLUSIVE
        )

    def _number(self, kind: DocumentKind) -> str:
        if kind is DocumentKind.INVOICE:
            self._sales += 1
            return f"INV-{self._sales:04}"
        if kind is DocumentKind.CREDIT_NOTE:
            self._credit_numbers += 1
            return f"CN-{self._credit_numbers:04}"
        prefix = self._chance.pick(("SI", "A", "R", "26/", "No. "))
        return f"{prefix}{self._chance.between(100, 99999)}"

    def _rate(self, currency: str) -> Decimal:
        """Draw the day's rate in foreign units for one pound, six decimals."""
        middle = RATES[currency]
        if middle is None:
            return ONE
        return Decimal(middle + self._chance.between(-30_000, 30_000)).scaleb(-6)

    def _moment(self, day: date) -> datetime:
        """Draw a moment of the working day, to the millisecond."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return midnight + timedelta(milliseconds=28_800_000 + self._chance.below(36_000_000))

    def _clip(self, moment: datetime) -> datetime:
        """Keep a moment within the story, and to the millisecond."""
        if moment > self._ends:
            moment = self._ends - timedelta(milliseconds=self._chance.below(50_000_000))
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def _import_in_bulk(self) -> None:
        """Let an import touch the first documents in one instant."""
        instant = self._ends - timedelta(days=2)
        for position in range(min(self._story.bulk_import, len(self._documents))):
            touched = replace(self._documents[position], updated_at=instant)
            self._documents[position] = touched


def paid_when_settled(document: Document) -> Document:
    """Let the status follow what is outstanding."""
    if document.outstanding:
        return document
    return replace(document, status=DocumentStatus.PAID)
