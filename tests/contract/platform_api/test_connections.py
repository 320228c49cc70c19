from __future__ import annotations

import pytest
from sqlalchemy import insert

from shared_code.store.schema import (
    commands,
    connection_errors,
    connections,
    datasets,
    events,
    pulls,
    purges,
    runs,
)
from tests.contract.platform_api.conftest import PUBLIC_URL, Api, ok, refused
from tests.support.clock import NOON


@pytest.fixture
def company_id(api: Api) -> str:
    return str(api.create_company(tags={"region": "uk"})["id"])


def test_a_new_connection_waits_to_be_linked(api: Api, company_id: str) -> None:
    connection = api.create_connection(company_id)
    assert connection == {
        "id": connection["id"],
        "integrationId": "0f20c943-12d0-4800-9f6c-d218f62d494c",
        "integrationKey": "gbol",
        "sourceId": "8a156a5a-39cb-4f9d-856e-76ef9b9a9607",
        "sourceType": "Accounting",
        "platformName": "Xero",
        "linkUrl": f"{PUBLIC_URL}/connect/xero/authorize"
        f"?companyId={company_id}&connectionId={connection['id']}",
        "status": "PendingAuth",
        "created": "2030-01-01T12:00:00Z",
        "dataConnectionErrors": [],
    }
    assert ok(api.http.get(f"/companies/{company_id}/connections/{connection['id']}")) == connection
    assert ok(api.http.get(f"/companies/{company_id}"))["dataConnections"] == [connection]


def test_any_number_of_accounting_connections_may_wait(api: Api, company_id: str) -> None:
    for _ in range(3):
        api.create_connection(company_id)
    assert ok(api.http.get(f"/companies/{company_id}/connections"))["totalResults"] == 3


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"platformKey": "zzzz"}, 404, "No integration was found with key zzzz"),
        ({}, 400, "platformKey: Field required"),
        ({"platformKey": None}, 400, "platformKey: "),
        ({"platformKey": 7}, 400, "platformKey: "),
    ],
)
def test_an_unknown_platform_is_refused(
    api: Api, company_id: str, body: dict[str, object], status: int, said: str
) -> None:
    assert said in refused(api.http.post(f"/companies/{company_id}/connections", json=body), status)


def test_connections_are_listed_by_what_is_asked(api: Api, company_id: str) -> None:
    linked = api.link(company_id)
    api.clock.advance(1)
    pending = api.create_connection(company_id)
    path = f"/companies/{company_id}/connections"
    for query, expected in [
        ("status=linked", [linked["id"]]),
        ("status!=linked", [pending["id"]]),
        ("integrationKey=gbol&&sourceType=accounting", [linked["id"], pending["id"]]),
        ("created>2031-01-01", []),
    ]:
        found = ok(api.http.get(path, params={"query": query}))
        assert [each["id"] for each in found["results"]] == expected
    descending = ok(api.http.get(path, params={"orderBy": "-status", "pageSize": 1}))
    assert [each["id"] for each in descending["results"]] == [pending["id"]]
    assert descending["totalResults"] == 2
    assert "Could not resolve property colour on Connection" in refused(
        api.http.get(path, params={"query": "colour=red"}), 400
    )


def test_an_unknown_connection_is_a_404(api: Api, company_id: str) -> None:
    elsewhere = api.create_connection(str(api.create_company()["id"]))["id"]
    for connection_id in ("no-uuid", elsewhere):
        path = f"/companies/{company_id}/connections/{connection_id}"
        for method in ("GET", "PATCH", "DELETE"):
            answer = api.http.request(method, path, json={"status": "Unlinked"})
            assert refused(answer, 404) == f"Data connection {connection_id} not found"


def test_what_went_wrong_shows_on_the_connection(api: Api, company_id: str) -> None:
    connection = api.create_connection(company_id)
    with api.platform.db.write() as tx:
        for number, resolved in enumerate([None, NOON]):
            tx.execute(
                insert(connection_errors).values(
                    company_id=company_id,
                    connection_id=connection["id"],
                    id=str(number),
                    status_code="403",
                    status_text="access_denied",
                    message="User cancelled",
                    happened_at=NOON,
                    resolved_at=resolved,
                )
            )
    shown = ok(api.http.get(f"/companies/{company_id}/connections/{connection['id']}"))
    first, second = shown["dataConnectionErrors"]
    assert first == {
        "statusCode": "403",
        "statusText": "access_denied",
        "errorMessage": "User cancelled",
        "erroredOnUtc": "2030-01-01T12:00:00Z",
        "status": "Active",
    }
    assert (second["status"], second["resolvedOnUtc"]) == ("Resolved", "2030-01-01T12:00:00Z")


