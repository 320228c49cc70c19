"""Paths and parameter names as clients write them, matched to the routes as we wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, unquote_plus

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from shared_code.errors import Reject

_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A route's template, matched in any case and with any number of slashes."""

    literals: tuple[str, ...]
    regex: re.Pattern[str]
    methods: frozenset[str]

    @classmethod
    def of(cls, template: str, methods: Iterable[str]) -> Self:
        pieces = _PARAMETER.split(template)
        literals = tuple(pieces[0::3])
        values = [".*" if kind == "path" else "[^/]+" for kind in pieces[2::3]]
        pattern = _lenient(literals[0])
        for value, literal in zip(values, literals[1:], strict=True):
            pattern += f"({value}){_lenient(literal)}"
        return cls(literals, re.compile(f"{pattern}/*", re.DOTALL), frozenset(methods))

    def rewrite(self, path: str) -> str | None:
        """Give the path with the template's own literals, or None where it does not match."""
        found = self.regex.fullmatch(path)
        if found is None:
            return None
        values = (*found.groups(), "")
        return "".join(f"{a}{b}" for a, b in zip(self.literals, values, strict=True))


def _lenient(literal: str) -> str:
    return f"(?i:{re.escape(literal).replace('/', '/+')})"


class RouteTable:
    """The routes of an app in the order in which they are tried."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._patterns = [
            _Pattern.of(context.path, context.methods or ())
            for context in iter_route_contexts(routes)
            if context.path is not None
        ]

    def canonical(self, path: str) -> str:
        """Write the path as its route does; one that no route knows comes back as it is."""
        rewritten = (pattern.rewrite(path) for pattern in self._patterns)
        return next((found for found in rewritten if found is not None), path)

    def methods(self, path: str) -> set[str]:
        """List the methods that some route takes at the path; none where there is no route."""
        known = (each.methods for each in self._patterns if each.rewrite(path) is not None)
        return {method for methods in known for method in methods}


def parameter_names(routes: Sequence[BaseRoute]) -> dict[str, str]:
    """Give the query parameters of all routes by their lower-case names."""
    contexts = iter_route_contexts(routes)
    found = (
        name
        for context in contexts
        if isinstance(context.original_route, APIRoute)
        for name in _query_parameters(context.dependant)
    )
    return {name.lower(): name for name in found}


# FastAPI's tree of dependencies has no exported type.
def _query_parameters(dependant: Any) -> Iterator[str]:  # noqa: ANN401
    yield from (each.alias for each in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_parameters(inner)


class CanonicalRequest:
    """Middleware: writes paths and parameter names as the routes do."""

    def __init__(self, app: ASGIApp, *, routes: RouteTable, names: Mapping[str, str]) -> None:
        self._app = app
        self._routes = routes
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the rewritten request on; `Reject` for characters that no store can keep."""
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        if "\0" in path or "\0" in unquote_plus(query):
            raise Reject("The URL must not contain the character U+0000.")
        canonical = self._routes.canonical(path)
        rewritten = {
            "path": canonical,
            "raw_path": quote(canonical).encode(),
            "query_string": self._rename(query).encode("latin-1"),
        }
        await self._app({**scope, **rewritten}, receive, send)

    def _rename(self, query: str) -> str:
        return "&".join(self._canonical(part) for part in query.split("&"))

    def _canonical(self, part: str) -> str:
        name, equals, value = part.partition("=")
        return f"{self._names.get(unquote_plus(name).lower(), name)}{equals}{value}"


def query_string(request: Request) -> str:
    """Give the request's query string as it was sent, with parameter names as the routes have."""
    return str(request.scope["query_string"].decode("latin-1"))
