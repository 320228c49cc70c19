"""The businesses of a simulator; a book is made when it is first needed."""

import gc
from datetime import date, datetime
from functools import cached_property

from local.providers.books.book import Book
from local.providers.books.edits import Editor
from local.providers.books.facts import summary
from local.providers.books.generate import Story, generate, organisation
from local.providers.books.ledger import ledger_of
from local.providers.books.model import Organisation
from local.providers.simulation.orders import EditOrder, perform


class Company:
    """One business: its master data at once, its book when asked for."""

    def __init__(self, story: Story, number: int) -> None:
        self._story, self.number = story, number
        self.organisation: Organisation = organisation(story, number)
        self.edits: list[tuple[EditOrder, datetime]] = []
        self._facts: tuple[tuple[int, date], dict[str, object]] | None = None

    @property
    def id(self) -> str:
        """Identify the business, and its tenant at the provider."""
        return self.organisation.id

    def edit(self, order: EditOrder, at: datetime) -> list[str]:
        """Edit the book and remember the edit; gives the changed ids, raises EditError."""
        changed = self._perform(self.book, order, at)
        self.edits.append((order, at))
        return changed

    @staticmethod
    def _perform(book: Book, order: EditOrder, at: datetime) -> list[str]:
        """Edit a book whose ledger has all that went before: journals keep their numbers."""
        ledger_of(book)
        return perform(order, Editor(book, at))

    def facts(self, today: date) -> dict[str, object]:
        """Compute the facts of the book; kept until the book or the day changes."""
        key = (self.book.version, today)
        if self._facts is None or self._facts[0] != key:
            self._facts = (key, summary(self.book, today))
        return self._facts[1]

    @cached_property
    def book(self) -> Book:
        """Make the book; some seconds for a hundred thousand documents."""
        book = generate(self._story, self.number)
        for order, at in self.edits:
            self._perform(book, order, at)
        # A full collection over a million records that stay would hold up a call for 0.3 s.
        gc.freeze()
        return book


class World:
    """All businesses that the simulated user may share."""

    def __init__(self, story: Story, *, organisations: int = 3) -> None:
        self.story = story
        self.companies = [Company(story, number) for number in range(organisations)]
        self._by_id = {company.id: company for company in self.companies}

    def find(self, key: str) -> Company | None:
        """Find a business by its id, its position from 0, or its name."""
        if key in self._by_id:
            return self._by_id[key]
        if key.isascii() and key.isdigit() and int(key) < len(self.companies):
            return self.companies[int(key)]
        named = (each for each in self.companies if each.organisation.name == key)
        return next(named, None)
