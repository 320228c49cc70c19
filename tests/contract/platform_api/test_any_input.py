"""Whatever is sent, the answer is a success or a refusal with the envelope: never a 5xx."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.platform_api.conftest import Api

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TAGS = st.dictionaries(st.text(max_size=30), st.text(max_size=120) | JSON, max_size=12)
SETTING = st.fixed_dictionaries(
    {
        "dataType": st.sampled_from(["invoices", "bills"]) | JSON,
        "fetchOnFirstLink": st.booleans() | JSON,
        "syncSchedule": st.integers() | JSON,
        "syncOrder": st.integers() | JSON,
    },
    optional={"syncFromUtc": st.datetimes().map(str) | JSON, "syncFromWindow": JSON},
)
BODIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "name": st.text() | JSON,
        "description": st.text() | JSON,
        "tags": TAGS | JSON,
        "platformKey": st.sampled_from(["gbol", "zzzz"]) | JSON,
        "status": st.sampled_from(["Unlinked", "Linked"]) | JSON,
        "companyId": JSON,
        "settings": st.lists(SETTING, max_size=3) | JSON,
    },
)
# The fixture's state may build up: every answer has to hold in any state.
BOLD = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def ids(api: Api) -> tuple[str, str]:
    company = api.create_company()
    return company["id"], api.link(company["id"])["id"]


def check(api: Api, method: str, path: str, **request: object) -> None:
    answer = api.http.request(method, path, **request)  # type: ignore[arg-type] # see the callers
    assert answer.status_code < 500, answer.text
    if not answer.is_success:
        assert answer.json()["statusCode"] == answer.status_code


@BOLD
@given(body=BODIES)
def test_any_body(api: Api, ids: tuple[str, str], body: object) -> None:
    company, connection = ids
    content = json.dumps(body).encode()
    named = body | {"companyId": company} if isinstance(body, dict) else body
    for method, path in [
        ("POST", "/companies"),
        ("PUT", f"/companies/{company}"),
        ("PATCH", f"/companies/{company}"),
        ("POST", f"/companies/{company}/connections"),
        ("PATCH", f"/companies/{company}/connections/{connection}"),
    ]:
        check(api, method, path, content=content)
    path = f"/companies/{company}/syncSettings"
    check(api, "POST", path, content=json.dumps(named).encode())


TEXTS = st.text(max_size=40).filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
CLAUSES = st.tuples(
    st.sampled_from(["name", "created", "dataConnections.status", "id", "region", "lastSync"]),
    st.sampled_from(["=", "!=", "~", ">", "<=", "==", " "]),
    TEXTS | st.sampled_from(["null", "2024-01-01", "9999-12-31T23:59:59-14:00", "1e999"]),
).map("".join)
QUERIES = TEXTS | st.lists(CLAUSES, min_size=1, max_size=4).map("&&".join)


@BOLD
@given(query=QUERIES, order=QUERIES, page=TEXTS | st.integers().map(str))
def test_any_question(api: Api, ids: tuple[str, str], query: str, order: str, page: str) -> None:
    company, _ = ids
    for path in ("/companies", f"/companies/{company}/connections", "/integrations"):
        for parameter in ("query", "tags"):
            check(api, "GET", path, params={parameter: query})
        check(api, "GET", path, params={"orderBy": order, "query": query})
        check(api, "GET", path, params={"page": page, "pageSize": page})


@BOLD
@given(name=st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()) | st.uuids())
def test_any_id(api: Api, ids: tuple[str, str], name: str | uuid.UUID) -> None:
    company, _ = ids
    for path in (
        f"/companies/{name}/dataStatus",
        f"/companies/{company}/connections/{name}",
        f"/integrations/{name}/branding",
    ):
        check(api, "GET", path)
    check(api, "POST", f"/companies/{company}/data/queue/{name}")
    check(api, "DELETE", f"/apiKeys/{name}")
