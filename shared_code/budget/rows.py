"""The rows of budgets: read under lock, in an order that no two can lock each other out by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared_code.budget.meters import Meter, meter
from shared_code.limits import Limit
from shared_code.store.database import Database
from shared_code.store.moments import from_micros
from shared_code.store.schema import budget_turns, budgets
from shared_code.turn import Turn

BATCH = 1_000
"""Rows that are removed in one turn; the next turn takes the rest."""


@dataclass(frozen=True, slots=True)
class Account:
    """A scope's row while it is locked: its meters, and what else the row holds."""

    scope: str
    meters: Sequence[Meter]
    kept: Mapping[str, Any]
    """Of limits that are declared no more, or by another version."""


def scope_of(kind: str, *names: str) -> str:
    """Name a scope without telling whose it is; an app's sorts before its connections'."""
    return f"{kind}:{digest(*names)}"


def digest(*names: str) -> str:
    """Stand for names that must not be read from a row."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]


def insert_into(tx: Connection) -> Any:  # noqa: ANN401 - each dialect has its own INSERT
    """Give the dialect's INSERT, which knows what to do with a row that is there."""
    return sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert


@contextmanager
def locked(
    db: Database, platform: str, limits: Mapping[str, Iterable[Limit]]
) -> Iterator[tuple[Connection, Mapping[str, Account]]]:
    """Hold the rows of scopes, each given with its limits, in a transaction of their own.

    The app's row comes last, so that those whom it makes wait hold nothing that others want long.
    Rows that are not there are made while none is held: the same holds for those.
    """
    while True:
        with db.write() as tx:
            found = _select(tx, limits)
            if len(found) == len(limits):
                yield tx, {scope: _account(scope, found[scope], limits[scope]) for scope in found}
                return
        _make(db, platform, limits.keys() - found.keys())


def _make(db: Database, platform: str, missing: Iterable[str]) -> None:
    fresh = {"platform": platform, "meters": {}, "over_at": from_micros(0)}
    rows = [{"scope": scope, **fresh} for scope in sorted(missing, reverse=True)]
    with db.write() as tx:
        tx.execute(insert_into(tx)(budgets).on_conflict_do_nothing(), rows)


def save(tx: Connection, accounts: Iterable[Account], now: int) -> None:
    """Write what the meters know now."""
    statement = update(budgets).where(budgets.c.scope == bindparam("of_scope"))
    tx.execute(statement, [_values(account, now) for account in accounts])


def forget(db: Database, turn: Turn) -> int:
    """Remove what no provider remembers any more; gives how many rows that were."""
    now = turn.clock.now()
    with db.write() as tx:
        over = (
            select(budgets.c.scope)
            .where(budgets.c.over_at < now)
            .limit(BATCH)
            # Whoever is at one of them writes it anew.
            .with_for_update(skip_locked=True)
        )
        rows = tx.execute(delete(budgets).where(budgets.c.scope.in_(over))).rowcount
        left = tx.execute(delete(budget_turns).where(budget_turns.c.until < now)).rowcount
    turn.left += rows == BATCH
    turn.done += rows + left
    return rows + left


def _select(tx: Connection, scopes: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Lock rows; gives what their meters know."""
    statement = (
        select(budgets.c.scope, budgets.c.meters)
        .where(budgets.c.scope.in_(scopes))
        .order_by(budgets.c.scope.desc())
        .with_for_update()
    )
    return {row.scope: row.meters for row in tx.execute(statement).all()}


def _account(scope: str, states: Mapping[str, Any], limits: Iterable[Limit]) -> Account:
    return Account(scope, [meter(each, states.get(each.name, {})) for each in limits], states)


def _values(account: Account, now: int) -> dict[str, object]:
    states = {each.limit.name: each.state(now) for each in account.meters}
    over_at = max(each.over_at() for each in account.meters)
    return {
        "of_scope": account.scope,
        "meters": {**account.kept, **states},
        "over_at": from_micros(over_at * 1_000),
    }
