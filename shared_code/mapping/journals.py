"""Journal entries, from those that a provider tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared_code.errors import Reject
from shared_code.mapping.books import Books
from shared_code.mapping.companies import ToldCompany
from shared_code.mapping.days import midnight
from shared_code.mapping.lines import category_refs, tracked_refs
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.sharing import Unmade, account_ref, journal_ref
from shared_code.mapping.words import Unmapped
from shared_code.model.accounting.journal import Journal
from shared_code.model.accounting.journal_entry import JournalEntry
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import Status, TxnType


class ToldPosting(Native):
    """A posting as a provider tells it, in the base currency: a debit is positive."""

    account_id: Text = None
    account_name: Text = None
    description: Text = None
    amount: Amount | None = None
    categories: Sequence[Named] = ()


class ToldEntry(Native):
    """An entry as a provider tells it: its shape inherits this, and says its names as aliases."""

    id: str
    day: date | None = None
    created: datetime | None = None
    description: Text = None
    source_id: Text = None
    """What it was posted for."""
    source_type: Text = None
    lines: Sequence[ToldPosting] = ()


@dataclass(frozen=True, slots=True)
class EntryWords:
    """A provider's words for journal entries."""

    sources: Mapping[str, TxnType | None]
    """What its entries are posted for; None is what has no other record."""
    journal: str
    """What the one journal is called that the books have, which has the organisation's id."""


def journal(company: ToldCompany, _: Books, words: EntryWords) -> Journal:
    """Write the one journal that a company has, where the provider knows no others."""
    return Journal(
        id=company.id,
        name=words.journal,
        has_children=False,
        status=Status.ACTIVE,
        created_on=company.created,
    )


def journal_entry(told: ToldEntry, books: Books, words: EntryWords) -> JournalEntry:
    """Write an entry, which never changes; `Reject` where a line of it has no amount."""
    unmapped: Unmapped = {}
    journal_id = books.organisation_id
    return JournalEntry(
        id=told.id,
        description=told.description,
        posted_on=midnight(told.day),
        created_on=told.created,
        journal_ref=journal_ref(id=journal_id, name=words.journal) if journal_id else None,
        journal_lines=tuple(_line(each, told, books) for each in told.lines),
        record_ref=_source(told, words, unmapped),
        source_modified_date=told.created,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _line(posting: ToldPosting, entry: ToldEntry, books: Books) -> Unmade:
    if posting.amount is None:
        raise Reject(f"{type(entry).__name__} cannot be mapped: a line has no amount")
    tracked = tracked_refs(category_refs(posting.categories))
    return {
        "description": posting.description,
        "net_amount": posting.amount,
        "currency": books.base_currency,
        "account_ref": account_ref(id=posting.account_id, name=posting.account_name),
        "tracking": {"record_refs": tracked} if tracked else None,
    }


def _source(told: ToldEntry, words: EntryWords, unmapped: Unmapped) -> Unmade | None:
    """Refer to what was posted; what is no data type here, such as pay, is named as unmapped."""
    word = told.source_type
    if word is not None and word not in words.sources:
        unmapped["recordRef.dataType"] = word
    kind = words.sources.get(word or "")
    return {"id": told.source_id, "data_type": kind} if kind and told.source_id else None
