"""Controls: the ledger of calls, edits, misbehaviour, clock, pages, command line."""

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import pytest

from tests.contract.providers.session import CLIENT, TOKEN, Json, Visitor


def test_every_call_is_in_the_ledger_without_secrets(linked: Visitor) -> None:
    linked.get("Invoices", page="2", headers={"If-Modified-Since": "2024-01-01T00:00:00"})
    entered = linked.calls()
    assert [each["path"] for each in entered] == [
        *("/identity/connect/authorize", "/connect/token", "/connections"),
        "/api.xro/2.0/Invoices",
    ]
    assert [each["seq"] for each in entered] == [1, 2, 3, 4]
    last = entered[-1]
    assert (last["method"], last["status"], last["tenant"]) == ("GET", 200, linked.tenant)
    assert last["query"] == "page=2"
    assert last["detail"] == {"ifModifiedSince": "2024-01-01T00:00:00"}
    assert last["bytes"] > 1000
    assert entered[1]["detail"] == {"grantType": "authorization_code"}
    text = linked.http.get("/_calls").text
    tokens = (linked.tokens["access_token"], linked.tokens["refresh_token"])
    assert not [secret for secret in (*tokens, CLIENT[1], "a-state") if secret in text]


def test_calls_can_be_filtered_and_forgotten(linked: Visitor) -> None:
    for page in ("1", "2", "9"):
        linked.get("Invoices", page=page)
    linked.get("Invoices", page="0")
    assert len(linked.calls(path="/Invoices")) == 4
    assert len(linked.calls(path="/Invoices", status="400")) == 1
    assert len(linked.calls(path="/api.xro/*", limit="2")) == 2
    assert len(linked.calls(detail="authorization_code")) == 1
    assert linked.http.delete("/_calls").status_code == 204
    assert linked.calls() == []


def test_a_test_can_wait_for_the_calls_of_another(linked: Visitor) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            httpx.get,
            f"{linked.http.base_url}/_calls/wait",
            params={"path": "/Invoices", "count": "2", "timeout": "15"},
            timeout=20,
        )
        for page in ("1", "2"):
            linked.get("Invoices", page=page)
        seen: Json = waiting.result().json()
    assert seen["reached"]
    assert seen["count"] == 2


def test_waiting_in_vain_ends(linked: Visitor) -> None:
    answer = linked.http.get("/_calls/wait", params={"path": "/Items", "timeout": "0.05"})
    assert answer.json() == {"reached": False, "count": 0, "calls": []}


@pytest.mark.parametrize(
    ("operation", "collection", "key"),
    [
        ("touch", "Invoices", "InvoiceID"),
        ("change-amount", "Invoices", "InvoiceID"),
        ("void", "Invoices", "InvoiceID"),
        ("create", "Invoices", "InvoiceID"),
        ("import-at-once", "Invoices", "InvoiceID"),
        ("pay", "Payments", "PaymentID"),
        ("delete-payment", "Payments", "PaymentID"),
        ("archive-contact", "Contacts", "ContactID"),
        ("rename-contact", "Contacts", "ContactID"),
        ("update-item", "Items", "ItemID"),
    ],
)
def test_an_edit_shows_at_the_api_and_the_books_still_balance(
    linked: Visitor, operation: str, collection: str, key: str
) -> None:
    changed = linked.order("books/edit", operation=operation, count=4, seed=9)["changed"]
    assert len(changed) == 4
    listed = linked.get(collection, includeArchived="true", order="UpdatedDateUTC ASC").json()
    assert [each[key] for each in listed[collection]][-4:] == sorted(changed) or [
        each[key] for each in listed[collection]
    ][-4:] == changed
    assert linked.books(resources="none")["facts"]["trialBalanceSum"] == "0.00"


def test_a_deleted_item_vanishes_silently(linked: Visitor) -> None:
    (gone,) = linked.order("books/edit", operation="delete-item")["changed"]
    assert gone not in {each["ItemID"] for each in linked.get("Items").json()["Items"]}
    assert linked.get(f"Items/{gone}").status_code == 404


