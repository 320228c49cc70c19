from __future__ import annotations

import pytest
from sqlalchemy import update

from shared_code.catalogue import XERO
from shared_code.store.schema import connections, datasets, pulls, runs
from tests.contract.platform_api.conftest import Api, ok, refused
from tests.support.clock import NOON


@pytest.fixture
def company_id(api: Api) -> str:
    return str(api.create_company()["id"])


def end_pulls(api: Api, status: str) -> None:
    """End every active pull, as a run would."""
    with api.platform.db.write() as tx:
        tx.execute(
            update(pulls)
            .where(pulls.c.active)
            .values(status=status, active=False, completed_at=api.clock.now(), progress=100)
        )


def test_a_queued_type_is_a_pull_operation(api: Api, company_id: str) -> None:
    connection = api.link(company_id)
    operation = ok(api.http.post(f"/companies/{company_id}/data/queue/Invoices"))
    assert operation == {
        "id": operation["id"],
        "companyId": company_id,
        "connectionId": connection["id"],
        "dataType": "invoices",
        "status": "Queued",
        "requested": "2030-01-01T12:00:00Z",
        "progress": 0,
        "isCompleted": False,
        "isErrored": False,
    }
    [run] = api.rows(runs)
    assert (run.trigger, run.state) == ("request", "queued")
    assert [queue for queue, _ in api.queue.sent] == ["xero-commands"]


def test_a_type_that_is_under_way_is_a_conflict_that_names_it(api: Api, company_id: str) -> None:
    api.link(company_id)
    path = f"/companies/{company_id}/data/queue/invoices"
    first = ok(api.http.post(path))
    sentence = refused(api.http.post(path), 409)
    assert sentence == (
        f"Cannot queue invoices sync for {company_id} as previous sync {first['id']}"
        " is still in progress"
    )
    end_pulls(api, "Complete")
    assert ok(api.http.post(path))["id"] != first["id"]


@pytest.mark.parametrize("data_type", ["cashFlowStatement", "banking-accounts", "nothing"])
def test_a_type_that_no_platform_has_is_a_404(api: Api, company_id: str, data_type: str) -> None:
    api.link(company_id)
    answer = api.http.post(f"/companies/{company_id}/data/queue/{data_type}")
    assert refused(answer, 404) == f"Datatype {data_type} not supported by platform(s) Xero"


def test_nothing_is_queued_without_a_linked_connection(api: Api, company_id: str) -> None:
    pending = api.create_connection(company_id)
    for path in ("data/all", "data/info", "data/queue/invoices"):
        answer = api.http.post(f"/companies/{company_id}/{path}")
        assert "No linked data connection" in refused(answer, 404)
    query = {"connectionId": pending["id"]}
    answer = api.http.post(f"/companies/{company_id}/data/queue/invoices", params=query)
    assert refused(answer, 409).endswith("is PendingAuth")
    assert api.rows(runs) == []


def test_a_type_is_queued_on_the_connection_that_is_named(api: Api, company_id: str) -> None:
    _, second = api.link(company_id), api.link(company_id)
    path = f"/companies/{company_id}/data/queue/invoices"
    queued = ok(api.http.post(path, params={"connectionid": second["id"]}))
    assert queued["connectionId"] == second["id"]
    for unknown in ("no-uuid", company_id):
        answer = api.http.post(path, params={"connectionId": unknown})
        assert refused(answer, 404) == f"Data connection {unknown} not found"


def test_all_data_is_one_run_in_the_connectors_order(api: Api, company_id: str) -> None:
    api.link(company_id)
    done = api.http.post(f"/companies/{company_id}/data/all")
    assert (done.status_code, done.content) == (204, b"")
    assert "content-type" not in done.headers
    assert len(api.rows(runs)) == 1
    assert {pull.data_type for pull in api.rows(pulls)} == set(XERO.data_types)


def test_all_data_leaves_alone_what_is_under_way(api: Api, company_id: str) -> None:
    api.link(company_id)
    busy = ok(api.http.post(f"/companies/{company_id}/data/queue/invoices"))
    for _ in range(2):
        assert api.http.post(f"/companies/{company_id}/data/all").status_code == 204
    found = [pull.id for pull in api.rows(pulls) if pull.data_type == "invoices"]
    assert found == [busy["id"]]
    assert len(api.rows(pulls)) == len(XERO.data_types)


def test_all_data_is_what_settings_fetch_on_first_link(api: Api, company_id: str) -> None:
    api.link(company_id)
    setting = {"fetchOnFirstLink": False, "syncSchedule": 0, "syncOrder": 0}
    off = [name for name in XERO.data_types if name != "bills"]
    body = {"companyId": company_id, "settings": [setting | {"dataType": name} for name in off]}
    assert api.http.post(f"/companies/{company_id}/syncSettings", json=body).status_code == 204
    assert api.http.post(f"/companies/{company_id}/data/all").status_code == 204
    assert [pull.data_type for pull in api.rows(pulls)] == ["bills"]


def test_company_info_is_a_type_of_its_own(api: Api, company_id: str) -> None:
    api.link(company_id)
    dataset = ok(api.http.post(f"/companies/{company_id}/data/info"))
    assert (dataset["dataType"], dataset["status"]) == ("company", "Queued")


def test_types_that_were_never_synced_are_left_out_of_the_status(api: Api, company_id: str) -> None:
    api.link(company_id)
    path = f"/companies/{company_id}/dataStatus"
    assert ok(api.http.get(path)) == {}
    first = ok(api.http.post(f"/companies/{company_id}/data/queue/invoices"))
    assert ok(api.http.get(path)) == {
        "invoices": {
            "dataType": "invoices", "currentStatus": "Queued", "latestSyncId": first["id"]
        }
    }  # fmt: skip


def test_a_later_failure_keeps_the_earlier_success(api: Api, company_id: str) -> None:
    api.link(company_id)
    queue = f"/companies/{company_id}/data/queue/invoices"
    first = ok(api.http.post(queue))
    end_pulls(api, "Complete")
    with api.platform.db.write() as tx:
        succeeded = {"latest_success_pull_id": first["id"], "last_success_at": NOON}
        tx.execute(update(datasets).values(succeeded))
    api.clock.advance(60)
    second = ok(api.http.post(queue))
    end_pulls(api, "FetchError")
    assert ok(api.http.get(f"/companies/{company_id}/dataStatus"))["invoices"] == {
        "dataType": "invoices",
        "currentStatus": "FetchError",
        "lastSuccessfulSync": "2030-01-01T12:00:00Z",
        "latestSyncId": second["id"],
        "latestSuccessfulSyncId": first["id"],
    }


def test_a_linked_connection_tells_the_status_before_an_unlinked_one(
    api: Api, company_id: str
) -> None:
    old, new = api.link(company_id), api.link(company_id)
    [current] = api.sync(new["id"], "invoices")
    api.clock.advance(60)
    api.sync(old["id"], "invoices")
    api.change(connections, old["id"], status="Unlinked")
    status = ok(api.http.get(f"/companies/{company_id}/dataStatus"))
    assert status["invoices"]["latestSyncId"] == current
