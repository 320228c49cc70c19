"""A run's life: queued, claimed under a fence and a lease, finished.

Whoever drives a run holds a `RunRef`. Each write checks it under lock: when the run was claimed
again, cancelled, or its connection moved on to another epoch, the holder has lost it (`RunLost`)
and must stop without a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, Row, select, update

from shared_code.errors import Abort
from shared_code.notify.work import Work, begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import connections, pulls, runs
from shared_code.sync.requests import lock_connection

LEASE = timedelta(minutes=7)
"""Unless the settings say otherwise. Each page renews it: one that lapses means that nobody works,
or that an activity waits that long for its turn."""


class RunLost(Abort):
    """The run is somebody else's now, or nobody's."""


@dataclass(frozen=True, slots=True)
class RunRef:
    """A claim on a run; small enough to travel through orchestrations."""

    company_id: str
    run_id: str
    fence: int

    @property
    def instance(self) -> str:
        """The id of the orchestration that drives the claim."""
        return f"{self.run_id}-{self.fence}"

    def to_json(self) -> dict[str, Any]:
        """Give the JSON object that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave, whatever else travels with it."""
        return cls(value["company_id"], value["run_id"], value["fence"])


@dataclass(frozen=True, slots=True)
class Held:
    """The rows behind a claim, locked until the transaction ends."""

    run: Row[Any]
    connection: Row[Any]

    @property
    def ref(self) -> RunRef:
        """The claim."""
        return RunRef(self.run.company_id, self.run.id, self.run.fence)


def claim(db: Database, company_id: str, run_id: str, *, until: datetime) -> RunRef | None:
    """Take a queued run, with a lease `until` then; None when it is not there to take."""
    with db.write() as tx:
        fence = tx.scalar(
            update(runs)
            .where(*_is(company_id, run_id), runs.c.state == "queued")
            .values(state="claimed", fence=runs.c.fence + 1, lease_until=until)
            .returning(runs.c.fence)
        )
    return None if fence is None else RunRef(company_id, run_id, fence)


def claimed(db: Database, company_id: str, run_id: str) -> RunRef | None:
    """Find the claim that stands on a run."""
    with db.read() as tx:
        fence = tx.scalar(
            select(runs.c.fence).where(*_is(company_id, run_id), runs.c.state == "claimed")
        )
    return None if fence is None else RunRef(company_id, run_id, fence)


def hold(tx: Connection, ref: RunRef) -> Held:
    """Lock the run and its connection, and make sure that the claim still stands."""
    owner = tx.scalar(select(runs.c.connection_id).where(*_is(ref.company_id, ref.run_id)))
    # The connection first, always: whoever locks both does it in this order.
    connection = lock_connection(tx, ref.company_id, owner) if owner else None
    if connection is None or connection.deleted_at:
        raise RunLost("The connection was deleted")
    run = tx.execute(select(runs).where(*_is(ref.company_id, ref.run_id)).with_for_update()).one()
    return _standing(ref, run, connection)


def _standing(ref: RunRef, run: Row[Any], connection: Row[Any]) -> Held:
    if run.state != "claimed" or run.fence != ref.fence:
        raise RunLost("The sync was taken over or has ended")
    if connection.epoch != run.epoch or connection.status != "Linked":
        raise RunLost("The connection is not what it was when the sync began")
    return Held(run, connection)


def look(tx: Connection, ref: RunRef) -> Held:
    """See that the claim stands, without holding anybody up; what is written checks again."""
    run = tx.execute(select(runs).where(*_is(ref.company_id, ref.run_id))).one_or_none()
    mine = (connections.c.company_id == ref.company_id,)
    connection = (
        run
        and tx.execute(
            select(connections).where(*mine, connections.c.id == run.connection_id)
        ).one_or_none()
    )
    if run is None or connection is None or connection.deleted_at:
        raise RunLost("The connection was deleted")
    return _standing(ref, run, connection)


def locked_run(tx: Connection, ref: RunRef) -> Row[Any] | None:
    """Lock the run's row if the claim stands, whatever became of its connection."""
    run = tx.execute(
        select(runs).where(*_is(ref.company_id, ref.run_id)).with_for_update()
    ).one_or_none()
    stands = run is not None and run.state == "claimed" and run.fence == ref.fence
    return run if stands else None


def renew(tx: Connection, ref: RunRef, *, until: datetime) -> None:
    """Note that somebody works on the run, and will have done more by `until`."""
    _change(tx, ref, lease_until=until, next_attempt_at=None)


def progress(tx: Connection, ref: RunRef, *, until: datetime) -> None:
    """Note that the work bears fruit, too: no failures in a row any more."""
    _change(tx, ref, lease_until=until, failures=0)


@dataclass(frozen=True, slots=True)
class Pause:
    """A run's wait: until when, why (for people), and after how many failures in a row.

    `lease` begins when the wait ends: many may then wait for their turn at once.
    """

    until: datetime
    why: str
    failures: int
    lease: timedelta


def pause(tx: Connection, ref: RunRef, wait: Pause) -> None:
    """Let the run wait for the provider; nobody starts it again before it had its chance."""
    until = wait.until
    _change(
        tx,
        ref,
        next_attempt_at=until,
        lease_until=until + wait.lease,
        failures=wait.failures,
    )
    moment = f"{until:%Y-%m-%dT%H:%M:%S.}{until.microsecond // 1000:03d}Z"
    described = f"Paused until {moment}: {wait.why}"
    tx.execute(
        update(pulls)
        .where(pulls.c.company_id == ref.company_id, pulls.c.run_id == ref.run_id, pulls.c.active)
        .values(status_description=described)
    )


def finish(tx: Connection, ref: RunRef, now: datetime) -> None:
    """End the run; its pulls have ended before."""
    _change(tx, ref, state="finished", finished_at=now, lease_until=None, next_attempt_at=None)


def requeue(work: Work, run: Row[Any]) -> None:
    """Put a claimed run back, and order that somebody takes it up."""
    work.tx.execute(
        update(runs)
        .where(*_is(run.company_id, run.id))
        .values(state="queued", lease_until=None, next_attempt_at=None)
    )
    work.command(run.platform, "sync", company_id=run.company_id, payload={"run": run.id})


def hand_over(db: Database, queue: Queue, clock: Clock, ref: RunRef) -> None:
    """Put a run back into the queue for a fresh orchestration; a lost one is left alone."""
    with begin_work(db, queue, clock) as work:
        run = locked_run(work.tx, ref)
        if run is not None:
            requeue(work, run)


def put_off(tx: Connection, ref: RunRef, until: datetime) -> None:
    """Let nobody take up a run before a moment, if its claim still stands."""
    stands = (runs.c.state == "claimed", runs.c.fence == ref.fence)
    tx.execute(
        update(runs).where(*_is(ref.company_id, ref.run_id), *stands).values(lease_until=until)
    )


def _is(company_id: str, run_id: str) -> tuple[Any, Any]:
    return runs.c.company_id == company_id, runs.c.id == run_id


def _change(tx: Connection, ref: RunRef, **values: object) -> None:
    tx.execute(update(runs).where(*_is(ref.company_id, ref.run_id)).values(**values))
