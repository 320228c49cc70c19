"""Which function answers a request: ASP.NET route templates, matched as the Functions host does.

The first function in case-insensitive alphabetical order whose template and method fit wins;
how specific a template is plays no part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

RESERVED = ("admin", "runtime")
Check = Callable[[str], bool]


class TemplateError(ValueError):
    """A route template that ASP.NET refuses: the whole host then answers 503."""


@dataclass(frozen=True, slots=True)
class Route:
    """A function's name, its template without prefix, and its methods (empty: all)."""

    name: str
    template: str
    methods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """The route that answers, and the values of its parameters (absent optional ones left out)."""

    route: Route
    params: Mapping[str, str]


class Template:
    """A compiled route template.

    Raises:
        TemplateError: unbalanced braces, an unknown constraint, a catch-all that is not last, ...
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip("/")
        self._names: list[str] = []
        self._checks: list[tuple[str, Check]] = []
        self._defaults: dict[str, str] = {}
        self._pattern = re.compile(self._compile(), re.IGNORECASE | re.DOTALL)

    def match(self, path: str) -> dict[str, str] | None:
        """Match a path (no leading slash, decoded but for `%2F`); the parameters, or None."""
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        given = {name: found[f"p{i}"] for i, name in enumerate(self._names) if found[f"p{i}"]}
        params = self._defaults | given
        if all(name not in params or check(params[name]) for name, check in self._checks):
            return params
        return None

    def _compile(self) -> str:
        """Make one regular expression; a run of trailing parameters may be absent."""
        segments = [list(_tokens(part)) for part in self.text.split("/")] if self.text else []
        pattern, open_groups = "", 0
        for position, tokens in enumerate(segments):
            if all(_may_be_absent(rest) for rest in segments[position:]):
                pattern, open_groups = f"{pattern}(?:", open_groups + 1
            pattern += "/" if position else ""
            pattern += self._segment(tokens, last=position == len(segments) - 1)
        return f"{pattern}{')?' * open_groups}/?"

    def _segment(self, tokens: list[str | _Parameter], *, last: bool) -> str:
        alone = len(tokens) == 1
        return "".join(
            token if isinstance(token, str) else self._parameter(token, alone=alone, last=last)
            for token in tokens
        )

    def _parameter(self, found: _Parameter, *, alone: bool, last: bool) -> str:
        if found.name.lower() in (name.lower() for name in self._names):
            raise TemplateError(f"'{self.text}': the parameter '{found.name}' appears twice.")
        if found.catch_all and not (alone and last):
            raise TemplateError(f"'{self.text}': a catch-all must be the last segment.")
        group = f"p{len(self._names)}"
        self._names.append(found.name)
        self._checks += [(found.name, _check(text)) for text in found.constraints]
        if found.default is not None:
            self._defaults[found.name] = found.default
        return f"(?P<{group}>{'.*' if found.catch_all else '[^/]+'})"


class RouteTable:
    """The routes of an app in the order in which they are tried."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: route.name.lower()))
        self._compiled = [(route, Template(route.template)) for route in self.routes]

    def match(self, method: str, path: str) -> Match | None:
        """Find the function for a request.

        Args:
            method: in upper case.
            path: below the route prefix, without a leading slash, decoded but for `%2F`.
        """
        for route, template in self._compiled:
            if route.methods and method not in route.methods:
                continue
            params = template.match(path)
            if params is not None:
                return Match(route, params)
        return None


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    catch_all: bool
    optional: bool
    default: str | None
    constraints: tuple[str, ...]


def _may_be_absent(tokens: list[str | _Parameter]) -> bool:
    token = tokens[0]
    return (
        len(tokens) == 1
        and isinstance(token, _Parameter)
        and (token.catch_all or token.optional or token.default is not None)
    )


def _tokens(segment: str) -> Iterable[str | _Parameter]:
    """Split a segment into literal patterns and parameters; `{{` and `}}` are literal braces."""
    if not segment:
        raise TemplateError("A template has no empty segments.")
    position = 0
    while position < len(segment):
        pair, char = segment[position : position + 2], segment[position]
        if pair in ("{{", "}}"):
            yield re.escape(char)
            position += 2
        elif char == "{":
            end = _closing(segment, position)
            yield _parameter(segment[position + 1 : end])
            position = end + 1
        elif char in "}?":
            raise TemplateError(f"'{segment}' has a '{char}' that does not belong there.")
        else:
            yield re.escape(char)
            position += 1


