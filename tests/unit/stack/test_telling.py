"""What the demo and `make up` tell people and scripts."""

from __future__ import annotations

import io
import json
import socket
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from local.stack import report
from local.stack.bootstrap import Caller
from local.stack.options import Options, port_settings
from local.stack.progress import display
from local.stack.public_api import ApiError, Json, PublicApi
from local.stack.running import PortInUseError, Simulator, Stack, free_port
from local.stack.state import announced
from local.stack.ways import ways_on


def _operation(data_type: str = "invoices", **others: object) -> Json:
    times = {"requested": "2026-01-01T00:00:00Z", "completed": "2026-01-01T00:00:02.5Z"}
    return {"dataType": data_type, "status": "Fetching", "progress": 10, **times, **others}


def _console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, force_terminal=terminal, width=100, highlight=False), text


def test_outside_a_terminal_each_change_is_a_line() -> None:
    console, text = _console(terminal=False)
    with display(console) as shown:
        shown.show([_operation(), _operation("bills")])
        shown.show([_operation(progress=50), _operation("bills", status="Complete")])
    assert text.getvalue().split() == [
        *("invoices", "Fetching"),
        *("bills", "Fetching"),
        *("bills", "Complete"),
    ]


def test_a_wait_says_until_when() -> None:
    console, text = _console(terminal=False)
    with display(console) as shown:
        shown.show([_operation(statusDescription="Paused until 12:00")])
    assert "Fetching: Paused until 12:00" in text.getvalue()


def test_a_terminal_gets_a_bar_a_type() -> None:
    console, text = _console(terminal=True)
    with display(console) as shown:
        shown.show([_operation(), _operation("bills")])
        shown.show([_operation(status="Complete", progress=100)])
    assert text.getvalue().count("invoices") >= 1
    assert "Complete" in text.getvalue()


def test_money_arrives_exactly_and_every_page_is_read() -> None:
    pages = {
        "1": '{"results": [{"amount": 0.1}], "_links": {"next": {"href": "/x?page=2"}}}',
        "2": '{"results": [{"amount": 1000000000000.01}], "_links": {}}',
    }

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Basic a2V5"
        return httpx.Response(200, text=pages[request.url.params["page"]])

    with PublicApi("http://api", "key", transport=httpx.MockTransport(answer)) as api:
        amounts = [each["amount"] for each in api.every("/x")]
    assert amounts == [Decimal("0.1"), Decimal("1000000000000.01")]


def test_a_refusal_is_quoted() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, text="no such company"))
    with (
        PublicApi("http://api", "key", transport=transport) as api,
        pytest.raises(ApiError, match="GET /companies/1: no such company"),
    ):
        api.get("/companies/1")


def test_a_sync_takes_from_the_first_request_to_the_last_end() -> None:
    later = _operation(requested="2026-01-01T00:00:01Z", completed="2026-01-01T00:00:09Z")
    assert report.seconds([_operation(), later]) == pytest.approx(9)


def test_sums_name_their_currency() -> None:
    assert report.sums({"EUR": Decimal("1.5"), "GBP": Decimal(1_234)}) == "EUR 1.50, GBP 1,234.00"
    assert report.sums({}) == "nothing"


def test_scripts_find_the_stack_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / ".local" / "stack.json"
    stack = Stack(
        Options(data=tmp_path, logs=tmp_path),
        Caller("client", "key"),
        "http://api",
        {"xero": Simulator.at("http://xero")},
        {},
        {},
    )
    with announced(stack, file):
        assert file.stat().st_mode & 0o777 == 0o600
        told = json.loads(file.read_text())
    assert told == {
        "apiUrl": "http://api",
        "apiKey": "key",
        "authorization": "Basic a2V5",
        "clientId": "client",
        "simulators": {
            "xero": {
                "url": "http://xero",
                "callsUrl": "http://xero/_calls",
                "booksUrl": "http://xero/_books",
                "control": "http://xero/_control",
            }
        },
    }
    assert list(file.parent.iterdir()) == []


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"Port {port} is in use"):
            free_port(port)


def test_the_embedded_queues_win_over_a_connection_in_the_settings_file(tmp_path: Path) -> None:
    settings = port_settings(Options(data=tmp_path, logs=tmp_path))
    assert settings["CAUSEWAY_QUEUE_CONNECTION"] == ""
    assert settings["CAUSEWAY_STORE_URL"] == f"sqlite:///{tmp_path}/causeway.db"


def test_a_storage_account_takes_blobs_and_queues(tmp_path: Path) -> None:
    settings = port_settings(Options(data=tmp_path, logs=tmp_path, storage="AccountName=x"))
    assert settings["CAUSEWAY_BLOBS_KIND"] == settings["CAUSEWAY_QUEUE_KIND"] == "azure"
    assert settings["CAUSEWAY_QUEUE_CONNECTION"] == "AccountName=x"


def test_the_commands_to_go_on_with_name_the_addresses() -> None:
    ways = ways_on("http://api", {"xero": "http://simulator"})
    assert "http://api/docs" in ways
    assert "http://simulator" in ways
    assert "CodatPlatform(" in ways
