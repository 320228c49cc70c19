"""What an edit of the books means for those who are told of it."""

from collections.abc import Iterator, Sequence
from typing import Literal

from local.providers.books.book import Book
from local.providers.books.kinds import find_record, is_gone, kind_of
from local.providers.books.model import Payment
from local.providers.simulation.hooks import Change
from local.providers.simulation.orders import EditOrder

_CREATING = frozenset({"create", "draft-credit", "import-at-once", "pay"})


def changes_of(book: Book, order: EditOrder, ids: Sequence[str]) -> list[Change]:
    """List what an edit did, a payment's document included."""
    return [change for each in ids for change in _changes(book, order, each)]


def _changes(book: Book, order: EditOrder, record_id: str) -> Iterator[Change]:
    record = find_record(book, record_id)
    action: Literal["created", "changed", "deleted"] = "changed"
    if is_gone(record):
        action = "deleted"
    elif order.operation in _CREATING:
        action = "created"
    yield Change(kind_of(record), record_id, action)
    if isinstance(record, Payment):
        document = book.document(record.document_id)
        yield Change(kind_of(document), document.id, "changed")
