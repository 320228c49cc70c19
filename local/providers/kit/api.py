"""The routes of a declared API: lists and single records."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.providers.books.book import Book, Timeline
from local.providers.kit.asked import Asked, BadRequest, read_call
from local.providers.kit.declared import Json, Resource, Sheet, Simulated, Telling
from local.providers.kit.gate import Gate
from local.providers.kit.paging import Native, Rows
from local.providers.kit.sql import Sql, entity_of
from local.providers.simulation.clock import ShiftableClock

Endpoint = Callable[[Request], Awaitable[Response]]


class Api:
    """Lists and single records of the organisations that a call's token reaches."""

    def __init__(self, simulated: Simulated, gate: Gate, clock: ShiftableClock) -> None:
        self._simulated, self._gate, self._clock = simulated, gate, clock

    def routes(self) -> list[Route]:
        """List the routes; resources that share a path are told apart by what they select from."""
        shared: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self._simulated.resources:
            shared[resource.method, self._simulated.root + resource.path].append(resource)
        lists = [
            Route(path, self._lister(resources), methods=[method])
            for (method, path), resources in shared.items()
        ]
        singles = [
            Route(f"{self._simulated.root}{each.path}/{{key}}", self._finder(each), methods=["GET"])
            for each in self._simulated.resources
            if each.has_single and each.method == "GET" and not each.entity
        ]
        return [*lists, *singles]

    def _lister(self, resources: Sequence[Resource]) -> Endpoint:
        async def listed(request: Request) -> Response:
            try:
                asked = await read_call(request, self._clock.now())
                resource = _chosen(resources, asked)
                company = self._gate.admit(request, asked.params, resource.scopes)
                if isinstance(company, Response):
                    return company
                return resource.envelope(self._sheet(resource, company.book, asked))
            except BadRequest as error:
                return self._simulated.problem(400, "request", str(error))

        return listed

    def _finder(self, resource: Resource) -> Endpoint:
        async def found(request: Request) -> Response:
            asked = await read_call(request, self._clock.now())
            company = self._gate.admit(request, asked.params, resource.scopes)
            if isinstance(company, Response):
                return company
            record = find(resource, company.book, request.path_params["key"])
            if record is None or resource.gone(record):
                return self._simulated.problem(404, "missing", "There is no such record")
            told = resource.shape(record, Telling(company.book, asked.now))
            return Response(orjson.dumps(resource.single(told)), media_type="application/json")

        return found

    def _sheet(self, resource: Resource, book: Book, asked: Asked) -> Sheet:
        every = list(resource.records(book))
        if not resource.feed:
            every = [each for each in every if not resource.gone(each)]
        rows = Rows(every, resource.key, resource.modified)
        for each in resource.filters:
            rows = each.of(rows, asked)
        cut = resource.paging.cut(rows, asked)
        telling = Telling(book, asked.now)
        gone = [each for each in cut.records if resource.gone(each)]
        there = [each for each in cut.records if not resource.gone(each)]
        told: list[Json] = [resource.shape(each, telling) for each in there]
        return Sheet(replace(cut, records=()), told, [resource.key(each) for each in gone], asked)


def find(resource: Resource, book: Book, key: str) -> Native | None:
    """Find a record by the key in its path."""
    records = resource.records(book)
    if isinstance(records, Timeline) and (record := records.get(key)) is not None:
        return record
    return next((each for each in records if resource.key(each) == key), None)


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
