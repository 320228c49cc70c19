"""What a client is told when the provider, the grant or the connector is in trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Row

from functions.data_api.app import Reach, create_app
from functions.data_api.snapshots import Snapshots
from local.providers.books.files import files_of
from shared_code.access import Principal
from shared_code.documents import MAX_BYTES, DocumentRequest
from shared_code.errors import Conflict, Reauthorise
from shared_code.fetch.provider import Provider
from shared_code.serve.connectors import FORWARDED, Connectors
from tests.contract.documents.conftest import Office
from tests.support.asgi import app_client
from tests.support.granting import COMPANY, CONNECTION

LIST, PDF = "*/Attachments", "*/Invoices/*"


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        ({"action": "status", "status": 404}, 404, "The provider has no such document."),
        ({"action": "status", "status": 403}, 409, "does not give access to this data (403)"),
        ({"action": "status", "status": 400}, 409, "The provider refused the request (400)"),
        ({"action": "status", "status": 500}, 503, "The provider is in trouble (500)"),
        ({"action": "status", "status": 302}, 409, "The provider refused the request (302)"),
        ({"action": "html"}, 503, "The provider's answer could not be read"),
        ({"action": "html", "status": 502}, 503, "The provider is in trouble (502)"),
        ({"action": "truncate", "bytes": 3}, 503, "The provider's answer could not be read"),
        ({"action": "cut"}, 503, "The provider could not be reached"),
        ({"action": "reset"}, 503, "The provider could not be reached"),
        ({"action": "huge", "bytes": MAX_BYTES + 1}, 413, f"at most {MAX_BYTES} bytes"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("path", ["attachments", "pdf"])
def test_each_trouble_of_the_provider_has_its_status(
    calm: Office, path: str, fault: dict[str, object], status: int, says: str
) -> None:
    [document, *_] = calm.documents(sale=True)
    calm.publish("invoices", document.id)
    calm.fault(path=LIST if path == "attachments" else PDF, **fault)
    answer = calm.get(f"invoices/{document.id}/{path}")
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert ("retry-after" in answer.headers) == (status == 503)
    assert len(calm.provider_calls()) == 1
    assert calm.clock.sleeps == []


@pytest.mark.parametrize(("asked", "told"), [("7", "7"), ("86400", "60"), (None, "5")])
def test_a_limit_of_the_provider_is_passed_on_with_a_wait_that_sdks_take(
    calm: Office, asked: str | None, told: str
) -> None:
    invoice = calm.invoice()
    calm.fault(action="status", path=LIST, status=429, retryAfter=asked)
    answer = calm.get(f"invoices/{invoice}/attachments")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == told
    assert answer.json()["error"] == "The provider asked to wait"


def test_a_page_that_comes_for_a_file_is_not_passed_on(calm: Office) -> None:
    invoice = calm.invoice()
    file = files_of(calm.documents(sale=True)[0])[0]
    calm.fault(action="html", path=f"*/Attachments/{file.id}")
    answer = calm.get(f"invoices/{invoice}/attachments/{file.id}/download")
    assert answer.status_code == 503


def test_a_file_that_is_listed_as_too_large_is_not_downloaded(calm: Office) -> None:
    invoice = calm.invoice()
    held = {"AttachmentID": "a", "FileName": "film.mov", "ContentLength": MAX_BYTES + 1}
    calm.fault(action="status", path=LIST, body={"Attachments": [held]})
    answer = calm.get(f"invoices/{invoice}/attachments/a/download")
    assert answer.status_code == 413
    assert len(calm.provider_calls()) == 1


def test_a_token_that_has_run_out_is_renewed_once(office: Office) -> None:
    invoice = office.invoice()
    office.clock.advance(40 * 60)
    assert office.get(f"invoices/{invoice}/attachments").status_code == 200
    assert office.get(f"invoices/{invoice}/pdf").status_code == 200
    assert len(office.rig.token_calls("refresh_token")) == 1


def test_a_token_that_the_provider_refuses_is_replaced(office: Office) -> None:
    invoice = office.invoice()
    office.fault(action="status", path=LIST, status=401, times=1)
    assert office.get(f"invoices/{invoice}/attachments").status_code == 200
    assert len(office.rig.token_calls("refresh_token")) == 1


def test_a_grant_that_is_dead_ends_the_link_as_in_a_sync(office: Office) -> None:
    invoice = office.invoice()
    for grant in office.rig.simulator.grants.grants.values():
        office.rig.simulator.grants.revoke(grant)
    answer = office.get(f"invoices/{invoice}/attachments")
    assert answer.status_code == 409
    assert answer.json()["error"].endswith("the company has to link the connection again.")
    assert office.rig.connection().status == "Deauthorized"


def test_access_that_is_refused_for_good_ends_the_link(office: Office) -> None:
    invoice = office.invoice()
    office.fault(action="status", path=PDF, status=401)
    assert office.get(f"invoices/{invoice}/pdf").status_code == 409
    assert office.rig.connection().status == "Deauthorized"


def test_an_organisation_that_was_disconnected_ends_the_link(office: Office) -> None:
    invoice = office.invoice()
    office.fault(
        action="status", path=PDF, status=403, body={"Detail": "AuthenticationUnsuccessful"}
    )
    assert office.get(f"invoices/{invoice}/pdf").status_code == 409
    assert office.rig.connection().status == "Deauthorized"


def test_a_refusal_that_comes_late_does_not_end_a_new_link(office: Office) -> None:
    invoice = office.invoice()

    def refuse_late(connection: Row[Any]) -> Provider:
        del connection
        office.rig.set_connection(epoch=office.rig.connection().epoch + 1)
        raise Reauthorise("The provider does not accept the old access")

    reader = replace(office.handler.reader, provider_for=refuse_late)
    caller = Principal(office.rig.connection().client_id, "key")
    with pytest.raises(Conflict):
        reader.pdf(caller, DocumentRequest(COMPANY, CONNECTION, "invoices", invoice))
    assert office.rig.connection().status == "Linked"


def before(
    office: Office, answer: Callable[[httpx.Request], httpx.Response], **headers: str
) -> httpx.Client:
    """A client of the data API whose connectors answer like this."""

    def authenticate(header: str | None) -> Principal:
        del header
        return Principal(office.rig.connection().client_id, "key")

    app: FastAPI = create_app(
        office.rig.db,
        authenticate,
        clock=office.clock,
        snapshots=Snapshots(),
        reach=Reach(
            office.files, Connectors.at("http://connectors/below", httpx.MockTransport(answer))
        ),
    )
    return app_client(app, {"Authorization": "Basic key", **headers})


def fail(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("too long", request=request)


def problem(service: str, status: int) -> Callable[[httpx.Request], httpx.Response]:
    body = {"statusCode": status, "service": service, "error": "No."}
    return lambda _: httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (fail, 503),
        (lambda _: httpx.Response(404, text="no such page"), 503),
        (lambda _: httpx.Response(302, headers={"Location": "https://elsewhere.example"}), 503),
        (lambda _: httpx.Response(200, html="<html>Welcome"), 503),
        (problem("data_api", 404), 503),
        (problem("xero", 401), 401),
        (problem("xero", 500), 500),
        (lambda _: httpx.Response(200, content=bytes(MAX_BYTES + 1)), 413),
    ],
    ids=["silent", "gateway", "redirect", "page", "other", "key", "failed", "large"],
)
def test_an_answer_that_is_not_the_connectors_is_not_taken_for_one(
    calm: Office,
    answer: Callable[[httpx.Request], httpx.Response],
    status: int,
) -> None:
    invoice = calm.invoice()
    path = f"/companies/{COMPANY}/data/invoices/{invoice}/pdf"
    found = before(calm, answer).get(path)
    assert found.status_code == status
    assert found.json()["service"] == "data_api"


def test_the_connector_is_asked_as_the_caller_and_under_the_same_correlation_id(
    calm: Office,
) -> None:
    invoice = calm.invoice()
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"Content-Type": "application/pdf"}, content=b"%PDF-")

    found = before(calm, answer).get(f"/companies/{COMPANY}/data/invoices/{invoice}/pdf")
    [request] = seen
    assert request.url.path == "/below/connect/xero/documents/pdf"
    assert request.headers["Authorization"] == "Basic key"
    assert request.headers["X-Correlation-Id"] == found.headers["X-Correlation-Id"]


def test_a_request_that_was_passed_on_once_is_not_passed_on_again(calm: Office) -> None:
    invoice = calm.invoice()
    client = before(calm, fail, **{FORWARDED: "1"})
    found = client.get(f"/companies/{COMPANY}/data/invoices/{invoice}/pdf")
    assert found.status_code == 500
    assert found.json()["error"] == "The platform is not configured completely."
