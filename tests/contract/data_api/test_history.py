"""The history of pull operations, as the contract has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from shared_code.store.schema import connections, pulls
from tests.contract.data_api.conftest import Books
from tests.support.records import NOON, new_company, new_connection


def pull(books: Books, pull_id: str, **values: object) -> None:
    given: dict[str, Any] = {
        "company_id": books.company_id,
        "id": pull_id,
        "connection_id": books.connection_id,
        "run_id": "run",
        "platform": "xero",
        "data_type": "invoices",
        "status": "Complete",
        "progress": 100,
        "active": False,
        "records_modified": True,
        "requested_at": NOON,
        "completed_at": NOON + timedelta(minutes=1),
    }
    with books.db.write() as tx:
        tx.execute(insert(pulls).values(**given | values))


def ids(books: Books, parameters: str = "") -> list[str]:
    body = books.get(f"data/history{parameters}").json()
    assert body["totalResults"] >= len(body["results"])
    return [each["id"] for each in body["results"]]


def test_a_pull_operation_has_the_contracts_fields(books: Books) -> None:
    pull(books, "done")
    pull(
        books,
        "waiting",
        status="Fetching",
        status_description="Paused until 2030-01-01T13:00:00Z",
        progress=40,
        active=True,
        completed_at=None,
    )
    assert books.get("data/history/done").json() == {
        "id": "done",
        "companyId": books.company_id,
        "connectionId": books.connection_id,
        "dataType": "invoices",
        "status": "Complete",
        "requested": "2030-01-01T12:00:00Z",
        "completed": "2030-01-01T12:01:00Z",
        "progress": 100,
        "isCompleted": True,
        "isErrored": False,
    }
    waiting = books.get("data/history/waiting").json()
    assert waiting["statusDescription"] == "Paused until 2030-01-01T13:00:00Z"
    assert "completed" not in waiting
    assert (waiting["isCompleted"], waiting["isErrored"]) == (False, False)


def test_a_failed_pull_says_so(books: Books) -> None:
    pull(books, "failed", status="FetchError", error_message="The provider was down", progress=40)
    failed = books.get("data/history/failed").json()
    assert failed["errorMessage"] == "The provider was down"
    assert (failed["isCompleted"], failed["isErrored"]) == (False, True)


def test_the_latest_comes_first_and_pages_follow_each_other(books: Books) -> None:
    for minute in range(5):
        pull(books, f"{minute}", requested_at=NOON + timedelta(minutes=minute))
    assert ids(books, "?pageSize=2") == ["4", "3"]
    assert ids(books, "?pageSize=2&page=3") == ["0"]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ("?query=status!=Complete%26%26status!=NotSupported", ["bad"]),
        ("?query=dataType=BILLS", ["bills"]),
        ("?query=progress>12.5%26%26progress<100", ["bad"]),
        ("?query=requested>=2030-01-01T12:30:00Z", ["bills"]),
        ("?query=errorMessage~down", ["bad"]),
        ("?orderBy=progress", ["bad", "bills", "good"]),
        ("?orderBy=-dataType", ["bad", "good", "bills"]),
        ("?orderBy=requested", ["good", "bad", "bills"]),
    ],
)
def test_the_history_can_be_filtered_and_sorted(
    books: Books, parameters: str, wanted: list[str]
) -> None:
    pull(books, "good")
    pull(
        books,
        "bad",
        status="FetchError",
        error_message="It was down",
        progress=50,
        requested_at=NOON + timedelta(minutes=1),
    )
    pull(books, "bills", data_type="bills", requested_at=NOON + timedelta(hours=1))
    assert ids(books, parameters) == wanted


@pytest.mark.parametrize("name", ["isCompleted", "nothing"])
def test_what_cannot_be_queried_is_refused(books: Books, name: str) -> None:
    answer = books.get(f"data/history?query={name}=true")
    assert answer.status_code == 400
    assert f"Could not resolve property {name} on PullOperation" in answer.json()["error"]


def test_pulls_of_other_companies_and_clients_are_not_shown(books: Books) -> None:
    pull(books, "ours")
    company_id = new_company(books.db, "other")
    connection_id = new_connection(books.db, company_id, client_id="other")
    pull(books, "theirs", company_id=company_id, connection_id=connection_id)
    assert ids(books) == ["ours"]
    assert books.get("data/history/theirs").status_code == 404
    theirs = books.http.get(f"/companies/{company_id}/data/history")
    assert theirs.status_code == 404


def test_pulls_of_a_deleted_connection_are_gone(books: Books) -> None:
    pull(books, "gone")
    with books.db.write() as tx:
        tx.execute(books.own(connections).values(deleted_at=NOON))
    assert ids(books) == []
    assert books.get("data/history/gone").status_code == 404
