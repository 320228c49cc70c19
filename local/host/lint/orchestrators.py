"""Finds an app's orchestrators: decorated, or registered by a call, made by a factory or not."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.host.lint.names import External, Function, Names
from local.host.lint.scopes import Assigned, Defined, Iterated, Parameter, Scope, Unit, parameters

TRIGGER = "orchestration_trigger"
CREATE = "azure.durable_functions.Orchestrator.create"


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """An orchestrator's function, under the name it is started by where the source tells it."""

    name: str
    function: Scope


def find_orchestrators(names: Names) -> list[Orchestrator]:
    """List the orchestrators of an app in the order of its files, each once."""
    found = dict.fromkeys(_Finder(names).find())
    first = {one.function: one for one in reversed(found)}
    return [one for one in found if first[one.function] is one]


def is_registered(scope: Scope) -> bool:
    """Tell whether a decorator makes a function one of the host's, which no code calls itself."""
    decorators = getattr(scope.node, "decorator_list", [])
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and (call.func.attr.endswith("_trigger") or call.func.attr == "route")
        for call in decorators
    )


class _Finder:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._scopes = [scope for root in names.modules.values() for scope in root.everything()]
        self._seen: set[tuple[ast.expr, Scope]] = set()

    def find(self) -> Iterator[Orchestrator]:
        for scope in self._scopes:
            yield from self._decorated(scope)
            for call in scope.calls:
                yield from self._registered(call, scope)

    def _decorated(self, scope: Scope) -> Iterator[Orchestrator]:
        decorators = getattr(scope.node, "decorator_list", [])
        outer = scope.parent or scope
        for decorator in decorators:
            trigger = self._trigger(decorator, outer)
            if trigger is not None:
                told = _text(trigger, "orchestration") or _function_name(decorators)
                yield Orchestrator(told or scope.name, scope)

    def _registered(self, call: ast.Call, scope: Scope) -> Iterator[Orchestrator]:
        """Yield what `x.orchestration_trigger(..)(function)` or the SDK's `create` registers."""
        trigger = self._trigger(call.func, scope)
        created = self._names.resolve(call.func, scope) == External(CREATE)
        if not call.args or (trigger is None and not created):
            return
        told = _text(trigger, "orchestration") if trigger else None
        self._seen.clear()
        for function in self._functions(call.args[0], scope):
            yield Orchestrator(told or function.name, function)

    def _trigger(self, node: ast.expr, scope: Scope) -> ast.Call | None:
        """Give the call that made this decorator, if it is the trigger's."""
        match node:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr == TRIGGER:
                return node
            case ast.Name():
                values = [
                    b for b in self._names.bindings(node.id, scope) if isinstance(b, Assigned)
                ]
                made = (self._trigger(b.value, b.scope) for b in values if b.value is not None)
                return next(filter(None, made), None) if len(values) == 1 else None
            case _:
                return None

    def _functions(self, node: ast.expr, scope: Scope) -> Iterator[Scope]:
        """Yield the functions of the app that an expression may stand for."""
        if (node, scope) in self._seen:
            return
        self._seen.add((node, scope))
        match node:
            case ast.Lambda():
                yield from (inner for inner in scope.inner if inner.node is node)
            case ast.Name():
                yield from self._named(node.id, scope)
            case ast.IfExp():
                yield from self._functions(node.body, scope)
                yield from self._functions(node.orelse, scope)
            case ast.Call():
                yield from self._made(node, scope)
            case _:
                symbol = self._names.resolve(node, scope)
                if isinstance(symbol, Function):
                    yield symbol.scope

    def _named(self, name: str, scope: Scope) -> Iterator[Scope]:
        for binding in self._names.bindings(name, scope):
            match binding:
                case Defined(function) if not isinstance(function.node, ast.ClassDef):
                    yield function
                case Assigned(value, where) if value is not None:
                    yield from self._functions(value, where)
                case Iterated(over, where):
                    yield from self._held(over, where)
                case Parameter(arg, function):
                    yield from self._given(arg, function)
                case _:
                    symbol = self._names.look_up(name, scope)
                    if isinstance(symbol, Function):
                        yield symbol.scope

    def _made(self, call: ast.Call, scope: Scope) -> Iterator[Scope]:
        """Yield what a factory returns, or what `partial` wraps."""
        symbol = self._names.resolve(call.func, scope)
        if isinstance(symbol, Function):
            for value in symbol.scope.returns:
                yield from self._functions(value, symbol.scope)
        elif symbol == External("functools.partial") and call.args:
            yield from self._functions(call.args[0], scope)

    def _held(self, over: ast.expr, scope: Scope) -> Iterator[Scope]:
        """Yield the functions within what a loop goes over."""
        for node in ast.walk(over):
            if isinstance(node, ast.Name | ast.Attribute | ast.Call):
                yield from self._functions(node, scope)
            if isinstance(node, ast.Name):
                for binding in self._names.bindings(node.id, scope):
                    if isinstance(binding, Assigned) and isinstance(binding.value, _DISPLAYS):
                        yield from self._held(binding.value, binding.scope)

    def _given(self, arg: ast.arg, function: Scope) -> Iterator[Scope]:
        """Yield what the app's calls of `function` give for one of its parameters."""
        if isinstance(function.node, ast.Module | ast.ClassDef):
            return
        for scope in self._scopes:
            for call in scope.calls:
                value = argument(call, arg, function.node)
                if value is not None and self._names.resolve(call.func, scope) == Function(
                    function
                ):
                    yield from self._functions(value, scope)


_DISPLAYS = ast.List | ast.Tuple | ast.Dict | ast.Set


def argument(call: ast.Call, arg: ast.arg, function: Unit) -> ast.expr | None:
    """Give what a call passes for a parameter, by keyword or by place."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == arg.arg]
    places: Iterable[tuple[ast.arg, ast.expr]] = zip(parameters(function), call.args, strict=False)
    placed = [value for parameter, value in places if parameter is arg]
    return next(iter([*named, *placed]), None)


def _text(call: ast.Call, keyword: str) -> str | None:
    found = [given.value for given in call.keywords if given.arg == keyword]
    return found[0].value if found and _is_text(found[0]) else None  # type: ignore[attr-defined]


def _function_name(decorators: list[ast.expr]) -> str | None:
    for node in decorators:
        match node:
            case ast.Call(
                func=ast.Attribute(attr="function_name"), args=[ast.Constant(value=str(name))]
            ):
                return name
    return None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
