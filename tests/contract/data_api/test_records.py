"""Reading records: envelope, scope, errors, as the contract has them."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import event

from shared_code.model import Shape
from shared_code.model.accounting.account import Account
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.store.records import Dataset
from shared_code.store.schema import companies, connections
from tests.contract.data_api.conftest import Books
from tests.support.records import NOON, invoice, new_company, new_connection, new_dataset, sync
from tests.support.samples import sample


def invoices(books: Books, *records: Shape) -> Dataset:
    dataset = new_dataset(books.db, company_id=books.company_id, connection_id=books.connection_id)
    sync(books.db, dataset, records)
    return dataset


def error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_a_list_is_the_envelope_of_the_contract(books: Books) -> None:
    invoices(books, *(invoice(f"{n}") for n in range(5)))
    path = f"/companies/{books.company_id}/data/invoices"
    answer = books.get("data/invoices?page=2&pageSize=2&query=status%3Dsubmitted&orderBy=-id")
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert [each["id"] for each in body.pop("results")] == ["2", "1"]
    kept = "query=status%3Dsubmitted&orderBy=-id"
    assert body == {
        "pageNumber": 2,
        "pageSize": 2,
        "totalResults": 5,
        "_links": {
            "self": {"href": path},
            "current": {"href": f"{path}?page=2&pageSize=2&{kept}"},
            "next": {"href": f"{path}?page=3&pageSize=2&{kept}"},
            "previous": {"href": f"{path}?page=1&pageSize=2&{kept}"},
        },
    }


def test_a_page_whose_total_is_known_takes_two_statements(books: Books) -> None:
    invoices(books, invoice("a"))
    path = "data/invoices?query=totalAmount%3E0"
    wanted = books.get(path).json()
    executed = []

    def note(*about: object) -> None:
        executed.append(about[2])

    event.listen(books.db.engine, "before_cursor_execute", note)
    assert books.get(path).json() == wanted
    event.remove(books.db.engine, "before_cursor_execute", note)
    # Whose it is and what is published; the page.
    assert len([each for each in executed if str(each).startswith(("SELECT", "WITH"))]) == 2


def test_an_empty_dataset_is_an_empty_list(books: Books) -> None:
    invoices(books)
    body = books.get("data/invoices").json()
    assert (body["results"], body["totalResults"]) == ([], 0)
    assert set(body["_links"]) == {"self", "current"}


def test_a_record_is_the_same_in_the_list_and_by_itself(books: Books) -> None:
    invoices(books, invoice("a", "0.10"))
    (listed,) = books.get("data/invoices").json()["results"]
    assert listed == books.get("data/invoices/a").json()
    assert listed == {
        "id": "a",
        "issueDate": "2029-12-01T00:00:00",
        "totalTaxAmount": 20.0,
        "totalAmount": 0.1,
        "amountDue": 0.1,
        "status": "Submitted",
        "currency": "GBP",
        "metadata": {"isDeleted": False},
        "modifiedDate": "2030-01-01T12:00:00.000000Z",
    }


def test_money_arrives_with_the_digits_of_its_source(books: Books) -> None:
    invoices(books, invoice("a", "1234567890123456.10"))
    assert b'"totalAmount":1234567890123456.10' in books.get("data/invoices/a").content


@pytest.mark.parametrize("source_id", ["a/1", "a b", "é", "100%", "a?b", "INV-1/../x", "a//b"])
def test_ids_are_the_sources_own_whatever_they_hold(books: Books, source_id: str) -> None:
    invoices(books, invoice(source_id))
    answer = books.get(f"data/invoices/{quote(source_id, safe='')}")
    assert answer.json()["id"] == source_id


def test_the_company_and_its_connection_show_the_same(books: Books) -> None:
    invoices(books, invoice("a"))
    at_connection = books.get(f"connections/{books.connection_id}/data/invoices/a")
    assert at_connection.json() == books.get("data/invoices/a").json()
    listed = books.get(f"connections/{books.connection_id}/data/invoices")
    assert listed.json()["results"] == books.get("data/invoices").json()["results"]


def test_paths_and_parameters_are_matched_in_any_case(books: Books) -> None:
    invoices(books, invoice("a"), invoice("B"))
    answer = books.http.get(
        f"/Companies/{books.company_id.upper()}/DATA/Invoices?PAGESIZE=1&orderby=-id"
    )
    assert [each["id"] for each in answer.json()["results"]] == ["a"]
    assert books.get("data/INVOICES/B").status_code == 200
    assert books.get("data/invoices/b").status_code == 404


def test_the_chart_of_accounts_is_read_under_another_name(books: Books) -> None:
    owner = {"company_id": books.company_id, "connection_id": books.connection_id}
    accounts = new_dataset(books.db, "chartOfAccounts", **owner)
    sync(books.db, accounts, [sample(Account, full=True, id="x")])
    assert books.get("data/accounts/x").json()["name"] == "text"
    assert error(books.get("data/accounts/y")) == (
        404,
        "No data available for chartOfAccounts for ID y",
    )


def test_company_info_is_one_object_without_a_modified_date(books: Books) -> None:
    owner = {"company_id": books.company_id, "connection_id": books.connection_id}
    info = new_dataset(books.db, "company", **owner)
    sync(books.db, info, [CompanyInfo(company_name="Acme")])
    assert books.get("data/info").json() == {"companyName": "Acme"}
    at_connection = books.get(f"connections/{books.connection_id}/data/info")
    assert at_connection.json() == {"companyName": "Acme"}


def test_company_info_that_a_sync_did_not_bring_is_not_found(books: Books) -> None:
    owner = {"company_id": books.company_id, "connection_id": books.connection_id}
    sync(books.db, new_dataset(books.db, "company", **owner), [])
    assert error(books.get("data/info")) == (
        404,
        f"No data available for company for ID {books.company_id}",
    )


@pytest.mark.parametrize("path", ["data/invoices", "data/invoices/a", "data/info"])
def test_what_was_never_synced_is_a_conflict(books: Books, path: str) -> None:
    new_dataset(books.db, company_id=books.company_id, connection_id=books.connection_id)
    assert error(books.get(path)) == (409, "The data set has not been requested.")


def test_a_company_that_never_linked_its_books_has_no_data_set(books: Books) -> None:
    company_id = new_company(books.db)
    new_connection(books.db, company_id, status="PendingAuth")
    answer = books.http.get(f"/companies/{company_id}/data/invoices")
    assert error(answer) == (409, "The data set has not been requested.")


def test_a_record_that_does_not_exist_is_not_found(books: Books) -> None:
    invoices(books, invoice("a"))
    assert error(books.get("data/invoices/b")) == (
        404,
        "No data available for invoices for ID b",
    )


@pytest.mark.parametrize("path", ["data/salesOrders", "data/salesOrders/1"])
def test_a_type_that_the_platform_does_not_have_is_said_to_be_so(books: Books, path: str) -> None:
    assert error(books.get(path)) == (404, "Datatype salesOrders not supported by platform(s) Xero")


@pytest.mark.parametrize("path", ["data/nonsense", "data/", "reports/agedDebt", "data/history/a/b"])
def test_a_path_that_means_nothing_is_not_found(books: Books, path: str) -> None:
    status, sentence = error(books.get(path))
    assert (status, sentence[:26]) == (404, "There is no such resource:")


def test_another_clients_company_is_as_unknown_as_none(books: Books) -> None:
    invoices(books, invoice("a"))
    for path in (
        "data/invoices",
        "data/invoices/a",
        f"connections/{books.connection_id}/data/invoices",
    ):
        stranger = books.http.get(
            f"/companies/{books.company_id}/{path}", headers={"Authorization": "Basic other"}
        )
        nobody = books.http.get(f"/companies/nobody/{path}")
        assert error(stranger) == (404, f"No company was found with ID {books.company_id}")
        assert error(nobody) == (404, "No company was found with ID nobody")


def test_another_companys_connection_is_not_found(books: Books) -> None:
    other = new_connection(books.db, new_company(books.db))
    assert error(books.get(f"connections/{other}/data/invoices")) == (
        404,
        f"Data connection {other} not found",
    )


def test_a_request_without_a_key_sees_nothing(books: Books) -> None:
    answer = books.http.get(
        f"/companies/{books.company_id}/data/invoices", headers={"Authorization": ""}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("status", ["Unlinked", "Deauthorized"])
def test_data_stays_readable_when_the_connection_is_no_longer_linked(
    books: Books, status: str
) -> None:
    invoices(books, invoice("a"))
    with books.db.write() as tx:
        tx.execute(books.own(connections).values(status=status))
    assert books.get("data/invoices/a").status_code == 200


def test_a_company_is_read_from_the_connection_that_is_linked(books: Books) -> None:
    invoices(books, invoice("old"))
    with books.db.write() as tx:
        tx.execute(books.own(connections).values(status="Unlinked", linked_at=NOON))
    new = new_connection(books.db, books.company_id)
    dataset = new_dataset(books.db, company_id=books.company_id, connection_id=new)
    sync(books.db, dataset, [invoice("new")])
    assert [each["id"] for each in books.get("data/invoices").json()["results"]] == ["new"]
    old = books.get(f"connections/{books.connection_id}/data/invoices").json()["results"]
    assert [each["id"] for each in old] == ["old"]


@pytest.mark.parametrize("deleted", ["company", "connection"])
def test_what_is_deleted_is_hidden_at_once(books: Books, deleted: str) -> None:
    invoices(books, invoice("a"))
    table = companies if deleted == "company" else connections
    with books.db.write() as tx:
        tx.execute(books.own(table).values(deleted_at=NOON))
    assert books.get("data/invoices/a").status_code == (404 if deleted == "company" else 409)
    at_connection = books.get(f"connections/{books.connection_id}/data/invoices/a")
    assert at_connection.status_code == 404


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ("query=nothing=1", "Could not resolve property nothing on Invoice"),
        ("query=status%20%3D", "Malformed query"),
        ("orderBy=lineItems", "Could not resolve property lineItems on Invoice"),
        ("page=0", "page"),
        ("pageSize=5001", "pageSize"),
        ("page=x", "page"),
    ],
)
def test_bad_parameters_are_the_clients_fault(books: Books, parameters: str, sentence: str) -> None:
    invoices(books, invoice("a"))
    status, said = error(books.get(f"data/invoices?{parameters}"))
    assert status == 400
    assert sentence in said


def test_deleted_records_stay_in_lists_and_can_be_left_out(books: Books) -> None:
    invoices(books, invoice("a"), invoice("b", metadata={"is_deleted": True}))
    assert books.get("data/invoices").json()["totalResults"] == 2
    left = books.get("data/invoices?query=metadata.isDeleted!=true").json()
    assert ([each["id"] for each in left["results"]], left["totalResults"]) == (["a"], 1)


def test_a_page_beyond_the_last_is_empty_and_knows_the_total(books: Books) -> None:
    invoices(books, invoice("a"))
    body = books.get("data/invoices?page=2147483647&pageSize=5000").json()
    assert (body["results"], body["totalResults"]) == ([], 1)
    assert "next" not in body["_links"]


def test_null_is_never_sent(books: Books) -> None:
    invoices(books, invoice("a"))

    def refuse_null(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert all(value is not None for _, value in pairs), pairs
        return dict(pairs)

    for path in ("data/invoices", "data/invoices/a", "data/invoices/zz", "data/history"):
        json.loads(books.get(path).content, object_pairs_hook=refuse_null)
