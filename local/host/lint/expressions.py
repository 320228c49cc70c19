"""Follows tasks through expressions: where they are made, held, raced, cancelled, handed on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from local.host.lint.names import Function, Names, Symbol, Text
from local.host.lint.rules import EVENT_TWICE, LOSING_TIMER, RETRY_IN_GROUP, Hit, Rule
from local.host.lint.scopes import Scope
from local.host.lint.state import LAST_RACE, NO_TASKS, Runner, State, Tasks

GROUPS = frozenset({"task_all", "task_any"})
RETRIES = frozenset({"call_activity_with_retry", "call_sub_orchestrator_with_retry"})
TIMER = "create_timer"
EVENT = "wait_for_external_event"
TASKS = (
    GROUPS
    | RETRIES
    | {*("call_activity", "call_sub_orchestrator", "call_entity", "call_http", TIMER, EVENT)}
)
_ADDS = {"add", "append", "appendleft", "extend", "insert", "setdefault", "update"}
_TAKES = {"copy", "get", "items", "pop", "popleft", "values"}
_PASS_ON = {"dict", "enumerate", "filter", "iter", "list", "next", "reversed", "set", "sorted"}
_PASS_ON |= {"tuple", "zip", "len", "str", "repr", "print", "isinstance", "id", "bool", "any"}
_HOLDERS = (
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.Starred,
    ast.BinOp,
    ast.BoolOp,
    ast.Subscript,
)

Inlined = Callable[[Function, ast.Call, list[Tasks]], tuple[Tasks, frozenset[str]]]
"""Says which tasks a function of the app returns, and the events it waits for."""


def method(node: ast.AST) -> str:
    """Name the method that a call calls, whatever its object."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if is_method else ""  # type: ignore[attr-defined]


