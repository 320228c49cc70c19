"""The routes of the Accounting API."""

from collections import OrderedDict
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.providers.books.book import Book
from local.providers.books.files import File, files_of, pdf_of
from local.providers.books.model import Document
from local.providers.simulation.simulator import Simulator
from local.providers.xero.answers import (
    bad_query,
    envelope,
    not_found,
    wants_json,
    wants_pdf,
    xml_stand_in,
)
from local.providers.xero.attachments import READ_ATTACHMENTS, WITH_ATTACHMENTS, find, told
from local.providers.xero.identity import Identity
from local.providers.xero.query import ListQuery, detail_of, page_of
from local.providers.xero.report_parts import Asked
from local.providers.xero.reports import REPORTS, report, scopes_of
from local.providers.xero.resources import RESOURCES, Native, Resource, Telling

ROOT = "/api.xro/2.0"
KEPT_SELECTIONS = 16


class AccountingApi:
    """Lists and single records of the tenants that the token reaches."""

    def __init__(self, simulator: Simulator, identity: Identity) -> None:
        self._simulator, self._identity, self._clock = simulator, identity, simulator.clock
        self._segments = {name.lower(): resource for name, resource in RESOURCES.items()}
        self._selections: OrderedDict[tuple[object, ...], Sequence[Native]] = OrderedDict()

    def routes(self) -> list[Route]:
        """List the routes; segments in any case, as Xero takes them."""
        return [
            Route(f"{ROOT}/{{segment}}", self.list, methods=["GET"]),
            Route(f"{ROOT}/Reports/{{report}}", self.report, methods=["GET"]),
            Route(f"{ROOT}/{{segment}}/{{key}}", self.single, methods=["GET"]),
            Route(f"{ROOT}/{{segment}}/{{key}}/Attachments", self.attachments, methods=["GET"]),
            Route(
                f"{ROOT}/{{segment}}/{{key}}/Attachments/{{file}}",
                self.attachment,
                methods=["GET"],
            ),
        ]

    async def list(self, request: Request) -> Response:
        """Answer a list request."""
        resource = self._segments.get(request.path_params["segment"].lower())
        if resource is None:
            return not_found()
        if refusal := self._identity.admit(request, resource.scopes):
            return refusal
        if not wants_json(request):
            return xml_stand_in(self._clock.now())
        try:
            return self._page(request, resource)
        except ValueError as error:
            return bad_query(str(error))

    async def single(self, request: Request) -> Response:
        """Answer a request for one record."""
        resource = self._segments.get(request.path_params["segment"].lower())
        if resource is None:
            return not_found()
        if refusal := self._identity.admit(request, resource.scopes):
            return refusal
        book = self._book(request)
        record = resource.find(book, request.path_params["key"])
        if record is None:
            return not_found()
        if wants_pdf(request) and isinstance(record, Document):
            return Response(pdf_of(record), media_type="application/pdf")
        if not wants_json(request):
            return xml_stand_in(self._clock.now())
        now, detail = self._clock.now(), detail_of(request.query_params, resource, ONE)
        telling = Telling(book, now.date(), detail, single=True, slip=self._simulator.slip)
        return envelope(resource.name, [resource.tell(record, telling)], now, None)

    async def report(self, request: Request) -> Response:
        """Answer with a report."""
        key = request.path_params["report"].lower()
        if key not in REPORTS:
            return not_found()
        if refusal := self._identity.admit(request, scopes_of(key)):
            return refusal
        now = self._clock.now()
        if not wants_json(request):
            return xml_stand_in(now)
        try:
            asked = Asked(
                self._book(request), request.query_params, now.date(), self._simulator.slip
            )
            told = report(key, asked, now)
        except ValueError as error:
            return bad_query(str(error))
        return envelope("Reports", [told], now, None)

    async def attachments(self, request: Request) -> Response:
        """List what is attached to a record."""
        files = self._files(request)
        if isinstance(files, Response):
            return files
        listed = told(files, str(request.url.replace(query="")))
        return envelope("Attachments", listed, self._clock.now(), None)

    async def attachment(self, request: Request) -> Response:
        """Answer with one file that is attached to a record."""
        files = self._files(request)
        if isinstance(files, Response):
            return files
        return find(files, request.path_params["file"]) or not_found()

    def _files(self, request: Request) -> Sequence[File] | Response:
        """Find the files of the record that is asked for, or refuse the call."""
        resource = self._segments.get(request.path_params["segment"].lower())
        if resource is None or resource.name not in WITH_ATTACHMENTS:
            return not_found()
        if refusal := self._identity.admit(request, READ_ATTACHMENTS):
            return refusal
        record = resource.find(self._book(request), request.path_params["key"])
        return not_found() if record is None else files_of(record)

    def _page(self, request: Request, resource: Resource) -> Response:
        parameters, book, now = request.query_params, self._book(request), self._clock.now()
        query = ListQuery.of(parameters, request.headers.get("if-modified-since"))
        page = page_of(parameters) if resource.is_paged else None
        records = self._select(book, resource, query)
        detail, slip = detail_of(parameters, resource, page), self._simulator.slip
        telling = Telling(book, now.date(), detail, slip=slip)
        shown = page.of(records) if page else records
        if resource.cut:
            shown = resource.cut(records, parameters)
        place: dict[str, object] | None = dict(page.as_json(len(records))) if page else None
        told = [resource.tell(each, telling) for each in shown]
        return envelope(resource.name, told, now, place)

    def _select(self, book: Book, resource: Resource, query: ListQuery) -> Sequence[Native]:
        """Select records, or take the selection that an equal query made of the same version."""
        key = (book.organisation.id, book.version, resource.name, query)
        if key in self._selections:
            self._selections.move_to_end(key)
            return self._selections[key]
        self._selections[key] = records = query.select(book, resource)
        if len(self._selections) > KEPT_SELECTIONS:
            self._selections.popitem(last=False)
        return records

    def _book(self, request: Request) -> Book:
        """Give the book of the call's tenant, which `admit` has found to be connected."""
        company = self._simulator.world.find(request.headers["xero-tenant-id"].lower())
        if company is None:
            raise LookupError("a connected tenant is always one of the world's companies")
        return company.book


ONE = page_of({"page": "1"})
