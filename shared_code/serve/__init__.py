"""The HTTP edge that every service of the API shares.

A service is a FastAPI app behind a few HTTP triggers. Its folder has two modules; first the app,
made from what it needs, so that tests pass their own store and keys:

    # functions/books/app.py
    api = router(tags=["Books"])

    @api.get("/companies/{companyId}/books")
    def list_books(caller: Caller, paging: Paging, company_id: CompanyId) -> PageOf[Book]:
        \"\"\"List the books of a company.\"\"\"
        books, total = ...  # filter by caller.client_id, always; paging.offset, paging.size
        return PageOf.of(books, total, paging)

    def create_app(authenticate: Authenticate) -> FastAPI:
        return service_app("books", [api], authenticate=authenticate)

and then the triggers, which open the store when the first request comes:

    # functions/books/__init__.py
    bp = func.Blueprint()
    app = LazyApp("books", open_books)  # open_books() -> create_app(key_check(open_store()))
    asgi_trigger(bp, name="books_all", route="companies/{companyId}/books", app=app)
    health_trigger(bp, "books", check=app.open)  # of shared_code.health

What the app does for its endpoints:

* Every request needs an API key, except for the routers given as `public`.
* Every failure, whoever raised it, is answered with the contract's error envelope. Endpoints raise
  the errors of `shared_code.errors`; their public message reaches the client, nothing else does.
* Literal path segments and query parameter names match in any case, doubled slashes are one;
  ids arrive as they were sent.
* Properties that are None are left out (with `router()`); `null` is never sent.
* Every answer carries an `X-Correlation-Id`, and so does every log line of its request.

Endpoints are plain `def`: they run in threads. The Functions host hands over whole bodies and runs
no lifespan: no streaming, no background tasks, no start-up hooks.
"""

from shared_code.serve.app import service_app
from shared_code.serve.errors import ErrorMessage
from shared_code.serve.keys import Authenticate, Caller
from shared_code.serve.paging import PageOf, PageRequest, Paging, PagingInfo
from shared_code.serve.parameters import CompanyId, ConnectionId
from shared_code.serve.routers import router
from shared_code.serve.triggers import LazyApp, asgi_trigger
from shared_code.serve.wire import Wire

__all__ = [
    "Authenticate",
    "Caller",
    "CompanyId",
    "ConnectionId",
    "ErrorMessage",
    "LazyApp",
    "PageOf",
    "PageRequest",
    "Paging",
    "PagingInfo",
    "Wire",
    "asgi_trigger",
    "router",
    "service_app",
]
