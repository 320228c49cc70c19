"""A re-map on a real stack: its host and its worker die, and the provider hears nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from local.stack.running import Stack
from shared_code.store.sqlite import sqlite3
from tests.support.killing import kill_host, kill_worker
from tests.support.ports import wait_until
from tests.support.traveller import Company, books_of, in_pages, stack_in

pytestmark = pytest.mark.long

# Three pages of invoices.
MANY, PAGE = 240, 100


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with stack_in(folder, invoices=MANY, environment=in_pages(PAGE)) as running:
        yield running


@pytest.fixture(scope="module")
def company(stack: Stack) -> Company:
    company = Company.create(stack, "Mapped again")
    company.link()
    company.wait_until_synced()
    return company


def age(stack: Stack, company: Company) -> None:
    """Make all invoices look as if an older mapping had made them."""
    with closing(sqlite3.connect(stack.options.data / "causeway.db")) as store, store:
        store.execute(
            "update records_invoices set content_hash = randomblob(16),"
            " doc = json_set(doc, '$.note', 'mapped long ago') where company_id = ?",
            (company.id,),
        )


def order(company: Company, **body: Any) -> str:  # noqa: ANN401 - any JSON
    answer = company.call("POST", f"/connections/{company.connection_id}/remap", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def read(company: Company, remap_id: str) -> dict[str, Any] | None:
    answer = company.call("GET", f"/connections/{company.connection_id}/remap/{remap_id}")
    # What was with a worker when that was killed is answered with an error.
    if answer.status_code >= 500:
        return None
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def complete(company: Company, remap_id: str) -> dict[str, dict[str, Any]]:
    """Wait until a re-map is complete; gives what it found by type."""

    def look() -> dict[str, Any] | None:
        found = read(company, remap_id)
        if found is None:
            return None
        assert found["status"] in {"Queued", "Running", "Complete"}, found
        return found if found["status"] == "Complete" else None

    found = wait_until(look, within=120) or {}
    return {each["dataType"]: each for each in found["dataTypes"]}


@pytest.mark.parametrize("kill", [kill_host, kill_worker])
def test_a_remap_killed_in_the_middle_gives_what_a_sync_gave(
    stack: Stack, company: Company, kill: Callable[[Stack], None]
) -> None:
    expected = company.contents()
    age(stack, company)
    books_of(stack).forget_calls()
    remap_id = order(company, dataTypes=["invoices", "bills"])
    wait_until(
        lambda: any(
            each["progress"] for each in (read(company, remap_id) or {}).get("dataTypes", ())
        )
    )
    kill(stack)
    found = complete(company, remap_id)
    assert company.contents() == expected
    invoices = found["invoices"]
    assert invoices["changed"] == company.get("/data/invoices")["totalResults"]
    assert (invoices["unchanged"], invoices["withoutPage"]) == (0, 0)
    assert found["bills"]["changed"] == 0
    assert books_of(stack).calls("/api.xro/2.0/*") == 0
    assert set(company.status().values()) == {"Complete"}


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    stack: Stack, company: Company
) -> None:
    age(stack, company)
    before = company.contents()
    found = complete(company, order(company, dryRun=True))
    assert company.contents() == before
    assert found["invoices"]["changed"] == company.get("/data/invoices")["totalResults"]
    [change] = found["invoices"]["samples"][0]["changes"]
    assert (change["property"], change["before"]) == ("note", '"mapped long ago"')
    assert len(found) == len(company.status())
