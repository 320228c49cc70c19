"""What is known of an orchestrator's tasks at one place of its code, whatever the path there."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Tasks: TypeAlias = frozenset[ast.Call]
"""Tasks by the calls that create them."""

NO_TASKS: Tasks = frozenset()

LAST_RACE = ""
"""What stands among the winners for that of the race that was yielded last."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One of those that race in a `task_any`: as it is written there, and the tasks it may be."""

    text: str
    tasks: Tasks


@dataclass(slots=True)
class State:
    """What variables may hold, the timers that may still run, the events that were waited for."""

    held: dict[str, Tasks] = field(default_factory=dict)
    winners: dict[str, tuple[Runner, ...]] = field(default_factory=dict)
    racing: Tasks = NO_TASKS
    escaped: Tasks = NO_TASKS
    waited: frozenset[str] = frozenset()

    def copy(self) -> State:
        """Give a state of its own to another path."""
        return State(dict(self.held), dict(self.winners), self.racing, self.escaped, self.waited)

    def hold(self, name: str, tasks: Tasks) -> None:
        """Note what a variable holds from now on."""
        self.winners.pop(name, None)
        self.held.pop(name, None)
        if tasks:
            self.held[name] = tasks

    def settle(self, tasks: Tasks) -> None:
        """Note that timers have fired, were cancelled or never made."""
        self.racing -= tasks

    def let_go(self, tasks: Tasks) -> None:
        """Note that other code may cancel these."""
        self.escaped |= tasks

    @property
    def left_running(self) -> Tasks:
        """The timers that nothing has ended."""
        return self.racing - self.escaped


def joined(states: Iterable[State | None]) -> State | None:
    """Say what is known where paths meet; None is a path that ends before."""
    reached = [state for state in states if state is not None]
    if not reached:
        return None
    first, *others = reached
    known = first.copy()
    for other in others:
        for name, tasks in other.held.items():
            known.held[name] = known.held.get(name, NO_TASKS) | tasks
        for name in [*known.winners]:
            if known.winners[name] != other.winners.get(name):
                known.winners[name] = _merged(known.winners[name], other.winners.get(name, ()))
        known.winners |= {n: r for n, r in other.winners.items() if n not in known.winners}
        known.racing |= other.racing
        known.escaped |= other.escaped
        known.waited |= other.waited
    return known


def _merged(one: tuple[Runner, ...], other: tuple[Runner, ...]) -> tuple[Runner, ...]:
    return (*one, *(runner for runner in other if runner not in one))
