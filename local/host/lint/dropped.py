"""Tasks and generators that are created and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from local.host.lint.expressions import TASKS, method
from local.host.lint.names import Function, Names
from local.host.lint.reach import Reached, nodes
from local.host.lint.rules import NOT_DELEGATED, NOT_YIELDED, Hit
from local.host.lint.scopes import Scope


def dropped(names: Names, reached: Reached) -> Iterator[Hit]:
    """Yield the tasks of a function that nothing yields, and the generators nothing drives."""
    scope = reached.function
    used = {
        node.id
        for node in ast.walk(scope.node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for node, _ in nodes(reached):
        match node:
            case ast.Expr(value=ast.Call() as call):
                yield from _task(call)
                yield from _generator(names, call, scope)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                if name not in used:
                    yield from _task(call)
            case ast.Yield(value=ast.Call() as call):
                yield from _generator(names, call, scope)


def returned_tasks(scope: Scope) -> Iterator[Hit]:
    """Yield the tasks that an orchestrator itself returns: nobody is left to yield them."""
    for value in scope.returns:
        if isinstance(value, ast.Call):
            yield from _task(value)


def _task(call: ast.Call) -> Iterator[Hit]:
    if method(call) in TASKS:
        yield Hit(NOT_YIELDED, call, f"`{ast.unparse(call.func)}`")


def _generator(names: Names, call: ast.Call, scope: Scope) -> Iterator[Hit]:
    symbol = names.resolve(call.func, scope)
    if isinstance(symbol, Function) and is_generator(symbol.scope):
        yield Hit(NOT_DELEGATED, call, f"`{ast.unparse(call.func)}`")


def is_generator(scope: Scope) -> bool:
    """Tell whether calling a function makes a generator."""
    body = nodes(Reached(scope, guarded=False))
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node, _ in body)
