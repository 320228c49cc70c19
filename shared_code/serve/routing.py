"""Paths and parameter names as clients write them, matched to the routes as we wrote them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Self, TypeAlias
from urllib.parse import quote, unquote_plus

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from shared_code.errors import Reject

_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")


_Mark: TypeAlias = tuple[int, str]
"""A part of a path between slashes, in lower case, and how many lie before it."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A route's template, matched in any case and with any number of slashes.

    Each path that it matches has its `mark`, the last literal part before any value that may hold
    slashes.
    """

    route: BaseRoute
    literals: tuple[str, ...]
    regex: re.Pattern[str]
    methods: frozenset[str]
    mark: _Mark | None

    @classmethod
    def of(cls, route: BaseRoute, template: str, methods: Iterable[str]) -> Self:
        pieces = _PARAMETER.split(template)
        literals = tuple(pieces[0::3])
        values = [".*" if kind == "path" else "[^/]+" for kind in pieces[2::3]]
        pattern = _lenient(literals[0])
        for value, literal in zip(values, literals[1:], strict=True):
            pattern += f"({value}){_lenient(literal)}"
        regex = re.compile(f"{pattern}/*", re.DOTALL)
        return cls(route, literals, regex, frozenset(methods), _mark(template))

    def rewrite(self, path: str) -> str | None:
        """Give the path with the template's own literals, or None where it does not match."""
        found = self.regex.fullmatch(path)
        if found is None:
            return None
        values = (*found.groups(), "")
        return "".join(f"{a}{b}" for a, b in zip(self.literals, values, strict=True))


def _lenient(literal: str) -> str:
    return f"(?ai:{re.escape(literal).replace('/', '/+')})"


def _mark(template: str) -> _Mark | None:
    before = takewhile(lambda part: not part.endswith(":path}"), _parts(template))
    literal = [(place, part) for place, part in enumerate(before) if "{" not in part]
    return literal[-1] if literal else None


def _parts(path: str) -> list[str]:
    return [part for part in path.lower().split("/") if part]


class RouteTable:
    """The routes of an app in the order in which they are tried.

    Of the hundreds there are, only those are tried whose mark the path has.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._patterns = defaultdict[_Mark | None, list[tuple[int, _Pattern]]](list)
        for place, each in enumerate(iter_route_contexts(routes)):
            if each.path is not None:
                pattern = _Pattern.of(each.original_route, each.path, each.methods or ())
                self._patterns[pattern.mark].append((place, pattern))

    def canonical(self, path: str) -> str:
        """Write the path as its route does; one that no route knows comes back as it is."""
        rewritten = (pattern.rewrite(path) for pattern in self._tried(path))
        return next((found for found in rewritten if found is not None), path)

    def methods(self, path: str) -> set[str]:
        """List the methods that some route takes at the path; none where there is no route."""
        known = (each.methods for each in self._tried(path) if each.rewrite(path) is not None)
        return {method for methods in known for method in methods}

    def find(self, method: str, path: str) -> BaseRoute | None:
        """Give the first route that takes the method at the path."""
        there = (each for each in self._tried(path) if method in each.methods)
        return next((each.route for each in there if each.rewrite(path) is not None), None)

    def _tried(self, path: str) -> list[_Pattern]:
        marks = (None, *enumerate(_parts(path)))
        found = [each for mark in marks for each in self._patterns.get(mark, ())]
        return [pattern for _, pattern in sorted(found, key=lambda each: each[0])]


class Shortcut(BaseRoute):
    """An app's first route: it finds the one among the others that a request is for.

    What it does not find, the app looks for by trying them all, and says what is wrong.
    """

    def __init__(self, routes: RouteTable) -> None:
        self._routes = routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match what the route that is found matches."""
        http = scope["type"] == "http"
        route = self._routes.find(scope["method"], scope["path"]) if http else None
        found, child = route.matches(scope) if route else (Match.NONE, {})
        return (found, {**child, "shortcut": route}) if found is Match.FULL else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route serve that was found."""
        await scope["shortcut"].handle(scope, receive, send)


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
