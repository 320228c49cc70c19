"""What each scope of a module binds: a table of names, made without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from local.host.lint.sources import Module

Unit: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Owner: TypeAlias = ast.Module | ast.ClassDef | Unit


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A module's, class's or function's names.

    `attributes` are those that a class's methods set on `self`; `calls` and `returns` lie directly
    in the scope, and not in one within it.
    """

    module: Module
    node: Owner
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[str, list[Binding]] = field(default_factory=dict)
    inner: list[Scope] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)
    calls: list[ast.Call] = field(default_factory=list)
    returns: list[ast.expr] = field(default_factory=list)

    @property
    def root(self) -> Scope:
        """The scope of the module."""
        return self if self.parent is None else self.parent.root

    @property
    def name(self) -> str:
        """The qualified name within the module."""
        own = getattr(self.node, "name", "lambda")
        if self.parent is None or self.parent.parent is None:
            return own
        return f"{self.parent.name}.{own}"

    def everything(self) -> Iterator[Scope]:
        """Yield this scope and all within it."""
        yield self
        for scope in self.inner:
            yield from scope.everything()

    def bind(self, name: str, binding: Binding) -> None:
        """Add what a name may stand for; a `global` one is the module's."""
        owner = self.root if name in self.shared else self
        owner.bindings.setdefault(name, []).append(binding)


@dataclass(frozen=True, slots=True)
class Imported:
    """An import, by its absolute dotted name."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A function or class, with the scope it opens."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Assigned:
    """The value of an expression; None where only the annotation is known."""

    value: ast.expr | None
    scope: Scope
    annotation: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the function whose scope this is."""

    arg: ast.arg
    scope: Scope


@dataclass(frozen=True, slots=True)
class Iterated:
    """One of the things an expression holds."""

    over: ast.expr
    scope: Scope


@dataclass(frozen=True, slots=True)
class Opaque:
    """Bound to something that cannot be told from the source."""


Binding: TypeAlias = Imported | Defined | Assigned | Parameter | Iterated | Opaque


def scope_of(module: Module) -> Scope:
    """Bind all names of a module, in it and in the scopes within it."""
    scope = Scope(module, module.tree, None)
    _Binder(scope).read(module.tree.body)
    return scope


def parameters(node: Unit) -> list[ast.arg]:
    """List the parameters that can be given by position, then the others."""
    args = node.args
    stars = [star for star in (args.vararg, args.kwarg) if star]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *stars]


class _Binder(ast.NodeVisitor):
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def read(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = self._open(node)
        self._scope.bind(node.name, Defined(inner))
        for decorator in node.decorator_list:
            self.visit(decorator)
        _Binder(inner).read(node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        inner = self._open(node)
        inner.returns.append(node.body)
        _Binder(inner).visit(node.body)

    def _open(self, node: Unit) -> Scope:
        inner = Scope(self._scope.module, node, self._scope)
        self._scope.inner.append(inner)
        for arg in parameters(node):
            inner.bind(arg.arg, Parameter(arg, inner))
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        return inner

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        inner = Scope(self._scope.module, node, self._scope)
        self._scope.inner.append(inner)
        self._scope.bind(node.name, Defined(inner))
        _Binder(inner).read(node.body)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._scope.bind(name, Imported(alias.name if alias.asname else name))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self._absolute(node)
        for alias in node.names:
            if alias.name == "*":
                self._scope.stars.append(base)
            else:
                dotted = f"{base}.{alias.name}" if base else alias.name
                self._scope.bind(alias.asname or alias.name, Imported(dotted))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self._scope.module.package.split(".")
        base = package[: len(package) - node.level + 1]
        return ".".join([part for part in [*base, node.module or ""] if part])

    def visit_Global(self, node: ast.Global) -> None:
        self._scope.shared.update(node.names)

    def visit_Call(self, node: ast.Call) -> None:
        self._scope.calls.append(node)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._scope.returns.append(node.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assign(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._assign(node.target, node.value, node.annotation)
        if node.value is not None:
            self.visit(node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._assign(node.target, node.value)
        self.visit(node.value)

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self._assign(node.optional_vars, node.context_expr)
        self.visit(node.context_expr)

    def visit_For(self, node: ast.For) -> None:
        self._iterate(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._iterate(node.target, node.iter)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._scope.bind(node.name, Opaque())
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._scope.bind(node.name, Opaque())
        self.generic_visit(node)

    def _iterate(self, target: ast.expr, over: ast.expr) -> None:
        for name in _names(target):
            self._scope.bind(name, Iterated(over, self._scope))

    def _assign(
        self, target: ast.expr, value: ast.expr | None, annotation: ast.expr | None = None
    ) -> None:
        match target, value:
            case ast.Name(), _:
                self._scope.bind(target.id, Assigned(value, self._scope, annotation))
            case ast.Attribute(value=ast.Name()), _:
                self._set_on_self(target, Assigned(value, self._scope, annotation))
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())) if len(
                target.elts
            ) == len(value.elts):
                for one, its in zip(target.elts, value.elts, strict=True):
                    self._assign(one, its)
            case _:
                for name in _names(target):
                    self._scope.bind(name, Opaque())

    def _set_on_self(self, target: ast.Attribute, binding: Assigned) -> None:
        """Note what a method sets on its first parameter."""
        owner, node = self._scope.parent, self._scope.node
        if owner is None or not isinstance(owner.node, ast.ClassDef):
            return
        if not isinstance(node, ast.Module | ast.ClassDef) and isinstance(target.value, ast.Name):
            first = parameters(node)[:1]
            if first and first[0].arg == target.value.id:
                owner.attributes.setdefault(target.attr, []).append(binding)


def _names(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
