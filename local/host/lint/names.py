"""What an expression stands for: a thing of the app, or a dotted name outside it.

Nothing is guessed: what the source does not tell is None.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from local.host.lint.scopes import (
    Assigned,
    Binding,
    Defined,
    Imported,
    Parameter,
    Scope,
    parameters,
)


@dataclass(frozen=True, slots=True)
class External:
    """Something of another package, or what calling it gives: `httpx.Client` for both."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the app."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the app."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the app."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Package:
    """A module or package of the app, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text that stands in the source."""

    value: str


Symbol: TypeAlias = External | Function | Class | Instance | Package | Text


class Names:
    """Resolves expressions over all scopes of an app; `modules` are their outermost, by name."""

    def __init__(self, modules: Mapping[str, Scope]) -> None:
        self.modules = modules
        self._packages = {name[:i] for name in modules for i in _dots(name)}
        self._known: dict[Binding, Symbol | None] = {}

    def resolve(self, node: ast.expr, scope: Scope) -> Symbol | None:  # noqa: PLR0911 - one a kind
        """Say what `node` stands for within `scope`."""
        match node:
            case ast.Name():
                return self.look_up(node.id, scope)
            case ast.Attribute():
                return self.member(self.resolve(node.value, scope), node.attr)
            case ast.Call():
                return self._result(self.resolve(node.func, scope))
            case ast.Constant(value=str(text)):
                return Text(text)
            case ast.Set() | ast.SetComp():
                return External("set")
            case ast.BinOp(op=ast.Div() | ast.BitOr() | ast.BitAnd() | ast.Sub()):
                return self.resolve(node.left, scope)
            case ast.NamedExpr() | ast.Await():
                return self.resolve(node.value, scope)
            case _:
                return None

    def look_up(self, name: str, scope: Scope) -> Symbol | None:
        """Say what a name stands for, following Python's rules about scopes."""
        found = self.bindings(name, scope)
        if found:
            return self._agreed(found)
        starred = self._starred(name, scope.root)
        return starred or (External(name) if hasattr(builtins, name) else None)

    def _starred(self, name: str, module: Scope) -> Symbol | None:
        """Say what a name stands for where `from .. import *` of the app's modules binds it."""
        waiting, seen = [*module.stars], {module.module.name}
        while waiting:
            star = waiting.pop(0)
            scope = self.modules.get(star) if star not in seen else None
            seen.add(star)
            if scope is not None and name in scope.bindings:
                return self.look_up(name, scope)
            waiting += scope.stars if scope is not None else []
        return None

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """List what a name may be bound to in the innermost scope that binds it."""
        here: Scope | None = scope
        while here is not None:
            visible = here is scope or not isinstance(here.node, ast.ClassDef)
            if visible and name not in here.shared and name in here.bindings:
                return here.bindings[name]
            here = here.parent
        return []

    def sources(self, name: str, scope: Scope) -> list[Binding]:
        """List what a name is bound to where it comes from: imports are followed into the app."""
        found = self.bindings(name, scope)
        imports = [binding.dotted for binding in found if isinstance(binding, Imported)]
        for owner, _, last in (dotted.rpartition(".") for dotted in imports):
            module = self._imported(owner) if owner else None
            if isinstance(module, Package) and module.name in self.modules:
                return self.modules[module.name].bindings.get(last, [])
        return found

    def member(self, owner: Symbol | None, name: str) -> Symbol | None:
        """Say what an attribute of a symbol stands for."""
        match owner:
            case External():
                return External(f"{owner.dotted}.{name}")
            case Package():
                return self._global(owner.name, name)
            case Class() | Instance():
                return self._attribute(owner.scope, name)
            case _:
                return None

    def _global(self, module: str, name: str) -> Symbol | None:
        scope = self.modules.get(module)
        if scope is not None and name in scope.bindings:
            return self.look_up(name, scope)
        if scope is not None and scope.stars and (starred := self._starred(name, scope)):
            return starred
        full = f"{module}.{name}"
        return Package(full) if full in self._packages else None

    def _attribute(self, owner: Scope, name: str) -> Symbol | None:
        found = [*owner.bindings.get(name, []), *owner.attributes.get(name, [])]
        if found:
            return self._agreed(found)
        for base in self.ancestors(owner):
            if isinstance(base, External):
                return self.member(base, name)
            known = [*base.scope.bindings.get(name, []), *base.scope.attributes.get(name, [])]
            if known:
                return self._agreed(known)
        return None

    def ancestors(self, owner: Scope) -> list[External | Class]:
        """List the classes that a class descends from, the nearest first."""
        found: list[External | Class] = []
        waiting = [owner]
        while waiting:
            scope = waiting.pop(0)
            for base in getattr(scope.node, "bases", []):
                known = self.resolve(base, scope.parent or scope)
                if isinstance(known, External | Class) and known not in found:
                    found.append(known)
                    waiting += [known.scope] if isinstance(known, Class) else []
        return found

    def is_a(self, owner: Scope, dotted: str) -> bool:
        """Tell whether a class descends from an outer one."""
        return External(dotted) in self.ancestors(owner)

    def _agreed(self, bindings: Iterable[Binding]) -> Symbol | None:
        found = {symbol for binding in bindings if (symbol := self._bound(binding)) is not None}
        return found.pop() if len(found) == 1 else None

    def _bound(self, binding: Binding) -> Symbol | None:
        if binding not in self._known:
            self._known[binding] = None  # what is defined by itself cannot be told
            self._known[binding] = self._bound_once(binding)
        return self._known[binding]

    def _bound_once(self, binding: Binding) -> Symbol | None:
        match binding:
            case Imported(dotted):
                return self._imported(dotted)
            case Defined(scope):
                return Class(scope) if isinstance(scope.node, ast.ClassDef) else Function(scope)
            case Assigned(value, scope, annotation):
                known = self._annotated(annotation, scope)
                return known or (self.resolve(value, scope) if value is not None else None)
            case Parameter(arg, scope):
                return self._parameter(arg, scope)
            case _:
                return None

    def _parameter(self, arg: ast.arg, scope: Scope) -> Symbol | None:
        owner = scope.parent
        if owner is None or isinstance(scope.node, ast.Module | ast.ClassDef):
            return None
        if isinstance(owner.node, ast.ClassDef) and parameters(scope.node)[0] is arg:
            return Instance(owner)
        return self._annotated(arg.annotation, owner)

    def _imported(self, dotted: str) -> Symbol | None:
        if dotted in self._packages:
            return Package(dotted)
        owner, _, name = dotted.rpartition(".")
        if not owner:
            return External(dotted)
        known = self._imported(owner)
        return External(dotted) if isinstance(known, External) else self.member(known, name)

    def _annotated(self, annotation: ast.expr | None, scope: Scope) -> Symbol | None:
        """Say what a thing with this annotation is."""
        match annotation:
            case ast.Constant(value=str(text)):
                return self._annotated(_parsed(text), scope)
            case ast.Subscript():
                return self._annotated(annotation.value, scope)
            case ast.BinOp(op=ast.BitOr()):
                return self._annotated(annotation.left, scope)
            case ast.Name() | ast.Attribute():
                known = self.resolve(annotation, scope)
                return Instance(known.scope) if isinstance(known, Class) else _instance(known)
            case _:
                return None

    def _result(self, called: Symbol | None) -> Symbol | None:
        match called:
            case External():
                return called
            case Class():
                return Instance(called.scope)
            case Function():
                return self._returned(called.scope)
            case _:
                return None

    def _returned(self, scope: Scope) -> Symbol | None:
        node = scope.node
        told = None if isinstance(node, ast.Lambda) else getattr(node, "returns", None)
        known = self._annotated(told, scope.parent or scope)
        return known or self._agreed(Assigned(value, scope) for value in scope.returns)


def _instance(known: Symbol | None) -> External | None:
    """Take an annotation for what it says of the value; `Any` and its like say nothing."""
    if isinstance(known, External) and not known.dotted.startswith(("typing.", "collections.abc.")):
        return known
    return None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _dots(name: str) -> list[int]:
    return [*(i for i, letter in enumerate(name) if letter == "."), len(name)]
