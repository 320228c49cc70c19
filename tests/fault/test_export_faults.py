"""What an export survives, on a real stack: its host and its worker die, its time runs out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from local.stack.running import Stack
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.store.sqlite import sqlite3
from tests.support.exporting import lines
from tests.support.killing import kill_host, kill_worker
from tests.support.ports import wait_until
from tests.support.traveller import IMPATIENT, Company, stack_in

COPIES = 36_000
"""Enough for several parts."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    hasty = IMPATIENT | {"CAUSEWAY_ENGINE_EXPORTS": "* * * * * *"}
    with stack_in(tmp_path_factory.mktemp("stack"), environment=hasty) as running:
        yield running


@pytest.fixture(scope="module")
def company(stack: Stack) -> Company:
    """A company whose items, one copied again and again, are many."""
    company = Company.create(stack, "Exporter")
    company.link()
    company.wait_until_synced()
    with closing(sqlite3.connect(stack.options.data / "causeway.db")) as store, store:
        names = [row[1] for row in store.execute("pragma table_info(records_items)")]
        others = ", ".join(name for name in names if name not in {"source_id", "doc"})
        store.execute(
            f"""
            with recursive n(n) as (select 1 union all select n + 1 from n where n < {COPIES})
            insert into records_items ({others}, source_id, doc)
            select {others}, printf('copy-%06d', n),
              json_set(doc, '$.id', printf('copy-%06d', n), '$.note', hex(zeroblob(500)))
            from n, (select * from records_items where company_id = ? limit 1)
            """,  # noqa: S608 - our own names
            (company.id,),
        )
        store.execute(
            "update datasets set record_count = record_count + ?"
            " where company_id = ? and data_type = 'items'",
            (COPIES, company.id),
        )
    return company


def exports(company: Company) -> str:
    return f"/connections/{company.connection_id}/data/exports"


def order(company: Company, data_type: str) -> str:
    answer = company.call("POST", exports(company), json={"dataType": data_type})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def complete(company: Company, export_id: str) -> dict[str, Any]:
    """Wait until the export is complete."""

    def look() -> dict[str, Any] | None:
        answer = company.call("GET", f"{exports(company)}/{export_id}")
        if answer.status_code >= 500:
            return None  # It was with the worker when that was killed.
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["status"] in {"Queued", "Running", "Complete"}
        return found if found["status"] == "Complete" else None

    return wait_until(look, within=120) or {}


def fetched(export: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow the links, without a key, and read what is in the files."""
    return [
        json.loads(line)
        for part in export["parts"]
        for line in lines(httpx.get(part["href"], timeout=60).content, part)
    ]


def blobs_of(stack: Stack, export_id: str) -> list[str]:
    blobs = FolderBlobs(stack.options.data / "blobs")
    return [path for path in blobs.list("exports/") if export_id in path]


@pytest.mark.parametrize("kill", [kill_host, kill_worker])
def test_an_export_killed_in_the_middle_has_every_record_once(
    stack: Stack, company: Company, kill: Callable[[Stack], None]
) -> None:
    export_id = order(company, "items")
    wait_until(lambda: len(blobs_of(stack, export_id)) >= 2, within=60)
    kill(stack)
    export = complete(company, export_id)
    ids = Counter(record["id"] for record in fetched(export))
    assert set(ids.values()) == {1}
    assert len(ids) == export["records"] == company.get("/data/items")["totalResults"]
    assert len(blobs_of(stack, export_id)) == len(export["parts"]) > 2


def test_an_expired_export_loses_its_files_and_says_so(stack: Stack, company: Company) -> None:
    export = complete(company, order(company, "taxRates"))
    listed = company.get("/data/taxRates", pageSize=5000, orderBy="id")["results"]
    assert fetched(export) == listed
    with closing(sqlite3.connect(stack.options.data / "causeway.db")) as store, store:
        # A day passes, as far as the engine can tell.
        store.execute(
            "update exports set expires_at = 1, purge_at = 1 where id = ?", (export["id"],)
        )
    wait_until(lambda: not blobs_of(stack, export["id"]))
    assert company.get(f"{exports(company)}/{export['id']}")["status"] == "Expired"
    assert httpx.get(export["parts"][0]["href"], timeout=30).status_code == 404
