"""What was held back as suspect: kept by pull, with what was found, until somebody accepts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from shared_code.notify.work import Work
from shared_code.store.schema import datasets, suspicions
from shared_code.suspicion import Suspicion

LONGEST_HOURS = 7 * 24
"""Between two scheduled syncs of what stays suspect."""


def keep_suspicion(work: Work, pull: Row[Any], found: Sequence[Suspicion]) -> None:
    """Note what was found when a pull was to be published."""
    work.tx.execute(
        insert(suspicions).values(
            company_id=pull.company_id,
            pull_id=pull.id,
            connection_id=pull.connection_id,
            platform=pull.platform,
            data_type=pull.data_type,
            run_id=pull.run_id,
            findings=[each.to_json() for each in found],
            found_at=work.now,
        )
    )


def findings(row: Row[Any]) -> list[Suspicion]:
    """Read what a row of the suspicions table holds."""
    return [Suspicion.from_json(each) for each in row.findings]


def accepted_for(tx: Connection, pull: Row[Any]) -> list[Suspicion]:
    """Find what somebody has accepted, for this pull to publish."""
    row = tx.execute(
        select(suspicions).where(
            suspicions.c.company_id == pull.company_id, suspicions.c.accepted_pull_id == pull.id
        )
    ).one_or_none()
    return [] if row is None else findings(row)


def patient_hours(tx: Connection, pull: Row[Any], hours: int) -> int:
    """Hours to the next scheduled sync: doubled with each one in a row that was suspect.

    What is suspect is read from the same place again, maybe the beginning: where that does not
    help, the provider is asked ever less often.
    """
    mine = (
        suspicions.c.company_id == pull.company_id,
        suspicions.c.connection_id == pull.connection_id,
        suspicions.c.data_type == pull.data_type,
    )
    last_success = (
        select(func.coalesce(datasets.c.last_success_at, 0))
        .where(
            datasets.c.company_id == pull.company_id,
            datasets.c.connection_id == pull.connection_id,
            datasets.c.data_type == pull.data_type,
        )
        .scalar_subquery()
    )
    in_a_row = tx.execute(
        select(func.count()).where(*mine, suspicions.c.found_at > last_success)
    ).scalar_one()
    doublings = min(max(int(in_a_row) - 1, 0), 10)
    return min(hours << doublings, max(hours, LONGEST_HOURS))
