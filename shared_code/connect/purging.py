"""The purge of deleted companies and connections: rows and blobs, until nothing is left.

A run or an export that was writing when its company was deleted may still put down one blob. So
what was found empty is looked at again until neither can be alive; then the note itself is removed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from shared_code.exports import export
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.raw import pages
from shared_code.store.database import Database
from shared_code.store.records import purge
from shared_code.store.schema import grants, purges

BATCH = 20
"""Deletions in one turn; the next turn takes the rest."""

AGAIN = timedelta(seconds=30)
"""How long until a deletion is looked at again."""


def purge_deleted(db: Database, blobs: Blobs, clock: Clock) -> int:
    """Go on with every deletion that is due; gives how many came to their end."""
    now = clock.now()
    with db.read() as tx:
        due = tx.execute(
            select(purges)
            .where(purges.c.next_attempt_at <= now)
            .order_by(purges.c.next_attempt_at)
            .limit(BATCH)
        ).all()
    return sum(_go_on(db, blobs, note, now) for note in due)


def _go_on(db: Database, blobs: Blobs, note: Row[Any], now: datetime) -> bool:
    over = now >= note.watch_until
    connection_id = note.connection_id or None
    found = _purge_rows(db, note, revoked=over or not _has_grant(db, note))
    for prefix in (pages.prefix, export.prefix):
        found += blobs.delete_prefix(prefix(note.company_id, connection_id))
    with db.write() as tx:
        mine = (
            purges.c.company_id == note.company_id,
            purges.c.connection_id == note.connection_id,
        )
        if over and not found:
            tx.execute(delete(purges).where(*mine))
            return True
        tx.execute(update(purges).where(*mine).values(next_attempt_at=now + AGAIN))
    return False


def _purge_rows(db: Database, note: Row[Any], *, revoked: bool) -> int:
    total, last = 0, 1
    while last:
        with db.write() as tx:
            last = purge(tx, note.company_id, note.connection_id or None, revoked=revoked)
        total += last
    return total


def _has_grant(db: Database, note: Row[Any]) -> bool:
    """Whether the provider still has to be told; the connector deletes the grant when it has."""
    query = select(grants.c.company_id).where(grants.c.company_id == note.company_id)
    if note.connection_id:
        query = query.where(grants.c.connection_id == note.connection_id)
    with db.read() as tx:
        return tx.execute(query.limit(1)).first() is not None
