"""What a record of a book is, and whether it is gone."""

from local.providers.books.book import Book, Removed
from local.providers.books.model import (
    Account,
    Contact,
    Document,
    DocumentStatus,
    Item,
    Payment,
    Transfer,
)

Kept = Account | Contact | Document | Item | Payment | Removed | Transfer


def kind_of(record: object) -> str:
    """Name a record's kind: `invoice`, `bill`, `payment`, `contact`, `item`, ..."""
    if isinstance(record, Document):
        return record.kind.value
    return record.kind if isinstance(record, Removed) else type(record).__name__.lower()


def is_gone(record: object) -> bool:
    """Tell what was deleted, and what has vanished; voided documents are still there."""
    if isinstance(record, Document):
        return record.status is DocumentStatus.DELETED
    if isinstance(record, Payment | Transfer):
        return record.is_deleted
    return isinstance(record, Removed)


def find_record(book: Book, record_id: str) -> Kept | None:
    """Find a record that can change, or what is left of one, by its id."""
    return next((found for each in book.edited() if (found := each.get(record_id))), None)
