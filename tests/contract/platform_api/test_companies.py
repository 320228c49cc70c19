from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from shared_code.store.schema import commands, companies, connections, events, purges
from tests.contract.platform_api.conftest import PUBLIC_URL, Api, ok, open_api, refused
from tests.support.clock import NOON
from tests.support.stores import KINDS, new_store, place_of


def test_a_new_company_comes_back_whole(api: Api) -> None:
    company = api.create_company("Acme", description="A shop", tags={"region": "uk"})
    assert company == {
        "id": company["id"],
        "name": "Acme",
        "redirect": f"{PUBLIC_URL}/link/company/{company['id']}",
        "description": "A shop",
        "created": "2030-01-01T12:00:00Z",
        "products": [],
        "tags": {"region": "uk"},
        "ownerUserIds": [],
        "referenceSubsidiaryCompanies": [],
        "dataConnections": [],
    }
    assert ok(api.http.get(f"/companies/{company['id']}")) == company


def test_forbidden_characters_are_removed_from_names(api: Api) -> None:
    assert api.create_company("Example Company (Codat[1])")["name"] == "Example Company Codat1"
    assert api.create_company("A-b 'c', & d@e.f?!é✓")["name"] == "A-b 'c', & d@e.f?!"


@pytest.mark.parametrize("name", ["", "()", "   ", "é"])
def test_a_name_of_nothing_is_refused(api: Api, name: str) -> None:
    assert "name: " in refused(api.http.post("/companies", json={"name": name}), 400)


def test_names_need_not_be_unique(api: Api) -> None:
    assert api.create_company("Acme")["id"] != api.create_company("Acme")["id"]


def test_a_company_can_come_with_its_first_connection(api: Api) -> None:
    company = api.create_company("Acme", platformKey="gbol")
    [connection] = company["dataConnections"]
    assert (connection["integrationKey"], connection["status"]) == ("gbol", "PendingAuth")


def test_an_unknown_platform_leaves_no_company_behind(api: Api) -> None:
    body = {"name": "Acme", "platformKey": "zzzz"}
    assert "gbol (Xero)" in refused(api.http.post("/companies", json=body), 404)
    assert api.rows(companies) == []


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({f"tag{n}": "x" for n in range(11)}, "at most 10 items"),
        ({"k" * 28: "x"}, "at most 27 characters"),
        ({"": "x"}, "at least 1 character"),
        ({"k": "x" * 101}, "at most 100 characters"),
        ({"k": 5}, "valid string"),
        ({"k": None}, "valid string"),
        ({"k": "a\0b"}, "U+0000"),
        ("region", "valid dictionary"),
    ],
)
def test_tags_over_the_limits_are_refused(api: Api, tags: object, said: str) -> None:
    for method, path in (
        ("POST", "/companies"),
        ("PUT", "/companies/x"),
        ("PATCH", "/companies/x"),
    ):
        answer = api.http.request(method, path, json={"name": "Acme", "tags": tags})
        assert said in refused(answer, 400)


def test_tags_at_the_limits_are_kept(api: Api) -> None:
    tags = {f"{n:027d}": "ü" * 100 for n in range(10)}
    assert api.create_company(tags=tags)["tags"] == tags


