"""What holds for the whole surface: keys, routes, the catalogue, and the documentation."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import httpx
import pytest
from jsonschema import Draft202012Validator

from functions.platform_api.app import create_app
from shared_code.access import key_check
from shared_code.model import DATA_TYPES, DataTypeInfo, encode
from shared_code.serve.documents import DOCUMENT
from tests.contract.platform_api.conftest import PUBLIC_URL, Api, ok, refused
from tests.support.asgi import app_client
from tests.support.samples import sample
from tools.openapi import rendered

OPENAPI = json.loads(DOCUMENT.read_text(encoding="utf-8"))
OPERATIONS = [
    (method.upper(), path)
    for path, methods in OPENAPI["paths"].items()
    for method, operation in methods.items()
    if "security" in operation
]


@pytest.fixture
def anybody(api: Api) -> httpx.Client:
    return app_client(create_app(api.platform, key_check(api.platform.db)))


def test_no_operation_answers_without_a_key(anybody: httpx.Client) -> None:
    assert len(OPERATIONS) > 20
    for method, path in OPERATIONS:
        url = re.sub(r"\{\w+\}", "x", path)
        assert refused(anybody.request(method, url, json={}), 401)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic d3Jvbmc=", "Bearer x", "wrong", "Basic ===", ""]
)
def test_a_wrong_or_malformed_key_is_a_401(api: Api, header: str) -> None:
    answer = api.http.get("/companies", headers={"Authorization": header})
    assert "base64 of the API key alone" in refused(answer, 401)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/companies", "GET, POST"),
        ("POST", "/companies/x", "DELETE, GET, PATCH, PUT"),
        ("PUT", "/integrations", "GET"),
        ("GET", "/companies/x/data/all", "POST"),
        ("PUT", "/apiKeys", "GET, POST"),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    api: Api, method: str, path: str, allowed: str
) -> None:
    answer = api.http.request(method, path)
    assert f"Allowed methods: {allowed}" in refused(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/", "/companiez", "/companies/x/y", "/integrations/gbol/x"])
def test_an_unknown_route_is_a_404_with_the_envelope(api: Api, path: str) -> None:
    assert refused(api.http.get(path), 404) == f"There is no such resource: GET {path}"


def test_paths_match_in_any_case_and_with_doubled_slashes(api: Api) -> None:
    company = api.create_company()
    root = "http://127.0.0.1/"
    assert ok(api.http.get(f"{root}/COMPANIES//{company['id'].upper()}/")) == company
    assert ok(api.http.get("/apikeys"))
    assert ok(api.http.get(f"/companies/{company['id']}/datastatus")) == {}


def test_the_catalogue_says_what_can_be_read(api: Api) -> None:
    [xero] = ok(api.http.get("/integrations"))["results"]
    assert xero == ok(api.http.get("/integrations/gbol"))
    assert (xero["key"], xero["name"], xero["sourceType"]) == ("gbol", "Xero", "Accounting")
    assert {each["dataType"] for each in xero["datatypeFeatures"]} >= {"company", "invoices"}
    assert xero["datatypeFeatures"][0]["supportedFeatures"] == [
        {"featureType": "Get", "featureState": "Release"}
    ]
    features = {
        each["dataType"]: [one["featureType"] for one in each["supportedFeatures"]]
        for each in xero["datatypeFeatures"]
    }
    of_attachments = ["GetAttachments", "GetAttachment", "DownloadAttachment"]
    assert features["invoices"] == ["Get", "GetAsPdf", *of_attachments]
    for data_type in ("bills", "customers", "suppliers"):
        assert features[data_type] == ["Get", *of_attachments]
    assert features["payments"] == ["Get"]
    for query, total in [("sourceType=accounting&&enabled=true", 1), ("sourceType=banking", 0)]:
        assert ok(api.http.get("/integrations", params={"query": query}))["totalResults"] == total


def test_an_unknown_integration_names_the_known_ones(api: Api) -> None:
    for path in ("/integrations/zzzz", "/integrations/zzzz/branding"):
        assert "Known keys: gbol (Xero)" in refused(api.http.get(path), 404)


def test_every_picture_of_an_integration_is_one(api: Api, anybody: httpx.Client) -> None:
    branding = ok(api.http.get("/integrations/gbol/branding"))
    sources = [
        *(each["image"]["src"] for each in branding["logo"].values()),
        *(each["image"]["src"] for each in branding["button"].values()),
        ok(api.http.get("/integrations/gbol"))["logoUrl"],
    ]
    assert len(set(sources)) == 4
    for source in sources:
        assert source.startswith(PUBLIC_URL)
        picture = anybody.get(source.removeprefix(PUBLIC_URL))
        assert picture.headers["content-type"] == "image/svg+xml"
        assert ET.fromstring(picture.text).tag.endswith("svg")  # noqa: S314 - our own picture
    assert refused(anybody.get("/integrations/gbol/images/other.svg"), 404)


def test_the_documentation_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == rendered(), "run: python -m tools.openapi"


@pytest.mark.parametrize("info", DATA_TYPES.values(), ids=DATA_TYPES)
def test_a_record_is_sent_as_the_documentation_describes_it(info: DataTypeInfo) -> None:
    shape = {"$ref": f"#/components/schemas/{info.model.__name__}"}
    described = Draft202012Validator(shape | {"components": OPENAPI["components"]})
    for full in (True, False):
        described.validate(json.loads(encode(sample(info.model, full=full))))


def test_what_is_sent_is_documented_as_never_null() -> None:
    shapes = OPENAPI["components"]["schemas"]
    assert [
        name for name in ("Invoice", "Company", "Connection") if "null" in str(shapes[name])
    ] == []


def test_the_documentation_covers_both_services_and_says_how_to_call_them() -> None:
    assert "/companies/{companyId}/data/invoices" in OPENAPI["paths"]
    assert "/companies/{companyId}/connections" in OPENAPI["paths"]
    for heading in ("Authentication", "Errors", "Lists"):
        assert f"## {heading}" in OPENAPI["info"]["description"]
    ids = [
        operation["operationId"]
        for methods in OPENAPI["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))


def test_the_documentation_calls_every_shape_by_a_name_of_its_own() -> None:
    # Of two of one name, each would be called by its module too.
    assert [name for name in OPENAPI["components"]["schemas"] if "__" in name] == []


def test_the_documentation_is_served_to_anybody_without_the_internet(
    anybody: httpx.Client,
) -> None:
    assert anybody.get("/openapi.json").json() == OPENAPI
    page = anybody.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 3
    for asset in assets:
        assert asset.startswith("/docs/")
        assert len(anybody.get(asset).content) > 500
    assert not re.search(r"https?://", page.text)
    assert refused(anybody.get("/docs/../bodies.py"), 401)
    assert refused(anybody.get("/docs/other.js"), 404)
