"""What every service's edge promises, shown on a small app of its own."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import httpx
import pytest
from azure.functions.decorators.function_app import Function
from fastapi import FastAPI
from pydantic import Field
from structlog.testing import capture_logs

from shared_code.access import Forbidden, Principal, Unauthorised
from shared_code.errors import Abort, Conflict, NotFound, Retry
from shared_code.health import health_trigger
from shared_code.serve import (
    Caller,
    LazyApp,
    PageOf,
    Paging,
    Wire,
    asgi_trigger,
    router,
    service_app,
)
from tests.support.asgi import app_client

KEY = {"Authorization": "Basic a2V5"}
FAULTS = {
    "missing": NotFound("No shelf was found with ID 7"),
    "busy": Conflict("The shelf is being painted"),
    "later": Retry("The shop is closed", "db down at 10.0.0.5", retry_after=7.2),
    "long": Retry("The shop is closed", retry_after=86_400),
    "abort": Abort("The shop is broken", "secret detail"),
    "forbidden": Forbidden("Not with this key"),
    "crash": RuntimeError("password=hunter2"),
}


class Book(Wire):
    book_id: str
    sub_title: str | None = None
    printed: datetime | None = None


class NewBook(Wire):
    name: str = Field(min_length=1)
    pages: int = 1


def authenticate(header: str | None) -> Principal:
    if header != KEY["Authorization"]:
        raise Unauthorised("The API key is wrong")
    return Principal("client", "key")


def make_app() -> FastAPI:
    api, public = router(tags=["Books"]), router()

    @api.get("/companies/{companyId}/books")
    def list_books(caller: Caller, paging: Paging, companyId: str) -> PageOf[Book]:  # noqa: N803 - as in the path
        return PageOf.of([Book(book_id=f"{caller.client_id}/{companyId}")], 250, paging)

    @api.post("/companies/{companyId}/books")
    def add_book(caller: Caller, companyId: str, body: NewBook) -> Book:  # noqa: N803 - as in the path
        del caller, companyId
        return Book(book_id=body.name, printed=datetime(2026, 1, 2, tzinfo=UTC))

    @api.get("/companies/{companyId}/books/{bookId:path}/pages")
    def list_pages(caller: Caller, companyId: str, bookId: str) -> dict[str, str]:  # noqa: N803 - as in the path
        del caller
        return {"company": companyId, "book": bookId}

    @api.get("/faults/{name}")
    def fail(caller: Caller, name: str) -> None:
        del caller
        raise FAULTS[name]

    @public.get("/logo.svg")
    def logo() -> dict[str, bool]:
        return {"public": True}

    return service_app("books", [api], authenticate=authenticate, public=[public])


@pytest.fixture
def client() -> httpx.Client:
    return app_client(make_app(), KEY)


def envelope(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/json"
    assert body["statusCode"] == response.status_code
    assert body["service"] == "books"
    assert body["canBeRetried"] == "Unknown"
    assert body["detailedErrorCode"] == 0
    assert body["correlationId"] == response.headers["x-correlation-id"]
    assert "null" not in response.text
    return body


def test_nobody_comes_in_without_the_right_key() -> None:
    client = app_client(make_app())
    for headers in ({}, {"Authorization": "Basic d3Jvbmc="}):
        response = client.get("/companies/1/books", headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Basic")
        assert envelope(response)["error"] == "The API key is wrong"


def test_an_unknown_route_does_not_show_without_a_key() -> None:
    assert app_client(make_app()).get("/nothing").status_code == 401


def test_a_public_route_needs_no_key() -> None:
    assert app_client(make_app()).get("/LOGO.svg").json() == {"public": True}


def test_an_unknown_route_is_a_404_with_the_envelope(client: httpx.Client) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert envelope(response)["error"] == "There is no such resource: GET /nothing"


def test_a_wrong_method_names_all_that_are_allowed(client: httpx.Client) -> None:
    response = client.delete("/companies/1/books")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert "Allowed methods: GET, POST" in envelope(response)["error"]


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("missing", 404, "No shelf was found with ID 7"),
        ("busy", 409, "The shelf is being painted"),
        ("forbidden", 403, "Not with this key"),
        ("later", 503, "The shop is closed"),
        ("abort", 500, "The shop is broken"),
    ],
)
def test_a_known_error_says_its_public_sentence_only(
    client: httpx.Client, name: str, status: int, sentence: str
) -> None:
    response = client.get(f"/faults/{name}")
    assert response.status_code == status
    assert envelope(response)["error"] == sentence


def test_a_retry_says_when_and_never_longer_than_sdks_listen(client: httpx.Client) -> None:
    assert client.get("/faults/later").headers["retry-after"] == "8"
    assert client.get("/faults/long").headers["retry-after"] == "60"


def test_an_unexpected_error_leaks_nothing_and_leaves_a_trace(client: httpx.Client) -> None:
    with capture_logs() as logs:
        response = client.get("/faults/crash")
    assert response.status_code == 500
    body = envelope(response)
    assert "hunter2" not in response.text
    [entry] = [each for each in logs if each["log_level"] == "error"]
    assert isinstance(entry["exc_info"], RuntimeError)
    assert body["correlationId"]


@pytest.mark.parametrize(
    "content",
    [b"not json", b"{", b'"text"', b"[]", b"", b"\xff\xfe", b"null", b'{"name": ""}', b"{}",
     b"[" * 100_000, b'{"name": "\\ud800"}'],
)  # fmt: skip
def test_a_bad_body_is_a_400_that_says_why(client: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/companies/1/books", content=content, headers=headers)
    assert response.status_code == 400
    assert envelope(response)["error"]


def test_a_bad_property_is_named_with_what_is_allowed(client: httpx.Client) -> None:
    response = client.post("/companies/1/books", json={"name": "", "pages": "many"})
    body = envelope(response)
    assert [item["itemId"] for item in body["validation"]["errors"]] == ["name", "pages"]
    assert "name: String should have at least 1 character" in body["error"]


def test_a_body_without_a_content_type_is_read_as_json(client: httpx.Client) -> None:
    response = client.post("/companies/1/books", content=b'{"name": "x"}')
    assert response.json() == {"bookId": "x", "printed": "2026-01-02T00:00:00Z"}


def test_a_huge_body_is_refused(client: httpx.Client) -> None:
    response = client.post("/companies/1/books", json={"name": "x" * 2_000_000})
    assert response.status_code == 413
    envelope(response)


def test_what_is_none_is_left_out(client: httpx.Client) -> None:
    [book] = client.get("/companies/1/books").json()["results"]
    assert book == {"bookId": "client/1"}


@pytest.mark.parametrize(
    "path",
    ["/Companies/aB/BOOKS", "//companies//aB/books",
     "/companies/aB/books/", "/COMPANIES///aB/books//"],
)  # fmt: skip
def test_literals_match_in_any_case_and_ids_stay(client: httpx.Client, path: str) -> None:
    [book] = client.get(f"http://127.0.0.1{path}").json()["results"]
    assert book["bookId"] == "client/aB"


def test_an_id_with_slashes_and_percents_stays(client: httpx.Client) -> None:
    response = client.get("/Companies/aB/books/X//y%25/Pages/PAGES")
    assert response.json() == {"company": "aB", "book": "X//y%/Pages"}


def test_parameter_names_match_in_any_case(client: httpx.Client) -> None:
    body = client.get("/companies/1/books?PAGE=2&pagesize=10").json()
    assert (body["pageNumber"], body["pageSize"]) == (2, 10)
    assert body["_links"]["current"]["href"] == "/companies/1/books?page=2&pageSize=10"


def test_links_are_relative_and_keep_the_query(client: httpx.Client) -> None:
    links = client.get("/companies/1/books?query=a%3Db%26%26c%3Dd&page=2&pageSize=100").json()[
        "_links"
    ]
    kept = "query=a%3Db%26%26c%3Dd"
    assert links == {
        "self": {"href": "/companies/1/books"},
        "current": {"href": f"/companies/1/books?{kept}&page=2&pageSize=100"},
        "next": {"href": f"/companies/1/books?page=3&pageSize=100&{kept}"},
        "previous": {"href": f"/companies/1/books?page=1&pageSize=100&{kept}"},
    }


def test_the_first_and_last_page_have_no_neighbour_beyond(client: httpx.Client) -> None:
    body = client.get("/companies/1/books?pageSize=250").json()
    assert set(body["_links"]) == {"self", "current"}
    assert body["totalResults"] == 250


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=1000000000000", "page=NaN", "page=1&page=2", "page=1,2",
     "pageSize=0", "pageSize=10000", "pageSize=5001", "pageSize=x", "page=1.5",
     "query=a%3D1&query=b%3D2", "query=%00"],
)  # fmt: skip
def test_a_page_that_cannot_be_is_a_400(client: httpx.Client, query: str) -> None:
    response = client.get(f"/companies/1/books?{query}")
    assert response.status_code == 400
    envelope(response)


def test_a_page_size_error_says_what_is_allowed(client: httpx.Client) -> None:
    error = client.get("/companies/1/books?pageSize=10000").json()["error"]
    assert "pageSize: Input should be less than or equal to 5000" in error


def test_every_answer_has_its_own_correlation_id(client: httpx.Client) -> None:
    ids = {client.get("/companies/1/books").headers["x-correlation-id"] for _ in range(3)}
    assert len(ids) == 3


def new_blueprint() -> func.Blueprint:
    return func.Blueprint()  # type: ignore[no-untyped-call]


def registered(blueprint: func.Blueprint) -> dict[str, Function]:
    app = func.FunctionApp()
    app.register_functions(blueprint)
    return {str(each.get_function_name()): each for each in app.get_functions()}


def call(function: Function, url: str) -> func.HttpResponse:
    handle = function.get_user_function()
    asked = func.HttpRequest("GET", url, body=b"", headers=KEY)
    context = type("Context", (), dict.fromkeys(CONTEXT))()
    answer = handle(asked, context) if "context" in handle.__annotations__ else handle(asked)
    if asyncio.iscoroutine(answer):
        answer = asyncio.run(answer)
    assert isinstance(answer, func.HttpResponse)
    return answer


CONTEXT = (
    "function_directory", "function_name", "invocation_id", "thread_local_storage",
    "trace_context", "retry_context",
)  # fmt: skip


def test_a_trigger_serves_the_app_inside_the_functions_host() -> None:
    blueprint = new_blueprint()
    app = LazyApp("books", make_app)
    asgi_trigger(blueprint, name="books_all", route="companies/{*rest}", app=app)
    function = registered(blueprint)["books_all"]
    trigger = json.loads(function.get_raw_bindings()[0])
    assert (trigger["route"], trigger["authLevel"]) == ("companies/{*rest}", "ANONYMOUS")
    assert "methods" not in trigger or not trigger["methods"]
    answer = call(function, "http://127.0.0.1/companies/1/books?pageSize=5")
    assert answer.status_code == 200
    assert json.loads(answer.get_body())["pageSize"] == 5


def test_the_request_that_opens_an_app_has_one_correlation_id() -> None:
    response = app_client(LazyApp("books", make_app)).get("/companies/1/books")
    assert response.status_code == 401
    envelope(response)


def test_a_service_that_cannot_be_made_says_so_and_is_not_healthy() -> None:
    def make() -> FastAPI:
        raise Abort("The platform is not configured completely.", "SECRET_URL is missing")

    blueprint = new_blueprint()
    app = LazyApp("books", make)
    asgi_trigger(blueprint, name="books_all", route="companies/{*rest}", app=app)
    health_trigger(blueprint, "books", check=app.open)
    functions = registered(blueprint)
    answer = call(functions["books_all"], "http://127.0.0.1/companies/1/books")
    body = json.loads(answer.get_body())
    assert (answer.status_code, body["service"]) == (500, "books")
    assert body["error"] == "The platform is not configured completely."
    health = call(functions["books_health"], "http://127.0.0.1/health/books")
    assert health.status_code == 503
    assert json.loads(health.get_body()) == {"service": "books", "status": "unavailable"}


def test_a_healthy_service_answers_200() -> None:
    blueprint = new_blueprint()
    health_trigger(blueprint, "books")
    health = call(registered(blueprint)["books_health"], "http://127.0.0.1/health/books")
    assert health.status_code == 200
    assert json.loads(health.get_body()) == {"service": "books", "status": "ok"}