@pytest.mark.parametrize("content", [b"not json", b"", b"[]", b'"Acme"', b"\xff"])
def test_a_body_that_is_no_json_object_is_a_400(api: Api, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert refused(api.http.post("/companies", content=content, headers=headers), 400)


def test_replacing_clears_what_is_left_out(api: Api) -> None:
    company = api.create_company(description="A shop", tags={"region": "uk"})
    replaced = ok(api.http.put(f"/companies/{company['id']}", json={"name": "New (name)"}))
    assert replaced["name"] == "New name"
    assert replaced["tags"] == {}
    assert "description" not in replaced
    assert ok(api.http.get(f"/companies/{company['id']}")) == replaced


def test_updating_leaves_the_rest_as_it_is(api: Api) -> None:
    company = api.create_company(description="A shop", tags={"region": "uk"})
    path = f"/companies/{company['id']}"
    assert ok(api.http.patch(path, json={})) == company
    assert ok(api.http.patch(path, json={"name": None, "tags": None})) == company
    assert ok(api.http.patch(path, json={"name": "Other!"})) == company | {"name": "Other!"}
    assert ok(api.http.patch(path, json={"tags": {}}))["tags"] == {}


def test_what_a_client_may_not_set_is_ignored(api: Api) -> None:
    company = api.create_company(id="mine", created="1999-01-01", clientId="x", dataConnections=[1])
    assert company["created"] == "2030-01-01T12:00:00Z"
    assert uuid.UUID(company["id"])


def test_a_deleted_company_is_gone_at_once_with_all_it_had(api: Api) -> None:
    company = api.create_company()
    linked, pending = api.link(company["id"]), api.create_connection(company["id"])
    gone = api.http.delete(f"/companies/{company['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers
    for path in (
        "",
        "/connections",
        f"/connections/{linked['id']}",
        "/dataStatus",
        "/syncSettings",
    ):
        answer = api.http.get(f"/companies/{company['id']}{path}")
        assert refused(answer, 404) == f"No company was found with ID {company['id']}"
    assert ok(api.http.get("/companies"))["results"] == []
    assert refused(api.http.delete(f"/companies/{company['id']}"), 404)
    assert {(row.id, row.epoch) for row in api.rows(connections)} == {
        (linked["id"], 1), (pending["id"], 1)
    }  # fmt: skip
    [command] = api.rows(commands)
    assert (command.kind, command.payload) == ("revoke", {"connection": linked["id"]})
    [purge] = api.rows(purges)
    assert (purge.company_id, purge.connection_id) == (company["id"], "")
    assert (purge.watch_until - NOON).total_seconds() == 15 * 60


def test_what_happens_to_companies_is_told(api: Api) -> None:
    company = api.create_company(tags={"region": "uk"})
    api.http.delete(f"/companies/{company['id']}")
    told = [(row.event_type, row.payload) for row in api.rows(events)]
    details = {key: value for key, value in company.items() if key != "dataConnections"}
    assert told == [("company.created", details), ("company.deleted", details)]


def test_the_latest_sync_of_any_connection_is_the_companys(api: Api) -> None:
    company = api.create_company()
    first, second = api.link(company["id"]), api.link(company["id"])
    api.change(connections, first["id"], last_sync_at=NOON)
    api.clock.advance(60)
    api.change(connections, second["id"], last_sync_at=api.clock.now())
    assert ok(api.http.get(f"/companies/{company['id']}"))["lastSync"] == "2030-01-01T12:01:00Z"


UNKNOWN = [str(uuid.UUID(int=7)), "no-uuid", "1'; DROP TABLE companies", "%20", "..%2F.."]


@pytest.mark.parametrize("company_id", UNKNOWN)
def test_an_unknown_company_is_a_404(api: Api, company_id: str) -> None:
    sentence = refused(api.http.get(f"/companies/{company_id}/dataStatus"), 404)
    assert "No company was found with ID" in sentence or "no such resource" in sentence


def test_another_clients_company_looks_like_an_unknown_one(api: Api) -> None:
    company = api.create_company()
    connection = api.link(company["id"])
    body = {"name": "Mine now", "status": "Unlinked", "platformKey": "gbol",
            "companyId": company["id"], "settings": []}  # fmt: skip
    one = f"/companies/{company['id']}"
    for method, path in [
        ("GET", one), ("PUT", one), ("PATCH", one), ("DELETE", one),
        ("GET", f"{one}/connections"), ("POST", f"{one}/connections"),
        ("GET", f"{one}/connections/{connection['id']}"),
        ("PATCH", f"{one}/connections/{connection['id']}"),
        ("DELETE", f"{one}/connections/{connection['id']}"),
        ("POST", f"{one}/data/all"), ("POST", f"{one}/data/info"),
        ("POST", f"{one}/data/queue/invoices"), ("GET", f"{one}/dataStatus"),
        ("GET", f"{one}/syncSettings"), ("POST", f"{one}/syncSettings"),
    ]:  # fmt: skip
        answer = api.other.request(method, path, json=body)
        assert refused(answer, 404) == f"No company was found with ID {company['id']}"
    assert ok(api.other.get("/companies"))["totalResults"] == 0
    assert ok(api.http.get(one))["name"] == "Acme"


def test_lists_come_in_pages_with_links(api: Api) -> None:
    names = [f"Company {n}" for n in range(5)]
    for name in names:
        api.create_company(name)
        api.clock.advance(1)
    page = ok(api.http.get("/companies?page=2&pageSize=2"))
    assert [each["name"] for each in page["results"]] == names[2:4]
    assert (page["pageNumber"], page["pageSize"], page["totalResults"]) == (2, 2, 5)
    assert page["_links"] == {
        "self": {"href": "/companies"},
        "current": {"href": "/companies?page=2&pageSize=2"},
        "next": {"href": "/companies?page=3&pageSize=2"},
        "previous": {"href": "/companies?page=1&pageSize=2"},
    }
    beyond = ok(api.http.get("/companies?page=2000000000&pageSize=5000"))
    assert (beyond["results"], beyond["totalResults"]) == ([], 5)


@pytest.mark.parametrize("size", [0, 10_000, -1, "many"])
def test_a_page_size_that_is_not_allowed_is_a_400(api: Api, size: object) -> None:
    assert "pageSize: " in refused(api.http.get(f"/companies?pageSize={size}"), 400)


def add_searched(api: Api) -> None:
    """Three companies: one without connections, one pending, one pending and linked."""
    for name, tags in [("Alpha", {"region": "UK", "owningTeam": "invoice finance"}),
                       ("beta", {"region": "us"}), ("Gamma", {})]:  # fmt: skip
        company = api.create_company(name, tags=tags)
        if name != "Alpha":
            api.create_connection(company["id"])
        if name == "Gamma":
            api.link(company["id"])
        api.clock.advance(3600)


STATUSES = ("PendingAuth", "Linked", "Unlinked", "Deauthorized")

SEARCHES = [
    ("query", "name=ALPHA", ["Alpha"]),
    ("query", "name~a", ["Alpha", "beta", "Gamma"]),
    ("query", "name~%", []),
    ("query", "{name=alpha||name=beta}&&name!=beta", ["Alpha"]),
    ("query", "created>2030-01-01T12:30:00Z", ["beta", "Gamma"]),
    ("query", "dataConnections.status=PendingAuth", ["beta", "Gamma"]),
    ("query", "dataConnections.status=linked", ["Gamma"]),
    ("query", "dataConnections.status!=Linked", ["Alpha", "beta"]),
    (
        "query",
        "&&".join(f"dataConnections.status!={each}" for each in STATUSES),
        ["Alpha"],
    ),
    ("query", "dataConnections.platformName=xero", ["beta", "Gamma"]),
    ("query", "dataConnections.integrationKey=gbol", ["beta", "Gamma"]),
    ("query", "dataConnections.lastSync=null", ["Alpha", "beta", "Gamma"]),
    ("query", "description=null", ["Alpha", "beta", "Gamma"]),
    ("tags", "region=uk", ["Alpha"]),
    ("tags", "region = uk && owningTeam = invoice finance", ["Alpha"]),
    ("tags", "region!=uk", ["beta", "Gamma"]),
    ("tags", "owningTeam~INVOICE", ["Alpha"]),
    ("tags", "Region=uk", []),
    ("orderBy", "name", ["Alpha", "beta", "Gamma"]),
    ("orderBy", "-created", ["Gamma", "beta", "Alpha"]),
    ("orderBy", "lastSync", ["Alpha", "beta", "Gamma"]),
]


@pytest.mark.parametrize("store", KINDS)
def test_companies_are_found_by_what_is_asked(
    store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    db = new_store(place_of(store, request, tmp_path))
    api = open_api(db, tmp_path)
    add_searched(api)
    for parameter, text, names in SEARCHES:
        found = ok(api.http.get("/companies", params={parameter: text}))
        assert sorted(each["name"] for each in found["results"]) == sorted(names), text
        assert found["totalResults"] == len(names)
        if parameter == "orderBy" and text != "name":
            assert [each["name"] for each in found["results"]] == names
    db.close()


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"query": "name"}, "Error parsing query - Malformed query."),
        ({"query": "{name=a"}, "Error parsing query - Malformed query."),
        ({"query": "colour=red"}, "Could not resolve property colour on Company"),
        ({"query": "x" * 2049}, "at most 2048"),
        ({"query": "created=yesterday"}, "created"),
        ({"tags": "region"}, "Error parsing query - Malformed query."),
        ({"tags": "region>uk"}, "region"),
        ({"orderBy": "colour"}, "colour"),
        ({"orderBy": "dataConnections.status"}, "many values"),
        ({"orderBy": "name,created"}, "one property"),
    ],
)
def test_what_cannot_be_asked_is_a_400_that_says_why(
    api: Api, parameters: dict[str, str], said: str
) -> None:
    assert said in refused(api.http.get("/companies", params=parameters), 400)
