"""Walks from an orchestrator through the functions of the app that it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.host.lint.names import Class, External, Function, Instance, Names, Symbol
from local.host.lint.orchestrators import is_registered
from local.host.lint.scopes import Scope

_CALL_THEIR_ARGUMENTS = {"map", "filter", "functools.reduce", "functools.partial"}
_CALL_BACKS = {"key", "default_factory"}
_RUN_AT_CREATION = ("__new__", "__init__", "__post_init__")
_NESTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
_ENDS = ast.Return | ast.Raise | ast.Continue | ast.Break


@dataclass(frozen=True, slots=True)
class Reached:
    """A function that runs within an orchestrator; `guarded`: never while it replays."""

    function: Scope
    guarded: bool


def reachable(names: Names, orchestrator: Scope) -> Iterator[Reached]:
    """Yield the orchestrator and every function of the app it runs, each once a guard."""
    waiting = [Reached(orchestrator, guarded=False)]
    seen = set(waiting)
    while waiting:
        here = waiting.pop()
        yield here
        for found in _next(names, here):
            if found not in seen and not is_registered(found.function):
                seen.add(found)
                waiting.append(found)


def _next(names: Names, here: Reached) -> Iterator[Reached]:
    for function in _wrappers(names, here.function):
        yield Reached(function, here.guarded)
    for node, guarded in nodes(here):
        for function in _called(names, node, here.function):
            yield Reached(function, guarded)


def _wrappers(names: Names, scope: Scope) -> Iterator[Scope]:
    """Yield what the app's own decorators put around a function."""
    for decorator in getattr(scope.node, "decorator_list", []):
        made = names.resolve(decorator, scope.parent or scope)
        if isinstance(made, Function):
            returned = (names.resolve(value, made.scope) for value in made.scope.returns)
            yield from (one.scope for one in returned if isinstance(one, Function))


def nodes(reached: Reached) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the nodes of a function's own body, and whether a guard keeps replays from each."""
    node = reached.function.node
    if isinstance(node, ast.Lambda):
        yield from _walk(node.body, reached.guarded)
    else:
        yield from _block(getattr(node, "body", []), reached.guarded)


def _block(body: Sequence[ast.AST], guarded: bool) -> Iterator[tuple[ast.AST, bool]]:  # noqa: FBT001
    for statement in body:
        yield from _walk(statement, guarded)
        if isinstance(statement, ast.If) and isinstance(statement.body[-1], _ENDS):
            guarded = guarded or _live(statement.test, truth=False)


def _walk(node: ast.AST, guarded: bool) -> Iterator[tuple[ast.AST, bool]]:  # noqa: FBT001
    yield node, guarded
    match node:
        case ast.If() | ast.IfExp():
            yield from _walk(node.test, guarded)
            yield from _block(_list(node.body), guarded or _live(node.test, truth=True))
            yield from _block(_list(node.orelse), guarded or _live(node.test, truth=False))
        case ast.BoolOp():
            truth = isinstance(node.op, ast.And)
            for value in node.values:
                yield from _walk(value, guarded)
                guarded = guarded or _live(value, truth=truth)
        case _ if isinstance(node, _NESTED):
            return
        case _:
            yield from _fields(node, guarded)


def _fields(node: ast.AST, guarded: bool) -> Iterator[tuple[ast.AST, bool]]:  # noqa: FBT001
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "type_comment"}:
            continue
        yield from _block([child for child in _list(value) if isinstance(child, ast.AST)], guarded)


def _list(value: object) -> list[ast.AST]:
    return value if isinstance(value, list) else [value]  # type: ignore[list-item]


def _live(test: ast.expr, *, truth: bool) -> bool:
    """Tell whether nothing is replayed where `test` comes out as `truth`."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return _live(test.operand, truth=not truth)
        case ast.BoolOp():
            every = isinstance(test.op, ast.And) is not truth
            found = [_live(value, truth=truth) for value in test.values]
            return all(found) if every else any(found)
        case ast.Attribute(attr="is_replaying"):
            return not truth
        case _:
            return False


def _called(names: Names, node: ast.AST, scope: Scope) -> Iterator[Scope]:
    """Yield the functions of the app that evaluating this one node runs."""
    match node:
        case ast.Call():
            symbol = names.resolve(node.func, scope)
            yield from _run(names, symbol)
            for given in called_back(node, symbol):
                yield from _run(names, names.resolve(given, scope))
        case ast.Attribute(ctx=ast.Load()):
            symbol = names.resolve(node, scope)
            if isinstance(symbol, Function) and _is_property(symbol.scope):
                yield symbol.scope
        case ast.Lambda():
            yield from (inner for inner in scope.inner if inner.node is node)


def _run(names: Names, symbol: Symbol | None) -> Iterator[Scope]:
    match symbol:
        case Function(scope):
            yield scope
        case Class(scope):
            for method in _RUN_AT_CREATION:
                yield from _method(names, scope, method)
        case Instance(scope):
            yield from _method(names, scope, "__call__")


def _method(names: Names, owner: Scope, name: str) -> Iterator[Scope]:
    found = names.member(Class(owner), name)
    if isinstance(found, Function):
        yield found.scope


def called_back(call: ast.Call, symbol: Symbol | None) -> list[ast.expr]:
    """List the arguments that a call of something outside the app calls in turn."""
    if isinstance(symbol, External) and symbol.dotted in _CALL_THEIR_ARGUMENTS:
        return call.args[:1]
    return [given.value for given in call.keywords if given.arg in _CALL_BACKS]


def _is_property(scope: Scope) -> bool:
    decorators = getattr(scope.node, "decorator_list", [])
    return any(
        isinstance(node, ast.Name | ast.Attribute)
        and ast.unparse(node).rpartition(".")[2] in {"property", "cached_property"}
        for node in decorators
    )
