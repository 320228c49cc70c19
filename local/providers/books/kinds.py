"""What a record of a book is, and whether it is gone."""

from local.providers.books.book import Book, Removed
from local.providers.books.model import (
    Account,
    Contact,
    Document,
    DocumentStatus,
    Item,
    Payment,
)

Kept = Account | Contact | Document | Item | Payment | Removed


def kind_of(record: object) -> str:
    """Name a record's kind: `invoice`, `bill`, `payment`, `contact`, `item`, ..."""
    if isinstance(record, Document):
        return record.kind.value
    return record.kind if isinstance(record, Removed) else type(record).__name__.lower()


def is_gone(record: object) -> bool:
    """Tell deleted documents and payments, and what has vanished; voided ones are still there."""
    if isinstance(record, Document):
        return record.status is DocumentStatus.DELETED
    return isinstance(record, Removed) or (isinstance(record, Payment) and record.is_deleted)


def find_record(book: Book, record_id: str) -> Kept | None:
    """Find a record that can change, or what is left of one, by its id."""
    for timeline in (book.invoices, book.credits, book.payments, book.contacts, book.items):
        if (record := timeline.get(record_id)) is not None:
            return record
    return book.removed.get(record_id)
