"""What a call selects of a list: filtered and sorted, before a page is cut out of it."""

from collections import OrderedDict

from local.providers.books.book import Book, Timeline
from local.providers.kit.asked import Asked
from local.providers.kit.declared import Resource, stays
from local.providers.kit.paging import Native, Rows

KEPT = 16


def select(resource: Resource, book: Book, asked: Asked) -> Rows:
    """Select records; raises BadRequest."""
    records = resource.records(book)
    timeline = records if isinstance(records, Timeline) else None
    rows = Rows(list(records), resource.key, resource.modified, timeline)
    if not resource.feed and resource.gone is not stays:
        rows = rows.only([each for each in rows.records if not resource.gone(each)])
    for each in resource.filters:
        rows = each.of(rows, asked)
    return rows


def find(resource: Resource, book: Book, key: str) -> Native | None:
    """Find a record by the key in its path, or by a name that it is known by too."""
    records = resource.records(book)
    if isinstance(records, Timeline) and (record := records.get(key)) is not None:
        return record
    found = (each for each in records if key == resource.key(each) or key in resource.names(each))
    return next(found, None)


class Selections:
    """Selects, or takes the selection that an equal call made of the same version of a book."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Rows] = OrderedDict()

    def of(self, resource: Resource, book: Book, asked: Asked) -> Rows:
        """Select; raises BadRequest."""
        narrowed = tuple(asked.given(each.reads) for each in resource.filters)
        version = (book.organisation.id, book.version, asked.now.date())
        key = (*version, resource.name, *narrowed)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._kept[key] = rows = select(resource, book, asked)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return rows
