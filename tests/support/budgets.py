"""Budgets over a store, and answers that speak of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import httpx

from shared_code.budget.ledger import Budget, Budgets, with_shares
from shared_code.catalogue import XERO
from shared_code.fetch.permits import OverBudget
from shared_code.limits import Limit, Limits, named_in
from shared_code.ports.clock import Clock, SystemClock
from shared_code.store.database import Database, open_database

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROBLEM = "X-Problem"

# As `tests.support.publisher`: forked from a process that has imported this module.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def make_budgets(
    db: Database, clock: Clock, *limits: Limit, app: str = "app", share: float = 0.7
) -> Budgets:
    """Budgets of an app with these limits, whose refusals name the limit in a header."""
    declared = with_shares(Limits(limits, exceeded=named_in(PROBLEM)), share)
    return Budgets(db, clock, XERO, app, declared)


def of(budgets: Budgets, connection: str, tenant: str = "") -> Budget:
    """The budget of a connection's sync, of a tenant that is called as it is unless named."""
    return budgets.of_connection(connection, tenant or connection, patient=True)


def call(budget: Budget, status: int = 200, path: str = "/things", **headers: str) -> float | None:
    """Make a call that is answered so; gives what a refusal asks to wait. Raises `OverBudget`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with budget.permit(path) as permit:
        permit.answer = httpx.Response(status, headers=named)
    return permit.refusal.retry_after if permit.refusal else None


def calls_until_over(budget: Budget, *, most: int = 1_000) -> int:
    """How many calls are let through before one has to wait."""
    for number in range(most):
        try:
            call(budget)
        except OverBudget:
            return number
    return most


def compete(url: str, limit: Limit, tenants: list[str], told: Connection) -> None:
    """Call for several tenants in turn until each has to wait; tells how many calls that were."""
    db = open_database(url)
    budgets = make_budgets(db, SystemClock(), limit)
    told.send("ready")
    told.recv()
    made, left = 0, list(tenants)
    while left:
        for tenant in tuple(left):
            try:
                # No turn is waited for: who has to wait gives up.
                call(budgets.of_connection(tenant, tenant, patient=False))
                made += 1
            except OverBudget:
                left.remove(tenant)
    told.send(made)
    db.close()


def hold_for_ever(url: str, limit: Limit, told: Connection) -> None:
    """Take a permit, tell so, and never give it back."""
    budgets = make_budgets(open_database(url), SystemClock(), limit)
    with of(budgets, "held").permit("/things"):
        told.send("held")
        told.recv()


@contextmanager
def process(work: object, *given: object) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run a function in a process of its own, a pipe its last argument; killed at the end."""
    ours, theirs = _CONTEXT.Pipe()
    started = _CONTEXT.Process(target=work, args=(*given, theirs))  # type: ignore[arg-type]
    started.start()
    theirs.close()
    try:
        yield started, ours
    finally:
        started.kill()
        started.join()
        ours.close()
