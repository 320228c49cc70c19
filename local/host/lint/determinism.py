"""What of a function's body would not come out the same at a replay."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from local.host.lint.banned import banned_call, banned_name, banned_read
from local.host.lint.names import Class, External, Names, Symbol
from local.host.lint.reach import Reached, called_back, nodes
from local.host.lint.rules import ASYNC, ENVIRONMENT, GLOBAL_STATE, LOGGING, SET_ORDER, Hit, Rule
from local.host.lint.scopes import Assigned, Scope

SETTINGS = "pydantic_settings.BaseSettings"
_MAKE_MUTABLE = {
    *("list", "dict", "set", "bytearray", "collections.defaultdict", "collections.Counter"),
    *("collections.deque", "collections.OrderedDict"),
}
_MUTABLE = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
_CHANGING = {
    *("add", "append", "appendleft", "extend", "insert", "setdefault", "update"),
    *("clear", "discard", "pop", "popitem", "popleft", "remove"),
}
_ORDERED_BY = {"list", "tuple", "enumerate", "iter"}
_SETS = {"set", "frozenset"}
_SET_ALGEBRA = {"union", "difference", "intersection", "symmetric_difference", "copy"}
_ORDER_DOES_NOT_MATTER = {"sorted", "sum", "any", "all", "min", "max", "len", *_SETS}


def unrepeatable(names: Names, reached: Reached) -> Iterator[Hit]:
    """Yield what a function does that is another thing when it is done again."""
    scope = reached.function
    if isinstance(scope.node, ast.AsyncFunctionDef):
        yield Hit(ASYNC, scope.node, f"`async def {scope.node.name}`")
    body = list(nodes(reached))
    harmless = _unordered(names, [node for node, _ in body], scope)
    for node, guarded in body:
        for hit in _of(names, node, scope):
            if not (hit.rule is LOGGING and guarded) and node not in harmless:
                yield hit


def _of(names: Names, node: ast.AST, scope: Scope) -> Iterator[Hit]:
    match node:
        case ast.Call():
            yield from _call(names, node, scope)
            yield from _changing_call(names, node, scope)
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
            rule = _read(names.resolve(node, scope))
            if rule is not None:
                yield Hit(rule, node, f"`{ast.unparse(node)}`")
        case ast.For():
            yield from _iteration(names, node.iter, scope)
        case ast.ListComp() | ast.GeneratorExp():
            for generator in node.generators:
                yield from _iteration(names, generator.iter, scope)
        case ast.Global():
            yield Hit(GLOBAL_STATE, node, f"`{ast.unparse(node)}`")
        case ast.Subscript(value=ast.Name(), ctx=ast.Store() | ast.Del()):
            if _is_shared(names, node.value, scope):
                yield Hit(GLOBAL_STATE, node, f"changing `{ast.unparse(node.value)}`")


def _call(names: Names, node: ast.Call, scope: Scope) -> Iterator[Hit]:
    symbol = names.resolve(node.func, scope)
    rule = _broken(names, node, symbol)
    if rule is not None and not _on_broken(names, node, scope):
        name = symbol.dotted if isinstance(symbol, External) else ast.unparse(node.func)
        yield Hit(rule, node, f"`{name}`")
    if isinstance(symbol, External) and symbol.dotted in _ORDERED_BY and node.args:
        yield from _iteration(names, node.args[0], scope)
    for given in called_back(node, symbol):
        told = names.resolve(given, scope)
        passed = banned_name(told.dotted) if isinstance(told, External) else None
        if passed is not None:
            yield Hit(passed, given, f"`{ast.unparse(given)}`")


def _broken(names: Names, node: ast.Call, symbol: Symbol | None) -> Rule | None:
    if isinstance(symbol, Class):
        return ENVIRONMENT if names.is_a(symbol.scope, SETTINGS) else None
    return banned_call(symbol.dotted, node) if isinstance(symbol, External) else None


def _on_broken(names: Names, node: ast.Call, scope: Scope) -> bool:
    """Tell whether it is a method of what a call within the same chain gave, reported there."""
    receiver = node.func
    while isinstance(receiver, ast.Attribute | ast.Subscript):
        if _read(names.resolve(receiver, scope)) is not None:
            return True
        receiver = receiver.value
    if not isinstance(receiver, ast.Call):
        return False
    symbol = names.resolve(receiver.func, scope)
    return _broken(names, receiver, symbol) is not None or _on_broken(names, receiver, scope)


def _read(symbol: Symbol | None) -> Rule | None:
    return banned_read(symbol.dotted) if isinstance(symbol, External) else None


def _iteration(names: Names, over: ast.expr, scope: Scope) -> Iterator[Hit]:
    if _is_set(names.resolve(over, scope)):
        yield Hit(SET_ORDER, over, f"the order of `{ast.unparse(over)}`")


def returned_sets(names: Names, scope: Scope) -> Iterator[Hit]:
    """Yield the sets that an orchestrator returns: the host compares results as texts."""
    for value in scope.returns:
        if _is_set(names.resolve(value, scope)):
            yield Hit(SET_ORDER, value, f"the result `{ast.unparse(value)}`")


def _is_set(symbol: Symbol | None) -> bool:
    if not isinstance(symbol, External):
        return False
    first, _, rest = symbol.dotted.partition(".")
    return first in _SETS and (not rest or rest in _SET_ALGEBRA)


def _unordered(names: Names, body: list[ast.AST], scope: Scope) -> set[ast.AST]:
    """Collect the comprehensions whose order the call around them undoes."""
    calls = [node for node in body if isinstance(node, ast.Call)]
    return {
        argument
        for call in calls
        if _called_as(names, call, scope) in _ORDER_DOES_NOT_MATTER
        for argument in call.args
        if isinstance(argument, ast.ListComp | ast.GeneratorExp)
    }


def _called_as(names: Names, call: ast.Call, scope: Scope) -> str:
    symbol = names.resolve(call.func, scope)
    return symbol.dotted if isinstance(symbol, External) else ""


def _changing_call(names: Names, node: ast.Call, scope: Scope) -> Iterator[Hit]:
    match node.func:
        case ast.Attribute(value=ast.Name(), attr=attr) if attr in _CHANGING:
            if _is_shared(names, node.func.value, scope):
                yield Hit(GLOBAL_STATE, node, f"changing `{ast.unparse(node.func.value)}`")


def _is_shared(names: Names, node: ast.expr, scope: Scope) -> bool:
    """Tell whether a name is a mutable variable of a module."""
    if not isinstance(node, ast.Name):
        return False
    found = names.sources(node.id, scope)
    return any(isinstance(one, Assigned) and _is_mutable(names, one) for one in found)


def _is_mutable(names: Names, binding: Assigned) -> bool:
    if binding.scope.parent is not None or binding.value is None:
        return False
    if isinstance(binding.value, ast.Call):
        return _called_as(names, binding.value, binding.scope) in _MAKE_MUTABLE
    return isinstance(binding.value, _MUTABLE)
