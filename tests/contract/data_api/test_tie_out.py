"""The tie-out says what differs, and why if that is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from shared_code.figures import Figure
from shared_code.model.accounting.journal_entry import JournalEntry, JournalLine
from shared_code.model.shapes import AccountRef
from shared_code.store.schema import provider_figures, pulls, rejects, runs
from tests.contract.data_api.conftest import Books
from tests.support.records import NOON, new_dataset, sync

GRANT = "The company did not grant what Journals take"


def owner(books: Books) -> dict[str, str]:
    return {"company_id": books.company_id, "connection_id": books.connection_id}


def run_over(books: Books, run_id: str, error: str | None = None) -> None:
    """A run that ended, and its pull of journal entries."""
    shared = {**owner(books), "platform": "xero", "requested_at": NOON}
    state = {"epoch": 1, "trigger": "request", "state": "finished", "fence": 1, "failures": 0}
    pull = {
        "id": f"pull-{run_id}",
        "run_id": run_id,
        "data_type": "journalEntries",
        "status": "PermissionsError" if error else "Complete",
        "error_message": error,
        "progress": 100,
        "active": False,
        "records_modified": True,
    }
    with books.db.write() as tx:
        tx.execute(insert(runs).values(**shared, id=run_id, **state))
        tx.execute(insert(pulls).values(**shared, **pull))


def told(books: Books, run_id: str, *figures: Figure) -> None:
    """What the provider said of its books in a run."""
    kept = [each.to_json() for each in figures]
    row = {"run_id": run_id, "kind": "trialBalance", "platform": "xero", "read_at": NOON}
    with books.db.write() as tx:
        tx.execute(insert(provider_figures).values(**owner(books), **row, figures=kept))


def post(books: Books, **amounts: str) -> None:
    """A published journal entry."""
    lines = tuple(
        JournalLine(net_amount=Decimal(amount), account_ref=AccountRef(id=account))
        for account, amount in amounts.items()
    )
    entry = JournalEntry(id="j-1", journal_lines=lines)
    sync(books.db, new_dataset(books.db, "journalEntries", **owner(books)), [entry])


def trial_balance(books: Books) -> dict[str, Any]:
    body = books.get("reports/tieOut").raise_for_status().json()
    found: dict[str, Any] = next(e for e in body["sections"] if e["report"] == "trialBalance")
    return found


def test_before_anything_was_read_nothing_is_compared(books: Books) -> None:
    section = trial_balance(books)
    assert (section["ties"], section["lines"]) == (False, [])
    assert "not both been read yet" in section["reason"]


def test_books_that_agree_tie(books: Books) -> None:
    run_over(books, "r-1")
    post(books, bank="5.00", sales="-5.00")
    told(books, "r-1", Figure("bank", "Bank", Decimal(5)), Figure("sales", "Sales", Decimal(-5)))
    section = trial_balance(books)
    assert section["ties"]
    assert [line["difference"] for line in section["lines"]] == [0, 0]
    assert section["date"] == "2030-01-01T00:00:00"


def test_a_difference_is_explained_by_what_was_rejected(books: Books) -> None:
    run_over(books, "r-1")
    post(books, bank="5.00", sales="-5.00")
    told(books, "r-1", Figure("bank", "Bank", Decimal(7)), Figure("sales", "Sales", Decimal(-5)))
    row = {"run_id": "r-1", "data_type": "journalEntries", "source_id": "j-2", "platform": "xero"}
    where = {"resource": "Journals", "sequence": 0, "reason": "a line has no amount"}
    with books.db.write() as tx:
        tx.execute(insert(rejects).values(**owner(books), **row, **where))
    section = trial_balance(books)
    bank, sales = section["lines"]
    assert not section["ties"]
    assert (bank["name"], bank["ours"], bank["theirs"], bank["difference"]) == ("Bank", 5, 7, -2)
    assert bank["reason"] == "1 records of journalEntries were rejected"
    assert "reason" not in sales


def test_records_of_another_sync_say_so(books: Books) -> None:
    run_over(books, "r-1")
    post(books, bank="5.00")
    told(books, "r-1", Figure("bank", "Bank", Decimal(7)))
    run_over(books, "r-0")
    with books.db.write() as tx:
        later = {"requested_at": NOON.replace(hour=13)}
        tx.execute(books.own(pulls).where(pulls.c.run_id == "r-0").values(**later))
    (line,) = trial_balance(books)["lines"]
    assert line["reason"] == "The records are of another sync than the provider's report"


def test_a_missing_scope_is_what_the_report_says(books: Books) -> None:
    run_over(books, "r-1", GRANT)
    told(books, "r-1", Figure("bank", "Bank", Decimal(7)))
    section = trial_balance(books)
    assert (section["lines"], section["reason"]) == ([], GRANT)


def test_another_clients_company_does_not_exist(books: Books) -> None:
    answer = books.http.get(
        f"/companies/{books.company_id}/reports/tieOut", headers={"Authorization": "Basic other"}
    )
    assert answer.status_code == 404
