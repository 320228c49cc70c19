"""Declared limits and webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from local.providers.simulation.hooks import Hmac, Notice, Timed, standard
from tests.contract.providers.session import Visitor
from tests.support.simulated import DEMO, called

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
NOTICE = Notice("n-1", "t-1", datetime(2026, 11, 1, tzinfo=UTC), ())


def test_limits_are_the_declared_ones_and_answers_tell_what_remains() -> None:
    caller = called(DEMO, rate_limit=True)
    told = [caller.get("/v1/items").headers["X-Remaining"] for _ in range(30)]
    assert told == [str(left) for left in range(29, -1, -1)]
    refused = caller.get("/v1/items")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_pages_and_controls_are_free() -> None:
    caller = called(DEMO, rate_limit=True)
    for _ in range(40):
        assert caller.http.get("/_control/clock").status_code == 200
    assert caller.get("/v1/items").headers["X-Remaining"] == "29"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Listen on a port; gives its address and what came in."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_edit_is_told_in_a_signed_post_for_each_record_it_changed() -> None:
    caller = called(DEMO)
    with receiver() as (url, got):
        caller.order("webhooks", url=url, secret=SECRET)
        [payment] = caller.edit("pay")
        [gone] = caller.edit("delete-item")
    told = [json.loads(body) for _, body in got]
    assert [each["type"] for each in told][::2] == ["payment.created", "item.deleted"]
    assert [each["id"] for each in told][::2] == [payment, gone]
    assert {each["tenant"] for each in told} == {caller.simulator.world.companies[0].id}
    for headers, body in got:
        expected = hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
        assert headers["X-Demo-Signature"] == expected


def test_a_receiver_that_fails_is_noted_and_hinders_no_edit() -> None:
    caller = called(DEMO)
    with receiver(500) as (url, _):
        caller.order("webhooks", url=url)
        caller.edit("touch")
    caller.order("webhooks", url="http://127.0.0.1:9/closed")
    caller.edit("touch")
    noted = caller.http.get("/_control/webhooks").json()
    assert [each["status"] for each in noted["deliveries"]] == [500, None]
    assert noted["deliveries"][1]["error"] == "ConnectError"


def test_nothing_is_told_before_anybody_subscribed_or_after_they_left() -> None:
    caller = called(DEMO)
    caller.edit("touch")
    with receiver() as (url, got):
        caller.order("webhooks", url=url)
        caller.order("webhooks", url=None)
        caller.edit("touch")
    assert got == []


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_body_signed_by_its_hmac_differs_with_the_secret(encoding: str) -> None:
    sign = Hmac("X-Sig", "hex" if encoding == "hex" else "base64")
    assert sign(b"{}", "a", NOTICE) != sign(b"{}", "b", NOTICE)
    assert sign(b"{}", "a", NOTICE) == sign(b"{}", "a", NOTICE)


def test_a_timed_signature_covers_the_time_and_the_body() -> None:
    seconds = int(NOTICE.at.timestamp())
    digest = hmac.digest(b"key", f"{seconds}.body".encode(), hashlib.sha256).hex()
    assert Timed("Sig")(b"body", "key", NOTICE) == {"Sig": f"t={seconds},v1={digest}"}


def test_standard_webhooks_are_signed_as_their_specification_says() -> None:
    headers = standard(b'{"a":1}', SECRET, NOTICE)
    seconds = int(NOTICE.at.timestamp())
    key, signed = b"0123456789abcdef", f'n-1.{seconds}.{{"a":1}}'.encode()
    scheme, _, given = headers["webhook-signature"].partition(",")
    assert scheme == "v1"

    assert base64.b64decode(given) == hmac.digest(key, signed, hashlib.sha256)
    assert headers["webhook-id"] == "n-1"


def test_xero_tells_of_documents_and_contacts_in_numbered_events(linked: Visitor) -> None:
    with receiver() as (url, got):
        linked.order("webhooks", url=url, secret=SECRET)
        [invoice] = linked.order("books/edit", operation="create")["changed"]
        linked.order("books/edit", operation="update-item")
        [contact] = linked.order("books/edit", operation="rename-contact")["changed"]
    told = [json.loads(body) for _, body in got]
    events = [event for each in told for event in each["events"]]
    assert [(e["resourceId"], e["eventCategory"], e["eventType"]) for e in events] == [
        (invoice, "INVOICE", "CREATE"),
        (contact, "CONTACT", "UPDATE"),
    ]
    assert [each["lastEventSequence"] for each in told] == [1, 2]
    assert {event["tenantId"] for event in events} == {linked.tenant}
    for headers, body in got:
        expected = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        assert headers["x-xero-signature"] == expected
