from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from shared_code.model import DataType
from shared_code.store.schema import connections, datasets
from tests.contract.platform_api.conftest import Api, basic, ok, refused
from tests.support.clock import NOON


@pytest.fixture
def company_id(api: Api) -> str:
    return str(api.create_company()["id"])


def setting(data_type: str, hours: int = 24, **more: object) -> dict[str, object]:
    return {
        "dataType": data_type,
        "fetchOnFirstLink": True,
        "syncSchedule": hours,
        "syncOrder": 0,
    } | more


def client_id(api: Api) -> str:
    return str(ok(api.http.get("/profile/syncSettings"))["clientId"])


def set_client(api: Api, *settings: dict[str, object]) -> None:
    body = {"clientId": client_id(api), "settings": settings, "overridesDefaults": True}
    assert api.http.post("/profile/syncSettings", json=body).status_code == 204


def set_company(api: Api, company_id: str, *settings: dict[str, object]) -> None:
    body = {"companyId": company_id, "settings": settings}
    assert api.http.post(f"/companies/{company_id}/syncSettings", json=body).status_code == 204


def hours(api: Api, path: str) -> dict[str, int]:
    found = ok(api.http.get(path))["settings"]
    return {each["dataType"]: each["syncSchedule"] for each in found if each["syncSchedule"]}


def due(api: Api) -> dict[str, object]:
    return {row.data_type: row.next_sync_at for row in api.rows(datasets)}


def test_keys_are_created_listed_and_deleted(api: Api) -> None:
    api.clock.advance(1)
    created = ok(api.http.post("/apiKeys", json={"name": "second"}), 201)
    assert set(created) == {"id", "name", "apiKey", "createdDate"}
    listed = ok(api.http.get("/apiKeys"))["results"]
    assert [each["apiKey"] for each in listed] == [api.key, created["apiKey"]]
    assert ok(api.http.get("/companies", headers=basic(created["apiKey"])))
    gone = api.http.delete(f"/apiKeys/{created['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers
    assert refused(api.http.get("/companies", headers=basic(created["apiKey"])), 401)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"name": null}'])
def test_a_key_needs_no_name(api: Api, content: bytes) -> None:
    assert "name" not in ok(api.http.post("/apiKeys", content=content), 201)


def test_there_are_ten_keys_at_most(api: Api) -> None:
    for _ in range(9):
        ok(api.http.post("/apiKeys"), 201)
    assert "at most 10 are allowed" in refused(api.http.post("/apiKeys"), 409)


def test_a_long_name_is_refused(api: Api) -> None:
    assert "at most 50" in refused(api.http.post("/apiKeys", json={"name": "x" * 51}), 400)


def test_another_clients_key_is_not_there(api: Api) -> None:
    [mine] = ok(api.http.get("/apiKeys"))["results"]
    sentence = refused(api.other.delete(f"/apiKeys/{mine['id']}"), 404)
    assert sentence == f"No API key was found with ID {mine['id']}"
    assert ok(api.http.get("/apiKeys"))["results"] == [mine]


def test_the_profile_names_the_client(api: Api) -> None:
    assert ok(api.http.get("/profile"))["name"] == "Lender"


def test_everything_is_fetched_on_first_link_and_nothing_scheduled_by_default(
    api: Api, company_id: str
) -> None:
    settings = ok(api.http.get(f"/companies/{company_id}/syncSettings"))
    assert settings["companyId"] == company_id
    assert settings["overridesDefaults"] is False
    assert {each["dataType"] for each in settings["settings"]} == set(DataType)
    assert all(each["fetchOnFirstLink"] for each in settings["settings"])
    assert hours(api, "/profile/syncSettings") == {}


