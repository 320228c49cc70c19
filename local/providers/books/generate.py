"""Make the book of a small British business from a seed; the same seed makes the same book."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from local.providers.books import chart
from local.providers.books.bank import BankMaker
from local.providers.books.book import Book, Timeline
from local.providers.books.chance import Chance
from local.providers.books.documents import DocumentMaker
from local.providers.books.model import Account, Contact, Item, Organisation, TrackingOption
from local.providers.books.names import (
    BUSINESS_PREFIXES,
    BUSINESS_WORDS,
    FIRST_NAMES,
    FOREIGN_PLACES,
    LAST_NAMES,
    PLACES,
    REGIONS,
    STREETS,
    TRADES,
    Trade,
)

STORY_ENDS = date(2026, 10, 31)
STORY_DAYS = 3 * 365


@dataclass(frozen=True, slots=True)
class Story:
    """What to tell: `invoices` counts sales invoices and bills together; it ends on `until`.

    With `bulk_import`, that many of the invoices and bills share one instant of last change.
    """

    seed: int = 1
    invoices: int = 1000
    until: date = STORY_ENDS
    bulk_import: int = 0

    def chance(self, number: int) -> Chance:
        """Give the source of chance of one organisation."""
        return Chance(f"{self.seed}/{number}")


def organisation(story: Story, number: int) -> Organisation:
    """Make the organisation with this number, from 0; cheap, without its records."""
    chance, trade = story.chance(number), TRADES[number % len(TRADES)]
    branch = number // len(TRADES)
    name = f"{trade.business.removesuffix(' Ltd')} ({branch + 1}) Ltd" if branch else trade.business
    started = story.until - timedelta(days=STORY_DAYS)
    domain = trade.business.split(" Ltd", maxsplit=1)[0].lower().replace(" & ", "-")
    return Organisation(
        id=chance.uuid(),
        name=name.removesuffix(" Ltd"),
        legal_name=name,
        trade=trade.trade,
        registration_number=f"{chance.between(4_000_000, 15_999_999):08}",
        tax_number=f"GB{chance.between(100_000_000, 999_999_999)}",
        street=trade.street,
        city=trade.city,
        postcode=trade.postcode,
        phone=f"01{chance.between(10, 99)}4 {chance.between(100_000, 999_999)}",
        email=f"accounts@{domain.replace(' ', '-')}.example",
        created_at=datetime.combine(started, time(9, 12, 44, 120_000), UTC),
    )


def generate(story: Story, number: int) -> Book:
    """Make the whole book of the organisation with this number."""
    owner = organisation(story, number)
    chance = Chance(f"{story.seed}/{number}/book")
    trade = TRADES[number % len(TRADES)]
    book = Book(owner, tax_rates=chart.TAX_RATES)
    book.tracking_category = (chance.uuid(), "Region")
    book.tracking_options = tuple(TrackingOption(chance.uuid(), name) for name in REGIONS)
    with without_garbage_collection():
        book.accounts = Timeline(_accounts(chance, owner))
        book.items = Timeline(_items(chance, trade, owner.created_at))
        contacts = list(_contacts(chance, story, owner.created_at))
        book.contacts = Timeline(contacts)
        book.index()
        DocumentMaker(book, contacts, story=story, chance=chance).fill()
        beside = Chance(f"{story.seed}/{number}/beside")
        orders = DocumentMaker(book, contacts, story=story, chance=beside)
        BankMaker(book, contacts, beside).fill(orders)
        book.index()
    return book


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Spare the collector a million young objects that all survive; halves the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _accounts(chance: Chance, owner: Organisation) -> Iterator[Account]:
    """Make the chart of accounts; bank accounts take payments."""
    numbers = chart.BANK_NUMBERS | {chart.EURO_ACCOUNT: chart.EURO_ACCOUNT_NUMBER}
    for position, (code, name, kind, tax_code, role) in enumerate(chart.ACCOUNTS):
        is_bank = code in numbers
        bank_currency = "EUR" if code == chart.EURO_ACCOUNT else owner.base_currency
        yield Account(
            id=chance.uuid(),
            code=code,
            name=name,
            kind=kind,
            tax_code=tax_code,
            description="" if is_bank else f"{name} of {owner.name}",
            updated_at=owner.created_at + timedelta(seconds=position, milliseconds=137 * position),
            role=role,
            bank_number=numbers.get(code),
            currency=bank_currency if is_bank else None,
            takes_payments=is_bank,
            is_archived=name == "Prepayments",
        )


def _items(chance: Chance, trade: Trade, since: datetime) -> Iterator[Item]:
    """Make the price list of a trade."""
    for position, ware in enumerate(trade.wares):
        tax = (f"{ware.tax}-sales", f"{ware.tax}-purchases")
        yield Item(
            id=chance.uuid(),
            code=f"{ware.name.split(maxsplit=1)[0][:4].upper().strip(',')}-{100 + position}",
            name=ware.name[:50],
            description=ware.name,
            sale_price=Decimal(ware.sale) if ware.sale else None,
            sale_account=ware.account,
            sale_tax=tax[0],
            purchase_price=Decimal(ware.purchase) if ware.purchase else None,
            purchase_account="310",
            purchase_tax=tax[1],
            updated_at=since
            + timedelta(days=chance.between(1, 900), milliseconds=chance.below(9**7)),
        )


def _contacts(chance: Chance, story: Story, since: datetime) -> Iterator[Contact]:
    """Make customers and suppliers, about one for eight documents; names do not repeat."""
    count = min(max(24, story.invoices // 8), 2500)
    taken: set[str] = set()
    for number in range(count):
        first, last = chance.pick(FIRST_NAMES), chance.pick(LAST_NAMES)
        is_person = chance.happens(0.18)
        name = _unused(taken, f"{first} {last}" if is_person else _business_name(chance, last))
        place = _address(chance)
        slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        yield Contact(
            id=chance.uuid(),
            name=name,
            first_name=first,
            last_name=last,
            email=f"{first.lower()}.{last.lower()}@{slug[:24]}.example",
            phone=f"{chance.between(200_000, 899_999)}",
            mobile=f"07{chance.between(100_000_000, 999_999_999)}" if chance.happens(0.6) else "",
            account_number=f"C{1000 + number}",
            tax_number="" if is_person else f"GB{chance.between(100_000_000, 999_999_999)}",
            company_number="" if is_person else f"{chance.between(2_000_000, 15_999_999):08}",
            updated_at=since
            + timedelta(days=chance.below(STORY_DAYS - 3), milliseconds=chance.below(86_400_000)),
            is_archived=number % 29 == 7,
            **place,
        )


def _unused(taken: set[str], name: str) -> str:
    """Number a name that was taken before."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} {number}", number + 1
    taken.add(candidate)
    return candidate


def _business_name(chance: Chance, last: str) -> str:
    word = chance.pick(BUSINESS_WORDS)
    form = chance.below(4)
    if form == 0:
        return f"{last} & {chance.pick(LAST_NAMES)} {word}"
    if form == 1:
        return f"{last} {word} Ltd"
    if form == 2:
        return f"The {chance.pick(BUSINESS_PREFIXES)} {word}"
    return f"{chance.pick(BUSINESS_PREFIXES)} {word} Ltd"


def _address(chance: Chance) -> dict[str, str]:
    """Make an address and its currency; one in fourteen lies abroad."""
    street = f"{chance.between(1, 240)} {chance.pick(STREETS)}"
    if chance.happens(0.07):
        city, region, postcode, country, currency = chance.pick(FOREIGN_PLACES)
    else:
        city, region, area = chance.pick(PLACES)
        letters = f"{chance.pick('ABDEFGHJ')}{chance.pick('LNPQRSTU')}"
        postcode = f"{area}{chance.between(1, 29)} {chance.between(1, 9)}{letters}"
        country, currency = "United Kingdom", "GBP"
    return {
        "street": street,
        "city": city,
        "region": region,
        "postcode": postcode,
        "country": country,
        "currency": currency,
    }