def test_an_amount_changed_at_the_provider_moves_what_is_owed(linked: Visitor) -> None:
    before = Decimal(linked.books(resources="none")["facts"]["receivables"])
    linked.order("books/edit", operation="create", count=5)
    assert Decimal(linked.books(resources="none")["facts"]["receivables"]) > before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("books/edit", {"operation": "burn"}),
        ("books/edit", {"operation": "touch", "count": 0}),
        ("books/edit", {"operation": "touch", "surprise": 1}),
        ("books/edit", {"operation": "touch", "ids": ["nobody"]}),
        ("faults", {"action": "explode"}),
        ("books/edit", {"operation": "change-amount", "factor": 1e23}),
        ("clock", {"now": "2026-01-01T00:00:00"}),
        ("clock", {"advanceSeconds": 1e12}),
        ("webhooks", {"url": "xhttp://127.0.0.1/"}),
        ("webhooks", {"url": "http://xn--é..a/"}),
    ],
)
def test_a_wrong_order_is_a_400_that_says_why(
    visitor: Visitor, path: str, body: dict[str, Json]
) -> None:
    answer = visitor.http.post(f"/_control/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_organisation_is_a_404(visitor: Visitor) -> None:
    assert visitor.http.get("/_books", params={"organisation": "99"}).status_code == 404


def test_scripted_answers_take_the_place_of_real_ones(linked: Visitor) -> None:
    linked.order("faults", action="status", status=429, retryAfter=864000, path="/Invoices")
    linked.order("faults", action="html", path="/Contacts")
    linked.order("faults", action="status", status=503, body={"Title": "Down"}, path="/Items")
    limited = linked.get("Invoices")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "864000")
    page = linked.get("Contacts")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    down = linked.get("Items")
    assert (down.status_code, down.json()) == (503, {"Title": "Down"})
    assert [linked.get(each).status_code for each in ("Invoices", "Contacts", "Items")] == [200] * 3
    assert [each.get("fault") for each in linked.calls(path="/Items")] == ["status", None]


def test_a_body_can_be_cut_dripped_swollen_or_falsified(linked: Visitor) -> None:
    whole = linked.get("TaxRates")
    linked.order("faults", action="truncate", bytes=100)
    assert len(linked.get("TaxRates").content) == 100
    linked.order("faults", action="cut", bytes=100)
    with pytest.raises(httpx.RemoteProtocolError, match="received 100 bytes"):
        linked.get("TaxRates")
    linked.order("faults", action="drip", bytes=1000, seconds=0.001)
    assert len(linked.get("TaxRates").content) == len(whole.content)
    linked.order("faults", action="huge", bytes=3_000_000)
    assert len(linked.get("TaxRates").content) > 3_000_000
    linked.order("faults", action="replace", find='"ACTIVE"', put='"ASLEEP"')
    assert {each["Status"] for each in linked.get("TaxRates").json()["TaxRates"]} == {"ASLEEP"}
    linked.order("faults", action="delay", seconds=0.05)
    assert linked.get("TaxRates").status_code == 200


def test_a_reset_breaks_the_connection_and_has_no_status(linked: Visitor) -> None:
    linked.order("faults", action="reset", path="/Invoices", after=1)
    assert linked.get("Invoices", page="1").status_code == 200
    with pytest.raises(httpx.ReadError):
        linked.get("Invoices", page="2")
    assert linked.get("Invoices", page="2").status_code == 200
    told = linked.calls(path="/Invoices")
    assert [each.get("status") for each in told] == [200, None, 200]
    assert told[1]["fault"] == "reset"


def test_a_rotated_token_whose_answer_was_lost_can_be_had_again(linked: Visitor) -> None:
    linked.order("faults", action="lose", path=TOKEN, bodyHas="grant_type=refresh_token")
    first = linked.tokens["refresh_token"]
    with pytest.raises(httpx.ReadError):
        linked.refresh(first)
    (grant,) = linked.http.get("/_control/grants").json()["grants"]
    assert grant["refreshTokens"] == 2
    again = linked.refresh(first)
    assert again.status_code == 200
    assert again.json()["refresh_token"] != first


