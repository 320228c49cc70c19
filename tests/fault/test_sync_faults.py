"""What a sync survives, on a real stack: dead processes, edited books, providers in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
import pytest

from local.stack.browser import Browser, PageError
from local.stack.running import Stack
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.clock import SystemClock
from shared_code.store.database import open_database
from shared_code.store.sqlite import sqlite3
from shared_code.sync.due import queue_due
from shared_code.turn import Turn
from tests.support.killing import kill_host, kill_worker
from tests.support.ports import wait_until
from tests.support.traveller import Books, Company, books_of, consent, in_pages, stack_in

# Three pages of invoices.
MANY, PAGE = 240, 100


@dataclass(frozen=True, slots=True)
class Held:
    """A call that the provider holds back until it is released."""

    books: Books
    number: int

    def release(self) -> None:
        url = f"{self.books.url}/_control/faults/{self.number}"
        httpx.delete(url, timeout=30).raise_for_status()


def hold(books: Books, path: str, *, nth: int = 1) -> Held:
    """Hold the provider's answer to the nth call of `path` from now on."""
    books.forget_calls()
    fault = books.control("/faults", {"action": "hold", "path": path, "after": nth - 1, "times": 1})
    return Held(books, fault["id"])


def wait_for_call(books: Books, path: str, *, nth: int = 1) -> None:
    """Wait until the nth call of `path` has arrived at the provider."""
    wanted: dict[str, Any] = {"path": path, "count": nth, "timeout": 30, "started": "true"}
    answer = httpx.get(f"{books.url}/_calls/wait", params=wanted, timeout=40).json()
    assert answer["reached"]


def pages(books: Books) -> int:
    """How many calls were made to the provider's API."""
    return books.calls("/api.xro/2.0/*")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with stack_in(folder, invoices=MANY, environment=in_pages(PAGE)) as running:
        yield running


@pytest.fixture(autouse=True)
def books(stack: Stack) -> Iterator[Books]:
    found = books_of(stack)
    yield found
    httpx.delete(f"{found.url}/_control/faults", timeout=30)


@pytest.fixture(scope="module")
def undisturbed(stack: Stack) -> tuple[dict[str, Any], int]:
    """What a sync without any trouble gives, and how many calls it takes."""
    books_of(stack).forget_calls()
    company = Company.create(stack, "Undisturbed")
    company.link()
    company.wait_until_synced()
    return company.contents(), pages(books_of(stack))


POINTS = [
    ("/Organisation", 1),
    ("/Contacts", 1),
    ("/Invoices", 1),
    ("/Invoices", 3),
    ("/Payments", 1),
]
USUAL = [
    ("/Organisation", 1, kill_host),
    ("/Invoices", 3, kill_host),
    ("/Contacts", 1, kill_worker),
    ("/Payments", 1, kill_worker),
]


@pytest.mark.parametrize(
    ("path", "nth", "kill"),
    [
        pytest.param(*point, kill, marks=() if (*point, kill) in USUAL else pytest.mark.long)
        for point, kill in product(POINTS, [kill_host, kill_worker])
    ],
)
def test_a_kill_at_any_point_costs_at_most_two_calls_and_no_record(
    undisturbed: tuple[dict[str, Any], int],
    stack: Stack,
    path: str,
    nth: int,
    kill: Callable[[Stack], None],
) -> None:
    contents, calls = undisturbed
    books = books_of(stack)
    held = hold(books, path, nth=nth)
    company = Company.create(stack, f"Killed at {nth} {path}")
    company.link()
    wait_for_call(books, path, nth=nth)
    kill(stack)
    held.release()
    company.wait_until_synced()
    assert pages(books) <= calls + 2
    assert company.contents() == contents


def test_no_record_is_missed_that_is_edited_during_a_full_pass(stack: Stack, books: Books) -> None:
    held = hold(books, "/Invoices", nth=2)
    company = Company.create(stack, "Edited")
    company.link()
    wait_for_call(books, "/Invoices", nth=2)
    for seed in range(20):
        books.edit(operation="touch", count=20, seed=seed)
    books.edit(operation="import-at-once", count=130, kind="invoice")
    books.edit(operation="change-amount", count=20, seed=99, factor="1.1")
    held.release()
    company.wait_until_synced()
    # What was edited behind the pass is the next one's; nothing else may be missing.
    company.sync()
    expected = {
        each["InvoiceID"]: (each["Total"], each["AmountDue"])
        for each in books.all()["resources"]["Invoices"]
    }
    read = {
        each["id"]: (each["totalAmount"], each["amountDue"])
        for kind in ("invoices", "bills")
        for each in every(company, f"/data/{kind}")
    }
    assert read == expected


