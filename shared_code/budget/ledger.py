"""Reserve calls and settle them, for all hosts, apps and connections that share a limit.

Each is a transaction of its own, and never part of another: the rows are locked for some
milliseconds, whatever a sync is writing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import floor

import httpx
import structlog
from sqlalchemy import Connection

from shared_code.budget.hearing import calm, close, refusing, settle
from shared_code.budget.meters import Meter
from shared_code.budget.rows import Account, digest, locked, save, scope_of
from shared_code.budget.turns import GRACE, Line, leave
from shared_code.budget.wording import refused, used_up
from shared_code.catalogue import Integration
from shared_code.errors import Throttled
from shared_code.fetch.permits import OverBudget, Permit
from shared_code.fetch.provider import LONGEST_WAIT
from shared_code.limits import SHARED_FROM, Answered, Kind, Limit, Limits
from shared_code.ports.clock import Clock
from shared_code.store.database import Database
from shared_code.store.moments import to_micros

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Budgets:
    """What is left of a provider's limits: for each tenant, and for the app with all of them."""

    db: Database
    clock: Clock
    integration: Integration
    app: str
    """What the provider knows our app by."""
    limits: Limits

    def of_connection(self, connection_id: str, tenant_id: str, *, patient: bool) -> Budget:
        """The budget of a connection's calls; one that is patient has its turn, when it waits."""
        holder = digest(connection_id) if patient else None
        return Budget(self, self._scopes("connection", tenant_id), holder)

    def of_app(self, kind: Kind) -> Budget:
        """The budget of calls that are made before there is a connection."""
        return Budget(self, self._scopes(), None, kind=kind)

    def _scopes(self, *tenant: str) -> Mapping[str, str]:
        """The row of each scope, the tenant's first."""
        app = (self.integration.platform, self.app)
        scopes = {"app": scope_of("app", *app)}
        if tenant:
            scopes["connection"] = scope_of("connection", *app, tenant[-1])
        return scopes


def with_shares(limits: Limits, share: float) -> Limits:
    """Leave out what is lifted, and add what first syncs may take of limits that last.

    That is `share` of each, from 0 to 1.
    """
    kept = tuple(limit for limit in limits.of if limit.amount)
    lasting = [limit for limit in kept if limit.per and limit.per >= SHARED_FROM]
    shares = tuple(_share(limit, share) for limit in lasting if share < 1)
    return replace(limits, of=(*kept, *shares))


