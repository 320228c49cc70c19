"""Every data type is read where the contract has it, or said to be what the platform lacks."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from shared_code.catalogue import XERO
from shared_code.model import (
    DATA_TYPES,
    DataTypeInfo,
    Level,
    Record,
    Shape,
    decode,
    encode,
)
from shared_code.model.accounting.bank_transaction import BankTransaction
from shared_code.model.banking.account_balance import AccountBalance
from shared_code.model.commerce.order import Order
from tests.contract.data_api.conftest import Books
from tests.support.records import new_dataset, sync
from tests.support.samples import MOMENT, sample

INFOS = list(DATA_TYPES.values())
ACCOUNT = "bank/1"


def write(books: Books, data_type: str, *written: Shape) -> None:
    owner = {"company_id": books.company_id, "connection_id": books.connection_id}
    sync(books.db, new_dataset(books.db, data_type, **owner), written)


def places(books: Books, info: DataTypeInfo) -> list[str]:
    """Where the type is read: under its connection, and the company where it has it."""
    path = f"data/{info.path.replace('{accountId}', quote(ACCOUNT, safe=''))}"
    path += "?periodLength=1&periodsToCompare=1" if "financials" in path else ""
    at_connection = f"connections/{books.connection_id}/{path}"
    return [at_connection, path] if info.level is Level.COMPANY else [at_connection]


def one(info: DataTypeInfo) -> Shape:
    """A record with all that the type has."""
    named = {"id": "a/1"} if issubclass(info.model, Record) else {}
    placed = {"account_id": ACCOUNT} if info.of_account else {}
    return sample(info.model, full=True, **named, **placed)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.data_type)
def test_every_type_is_read_where_the_contract_has_it(whole: Books, info: DataTypeInfo) -> None:
    record = one(info)
    write(whole, info.data_type, record)
    for place in places(whole, info):
        body = whole.get(place).raise_for_status().json()
        (found,) = [body] if info.singular else body["results"]
        stamp = {"modifiedDate"} if info.has_modified_date else set()
        assert found.keys() == decode(encode(record)).keys() | stamp
        if info.has_ids and not info.of_account:
            # A tracking category alone is shown with what is below it: nothing, here.
            assert whole.get(f"{place}/a%2F1").json() == found


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.data_type)
def test_a_type_that_the_platform_lacks_is_said_to_be_so(books: Books, info: DataTypeInfo) -> None:
    for place in places(books, info):
        answer = books.get(place)
        if info.data_type in XERO.data_types:
            assert answer.status_code == 409
        else:
            sentence = f"Datatype {info.data_type} not supported by platform(s) Xero"
            assert (answer.status_code, answer.json()["error"]) == (404, sentence)


def test_a_bank_account_shows_its_own_transactions_and_no_others(whole: Books) -> None:
    write(
        whole,
        "bankTransactions",
        *(
            sample(BankTransaction, full=True, id=f"{account}-{n}", account_id=account)
            for account in ("a", "A/1", "b")
            for n in (1, 2)
        ),
    )
    root = f"connections/{whole.connection_id}/data/bankAccounts"
    for path, found in [
        ("a/bankTransactions", ["a-1", "a-2"]),
        ("A%2F1/BANKTRANSACTIONS", ["A/1-1", "A/1-2"]),
        ("b/bankTransactions?query=id=b-2", ["b-2"]),
        ("b/bankTransactions?query=id=a-1", []),
        ("b/bankTransactions?query=id=a-1||id=b-1", ["b-1"]),
        ("c/bankTransactions", []),
    ]:
        body = whole.get(f"{root}/{path}").json()
        assert [each["id"] for each in body["results"]] == found
        assert body["totalResults"] == len(found)


def test_balances_are_listed_and_have_no_ids_to_ask_for(whole: Books) -> None:
    write(
        whole,
        "banking-accountBalances",
        *(sample(AccountBalance, full=True, account_id=account) for account in ("a", "b")),
    )
    path = f"connections/{whole.connection_id}/data/banking-accountBalances"
    (found,) = whole.get(f"{path}?query=accountId=b").json()["results"]
    assert found["accountId"] == "b"
    assert "id" not in found
    assert whole.get(f"{path}/b").status_code == 404


def test_a_nested_payment_keeps_its_own_date_beside_the_orders(whole: Books) -> None:
    order = sample(Order, full=True, id="o")
    paid = tuple(each.model_copy(update={"modified_date": MOMENT}) for each in order.payments or ())
    write(whole, "commerce-orders", order.model_copy(update={"payments": paid}))
    found = whole.get(f"connections/{whole.connection_id}/data/commerce-orders/o").json()
    assert found["modifiedDate"] == "2030-01-01T12:00:00.000000Z"
    assert {each["modifiedDate"] for each in found["payments"]} == {"2029-12-01T08:30:00Z"}
