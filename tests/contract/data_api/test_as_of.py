"""As-of reads: what was published at a moment, for as long as versions are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_code.store.records import Dataset, let_go
from shared_code.turn import Turn
from tests.contract.data_api.conftest import Books
from tests.support.clock import ManualClock
from tests.support.records import NOON, invoice, new_dataset, sync


@pytest.fixture
def dataset(books: Books) -> Dataset:
    """Synced at 12:00, at 12:10 with a change and an addition, at 12:20 with a change."""
    made = new_dataset(books.db, company_id=books.company_id, connection_id=books.connection_id)
    sync(books.db, made, [invoice("a", "1.00")], minutes=0)
    sync(books.db, made, [invoice("a", "2.00"), invoice("b", "5.00")], minutes=10)
    sync(books.db, made, [invoice("a", "3.00")], minutes=20)
    return made


def listed(books: Books, moment: str, query: str = "") -> tuple[int, dict[str, float]]:
    body = books.get(f"data/invoices?asOf={moment}&query={query}").json()
    return body["totalResults"], {each["id"]: each["totalAmount"] for each in body["results"]}


@pytest.mark.usefixtures("dataset")
@pytest.mark.parametrize(
    ("moment", "seen"),
    [
        ("2030-01-01T12:00:00Z", {"a": 1.0}),
        ("2030-01-01T12:09:59.9Z", {"a": 1.0}),
        ("2030-01-01T14:10:00%2B02:00", {"a": 2.0, "b": 5.0}),
        ("2030-01-01T14:10:00+02:00", {"a": 2.0, "b": 5.0}),
        ("2030-01-02", {"a": 3.0, "b": 5.0}),
    ],
)
def test_a_list_shows_what_was_published_at_the_moment(
    books: Books, moment: str, seen: dict[str, float]
) -> None:
    assert listed(books, moment) == (len(seen), seen)


@pytest.mark.usefixtures("dataset")
def test_a_filter_and_its_total_are_of_the_moment_too(books: Books) -> None:
    assert listed(books, "2030-01-01T12:15:00Z", "totalAmount<3") == (1, {"a": 2.0})
    assert listed(books, "2030-01-01T12:25:00Z", "totalAmount<3") == (0, {})


@pytest.mark.usefixtures("dataset")
def test_one_record_is_read_as_it_was(books: Books) -> None:
    then = books.get("data/invoices/a?asOf=2030-01-01T12:05:00Z").json()
    assert (then["totalAmount"], then["modifiedDate"]) == (1.0, "2030-01-01T12:00:00.000000Z")
    missing = books.get("data/invoices/b?asOf=2030-01-01T12:05:00Z")
    assert missing.status_code == 404


@pytest.mark.usefixtures("dataset")
def test_the_links_of_a_page_keep_the_moment(books: Books) -> None:
    links = books.get("data/invoices?pageSize=1&asof=2030-01-02").json()["_links"]
    assert links["next"]["href"].endswith("page=2&pageSize=1&asOf=2030-01-02")


@pytest.mark.usefixtures("dataset")
def test_before_the_first_sync_nothing_had_been_requested(books: Books) -> None:
    answer = books.get("data/invoices?asOf=2030-01-01T11:59:59Z")
    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "The data set has not been requested at that time.",
    )


@pytest.mark.parametrize("moment", ["yesterday", "", "2030-13-01", "1e9"])
def test_a_moment_that_is_none_is_refused(books: Books, moment: str) -> None:
    answer = books.get(f"data/invoices?asOf={moment}")
    assert answer.status_code == 400
    assert "asOf" in answer.json()["error"]
    assert "2021-01-28T10:00:00Z" in answer.json()["error"]


@pytest.mark.usefixtures("dataset")
def test_what_is_no_longer_kept_is_said_and_never_half_shown(books: Books) -> None:
    clock = ManualClock(NOON + timedelta(days=7, minutes=15))
    assert let_go(books.db, Turn(clock), keep=timedelta(days=7)) > 0
    gone = books.get("data/invoices?asOf=2030-01-01T12:05:00Z")
    assert gone.status_code == 404
    assert gone.json()["error"] == (
        "What invoices were at that time is no longer kept. "
        "The earliest moment is 2030-01-01T12:10:00.000000Z"
    )
    assert listed(books, "2030-01-01T12:15:00Z") == (2, {"a": 2.0, "b": 5.0})
    assert listed(books, "2030-02-01") == (2, {"a": 3.0, "b": 5.0})
