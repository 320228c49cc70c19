"""Follows an orchestrator's tasks over all paths of its code, statement by statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from local.host.lint.expressions import Expressions
from local.host.lint.names import Function, Names
from local.host.lint.narrowing import narrow
from local.host.lint.rules import Hit
from local.host.lint.scopes import Scope, parameters
from local.host.lint.state import NO_TASKS, State, Tasks, joined

_ROUNDS = 3
"""Times a loop's body is followed; what one turn leaves behind is met in the next."""

Summary: TypeAlias = tuple[Tasks, frozenset[str]]
Exit: TypeAlias = tuple[type[ast.stmt], State]


class Flow:
    """Follows the functions of an app, each with the tasks its callers give it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._hits: dict[Scope, list[Hit]] = {}
        self._summaries: dict[tuple[Scope, tuple[Tasks, ...]], Summary] = {}

    def hits(self, scope: Scope) -> Iterator[Hit]:
        """Yield what is wrong with the tasks of a function, whoever calls it."""
        self._follow(scope, [])
        yield from self._hits.get(scope, [])

    def _inlined(self, function: Function, call: ast.Call, given: list[Tasks]) -> Summary:
        del call
        return self._follow(function.scope, given)

    def _follow(self, scope: Scope, given: list[Tasks]) -> Summary:
        key = (scope, tuple(given) if any(given) else ())
        if key in self._summaries or isinstance(scope.node, ast.Module | ast.ClassDef):
            return self._summaries.get(key, (NO_TASKS, frozenset()))
        self._summaries[key] = (NO_TASKS, frozenset())  # where it calls itself
        paths = _Paths(Expressions(self._names, scope, self._inlined))
        own = parameters(scope.node)[_is_method(scope) :]
        held = {arg.arg: tasks for arg, tasks in zip(own, given, strict=False) if tasks}
        start = State(held=held, escaped=frozenset().union(*given))
        self._summaries[key] = paths.follow(scope.node, start)
        self._hits.setdefault(scope, []).extend(paths.hits)
        return self._summaries[key]


def _is_method(scope: Scope) -> bool:
    return scope.parent is not None and isinstance(scope.parent.node, ast.ClassDef)


class _Paths:
    """The paths through one function; `_exits` are those that leave the statement at hand."""

    def __init__(self, expressions: Expressions) -> None:
        self._of = expressions
        self._exits: list[Exit] = []
        self._returned: Tasks = NO_TASKS

    @property
    def hits(self) -> list[Hit]:
        return list(self._of.hits.values())

    def follow(self, node: ast.AST, start: State) -> Summary:
        if isinstance(node, ast.Lambda):
            return self._of.tasks(node.body, start), start.waited
        end = self._block(getattr(node, "body", []), start)
        ends = [state for _, state in self._exits] + ([end] if end else [])
        for state in ends:
            self._of.left_running(state.left_running)
        return self._returned, frozenset().union(*[state.waited for state in ends])

    def _block(self, body: Sequence[ast.stmt], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(  # noqa: PLR0911 - one a kind
        self, node: ast.stmt, state: State
    ) -> State | None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return state
            case ast.If():
                return self._if(node, state)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, state)
            case ast.Try() | ast.TryStar():
                return self._try(node, state)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._of.tasks(item.context_expr, state)
                return self._block(node.body, state)
            case ast.Match():
                self._of.tasks(node.subject, state)
                return joined(
                    [state, *(self._block(case.body, state.copy()) for case in node.cases)]
                )
            case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
                self._leave(node, state)
                return None
            case _:
                self._simple(node, state)
                return state

    def _simple(self, node: ast.stmt, state: State) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value, state)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value, state)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                added = self._of.tasks(value, state)
                state.held[name] = state.held.get(name, NO_TASKS) | added
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._of.tasks(child, state)

    def _assign(self, target: ast.expr, value: ast.expr, state: State) -> None:
        match target, value:
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())) if len(
                target.elts
            ) == len(value.elts):
                for one, its in zip(target.elts, value.elts, strict=True):
                    self._assign(one, its, state)
            case ast.Name(), ast.Yield():
                race = self._of.tasks(value.value, state) if value.value else NO_TASKS
                self._of.bind(target, self._of.yielded(race, state), state)
                state.winners[target.id] = self._of.runners(race)
            case _:
                self._of.bind(target, self._of.tasks(value, state), state)

    def _leave(self, node: ast.stmt, state: State) -> None:
        value = node.value if isinstance(node, ast.Return) else getattr(node, "exc", None)
        tasks = self._of.tasks(value, state)
        if isinstance(node, ast.Return):
            self._returned |= tasks
            state.let_go(self._of.expanded(tasks))
        self._exits.append((type(node), state))

    def _if(self, node: ast.If, state: State) -> State | None:
        self._of.tasks(node.test, state)
        yes, no = state.copy(), state
        narrow(node.test, yes, True, self._of.tasks)
        narrow(node.test, no, False, self._of.tasks)
        return joined([self._block(node.body, yes), self._block(node.orelse, no)])

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: State) -> State | None:
        outer, self._exits = self._exits, []
        over = NO_TASKS if isinstance(node, ast.While) else self._of.tasks(node.iter, state)
        before: State | None = state
        turned: list[State | None] = []
        for _ in range(_ROUNDS):
            if before is None:
                break
            turned = [self._turn(node, before.copy(), over), *self._take(ast.Continue)]
            before = joined([before, *turned])
        # A loop over tasks has met every one of them when it ends.
        ran_out = self._ran_out(node, before) if not over else joined(turned) or before
        after = self._block(node.orelse, ran_out)
        broken = self._take(ast.Break)
        self._exits = outer + self._exits
        return joined([after, *broken])

    def _turn(
        self, node: ast.For | ast.AsyncFor | ast.While, state: State, over: Tasks
    ) -> State | None:
        """Follow the body once."""
        if isinstance(node, ast.While):
            self._of.tasks(node.test, state)
            narrow(node.test, state, True, self._of.tasks)
        else:
            self._of.bind(node.target, over, state)
        return self._block(node.body, state)

    def _ran_out(
        self, node: ast.For | ast.AsyncFor | ast.While, before: State | None
    ) -> State | None:
        """Say what is known where a loop ends by itself."""
        if before is None or not isinstance(node, ast.While):
            return before
        if isinstance(node.test, ast.Constant) and node.test.value:
            return None
        narrow(node.test, before, False, self._of.tasks)
        return before

    def _take(self, kind: type[ast.stmt]) -> list[State]:
        """Take the paths that leave in this way."""
        taken = [state for how, state in self._exits if how is kind]
        self._exits = [one for one in self._exits if one[0] is not kind]
        return taken

    def _try(self, node: ast.Try | ast.TryStar, state: State) -> State | None:
        outer, self._exits = self._exits, []
        before = state.copy()
        body = self._block(node.body, state)
        reached = [before, body, *(left for _, left in self._exits)]
        if node.handlers:
            self._take(ast.Raise)
        failed = joined(one.copy() if one else None for one in reached)
        ends = [self._block(node.orelse, body)]
        ends += [self._handle(handler, failed) for handler in node.handlers]
        leaving, self._exits = self._exits, outer
        for how, left in leaving:
            last = self._block(node.finalbody, left)
            if last is not None:
                self._exits.append((how, last))
        return self._block(node.finalbody, joined(ends))

    def _handle(self, handler: ast.ExceptHandler, failed: State | None) -> State | None:
        return self._block(handler.body, failed.copy() if failed else None)