def test_a_companys_own_settings_go_before_its_clients(api: Api, company_id: str) -> None:
    set_client(api, setting("invoices", 24), setting("bills", 24))
    path = f"/companies/{company_id}/syncSettings"
    assert hours(api, path) == {"invoices": 24, "bills": 24}
    set_company(api, company_id, setting("invoices", 168), setting("bills", 0))
    assert hours(api, path) == {"invoices": 168}
    assert ok(api.http.get(path))["overridesDefaults"] is True
    body = {"companyId": company_id, "settings": [], "overridesDefaults": False}
    assert api.http.post(path, json=body).status_code == 204
    assert hours(api, path) == {"invoices": 24, "bills": 24}
    assert hours(api, "/profile/syncSettings") == {"invoices": 24, "bills": 24}


def test_what_is_read_can_be_sent_back(api: Api, company_id: str) -> None:
    path = f"/companies/{company_id}/syncSettings"
    set_company(api, company_id, setting("invoices", syncFromUtc="2024-01-31T00:00:00"))
    read = ok(api.http.get(path))
    [invoices] = [each for each in read["settings"] if each["dataType"] == "invoices"]
    assert invoices["syncFromUtc"] == "2024-01-31T00:00:00Z"
    assert api.http.post(path, json=read).status_code == 204
    assert ok(api.http.get(path)) == read


def test_a_schedule_counts_from_the_last_sync(api: Api, company_id: str) -> None:
    connection = api.link(company_id)
    api.sync(connection["id"], "invoices", "bills")
    with api.platform.db.write() as tx:
        tx.execute(update(datasets).values(last_success_at=NOON))
    api.clock.advance(3600)
    set_client(api, setting("invoices", 24))
    assert due(api) == {"invoices": NOON + timedelta(days=1), "bills": None}
    set_company(api, company_id, setting("invoices", 0), setting("bills", 1))
    assert due(api) == {"invoices": None, "bills": NOON + timedelta(hours=1)}


def test_a_client_wide_schedule_reaches_linked_connections_of_its_own_only(
    api: Api, company_id: str
) -> None:
    linked, unlinked = api.link(company_id), api.link(company_id)
    for connection in (linked, unlinked):
        api.sync(connection["id"], "invoices")
    api.change(connections, unlinked["id"], status="Unlinked")
    body = {
        "clientId": ok(api.other.get("/profile/syncSettings"))["clientId"],
        "settings": [setting("invoices")],
    }
    assert api.other.post("/profile/syncSettings", json=body).status_code == 204
    assert {row.next_sync_at for row in api.rows(datasets)} == {None}
    set_client(api, setting("invoices"))
    changed = {row.connection_id for row in api.rows(datasets) if row.next_sync_at}
    assert changed == {linked["id"]}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"dataType": "nothing"}, "dataType"),
        ({"syncSchedule": -1}, "syncSchedule"),
        ({"syncSchedule": 10**12}, "syncSchedule"),
        ({"syncOrder": "first"}, "syncOrder"),
        ({"fetchOnFirstLink": None}, "fetchOnFirstLink"),
        ({"syncFromUtc": "0001-01-01T00:00:00+14:00"}, "syncFromUtc"),
        ({"syncFromUtc": "2024-01-01", "syncFromWindow": 3}, "not both"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    api: Api, company_id: str, bad: dict[str, object], said: str
) -> None:
    body = {"companyId": company_id, "settings": [setting("invoices") | bad]}
    answer = api.http.post(f"/companies/{company_id}/syncSettings", json=body)
    assert said in refused(answer, 400)


def test_a_type_may_be_set_once_only(api: Api, company_id: str) -> None:
    body = {"companyId": company_id, "settings": [setting("invoices"), setting("Invoices")]}
    answer = api.http.post(f"/companies/{company_id}/syncSettings", json=body)
    assert "invoices is given twice" in refused(answer, 400)


def test_the_body_must_name_the_company_of_the_path_and_the_keys_own_client(
    api: Api, company_id: str
) -> None:
    another = str(api.create_company()["id"])
    answer = api.http.post(
        f"/companies/{company_id}/syncSettings", json={"companyId": another, "settings": []}
    )
    assert f"must be {company_id}" in refused(answer, 400)
    foreign = ok(api.other.get("/profile/syncSettings"))["clientId"]
    answer = api.http.post("/profile/syncSettings", json={"clientId": foreign, "settings": []})
    assert refused(answer, 403)
