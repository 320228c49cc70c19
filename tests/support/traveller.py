"""A company's way through a running stack: linked by a browser, read through the official SDKs."""

# The SDKs re-export their models in ways that a checker does not follow.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import httpx
from codat_platform import CodatPlatform
from codat_platform.models import operations as platform
from codat_platform.models import shared as platform_shared
from codataccounting import CodatAccounting  # type: ignore[import-untyped] # it has no types
from codataccounting.models import operations as accounting  # type: ignore[import-untyped]
from codataccounting.models import shared as accounting_shared

from local.stack.browser import Browser, Page
from local.stack.options import Options
from local.stack.public_api import authorization
from local.stack.running import Stack, running_stack
from tests.support.ports import wait_until

INVOICES = 300
XERO_KEY = "gbol"
PAGE = 500
# What the simulator calls each list, and how the SDK reads it.
LISTS = {
    "chartOfAccounts": ("accounts", "ListAccountsRequest"),
    "customers": ("customers", "ListCustomersRequest"),
    "suppliers": ("suppliers", "ListSuppliersRequest"),
    "invoices": ("invoices", "ListInvoicesRequest"),
    "bills": ("bills", "ListBillsRequest"),
    "creditNotes": ("credit_notes", "ListCreditNotesRequest"),
    "billCreditNotes": ("bill_credit_notes", "ListBillCreditNotesRequest"),
    "payments": ("payments", "ListPaymentsRequest"),
    "billPayments": ("bill_payments", "ListBillPaymentsRequest"),
    "directCosts": ("direct_costs", "ListDirectCostsRequest"),
    "directIncomes": ("direct_incomes", "ListDirectIncomesRequest"),
    "transfers": ("transfers", "ListTransfersRequest"),
    "purchaseOrders": ("purchase_orders", "ListPurchaseOrdersRequest"),
    "journals": ("journals", "ListJournalsRequest"),
    "journalEntries": ("journal_entries", "ListJournalEntriesRequest"),
    "accountTransactions": ("account_transactions", "ListAccountTransactionsRequest"),
    "bankAccounts": ("bank_accounts", "ListBankAccountsRequest"),
    "trackingCategories": ("tracking_categories", "ListTrackingCategoriesRequest"),
    "taxRates": ("tax_rates", "ListTaxRatesRequest"),
    "items": ("items", "ListItemsRequest"),
}
UNDER_WAY = frozenset({"Queued", "Fetching", "Mapping", "Validating", "Processing"})
# An engine that does its duties every second, and runs that are not patient.
IMPATIENT = {
    "CAUSEWAY_ENGINE_RELAY": "* * * * * *",
    "CAUSEWAY_ENGINE_SYNCS_DUE": "* * * * * *",
    "CAUSEWAY_ENGINE_RUNS_LAPSED": "* * * * * *",
    "CAUSEWAY_ENGINE_PURGE": "* * * * * *",
    "CAUSEWAY_SYNC_FIRST_WAIT_SECONDS": "1",
}


def in_pages(size: int) -> dict[str, str]:
    """The environment of a stack whose connector asks for less at once, so that few are many."""
    return IMPATIENT | {"CAUSEWAY_XERO_PAGE_SIZE": str(size)}


@contextmanager
def stack_in(folder: Path, **options: Any) -> Iterator[Stack]:  # noqa: ANN401 - Options' own fields
    """Run a stack with small books and without limits."""
    chosen = Options(
        data=folder / "data",
        logs=folder / "logs",
        invoices=INVOICES,
        rate_limit=False,
        environment=dict(IMPATIENT),
    )
    with running_stack(replace(chosen, **options)) as stack:
        yield stack