def _closing(segment: str, start: int) -> int:
    """Find the brace that closes a parameter; regex constraints double theirs."""
    position = start + 1
    while position < len(segment):
        if segment[position : position + 2] in ("{{", "}}"):
            position += 2
            continue
        if segment[position] == "}":
            return position
        if segment[position] == "{":
            break
        position += 1
    raise TemplateError(f"'{segment}' has braces that do not match.")


def _parameter(text: str) -> _Parameter:
    stars = len(text) - len(text.lstrip("*"))
    rest = text.lstrip("*").replace("{{", "{").replace("}}", "}")
    name, *constraints = _split_constraints(rest)
    tail = constraints[-1] if constraints else name
    default: str | None = None
    if "=" in tail and not tail.startswith("regex("):
        tail, _, default = tail.partition("=")
    optional = default is None and tail.endswith("?")
    tail = tail.removesuffix("?") if optional else tail
    if constraints:
        constraints[-1] = tail
    else:
        name = tail
    if not name or stars > 2 or re.search(r"[{}/?*]", name) or (stars and optional):
        raise TemplateError(f"'{{{text}}}' is no parameter.")
    return _Parameter(name, bool(stars), optional, default, tuple(constraints))


def _split_constraints(text: str) -> list[str]:
    """Split at colons outside of parentheses."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == ":" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _integer(bits: int) -> Check:
    def check(value: str) -> bool:
        plain = re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)
        return plain is not None and -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)

    return check


def _number(value: str) -> bool:
    return (
        re.fullmatch(
            r"\s*[+-]?([0-9][0-9,]*(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?\s*", value, re.IGNORECASE
        )
        is not None
    )


def _parses(parse: Callable[[str], object]) -> Check:
    def check(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return check


_PLAIN: Mapping[str, Check] = {
    "int": _integer(32),
    "long": _integer(64),
    "bool": lambda value: value.strip().lower() in ("true", "false"),
    "datetime": _parses(datetime.fromisoformat),
    "decimal": _number,
    "double": _number,
    "float": _number,
    "guid": _parses(UUID),
    "alpha": lambda value: re.fullmatch("[a-zA-Z]*", value) is not None,
    "required": bool,
}


def _whole(value: str) -> int | None:
    return int(value) if _integer(64)(value) else None


def _between(low: int | None, high: int | None) -> Check:
    def check(value: str) -> bool:
        number = _whole(value)
        return (
            number is not None
            and (low is None or low <= number)
            and (high is None or number <= high)
        )

    return check


def _long(low: int, high: int | None) -> Check:
    return lambda value: low <= len(value) and (high is None or len(value) <= high)


_WITH_NUMBERS: Mapping[tuple[str, int], Callable[..., Check]] = {
    ("min", 1): lambda low: _between(low, None),
    ("max", 1): lambda high: _between(None, high),
    ("range", 2): _between,
    ("minlength", 1): lambda low: _long(low, None),
    ("maxlength", 1): lambda high: _long(0, high),
    ("length", 1): lambda exact: _long(exact, exact),
    ("length", 2): _long,
}


def _check(text: str) -> Check:
    """Make the predicate of one constraint, such as `int` or `range(1,10)`."""
    name, bracket, rest = text.partition("(")
    if not bracket and name.lower() in _PLAIN:
        return _PLAIN[name.lower()]
    if name.lower() == "regex" and rest.endswith(")"):
        return _regex(rest[:-1])
    numbers = [part.strip() for part in rest.removesuffix(")").split(",")]
    make = _WITH_NUMBERS.get((name.lower(), len(numbers)))
    if make is None or not rest.endswith(")") or any(_whole(n) is None for n in numbers):
        raise TemplateError(f"'{text}' is no route constraint.")
    return make(*map(int, numbers))


def _regex(text: str) -> Check:
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise TemplateError(f"'{text}' is no regular expression.") from error
    return lambda value: pattern.search(value) is not None
