"""Accept what was held back as suspect: publish exactly what was staged, and ask nobody anything.

Only whoever holds a dataset's pull writes its records. So as long as a suspect pull is the latest,
what it staged is still there, as it was judged. Accepting it orders a run which takes over that
pull's lists and goes straight to publishing, where all is judged once more: anything that was not
accepted ends it as suspect again. As soon as the type is synced anew, there is nothing to accept.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, insert, literal, select, update

from shared_code.errors import Conflict, NotFound
from shared_code.notify.work import Work
from shared_code.store.schema import datasets, pulls, rejects, run_resources, suspicions
from shared_code.sync.pulls import active_pulls
from shared_code.sync.requests import request_sync
from shared_code.sync.runs import Held

TRIGGER: Final = "acceptance"


def find_pull(tx: Connection, company_id: str, pull_id: str) -> Row[Any]:
    """Find a pull operation of a company."""
    pull = tx.execute(
        select(pulls).where(pulls.c.company_id == company_id, pulls.c.id == pull_id.lower())
    ).one_or_none()
    if pull is None:
        raise NotFound(f"No pull operation was found with ID {pull_id}")
    return pull


def find_suspect(tx: Connection, pull: Row[Any]) -> Row[Any]:
    """Find what a pull was held back for; `Conflict` if it was not."""
    row = tx.execute(
        select(suspicions).where(
            suspicions.c.company_id == pull.company_id, suspicions.c.pull_id == pull.id
        )
    ).one_or_none()
    if row is None:
        raise Conflict(
            f"Sync {pull.id} is {pull.status}: only one that was suspect can be accepted"
        )
    return row


def accept(work: Work, connection: Row[Any], suspect: Row[Any], *, key_id: str) -> Row[Any]:
    """Order that what was staged is published; gives the suspicion's row.

    The connection's row is locked. Accepting twice is accepting once, unless what the first time
    ordered came to nothing. `Conflict` where the type was synced again, or is right now, or the
    connection is not linked.
    """
    if suspect.accepted_at is not None and not _came_to_nothing(work.tx, suspect):
        return suspect
    if connection.status != "Linked":
        raise Conflict(
            f"Only Linked connections can be synced; {connection.id} is {connection.status}"
        )
    latest = work.tx.scalar(
        select(datasets.c.latest_pull_id).where(
            datasets.c.company_id == suspect.company_id,
            datasets.c.connection_id == suspect.connection_id,
            datasets.c.data_type == suspect.data_type,
        )
    )
    if latest not in (suspect.pull_id, suspect.accepted_pull_id):
        raise Conflict(
            f"Sync {suspect.pull_id} cannot be accepted: {suspect.data_type} was asked for again"
            f" since, by sync {latest}"
        )
    [pull_id] = request_sync(work, connection, [suspect.data_type], trigger=TRIGGER)
    return work.tx.execute(
        update(suspicions)
        .where(
            suspicions.c.company_id == suspect.company_id, suspicions.c.pull_id == suspect.pull_id
        )
        .values(accepted_at=work.now, accepted_by=key_id, accepted_pull_id=pull_id)
        .returning(suspicions)
    ).one()


def _came_to_nothing(tx: Connection, suspect: Row[Any]) -> bool:
    """Whether the run that was to publish it broke off, and found nothing wrong itself."""
    pull = find_pull(tx, suspect.company_id, suspect.accepted_pull_id)
    judged = select(suspicions.c.pull_id).where(
        suspicions.c.company_id == pull.company_id, suspicions.c.pull_id == pull.id
    )
    ended = not pull.active and pull.status != "Complete"
    return ended and tx.execute(judged).first() is None


def take_over(tx: Connection, held: Held) -> None:
    """Give a run that accepts the lists of the run that it accepts, as these were left."""
    for pull in active_pulls(tx, held.run.company_id, held.run.id):
        suspect = tx.execute(
            select(suspicions).where(
                suspicions.c.company_id == pull.company_id,
                suspicions.c.accepted_pull_id == pull.id,
            )
        ).one()
        own = {"run_id": held.run.id, "data_types": [pull.data_type]}
        for row in _lists_of(tx, suspect):
            kept = dict(row._mapping)  # noqa: SLF001 - the public name of a row's mapping
            tx.execute(insert(run_resources).values(**{**kept, **own}))
        take_over_rejects(tx, suspect, held.run.id)


def take_over_rejects(tx: Connection, suspect: Row[Any], run_id: str) -> None:
    """Give a run that accepts the reasons of what could not be mapped: they are judged again."""
    columns = [each for each in rejects.c if each.name != "run_id"]
    theirs = select(literal(run_id), *columns).where(
        rejects.c.company_id == suspect.company_id,
        rejects.c.run_id == suspect.run_id,
        rejects.c.data_type == suspect.data_type,
    )
    tx.execute(insert(rejects).from_select(["run_id", *(each.name for each in columns)], theirs))


def _lists_of(tx: Connection, suspect: Row[Any]) -> list[Row[Any]]:
    rows = tx.execute(
        select(run_resources).where(
            run_resources.c.company_id == suspect.company_id,
            run_resources.c.run_id == suspect.run_id,
        )
    )
    return [row for row in rows if suspect.data_type in row.data_types]
