"""Reserve calls and settle them, for all hosts, apps and connections that share a limit.

Each is a transaction of its own, and never part of another: the rows are locked for some
milliseconds, whatever a sync is writing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from math import floor

import httpx
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared_code.budget.hearing import refusing, settle, shut
from shared_code.budget.lots import Call, Hand, Lot, worth_opening
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
    shut_until: dict[str, int] = field(default_factory=dict)
    """By row, until when a limit of it is closed, as far as this process was refused."""

    def of_connection(self, connection_id: str, tenant_id: str, *, patient: bool) -> Budget:
        """The budget of a connection's calls; one that is patient has its turn, when it waits."""
        holder = digest(connection_id) if patient else None
        return Budget(self, self._scopes(tenant_id), holder)

    def of_app(self, kind: Kind) -> Budget:
        """The budget of calls that are made before there is a connection."""
        return Budget(self, self._scopes(), None, kind=kind)

    def _scopes(self, tenant_id: str | None = None) -> Mapping[str, str]:
        """The row of each scope that a call counts in."""
        app = (self.integration.platform, self.app)
        scopes = {"app": scope_of("app", *app)}
        if tenant_id is not None:
            scopes["connection"] = scope_of("connection", *app, tenant_id)
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
    hand: Hand | None = None
    """Keeps calls that were opened ahead; without it each is opened and closed by itself."""

    def for_first_sync(self) -> Budget:
        """Give the budget of a first full pass, which may not take all."""
        return replace(self, first_sync=True)

    @contextmanager
    def ahead(self) -> Iterator[Budget]:
        """Give a budget whose calls are opened some at a time, and closed with the context.

        They are made one after another, by one thread.
        """
        hand = Hand()
        try:
            yield replace(self, hand=hand)
        finally:
            self._let_go(hand)

    @contextmanager
    def permit(self, path: str) -> Iterator[Permit]:
        """Reserve a call to `path`, and settle it once it has ended."""
        permit, call = Permit(), self._call(path)
        if not call.names:
            yield permit
            return
        lot = self._lot_for(call)
        try:
            yield permit
        finally:
            lot.add(_answered(permit.answer))
            # The call was answered, maybe with tokens of which there is no other copy.
            with _counted_anyway():
                permit.refusal = self._put_down(lot)

    def _call(self, path: str) -> Call:
        """Find the limits that count a call, and their rows."""
        limits = [each for each in self.budgets.limits.of if each.scope in self.scopes]
        applying = [
            each for each in limits if each.applies(self.kind, path, first_sync=self.first_sync)
        ]
        rows = {
            self.scopes[scope]: [each for each in limits if each.scope == scope]
            for scope in {each.scope for each in applying}
        }
        return Call(rows, frozenset(each.name for each in applying))

    def _lot_for(self, call: Call) -> Lot:
        """Take up the lot in hand if the call can be made of it; open one if not."""
        held = self.hand.lot if self.hand else None
        if held and held.call.names != call.names:
            self._close(held)
            self._empty_hand()
            held = None
        if held and held.has_more(self._now()) and not self._is_shut(held):
            self._empty_hand()
            return held
        return self._open(call, held)

    def _open(self, call: Call, before: Lot | None) -> Lot:
        """Open calls with every meter, or with none; `OverBudget` says how long to wait.

        Those made before are closed with it.
        """
        lot = None
        with self._locked(call) as rows:
            if before:
                self._settle(rows, before)
            waits = [
                (self._free_at(rows, account, meter) - rows.now, account, meter)
                for account, meter in rows.counting(call)
            ]
            wait, account, meter = max(waits, key=lambda each: each[0])
            if wait <= 0:
                self._leave(rows, call)
                lot = self._taken(rows, call)
            else:
                self._stand_in_line(rows, account, meter, wait)
        self._empty_hand()
        if lot is None:
            said = used_up(self.budgets.integration.name, meter.limit)
            raise OverBudget(said, wait=min(wait / 1_000, LONGEST_WAIT))
        return lot

    def _taken(self, rows: _Rows, call: Call) -> Lot:
        meters = [meter for _, meter in rows.counting(call)]
        calls = worth_opening(meters, rows.now) if self.hand else 1
        free = {each.limit.name: each.free(rows.now) for each in meters}
        taken = {each.limit.name: each.take(rows.now, calls) for each in meters}
        return Lot(call, calls, taken, free, opened=rows.now)

    def _put_down(self, lot: Lot) -> Throttled | None:
        """Keep what is left of a lot, or close it where its last answer was none to go on by."""
        if self.hand and not self.hand.lot and self._goes_on(lot):
            # By the time it is closed this will be no news.
            lot.lefts.clear()
            self.hand.lot = lot
            return None
        return self._close(lot)

    def _goes_on(self, lot: Lot) -> bool:
        last = lot.last
        if lot.calls == 1 or last is None or last.status >= HTTPStatus.BAD_REQUEST:
            return False
        return self.budgets.limits.exceeded_by(last) is None and not lot.is_contradicted()

    def _empty_hand(self) -> None:
        if self.hand:
            self.hand.lot = None

    def _let_go(self, hand: Hand) -> None:
        """Close what nobody will make."""
        if hand.lot:
            with _counted_anyway():
                self._close(hand.lot)

    def _is_shut(self, lot: Lot) -> bool:
        """Whether somebody in this process was refused since, whose limit this one shares."""
        shut = self.budgets.shut_until
        return any(shut.get(scope, 0) > self._now() for scope in lot.call.rows)

    def _close(self, lot: Lot) -> Throttled | None:
        """Close a lot, and believe what its answers say; gives the refusal if the last is one."""
        with self._locked(lot.call) as rows:
            refusers = self._settle(rows, lot)
            until = shut(refusers, lot.last, rows.now) if lot.last and refusers else rows.now
        shut_until = self.budgets.shut_until
        for scope in {self.scopes[meter.limit.scope] for meter in refusers}:
            shut_until[scope] = max(until, shut_until.get(scope, 0))
        return self._refusal(refusers, until - rows.now) if refusers else None

    def _settle(self, rows: _Rows, lot: Lot) -> Sequence[Meter]:
        """Count a lot's calls; gives the meters that refused the last one."""
        counting = [meter for _, meter in rows.counting(lot.call)]
        for meter in counting:
            settle(meter, lot, rows.now)
        refusers = refusing(self.budgets.limits, counting, lot.last) if lot.last else ()
        if lot.last and not refusers:
            for meter in counting:
                meter.calm(lot.opened)
        return refusers

    def _refusal(self, meters: Sequence[Meter], wait: int) -> Throttled:
        limit = meters[0].limit if len(meters) == 1 else None
        name = limit.name if limit else "unknown"
        _log.info("limit refused a call", limit=name, seconds=wait / 1_000)
        said = refused(self.budgets.integration.name, limit)
        return Throttled(said, f"limit {name}", retry_after=min(wait / 1_000, LONGEST_WAIT))

    @contextmanager
    def _locked(self, call: Call) -> Iterator[_Rows]:
        """Hold the call's rows for a moment, and write what the meters know at the end of it."""
        platform = self.budgets.integration.platform
        with locked(self.budgets.db, platform, call.rows) as (tx, accounts):
            # Only now: the rows may have been waited for.
            now = self._now()
            yield _Rows(tx, now, [*accounts.values()])
            save(tx, accounts.values(), now)

    def _now(self) -> int:
        return to_micros(self.budgets.clock.now()) // 1_000

    def _free_at(self, rows: _Rows, account: Account, meter: Meter) -> int:
        """When the call may be made, after those who asked before."""
        ahead = 0
        if self.holder is not None and meter.queued_until > rows.now:
            ahead = self._line(rows, account, meter).ahead_of(rows.tx, self.holder)
        return meter.free_at(rows.now, (ahead + 1) * meter.limit.cost)

    def _stand_in_line(self, rows: _Rows, account: Account, meter: Meter, wait: int) -> None:
        if self.holder is not None:
            until = rows.now + wait + GRACE
            self._line(rows, account, meter).wait(rows.tx, self.holder, meter.draw(until), until)

    def _leave(self, rows: _Rows, call: Call) -> None:
        """Give up the turn that has come."""
        if self.holder is not None and rows.is_queued(call):
            leave(rows.tx, self.holder)

    def _line(self, rows: _Rows, account: Account, meter: Meter) -> Line:
        platform = self.budgets.integration.platform
        return Line(platform, account.scope, meter.limit.name, rows.now)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows while they are locked."""

    tx: Connection
    now: int
    accounts: Sequence[Account]

    def counting(self, call: Call) -> Sequence[tuple[Account, Meter]]:
        """The meters that count a call, each with its row."""
        return [
            (account, meter)
            for account in self.accounts
            for meter in account.meters
            if meter.limit.name in call.names
        ]

    def is_queued(self, call: Call) -> bool:
        """Whether somebody may wait for one of them."""
        return any(meter.queued_until > self.now for _, meter in self.counting(call))


@contextmanager
def _counted_anyway() -> Iterator[None]:
    """Let calls that cannot be settled count until their lease ends."""
    try:
        yield
    except SQLAlchemyError as error:
        _log.warning("calls are not settled", reason=type(error).__name__)


def _answered(answer: httpx.Response | None) -> Answered | None:
    """What of an answer may speak of limits."""
    if answer is None:
        return None
    return Answered(answer.status_code, answer.headers, answer.content)