def test_unlinking_takes_the_grant_back_and_stops_what_runs(api: Api, company_id: str) -> None:
    connection = api.link(company_id)
    api.sync(connection["id"], "invoices", "bills")
    api.clock.advance(10)
    path = f"/companies/{company_id}/connections/{connection['id']}"
    unlinked = ok(api.http.patch(path, json={"status": "Unlinked"}))
    assert unlinked == ok(api.http.get(path))
    assert unlinked["status"] == "Unlinked"
    [row] = api.rows(connections)
    assert (row.status, row.epoch, row.tenant_id) == ("Unlinked", 1, "tenant")
    [run] = api.rows(runs)
    assert (run.state, run.finished_at) == ("finished", api.clock.now())
    assert {(pull.status, pull.active) for pull in api.rows(pulls)} == {("Cancelled", False)}
    assert [row.kind for row in api.rows(commands)] == ["sync", "revoke"]
    assert api.queue.sent[-1][0] == "xero-commands"
    assert len(api.rows(datasets)) == 2


def test_only_a_linked_connection_can_be_unlinked(api: Api, company_id: str) -> None:
    connection = api.create_connection(company_id)
    path = f"/companies/{company_id}/connections/{connection['id']}"
    sentence = refused(api.http.patch(path, json={"status": "Unlinked"}), 409)
    assert sentence.endswith("is PendingAuth")


@pytest.mark.parametrize("body", [{}, {"status": "Linked"}, {"status": "unlinked!"}, []])
def test_a_connection_can_become_nothing_but_unlinked(
    api: Api, company_id: str, body: object
) -> None:
    connection = api.link(company_id)
    path = f"/companies/{company_id}/connections/{connection['id']}"
    assert refused(api.http.patch(path, json=body), 400)
    assert ok(api.http.get(path))["status"] == "Linked"


def test_a_deleted_connection_is_gone_at_once(api: Api, company_id: str) -> None:
    connection = api.link(company_id)
    api.sync(connection["id"], "invoices")
    path = f"/companies/{company_id}/connections/{connection['id']}"
    gone = api.http.delete(path)
    assert (gone.status_code, gone.content) == (200, b"")
    assert "content-type" not in gone.headers
    assert refused(api.http.get(path), 404) == f"Data connection {connection['id']} not found"
    assert refused(api.http.delete(path), 404)
    assert ok(api.http.get(f"/companies/{company_id}"))["dataConnections"] == []
    assert ok(api.http.get(f"/companies/{company_id}/connections"))["results"] == []
    assert ok(api.http.get(f"/companies/{company_id}/dataStatus")) == {}
    [row] = api.rows(connections)
    assert (row.epoch, row.deleted_at) == (1, NOON)
    assert [run.state for run in api.rows(runs)] == ["finished"]
    assert [pull.status for pull in api.rows(pulls)] == ["Cancelled"]
    [purge] = api.rows(purges)
    assert (purge.company_id, purge.connection_id) == (company_id, connection["id"])
    assert [row.kind for row in api.rows(commands)] == ["sync", "revoke"]


def test_deleting_what_was_never_linked_revokes_nothing(api: Api, company_id: str) -> None:
    connection = api.create_connection(company_id)
    assert api.http.delete(f"/companies/{company_id}/connections/{connection['id']}").is_success
    assert api.rows(commands) == []


def test_what_happens_to_connections_is_told_as_it_is_then(api: Api, company_id: str) -> None:
    created = api.link(company_id)
    path = f"/companies/{company_id}/connections/{created['id']}"
    unlinked = ok(api.http.patch(path, json={"status": "Unlinked"}))
    api.http.delete(path)
    reference = {"id": company_id, "name": "Acme", "tags": {"region": "uk"}}
    told = [row for row in api.rows(events) if row.connection_id]
    assert [(row.event_type, row.payload) for row in told] == [
        ("connection.created", {"referenceCompany": reference, "connection": created}),
        ("connection.disconnected", {"referenceCompany": reference, "connection": unlinked}),
        ("connection.deleted", {"referenceCompany": reference, "connection": unlinked}),
    ]
