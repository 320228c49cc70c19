"""Bad input is refused with a sentence that says what was wrong, and changes nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack.browser import Browser
from local.stack.children import ROOT
from local.stack.running import Stack
from shared_code.store.sqlite import sqlite3
from tests.support.hosting import hosted
from tests.support.traveller import Books, Company, ask, books_of, stack_in

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stack(
    host_options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with stack_in(tmp_path_factory.mktemp("stack"), **host_options) as running:
        yield running


@pytest.fixture(scope="module")
def company(stack: Stack) -> Company:
    created = Company.create(stack, "Refused")
    created.link()
    created.wait_until_synced()
    return created


@pytest.fixture
def books(stack: Stack) -> Books:
    return books_of(stack)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"/companies/{UNKNOWN}", 404, f"No company was found with ID {UNKNOWN}"),
        ("/companies/not-a-uuid/data/invoices", 404, "No company was found with ID not-a-uuid"),
        ("{company}/connections/" + UNKNOWN, 404, f"Data connection {UNKNOWN} not found"),
        ("{company}/data/invoices?pageSize=0", 400, "pageSize"),
        ("{company}/data/invoices?pageSize=10000", 400, "pageSize"),
        ("{company}/data/invoices?page=0", 400, "page"),
        ("{company}/data/invoices?query=amountDue", 400, "Error parsing query - Malformed query."),
        ("{company}/data/invoices?query=colour=red", 400, "Could not resolve property colour"),
        ("{company}/data/invoices?orderBy=colour", 400, "colour"),
        ("{company}/data/invoices/" + UNKNOWN, 404, UNKNOWN),
        ("{company}/data/nonsense", 404, "nonsense"),
        ("{company}/data/salesOrders", 404, "not supported"),
        ("/nowhere", 404, ""),
    ],
)
def test_a_read_that_cannot_be_answered_says_why(
    stack: Stack, company: Company, path: str, status: int, says: str
) -> None:
    answer = ask(stack, "GET", path.format(company=f"/companies/{company.id}"))
    assert answer.status_code == status
    if answer.content:
        error = answer.json()
        assert error["statusCode"] == status
        assert says in error["error"]


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic bm90LWEta2V5", "Bearer bm90LWEta2V5"]
)
def test_without_a_right_key_nothing_is_told(stack: Stack, company: Company, header: str) -> None:
    for path in ("", "/data/invoices"):
        url = f"{stack.api_url}/companies/{company.id}{path}"
        answer = httpx.get(url, headers={"Authorization": header} if header else {}, timeout=30)
        assert answer.status_code == 401
        assert answer.json()["statusCode"] == 401


def test_a_busy_data_type_is_not_queued_twice(company: Company, books: Books) -> None:
    hold = {"action": "hold", "path": "/Items", "times": 1}
    fault = books.control("/faults", hold)["id"]
    assert company.call("POST", "/data/queue/items").status_code == 200
    again = company.call("POST", "/data/queue/items")
    httpx.delete(f"{books.url}/_control/faults/{fault}", timeout=30)
    assert again.status_code == 409
    assert "still in progress" in again.json()["error"]
    company.wait_until_synced()


def callback(stack: Stack, **query: str) -> httpx.Response:
    return httpx.get(f"{stack.api_url}/connect/xero/oauth/callback", params=query, timeout=30)


def answered(company: Company) -> tuple[httpx.URL, httpx.Cookies]:
    """Go to the provider and back, but keep the browser from opening the callback."""
    with httpx.Client(timeout=30) as client:
        consent = client.get(company.link_url).headers["Location"]
        form = {"decision": "allow", "organisation": "0"}
        back = client.post(consent, data=form)
        return httpx.URL(back.headers["Location"]), client.cookies


def exchanges(books: Books) -> int:
    return books.calls("/connect/token")


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"code": "x", "state": "made-up"}])
def test_a_callback_with_a_wrong_state_exchanges_nothing(
    stack: Stack, books: Books, query: dict[str, str]
) -> None:
    before = exchanges(books)
    assert callback(stack, **query).status_code == 400
    assert exchanges(books) == before


def test_a_callback_from_another_browser_is_refused(stack: Stack, books: Books) -> None:
    company = Company.create(stack, "Elsewhere")
    url, _ = answered(company)
    before = exchanges(books)
    assert httpx.get(url, timeout=30).status_code == 400
    assert exchanges(books) == before
    assert company.connection()["status"] == "PendingAuth"


def test_a_state_works_once(stack: Stack, books: Books) -> None:
    company = Company.create(stack, "Once")
    url, cookies = answered(company)
    with httpx.Client(cookies=cookies, timeout=30) as browser:
        assert browser.get(url).status_code == 200
        before = exchanges(books)
        assert browser.get(url).status_code == 400
    assert exchanges(books) == before


def test_a_state_expires(stack: Stack, books: Books) -> None:
    company = Company.create(stack, "Late")
    url, cookies = answered(company)
    with sqlite3.connect(stack.options.data / "causeway.db") as store:
        store.execute("update link_attempts set expires_at = 1")
    before = exchanges(books)
    with httpx.Client(cookies=cookies, timeout=30) as browser:
        assert browser.get(url).status_code == 400
    assert exchanges(books) == before
    assert company.connection()["status"] == "PendingAuth"


def test_a_user_who_says_no_can_say_yes_later(stack: Stack) -> None:
    company = Company.create(stack, "Hesitant")
    with Browser() as browser:
        page = browser.press(browser.open(company.link_url), "cancel")
        assert "did not grant access" in page.text
    assert company.connection()["status"] == "PendingAuth"
    [error] = company.connection()["dataConnectionErrors"]
    assert (error["statusCode"], error["errorMessage"]) == ("403", "User cancelled")
    company.link()
    assert company.connection()["status"] == "Linked"


@pytest.mark.parametrize(
    "command",
    [
        ["local.host", "start", "--app", str(ROOT), "--data", "{folder}"],
        ["local.providers", "serve", "xero", "--invoices", "100"],
        ["local.stack", "up"],
    ],
    ids=lambda command: command[0],
)
def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path, command: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = [word.format(folder=tmp_path) for word in command]
        ended = _run([*words, "--port", port])
    assert ended.returncode == 1
    assert f"ort {port}" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def _run(arguments: list[str]) -> Any:  # noqa: ANN401 - a CompletedProcess of text
    return subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_setting_is_named_by_the_services_health(tmp_path: Path) -> None:
    with hosted(ROOT, tmp_path, environment={"TASK_HUB_NAME": "Test"}) as host:
        answer = host.http.get("/health/xero")
        assert answer.status_code == 503
        assert "CAUSEWAY_XERO_CLIENT_ID" in host.output
