"""How fast a sync is: `python -m tools.bench_sync [--invoices 10000]`.

Three figures over the same pages: the whole way (fetch, keep, map, version, publish) through a
running stack, the mapping alone, and the bare download. Records are what the provider gave.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from functions.xero.settings import XeroSettings
from functions.xero.spec import JOURNALS_SCOPE, data_source
from local.stack.demo import create_company, follow_link
from local.stack.options import Options
from local.stack.public_api import PublicApi
from local.stack.running import CLIENT_ID, CLIENT_SECRET, Stack, running_stack
from shared_code.mapping.collecting import collect_seldom
from shared_code.mapping.page import map_page
from shared_code.raw.pages import unpacked
from shared_code.spec import Native, Resource
from shared_code.store.records import record_in

INVOICES = 10_000
POLL_SECONDS = 0.2
"""Asking takes of the cores that sync, too: twenty times a second, about a twentieth."""
TIMEOUT = 60.0
BACK = "http://127.0.0.1/back"
SCOPES = f"{XeroSettings().scopes} {JOURNALS_SCOPE}"
SOURCE = data_source("http://127.0.0.1")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A raw page as the sync kept it."""

    resource: Resource
    body: bytes


def main() -> None:
    """Run a stack, sync once, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    invoices = parser.parse_args().invoices
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        options = Options(
            data=place / "data", logs=place / "logs", invoices=invoices, rate_limit=False
        )
        with running_stack(options) as stack:
            whole = timed(lambda: sync_company(stack))
            kept = kept_pages(options.data / "blobs")
            download = timed(_download(stack))
    records = sum(len(page.resource.parse(page.body).records) for page in kept)
    mapping = timed(lambda: map_pages(kept))
    print(f"{records:,} records on {len(kept)} pages ({invoices:,} invoices and bills)")
    for name, seconds in (
        ("through the whole stack", whole),
        ("mapping alone", mapping),
        ("bare download", download),
    ):
        print(f"  {name:<24} {seconds:7.2f} s  {records / seconds:10,.0f} records/s")


def timed(work: Callable[[], None]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sync_company(stack: Stack) -> None:
    """Link a company and wait until all of it is synced."""
    with PublicApi(stack.api_url, stack.api_key) as api:
        link = create_company(api)
        follow_link(link)
        path = f"/companies/{link.company_id}/dataStatus"
        while not (found := api.get(path)) or any(
            each["currentStatus"] != "Complete" for each in found.values()
        ):
            time.sleep(POLL_SECONDS)


def kept_pages(blobs: Path) -> list[KeptPage]:
    """Read the pages that the sync kept; their folder names the resource."""
    return [
        KeptPage(SOURCE.resource(path.parent.name), unpacked(path.name, path.read_bytes()))
        for path in sorted(blobs.rglob("*.json.zst"))
    ]


def map_pages(kept: Sequence[KeptPage]) -> None:
    """Parse, map and encode every page, as a sync does, and keep nothing."""
    collect_seldom()
    lookups = SOURCE.make_lookups(_lookup_records(kept))
    for page in kept:
        keyed = page.resource.keyed(page.resource.parse(page.body))
        for feed in page.resource.feeds:
            for _, record in map_page(feed, keyed, lookups).records:
                record_in(record)


def _lookup_records(kept: Sequence[KeptPage]) -> dict[str, list[Native]]:
    found: dict[str, list[Native]] = {}
    for page in kept:
        if page.resource.listed_whole:
            found.setdefault(page.resource.name, []).extend(page.resource.parse(page.body).records)
    return found


def _download(stack: Stack) -> Callable[[], None]:
    """Prepare to fetch the sync's pages once more, and to do nothing with them."""
    simulator = stack.simulators["xero"]
    asked = [
        (call["path"], call["query"])
        for call in httpx.get(simulator.callsUrl, timeout=TIMEOUT).json()["calls"]
        if call["path"].startswith("/api.xro/")
    ]
    headers = access(simulator.url)

    def fetch() -> None:
        with httpx.Client(base_url=simulator.url, headers=headers, timeout=TIMEOUT) as client:
            for path, query in asked:
                client.get(f"{path}?{query}" if query else path).raise_for_status()

    return fetch


def access(url: str) -> dict[str, str]:
    """Give consent at the simulator and trade the code; gives the headers that its API wants."""
    query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "scope": SCOPES}
    consent = {"decision": "allow", "organisation": "0"}
    with httpx.Client(base_url=url, timeout=TIMEOUT) as client:
        back = client.post("/identity/connect/authorize", params=query, data=consent)
        code = httpx.URL(back.headers["Location"]).params["code"]
        trade = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        answer = client.post("/connect/token", data=trade, auth=(CLIENT_ID, CLIENT_SECRET))
        bearer = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
        tenant = client.get("/connections", headers=bearer).json()[0]["tenantId"]
    return {**bearer, "Accept": "application/json", "Xero-tenant-id": tenant}


if __name__ == "__main__":
    main()
