"""What a publish would show can be looked at before it does."""

from __future__ import annotations

from decimal import Decimal

from shared_code.figures import AGED_DEBTORS
from shared_code.model import DataType, decode
from shared_code.reports.owed import open_documents
from shared_code.store.database import Database
from shared_code.store.records import Dataset, coming
from tests.support.records import invoice, new_dataset, stage, sync

STILL_OPEN = open_documents(AGED_DEBTORS)[DataType.INVOICES]


def shown(db: Database, dataset: Dataset) -> dict[str, Decimal]:
    with db.read() as tx:
        found = [decode(doc) for doc in coming(tx, dataset, STILL_OPEN)]
    return {each["id"]: each["amountDue"] for each in found}


def test_what_is_staged_takes_the_place_of_what_is_published(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", amount_due=Decimal(5)), invoice("b", amount_due=Decimal(7))])
    changed = [invoice("b", amount_due=Decimal(0)), invoice("c", amount_due=Decimal(9))]
    stage(db, dataset, changed)
    assert shown(db, dataset) == {"a": Decimal(5), "c": Decimal(9)}


def test_nothing_is_coming_of_what_was_never_asked_for(db: Database) -> None:
    assert shown(db, Dataset("nobody", "nothing", "invoices", "xero")) == {}