@dataclass(frozen=True, slots=True)
class Company:
    """A company with one connection, and everything a client does with it."""

    stack: Stack
    id: str
    connection_id: str
    link_url: str

    @classmethod
    def create(cls, stack: Stack, name: str = "Traveller", key: str = XERO_KEY) -> Company:
        """Create the company and its connection through the official SDK."""
        client = platform_sdk(stack)
        body = platform_shared.CompanyRequestBody(name=name)
        company = client.companies.create(request=body)
        connection = client.connections.create(
            request=platform.CreateConnectionRequest(
                company_id=company.id,
                request_body=platform.CreateConnectionRequestBody(platform_key=key),
            )
        )
        return cls(stack, company.id, connection.id, connection.link_url)

    def link(self, organisation: str = "0") -> Page:
        """Grant access as a person does, to one of the simulator's organisations."""
        with Browser() as browser:
            return consent(browser, browser.open(self.link_url), organisation)

    def status(self) -> dict[str, str]:
        """The current status of every data type that was asked for."""
        return _statuses_in(self.get("/dataStatus"))

    def wait_until_synced(self, *, within: float = 60.0) -> None:
        """Wait until nothing is under way any more, and see that all of it is complete."""
        wait_until(self._is_settled, within=within)
        assert set(self.status().values()) == {"Complete"}

    def _is_settled(self) -> bool:
        # What was with a worker when that was killed is answered with an error.
        answer = self.call("GET", "/dataStatus")
        if answer.status_code >= 500:
            return False
        assert answer.status_code == 200, answer.text
        found = _statuses_in(answer.json())
        return bool(found) and UNDER_WAY.isdisjoint(found.values())

    def busy(self) -> set[str]:
        """Data types that are under way."""
        return {key for key, status in self.status().items() if status in UNDER_WAY}

    def sync(self) -> None:
        """Ask for everything, and wait for it."""
        assert self.call("POST", "/data/all").status_code == 204
        self.wait_until_synced()

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Make a request below the company, whatever the answer."""
        return ask(self.stack, method, f"/companies/{self.id}{path}", **given)

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - any JSON
        """Read below the company."""
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def connection(self) -> dict[str, Any]:
        """The connection as the API shows it."""
        found: dict[str, Any] = self.get(f"/connections/{self.connection_id}")
        return found

    def read(self, data_type: str) -> list[Any]:
        """Read all records of a type through the official SDK, page by page."""
        group, request = LISTS[data_type]
        client = accounting_sdk(self.stack)
        records: list[Any] = []
        made = getattr(accounting, request)
        place = {"company_id": self.id}
        if "connection_id" in {each.name for each in fields(made)}:
            place["connection_id"] = self.connection_id
        for page in range(1, 1_000):
            wanted = made(**place, page=page, page_size=PAGE, order_by="id")
            answer = getattr(getattr(client, group).list(wanted), group)
            records += answer.results or []
            if len(records) >= answer.total_results:
                return records
        raise AssertionError("the pages do not end")

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """All records of all types, without what differs from run to run."""
        return {
            path: [
                {key: value for key, value in record.items() if key != "modifiedDate"}
                for record in self.get(f"/data/{path}", pageSize=5000, orderBy="id")["results"]
            ]
            for path in (
                "accounts",
                "customers",
                "suppliers",
                "invoices",
                "bills",
                "creditNotes",
                "billCreditNotes",
                "payments",
                "billPayments",
                "purchaseOrders",
                "taxRates",
                "items",
                "trackingCategories",
            )
        }


def _statuses_in(answer: Mapping[str, Any]) -> dict[str, str]:
    return {key: each["currentStatus"] for key, each in answer.items()}


def consent(browser: Browser, page: Page, organisation: str) -> Page:
    """Allow access to one organisation, by its position on the simulator's page."""
    ticked = replace(page, text=_tick(page.text, int(organisation)))
    return browser.press(ticked, "allow")


def _tick(html: str, position: int) -> str:
    """Tick the box at `position` and no other, as a person would."""
    bare = re.sub(r"\s+checked>", ">", html)
    boxes = list(re.finditer(r'<input type="(?:checkbox|radio)"', bare))
    end = boxes[position].end()
    return f"{bare[:end]} checked{bare[end:]}"


def ask(stack: Stack, method: str, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
    """Make an authorised request."""
    headers = {"Authorization": authorization(stack.api_key), **given.pop("headers", {})}
    return httpx.request(method, stack.api_url + path, headers=headers, timeout=30, **given)


def platform_sdk(stack: Stack) -> Any:  # noqa: ANN401 - the SDK has no types
    """The official platform SDK, pointed at the stack."""
    security = platform_shared.Security(auth_header=authorization(stack.api_key))
    return CodatPlatform(security=security, server_url=stack.api_url)


def accounting_sdk(stack: Stack) -> Any:  # noqa: ANN401 - the SDK has no types
    """The official accounting SDK, pointed at the stack."""
    security = accounting_shared.Security(auth_header=authorization(stack.api_key))
    return CodatAccounting(security=security, server_url=stack.api_url)


@dataclass(frozen=True, slots=True)
class Books:
    """The simulator's own books of one organisation, and its levers."""

    url: str
    organisation: str = "0"

    def all(self) -> dict[str, Any]:
        """All records in Xero's shape, and facts."""
        answer = httpx.get(
            f"{self.url}/_books", params={"organisation": self.organisation}, timeout=30
        )
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def edit(self, **edit: Any) -> list[str]:  # noqa: ANN401 - the control's own fields
        """Change the books; gives the ids that changed."""
        changed: list[str] = self.control(
            "/books/edit", {"organisation": self.organisation, **edit}
        )["changed"]
        return changed

    def control(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Pull one of the simulator's levers."""
        answer = httpx.post(f"{self.url}/_control{path}", json=dict(body), timeout=30)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def calls(self, path: str) -> int:
        """How often the provider's `path` was called."""
        listed = httpx.get(f"{self.url}/_calls", params={"path": path}, timeout=30).json()
        return len(listed["calls"])

    def forget_calls(self) -> None:
        """Begin a new ledger of calls."""
        httpx.delete(f"{self.url}/_calls", timeout=30).raise_for_status()


def books_of(stack: Stack, organisation: str = "0") -> Books:
    """The books behind a stack."""
    return Books(stack.simulators["xero"].url, organisation)