def every(company: Company, path: str) -> list[dict[str, Any]]:
    """All records below `path`."""
    found: list[dict[str, Any]] = company.get(path, pageSize=5000)["results"]
    return found


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "html"},
        {"action": "status", "status": 429, "retryAfter": 1},
        {"action": "status", "status": 401},
        pytest.param({"action": "truncate"}, marks=pytest.mark.long),
        pytest.param({"action": "cut"}, marks=pytest.mark.long),
        pytest.param({"action": "reset"}, marks=pytest.mark.long),
        pytest.param({"action": "status", "status": 500}, marks=pytest.mark.long),
        pytest.param({"action": "status", "status": 503, "retryAfter": 1}, marks=pytest.mark.long),
        pytest.param({"action": "status", "status": 500, "times": 5}, marks=pytest.mark.long),
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)
def test_a_sync_outlives_a_provider_in_trouble(
    stack: Stack, books: Books, fault: dict[str, Any]
) -> None:
    company = Company.create(stack, "In trouble")
    number = books.control("/faults", {"path": "/Invoices", **fault})["id"]
    company.link()
    company.wait_until_synced()
    in_force = httpx.get(f"{books.url}/_control/faults", timeout=30).json()["faults"]
    assert [each["hit"] for each in in_force if each["id"] == number] == [fault.get("times", 1)]
    held = books.all()["resources"]["Invoices"]
    sales = sum(each["Type"] == "ACCREC" for each in held)
    assert company.get("/data/invoices")["totalResults"] == sales


def test_a_token_that_ends_in_the_middle_of_a_sync_is_renewed_once(
    stack: Stack, books: Books
) -> None:
    held = hold(books, "/Contacts")
    company = Company.create(stack, "Expired")
    company.link()
    wait_for_call(books, "/Contacts")
    books.control("/tokens/expire", {})
    held.release()
    company.wait_until_synced()
    asked = {"path": "/connect/token", "detail": "refresh_token"}
    refreshes = httpx.get(f"{books.url}/_calls", params=asked, timeout=30).json()["count"]
    assert refreshes == 1


def test_a_grant_revoked_at_the_provider_ends_in_auth_error_and_can_be_given_again(
    stack: Stack, books: Books
) -> None:
    company = Company.create(stack, "Revoked")
    company.link()
    company.wait_until_synced()
    books.control("/grants/revoke", {})
    company.call("POST", "/data/all")
    wait_until(lambda: not company.busy())
    assert set(company.status().values()) == {"AuthError"}
    assert company.connection()["status"] == "Deauthorized"
    assert company.get("/data/invoices")["totalResults"] > 0
    company.link()
    company.sync()
    assert company.connection()["status"] == "Linked"


def test_of_two_tabs_that_choose_different_organisations_one_is_linked(stack: Stack) -> None:
    company = Company.create(stack, "Two tabs")
    with Browser() as browser:
        first, second = browser.open(company.link_url), browser.open(company.link_url)
        assert "is connected" in consent(browser, first, "1").text
        with pytest.raises(PageError, match=r"(?s)answers 409.*Harbour Light Design Studio"):
            consent(browser, second, "2")
    company.wait_until_synced()
    assert company.connection()["status"] == "Linked"
    assert company.get("/data/info")["companyName"] == "Pennine Cycle Works"


def test_a_company_deleted_while_it_syncs_leaves_nothing_behind(stack: Stack, books: Books) -> None:
    held = hold(books, "/Invoices", nth=2)
    company = Company.create(stack, "Deleted")
    company.link()
    wait_for_call(books, "/Invoices", nth=2)
    assert company.call("DELETE", "").status_code == 204
    assert company.call("GET", "").status_code == 404
    held.release()
    # What is found at the first look, or waits for the provider, goes half a minute later.
    with suppress(TimeoutError):
        wait_until(lambda: not left_of(stack, company.id), within=120)
    assert left_of(stack, company.id) == {}


def left_of(stack: Stack, company_id: str) -> dict[str, int]:
    """What there still is of a company: rows by table, and raw pages."""
    blobs = FolderBlobs(stack.options.data / "blobs")
    return rows_of(stack, company_id) | dict.fromkeys(blobs.list(f"raw/{company_id}"), 1)


def rows_of(stack: Stack, company_id: str) -> dict[str, int]:
    """How many rows each table of the store has of a company, but for the purge's own note."""
    found = {}
    with sqlite3.connect(stack.options.data / "causeway.db") as store:
        tables = store.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            columns = {row[1] for row in store.execute(f"pragma table_info({table})")}
            column = "id" if table == "companies" else "company_id"
            if table == "purges" or column not in columns:
                continue
            # The events that tell of the deletion wait for their delivery.
            kept = " and event_type not like '%.deleted'" if table == "events" else ""
            count = store.execute(
                f"select count(*) from {table} where {column} = ?{kept}",  # noqa: S608 - our own
                (company_id,),
            ).fetchone()[0]
            if count:
                found[table] = count
    return found


class LosesEverything:
    """A queue whose messages never arrive."""

    def send(self, queue: str, text: str) -> None:
        del queue, text


def test_a_sync_that_is_due_happens_although_its_message_is_lost(
    stack: Stack, books: Books
) -> None:
    company = Company.create(stack, "Scheduled")
    company.link()
    company.wait_until_synced()
    books.forget_calls()
    db = open_database(f"sqlite:///{stack.options.data}/causeway.db")
    with db.write() as tx:
        tx.exec_driver_sql(
            "update datasets set next_sync_at = 1 where company_id = ?", (company.id,)
        )
    queue_due(db, LosesEverything(), Turn(SystemClock()))
    with db.write() as tx:
        # Half a minute passes, as far as the relay can tell.
        tx.exec_driver_sql(
            "update commands set send_at = 1 where company_id = ? and done_at is null",
            (company.id,),
        )
    db.close()
    wait_until(lambda: books.calls("/Invoices") >= 1)
    company.wait_until_synced()
    last = company.get("/data/history", orderBy="-requested", pageSize=1)["results"][0]
    assert last["status"] == "Complete"