def test_calls_at_once_are_limited_while_answers_are_held_back(linked: Visitor) -> None:
    linked.order("limits", enabled=True, atOnce=2)
    number = linked.order("faults", action="hold", times=2, path="/Organisation")["id"]
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(linked.get, "Organisation") for _ in range(2)]
        started = {"path": "/Organisation", "count": "2", "started": "true", "timeout": "15"}
        assert linked.http.get("/_calls/wait", params=started).json()["reached"]
        refused = linked.get("Organisation")
        assert linked.http.delete(f"/_control/faults/{number}").status_code == 204
        assert [each.result().status_code for each in held] == [200, 200]
    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Problem"] == "concurrent"
    assert linked.get("Organisation").status_code == 200


def test_faults_can_be_listed_and_lifted(linked: Visitor) -> None:
    number = linked.order("faults", action="status", status=500, times=None)["id"]
    assert linked.get("Items").status_code == 500
    (told,) = linked.http.get("/_control/faults").json()["faults"]
    assert (told["id"], told["hit"], told["action"]) == (number, 1, "status")
    assert linked.http.delete(f"/_control/faults/{number}").status_code == 204
    assert linked.get("Items").status_code == 200


def test_the_clock_can_be_moved_set_and_put_right(visitor: Visitor) -> None:
    assert visitor.order("clock", advanceSeconds=3600)["shiftSeconds"] == 3600
    assert visitor.order("clock", now="2030-01-01T00:00:00Z")["now"].startswith("2030-01-01T00:00")
    assert visitor.order("clock", reset=True)["shiftSeconds"] == 0


def test_the_overview_lists_every_control(visitor: Visitor) -> None:
    overview = visitor.http.get("/_control").json()
    paths = {each["path"] for each in overview["controls"]}
    assert {"/_calls", "/_calls/wait", "/_books", "/_control/faults"} <= paths
    assert all(each["does"] for each in overview["controls"])
    assert CLIENT[1] not in visitor.http.get("/_control").text


def test_the_page_shows_the_books_and_its_buttons_change_them(visitor: Visitor) -> None:
    page = visitor.http.get("/")
    assert page.status_code == 200
    assert "Bramble &amp; Finch Catering Supplies" in page.text
    (organisation, *_) = visitor.http.get("/_control").json()["organisations"]
    button = {"organisation": organisation["id"], "operation": "create", "kind": "invoice"}
    pressed = visitor.http.post("/_home/change", data=button)
    assert pressed.status_code == 303
    counts = visitor.books(resources="none")["facts"]["counts"]
    assert counts["total"] == 241
    assert "241" in visitor.http.get(pressed.headers["location"]).text


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/_home/change"), ("POST", "/_control/clock"), ("DELETE", "/_calls")],
)
def test_another_site_changes_nothing_by_way_of_a_browser(
    linked: Visitor, method: str, path: str
) -> None:
    before = linked.http.get("/_calls").text
    answer = linked.http.request(method, path, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.text) == (403, "Not from https://evil.example")
    assert linked.http.get("/_calls").text == before
    own = str(linked.http.base_url).rstrip("/")
    assert linked.http.request(method, path, headers={"Origin": own}).status_code != 403


COMMAND = [sys.executable, "-m", "local.providers", "serve", "xero"]


def test_the_command_says_when_it_is_ready_and_ends_well_when_stopped() -> None:
    command = [*COMMAND, "--port", "0", "--invoices", "100"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if "ready" in line)
        assert ready.startswith("Simulator xero ready at http://127.0.0.1:")
        assert httpx.get(f"{ready.split()[-1]}/_control").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False, timeout=30
        )
    assert ended.returncode == 1
    assert f"Port {port} of 127.0.0.1 is in use" in ended.stderr
    assert "Traceback" not in ended.stderr