class Expressions:
    """Evaluates the expressions of one function; what is wrong with them gathers in `hits`."""

    def __init__(self, names: Names, scope: Scope, inlined: Inlined) -> None:
        self.hits: dict[tuple[Rule, ast.AST], Hit] = {}
        self._names = names
        self._scope = scope
        self._inlined = inlined
        self._runners: dict[ast.Call, tuple[Runner, ...]] = {}

    def report(self, rule: Rule, node: ast.AST, what: str) -> None:
        """Note a finding, once."""
        self.hits.setdefault((rule, node), Hit(rule, node, what))

    def left_running(self, timers: Iterable[ast.Call]) -> None:
        """Report timers that are not cancelled where they should have been."""
        for timer in timers:
            self.report(LOSING_TIMER, timer, f"`{ast.unparse(timer.func)}` that loses a race")

    def tasks(  # noqa: PLR0911 - one a kind
        self, node: ast.expr | None, state: State
    ) -> Tasks:
        """Give the tasks an expression may hold, and note in `state` what it does to others."""
        match node:
            case None | ast.Constant() | ast.Lambda():
                return NO_TASKS
            case ast.Name():
                return state.held.get(node.id, NO_TASKS)
            case ast.Call():
                return self._call(node, state)
            case ast.Yield():
                return self.yielded(self.tasks(node.value, state), state)
            case ast.NamedExpr():
                tasks = self.tasks(node.value, state)
                self.bind(node.target, tasks, state)
                return tasks
            case ast.IfExp():
                self.tasks(node.test, state)
                return self.tasks(node.body, state) | self.tasks(node.orelse, state)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, state)
            case _:
                inner = self._all(_children(node), state)
                return inner if isinstance(node, _HOLDERS) else NO_TASKS

    def bind(self, target: ast.expr, tasks: Tasks, state: State) -> None:
        """Note what an assignment's target holds; what is stored elsewhere is out of sight."""
        match target:
            case ast.Name():
                state.hold(target.id, tasks)
            case ast.Tuple() | ast.List():
                for element in target.elts:
                    self.bind(element, tasks, state)
            case ast.Subscript(value=ast.Name(id=name)):
                state.held[name] = state.held.get(name, NO_TASKS) | tasks
            case ast.Starred():
                self.bind(target.value, tasks, state)
            case _:
                state.let_go(self.expanded(tasks))

    def expanded(self, tasks: Tasks) -> Tasks:
        """Add the members of groups."""
        members = [r.tasks for task in tasks for r in self._runners.get(task, ())]
        inner = frozenset().union(*members) - tasks
        return tasks | self.expanded(inner) if inner else tasks

    def runners(self, tasks: Tasks) -> tuple[Runner, ...]:
        """List those that race in the group among `tasks`."""
        races = [task for task in tasks if method(task) == "task_any"]
        return self._runners[races[0]] if len(races) == 1 else ()

    def _all(self, nodes: Iterable[ast.expr], state: State) -> Tasks:
        return frozenset().union(*[self.tasks(node, state) for node in nodes])

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, state: State
    ) -> Tasks:
        for generator in node.generators:
            self.bind(generator.target, self.tasks(generator.iter, state), state)
            self._all(generator.ifs, state)
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        self.tasks(element, state)  # as in a loop, the second turn meets what the first has left
        return self.tasks(element, state)

    def yielded(self, tasks: Tasks, state: State) -> Tasks:
        """Note that all of these have ended, but for the losers of a race."""
        ended = frozenset(task for task in tasks if method(task) != "task_any")
        state.settle(self.expanded(ended))
        state.winners[LAST_RACE] = self.runners(tasks)
        return frozenset().union(*[runner.tasks for runner in self.runners(tasks)])

    def _call(self, node: ast.Call, state: State) -> Tasks:
        name = method(node)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in GROUPS:
            return self._group(node, given[0] if given else None, state)
        if isinstance(node.func, ast.Attribute) and name not in TASKS:
            own = self.tasks(node.func.value, state)
            if name == "cancel":
                state.settle(self.expanded(own))
            if name in _ADDS:
                return self._add(node.func.value, self._all(given, state), state)
            if name in _TAKES and own:
                return own
        passed = [self.tasks(argument, state) for argument in given]
        if name in TASKS:
            return self._made(node, given, state)
        return self._other(node, passed, state)

    def _add(self, target: ast.expr, tasks: Tasks, state: State) -> Tasks:
        if isinstance(target, ast.Name):
            state.held[target.id] = state.held.get(target.id, NO_TASKS) | tasks
        else:
            state.let_go(self.expanded(tasks))
        return NO_TASKS

    def _group(self, node: ast.Call, given: ast.expr | None, state: State) -> Tasks:
        if isinstance(given, ast.List | ast.Tuple):
            self._runners[node] = tuple(
                Runner(ast.unparse(element), self.tasks(element, state)) for element in given.elts
            )
        else:
            several = sorted(self.tasks(given, state), key=lambda task: task.lineno)
            self._runners[node] = tuple(Runner("", frozenset({task})) for task in several)
        inside = self.expanded(frozenset({node})) - {node}
        for task in inside:
            if method(task) in RETRIES:
                what = f"`{ast.unparse(task.func)}` within `{method(node)}`"
                self.report(RETRY_IN_GROUP, task, what)
        if method(node) == "task_any":
            state.racing |= frozenset(task for task in inside if method(task) == TIMER)
        return frozenset({node})

    def _made(self, node: ast.Call, given: list[ast.expr], state: State) -> Tasks:
        """Note a new task; the one that this line made before may be lost by it."""
        made = frozenset({node})
        self.left_running(state.left_running & made)
        state.settle(made)
        if method(node) == EVENT and given:
            event = self._names.resolve(given[0], self._scope)
            if isinstance(event, Text):
                self._wait(node, frozenset({event.value.lower()}), state)
        return made

    def _wait(self, node: ast.Call, events: frozenset[str], state: State) -> None:
        for event in sorted(events & state.waited):
            self.report(EVENT_TWICE, node, f"another wait for the event `{event}`")
        state.waited |= events

    def _other(self, node: ast.Call, passed: list[Tasks], state: State) -> Tasks:
        symbol = self._names.resolve(node.func, self._scope)
        everything = frozenset().union(*passed)
        if isinstance(symbol, Function):
            made, events = self._inlined(symbol, node, passed)
            self.left_running(state.left_running & made)
            state.settle(made)
            self._wait(node, events, state)
            state.let_go(self.expanded(everything))
            return made
        if _is_builtin(node, symbol):
            return everything
        state.let_go(self.expanded(everything))
        return NO_TASKS


def _is_builtin(node: ast.Call, symbol: Symbol | None) -> bool:
    return symbol is not None and isinstance(node.func, ast.Name) and node.func.id in _PASS_ON


def _children(node: ast.AST) -> list[ast.expr]:
    """List the expressions directly within a node."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        found += [child] if isinstance(child, ast.expr) else _children(child)
    return found