def _share(limit: Limit, share: float) -> Limit:
    return replace(
        limit,
        name=f"{limit.name}:first-syncs",
        amount=max(limit.cost, floor(limit.amount * share)),
        remaining="",
        of_first_syncs=True,
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of one connection's calls, or of an app's; see `fetch.permits`."""

    budgets: Budgets
    scopes: Mapping[str, str]
    holder: str | None
    """Who waits in line; None is told to come again, and is not waited for."""
    kind: Kind = "api"
    first_sync: bool = False

    def for_first_sync(self) -> Budget:
        """Give the budget of a first full pass, which may not take all."""
        return replace(self, first_sync=True)

    @contextmanager
    def permit(self, path: str) -> Iterator[Permit]:
        """Reserve a call to `path`, and settle it once it has ended."""
        permit, call = Permit(), self._call(path)
        if not call.names:
            yield permit
            return
        taken = self._reserve(call)
        try:
            yield permit
        finally:
            permit.refusal = self._settle(call, taken, permit.answer)

    def _call(self, path: str) -> _Call:
        """Find the limits that count a call, and their rows."""
        limits = [each for each in self.budgets.limits.of if each.scope in self.scopes]
        applying = [
            each for each in limits if each.applies(self.kind, path, first_sync=self.first_sync)
        ]
        rows = {
            self.scopes[scope]: [each for each in limits if each.scope == scope]
            for scope in {each.scope for each in applying}
        }
        return _Call(rows, frozenset(each.name for each in applying))

    def _reserve(self, call: _Call) -> Mapping[str, int]:
        """Open the call with every meter, or with none; `OverBudget` says how long to wait."""
        with self._locked(call) as rows:
            waits = [
                (self._free_at(rows, account, meter) - rows.now, account, meter)
                for account, meter in rows.counting(call)
            ]
            wait, account, meter = max(waits, key=lambda each: each[0])
            if wait <= 0:
                self._leave(rows, call)
                return {each.limit.name: each.take(rows.now) for _, each in rows.counting(call)}
            self._stand_in_line(rows, account, meter, wait)
        said = used_up(self.budgets.integration.name, meter.limit)
        raise OverBudget(said, wait=min(wait / 1_000, LONGEST_WAIT))

    def _settle(
        self, call: _Call, taken: Mapping[str, int], answer: httpx.Response | None
    ) -> Throttled | None:
        """Close the call, and believe what the answer says; gives the refusal if it is one."""
        answered = None
        if answer is not None:
            answered = Answered(answer.status_code, answer.headers, answer.content)
        with self._locked(call) as rows:
            counting = [meter for _, meter in rows.counting(call)]
            for meter in counting:
                settle(meter, taken[meter.limit.name], answered, rows.now)
            if answered is None:
                return None
            refusers = refusing(self.budgets.limits, counting, answered)
            if not refusers:
                calm(counting)
                return None
            until = close(refusers, answered, rows.now)
        return self._refusal(refusers, until - rows.now)

    def _refusal(self, meters: Sequence[Meter], wait: int) -> Throttled:
        limit = meters[0].limit if len(meters) == 1 else None
        name = limit.name if limit else "unknown"
        _log.info("limit refused a call", limit=name, seconds=wait / 1_000)
        said = refused(self.budgets.integration.name, limit)
        return Throttled(said, f"limit {name}", retry_after=min(wait / 1_000, LONGEST_WAIT))

    @contextmanager
    def _locked(self, call: _Call) -> Iterator[_Rows]:
        """Hold the call's rows for a moment, and write what the meters know at the end of it."""
        platform = self.budgets.integration.platform
        with locked(self.budgets.db, platform, call.rows) as (tx, accounts):
            # Only now: the rows may have been waited for.
            now = to_micros(self.budgets.clock.now()) // 1_000
            yield _Rows(tx, now, [*accounts.values()])
            save(tx, accounts.values(), now)

    def _free_at(self, rows: _Rows, account: Account, meter: Meter) -> int:
        """When the call may be made, after those who asked before."""
        ahead = 0
        if self.holder is not None and meter.queued_until > rows.now:
            ahead = self._line(account, meter).ahead_of(rows.tx, self.holder, rows.now)
        return meter.free_at(rows.now, (ahead + 1) * meter.limit.cost)

    def _stand_in_line(self, rows: _Rows, account: Account, meter: Meter, wait: int) -> None:
        if self.holder is not None:
            until = rows.now + wait + GRACE
            self._line(account, meter).wait(rows.tx, self.holder, meter.draw(until), until)

    def _leave(self, rows: _Rows, call: _Call) -> None:
        """Give up the turn that has come."""
        if self.holder is not None and rows.is_queued(call):
            leave(rows.tx, self.holder)

    def _line(self, account: Account, meter: Meter) -> Line:
        return Line(self.budgets.integration.platform, account.scope, meter.limit.name)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call: all limits of the rows that it concerns, and the names of those that count it."""

    rows: Mapping[str, Sequence[Limit]]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows while they are locked."""

    tx: Connection
    now: int
    accounts: Sequence[Account]

    def counting(self, call: _Call) -> Sequence[tuple[Account, Meter]]:
        """The meters that count a call, each with its row."""
        return [
            (account, meter)
            for account in self.accounts
            for meter in account.meters
            if meter.limit.name in call.names
        ]

    def is_queued(self, call: _Call) -> bool:
        """Whether somebody may wait for one of them."""
        return any(meter.queued_until > self.now for _, meter in self.counting(call))
