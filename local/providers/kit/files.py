"""Files beside records: a list below each record, and each file by its id or its name."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response

from local.providers.books.files import File
from local.providers.kit.asked import Asked

Json = dict[str, object]
Found = Callable[[Request], Awaitable[tuple[Asked, Sequence[File]] | Response]]
"""Reads a call and finds its record's files, or gives the call's refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """How a provider tells of files; `shape` gets each with its address."""

    path: str
    """Below a record's."""
    shape: Callable[[File, str], Json]
    envelope: Callable[[list[Json], Asked], object] = lambda told, _: told
    scopes: frozenset[str] = frozenset()

    def listing(self, found: Found) -> Callable[[Request], Awaitable[Response]]:
        """Make the list's endpoint."""

        async def listed(request: Request) -> Response:
            what = await found(request)
            if isinstance(what, Response):
                return what
            asked, files = what
            url = str(asked.url.replace(query=""))
            told = self.envelope([self.shape(each, f"{url}/{each.name}") for each in files], asked)
            return Response(orjson.dumps(told), media_type="application/json")

        return listed

    def download(
        self, found: Found, missing: Callable[[], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Make the endpoint of a single file."""

        async def given(request: Request) -> Response:
            what = await found(request)
            if isinstance(what, Response):
                return what
            for each in what[1]:
                if request.path_params["file"] in (each.id, each.name):
                    return Response(each.content, media_type=each.media_type)
            return missing()

        return given
