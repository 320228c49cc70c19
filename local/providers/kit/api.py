"""The routes of a declared API: lists, single records, and the files beside them."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.providers.books.book import Book
from local.providers.books.files import File, files_of
from local.providers.kit.asked import Asked, BadRequest, read_call
from local.providers.kit.declared import Json, Resource, Sheet, Simulated, Telling
from local.providers.kit.files import Files, Found
from local.providers.kit.gate import Gate
from local.providers.kit.paging import Native
from local.providers.kit.selecting import Selections, find
from local.providers.kit.sql import Sql, entity_of
from local.providers.simulation.simulator import Simulator

Endpoint = Callable[[Request], Awaitable[Response]]


class Api:
    """Lists and single records of the organisations that a call's token reaches."""

    def __init__(self, simulated: Simulated, gate: Gate, simulator: Simulator) -> None:
        self._simulated, self._gate, self._simulator = simulated, gate, simulator
        self._selections = Selections()

    def routes(self) -> list[Route]:
        """List the routes; resources that share a path are told apart by what they select from."""
        shared: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self._simulated.resources:
            shared[resource.method, resource.path].append(resource)
        lists = [
            self._route(path, self._lister(resources), method)
            for (method, path), resources in shared.items()
        ]
        singles = [
            route
            for each in self._simulated.resources
            if each.has_single and each.method == "GET" and not each.entity
            for route in self._below(each)
        ]
        return [*lists, *singles]

    def _below(self, resource: Resource) -> Iterator[Route]:
        """List the routes of a record."""
        at = f"{resource.path}/{{key}}"
        yield self._route(at, self._finder(resource))
        if files := resource.files:
            found = self._files(resource, files)
            yield self._route(f"{at}/{files.path}", files.listing(found))
            yield self._route(f"{at}/{files.path}/{{file}}", files.download(found, self._missing))

    def _route(self, path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        route = Route(self._simulated.root + path, endpoint, methods=[method])
        if self._simulated.any_case:
            route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
        return route

    def _lister(self, resources: Sequence[Resource]) -> Endpoint:
        async def listed(request: Request) -> Response:
            try:
                asked = await self._read(request)
                resource = _chosen(resources, asked)
                company = self._gate.admit(request, asked.params, resource.scopes)
                if isinstance(company, Response):
                    return company
                return self._simulated.instead(asked) or resource.envelope(
                    self._sheet(resource, company.book, asked)
                )
            except BadRequest as error:
                return self._simulated.problem(400, "request", str(error))

        return listed

    def _finder(self, resource: Resource) -> Endpoint:
        async def found(request: Request) -> Response:
            asked = await self._read(request)
            company = self._gate.admit(request, asked.params, resource.scopes)
            if isinstance(company, Response):
                return company
            record = find(resource, company.book, request.path_params["key"])
            if record is None or resource.gone(record):
                return self._missing()
            accepted = asked.headers.get("accept", "")
            for form in (make for kind, make in resource.forms.items() if kind in accepted):
                return form(record)
            if other := self._simulated.instead(asked):
                return other
            telling = self._telling(company.book, asked, single=True)
            told = resource.single(resource.shape(record, telling), asked)
            return Response(orjson.dumps(told), media_type="application/json")

        return found

    def _files(self, resource: Resource, files: Files) -> Found:
        async def found(request: Request) -> tuple[Asked, Sequence[File]] | Response:
            asked = await self._read(request)
            company = self._gate.admit(request, asked.params, files.scopes)
            if isinstance(company, Response):
                return company
            record: Native = find(resource, company.book, request.path_params["key"])
            return self._missing() if record is None else (asked, files_of(record))

        return found

    def _missing(self) -> Response:
        return self._simulated.problem(404, "missing", "There is no such record")

    async def _read(self, request: Request) -> Asked:
        now = self._simulator.clock.now()
        return await read_call(request, now, any_case=self._simulated.any_case)

    def _telling(self, book: Book, asked: Asked, *, single: bool = False) -> Telling:
        return Telling(book, asked.now, asked, single, self._simulator.slip)

    def _sheet(self, resource: Resource, book: Book, asked: Asked) -> Sheet:
        cut = resource.paging.cut(self._selections.of(resource, book, asked), asked)
        telling = self._telling(book, asked)
        gone = [each for each in cut.records if resource.gone(each)]
        there = [each for each in cut.records if not resource.gone(each)]
        told: list[Json] = [resource.shape(each, telling) for each in there]
        return Sheet(replace(cut, records=()), told, [resource.key(each) for each in gone], asked)


def _chosen(resources: Sequence[Resource], asked: Asked) -> Resource:
    first = resources[0]
    if not first.entity or not isinstance(first.paging, Sql):
        return first
    wanted = entity_of(asked.params.get(first.paging.param, "")).lower()
    for resource in resources:
        if resource.entity.lower() == wanted:
            return resource
    known = ", ".join(each.entity for each in resources)
    raise BadRequest(f"There is no entity {wanted}; these are: {known}")
