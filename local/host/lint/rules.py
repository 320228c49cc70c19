"""The rules: what each finds, why it breaks an orchestrator, and what to do instead."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`finds` is for the reference; `reason` and `instead` are sentences of every finding."""

    name: str
    finds: str
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule broken by `what`, at a place in a file."""

    rule: Rule
    node: ast.AST
    what: str


CLOCK = Rule(
    "clock",
    "the machine's clock: `datetime.now`, `date.today`, `time.monotonic` and the like",
    "it tells another time at every replay.",
    "Take `context.current_utc_datetime`.",
)
RANDOM = Rule(
    "random",
    "`random`, `secrets`, `uuid1`, `uuid4`, `os.urandom`, `numpy.random`, unless seeded",
    "it gives another value at every replay.",
    "Take `context.new_guid()`, or draw in an activity.",
)
ENVIRONMENT = Rule(
    "environment",
    "`os.environ`, `os.getenv`, the machine's and process's traits, settings models constructed",
    "it can differ between replays: by deployment, by machine.",
    "Read it in an activity, or pass it with the input.",
)
IO = Rule(
    "io",
    "files, network, processes, databases, clients of Azure's services",
    "it is done again at every replay, and may then answer differently.",
    "Do it in an activity.",
)
SLEEP = Rule(
    "sleep",
    "`time.sleep`, `asyncio.sleep`",
    "it holds the worker's thread, at every replay again.",
    "Yield `context.create_timer(..)`.",
)
THREADS = Rule(
    "threads",
    "threads, pools, processes and asyncio's tasks",
    "the order in which they end is not in the history.",
    "Run activities, and yield `context.task_all(..)`.",
)
LOGGING = Rule(
    "logging",
    "log lines and `print` that are not guarded by `context.is_replaying`",
    "every replay writes the line once more.",
    "Guard it with `if not context.is_replaying:`, or log in an activity.",
)
GLOBAL_STATE = Rule(
    "global-state",
    "module-level variables changed",
    "instances and replays in one worker share it, and another worker does not.",
    "Keep state in local variables, in the input or in an entity.",
)
SET_ORDER = Rule(
    "set-order",
    "sets iterated in their own order, or returned",
    "a set's order differs between processes.",
    "Use `sorted(..)`, a list or a dict.",
)
ASYNC = Rule(
    "async-orchestrator",
    "`async def`",
    "the host drives generators, and what `await` waits for is not in the history.",
    "Write `def` and `yield`.",
)
NOT_YIELDED = Rule(
    "task-not-yielded",
    "tasks created and then dropped, or returned by the orchestrator",
    "a task is scheduled only when it is yielded.",
    "Yield it, by itself or within `context.task_all(..)`.",
)
NOT_DELEGATED = Rule(
    "generator-not-delegated",
    "helper generators called on their own, or behind a plain `yield`",
    "a generator runs only where `yield from` drives it.",
    "Write `yield from`.",
)
RETRY_IN_GROUP = Rule(
    "retry-in-group",
    "`call_activity_with_retry` and `call_sub_orchestrator_with_retry` in `task_all` or `task_any`",
    "each retry takes ids of its own, so that host and SDK mix up the results.",
    "Call a sub-orchestrator that retries by itself.",
)
LOSING_TIMER = Rule(
    "losing-timer",
    "timers in `task_any` that some path neither cancels nor sees won",
    "the instance cannot end before the timer has fired.",
    "Call `.cancel()` on it wherever another task won.",
)
EVENT_TWICE = Rule(
    "event-twice",
    "a second wait for an event of the same name in one execution",
    "the SDK keeps one early event of a name and hands it to every later wait.",
    "Give each event a name of its own, or continue as new after each.",
)
BARE_EXEMPTION = Rule(
    "exemption-without-reason",
    "`# replay-safe` without a reason; it exempts nothing",
    "nobody can judge it.",
    "Write `# replay-safe: reason`.",
)
UNUSED_EXEMPTION = Rule(
    "unused-exemption",
    "`# replay-safe: reason` where nothing is found",
    "nothing is found on its line.",
    "Delete it.",
)

RULES = (
    CLOCK,
    RANDOM,
    ENVIRONMENT,
    IO,
    SLEEP,
    THREADS,
    LOGGING,
    GLOBAL_STATE,
    SET_ORDER,
    ASYNC,
    NOT_YIELDED,
    NOT_DELEGATED,
    RETRY_IN_GROUP,
    LOSING_TIMER,
    EVENT_TWICE,
    BARE_EXEMPTION,
    UNUSED_EXEMPTION,
)
