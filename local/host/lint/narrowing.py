"""What a condition says of a race's timers: who won, what is completed, what was never made."""

from __future__ import annotations

import ast
from collections.abc import Callable

from local.host.lint.state import LAST_RACE, NO_TASKS, Runner, State, Tasks

TasksOf = Callable[[ast.expr, State], Tasks]
_ENDED = {"is_completed", "is_cancelled", "is_canceled"}


def narrow(test: ast.expr, state: State, truth: bool, tasks_of: TasksOf) -> None:  # noqa: FBT001
    """Note in `state` what holds where `test` comes out as `truth`."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            narrow(test.operand, state, not truth, tasks_of)
        case ast.BoolOp() if isinstance(test.op, ast.And) is truth:
            for value in test.values:
                narrow(value, state, truth, tasks_of)
        case ast.BoolOp():
            _one_decides(test, state, truth, tasks_of)
        case ast.Compare(ops=[op], comparators=[right]):
            _compared(test.left, right, state, (op, truth), tasks_of)
        case ast.Attribute(attr=attr) if attr in _ENDED and truth:
            state.settle(_tasks(tasks_of, test.value, state))
        case ast.Attribute(attr="is_completed") if LAST_RACE in state.winners:
            _decided(LAST_RACE, test.value, state, False, tasks_of)
        case ast.Name() if not truth:
            state.settle(_tasks(tasks_of, test, state))


def _one_decides(test: ast.BoolOp, state: State, truth: bool, tasks_of: TasksOf) -> None:  # noqa: FBT001
    """Note what holds whichever of the conditions it was that came out as `truth`."""
    before, racing = state.copy(), NO_TASKS
    for value in test.values:
        decided = before.copy()
        narrow(value, decided, truth, tasks_of)
        racing |= decided.racing
        narrow(value, before, not truth, tasks_of)
    state.racing = racing


def _compared(
    left: ast.expr, right: ast.expr, state: State, how: tuple[ast.cmpop, bool], tasks_of: TasksOf
) -> None:
    op, truth = how
    same = isinstance(op, ast.Eq | ast.Is | ast.In) is truth
    if isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        return
    if isinstance(right, ast.Constant) and right.value is None:
        if same:
            state.settle(_tasks(tasks_of, left, state))
        return
    for winner, others in ((left, right), (right, left)):
        if isinstance(winner, ast.Name) and winner.id in state.winners:
            _decided(winner.id, others, state, same, tasks_of)
            return


def _decided(
    winner: str,
    other: ast.expr,
    state: State,
    same: bool,  # noqa: FBT001
    tasks_of: TasksOf,
) -> None:
    """Note that the winner is `other`, or one of several, or none of them."""
    named = other.elts if isinstance(other, ast.List | ast.Tuple | ast.Set) else [other]
    if same:
        if len(named) == 1:
            state.settle(_tasks(tasks_of, named[0], state))
        return
    runners = state.winners[winner]
    out = [runner for runner in runners if any(_is(runner, n, state, tasks_of) for n in named)]
    left = tuple(runner for runner in runners if runner not in out)
    state.winners[winner] = left
    if len(left) == 1:
        state.settle(left[0].tasks)


def _is(runner: Runner, node: ast.expr, state: State, tasks_of: TasksOf) -> bool:
    tasks = _tasks(tasks_of, node, state)
    return runner.text == ast.unparse(node) or (len(tasks) == 1 and runner.tasks == tasks)


def _tasks(tasks_of: TasksOf, node: ast.expr, state: State) -> Tasks:
    """Ask for the tasks of what can be looked at again without doing anything again."""
    does = any(isinstance(n, ast.Call | ast.Yield | ast.YieldFrom) for n in ast.walk(node))
    return NO_TASKS if does else tasks_of(node, state)
