"""The demonstration: a company links its books, they are synced and read back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx
from rich.console import Console

from local.stack import report
from local.stack.browser import Browser
from local.stack.progress import display
from local.stack.public_api import Json, PublicApi
from local.stack.running import Stack

COMPANY = "Harbour Lane Trading"
PLATFORM = "Xero"
CONSENT = "allow"
POLL_SECONDS = 0.2
ANSWER_SECONDS = 30
STALLED_SECONDS = 300


class DemoFailedError(Exception):
    """Something did not come out as it should; the text says what."""


@dataclass(frozen=True, slots=True)
class Link:
    """A company and its connection."""

    company_id: str
    connection_id: str
    url: str


def run(stack: Stack, console: Console) -> None:
    """Tell the whole story; raises what its parts raise, and `DemoFailedError`."""
    with PublicApi(stack.api_url, stack.api_key) as api:
        link = create_company(api)
        console.print(f"Created the company [bold]{COMPANY}[/] ({link.company_id}).")
        follow_link(link)
        console.print(f"Granted access to its books at the {PLATFORM} simulator. Syncing:")
        operations = watch_sync(stack, api, link, console)
        tell(stack, api, console, link.company_id, operations)


def tell(
    stack: Stack, api: PublicApi, console: Console, company_id: str, operations: Sequence[Json]
) -> None:
    """Print what was synced, as the public API has it."""
    owed = report.receivables(api, company_id)
    ledger = _ledger(stack)
    console.print()
    console.print(report.synced(api, operations))
    console.print(
        f"In {report.seconds(operations):.1f} seconds, with {_calls(stack)} calls to {PLATFORM}.\n"
    )
    console.print(report.largest_open_invoices(api, company_id))
    console.print(f"Total receivables: [bold]{report.sums(owed)}[/]")
    if owed != ledger:
        raise DemoFailedError(f"The simulator's own ledger has {report.sums(ledger)}.")
    console.print("The simulator's own ledger has the same.")


def create_company(api: PublicApi) -> Link:
    """Create the company and a connection for it that awaits consent."""
    integrations = api.get("/integrations", query=f"name={PLATFORM}")["results"]
    company = api.post("/companies", {"name": COMPANY})
    connection = api.post(
        f"/companies/{company['id']}/connections", {"platformKey": integrations[0]["key"]}
    )
    return Link(company["id"], connection["id"], connection["linkUrl"])


def follow_link(link: Link) -> None:
    """Grant access as a person would: open the link, press the button, come back."""
    with Browser() as browser:
        browser.press(browser.open(link.url), CONSENT)


def watch_sync(stack: Stack, api: PublicApi, link: Link, console: Console) -> list[Json]:
    """Show the first sync until it has ended well; returns its pull operations."""
    path = f"/companies/{link.company_id}/data/history"
    last, moved = None, time.monotonic()
    with display(console) as shown:
        while True:
            operations = sorted(api.every(path), key=lambda each: str(each["dataType"]))
            shown.show(operations)
            if operations and all(map(_has_ended, operations)):
                break
            if operations != last:
                last, moved = operations, time.monotonic()
            stack.check()
            if time.monotonic() - moved > STALLED_SECONDS:
                raise DemoFailedError(f"The sync has not moved for {STALLED_SECONDS} s.")
            time.sleep(POLL_SECONDS)
    return _all_well(operations)


def _has_ended(operation: Json) -> bool:
    return bool(operation["isCompleted"] or operation["isErrored"])


def _all_well(operations: Sequence[Json]) -> list[Json]:
    bad = [f"{each['dataType']}: {each['status']}" for each in operations if each["isErrored"]]
    if bad:
        raise DemoFailedError(f"Not everything was synced: {', '.join(bad)}.")
    return list(operations)


def _calls(stack: Stack) -> int:
    """Ask the simulator how often it was called."""
    return int(_ask(stack.simulators["xero"].control)["calls"])


def _ledger(stack: Stack) -> dict[str, Decimal]:
    """Ask the simulator what customers owe, by currency; nothing owed is left out."""
    books = _ask(f"{stack.simulators['xero'].booksUrl}?resources=none")
    owed = books["facts"]["outstandingByCurrency"]["invoice"]
    return {currency: Decimal(amount) for currency, amount in owed.items() if Decimal(amount)}


def _ask(url: str) -> Json:
    answer: Json = httpx.get(url, timeout=ANSWER_SECONDS).raise_for_status().json()
    return answer
