"""The purge of deleted companies and connections: rows and blobs, until nothing is left.

A run or an export that was writing when its company was deleted may still put down blobs. So what
was found empty is looked at again until neither can be alive; then the note itself is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from shared_code.exports import export
from shared_code.ports.blobs import Blobs
from shared_code.raw import pages
from shared_code.store.database import Database
from shared_code.store.records import purge
from shared_code.store.schema import grants, purges
from shared_code.turn import Turn

AGAIN = timedelta(seconds=30)
"""How long until a deletion is looked at again."""

BLOBS = 1_000
"""Blobs that are deleted between two looks at the clock."""


def purge_deleted(db: Database, blobs: Blobs, turn: Turn) -> int:
    """Go on with every deletion that is due; gives how many came to their end."""
    with db.read() as tx:
        due = tx.execute(
            select(purges)
            .where(purges.c.next_attempt_at <= turn.clock.now())
            .order_by(purges.c.next_attempt_at)
            .limit(turn.sight)
        ).all()
    purger = _Purger(db, blobs, turn)
    return turn.each(due, purger.go_on, purger.put_off)


@dataclass(frozen=True, slots=True)
class _Purger:
    """A turn of the purge, and what it works on."""

    db: Database
    blobs: Blobs
    turn: Turn

    def go_on(self, note: Row[Any]) -> bool:
        """Delete what there is, as far as the time goes; tells whether that was the end."""
        now = self.turn.clock.now()
        over = now >= note.watch_until
        found = self._purge_rows(note, revoked=over or not self._has_grant(note))
        for root in (pages.prefix, export.prefix):
            found += self._purge_blobs(root(note.company_id, note.connection_id or None))
        if self.turn.is_over:
            # Behind those that have not had their turn.
            self.turn.left += 1
            self.put_off(note, now)
            return False
        if over and not found:
            with self.db.write() as tx:
                tx.execute(delete(purges).where(*_is(note)))
            return True
        self.put_off(note, now + AGAIN)
        return False

    def put_off(self, note: Row[Any], until: datetime) -> None:
        """Look at a deletion again, then."""
        with self.db.write() as tx:
            tx.execute(update(purges).where(*_is(note)).values(next_attempt_at=until))

    def _purge_rows(self, note: Row[Any], *, revoked: bool) -> int:
        def some() -> int:
            with self.db.write() as tx:
                return purge(tx, note.company_id, note.connection_id or None, revoked=revoked)

        return self._until_none(some)

    def _purge_blobs(self, root: str) -> int:
        return self._until_none(lambda: self.blobs.delete_prefix(root, most=BLOBS))

    def _until_none(self, delete_some: Callable[[], int]) -> int:
        total, last = 0, 1
        while last and not self.turn.is_over:
            last = delete_some()
            total += last
        return total

    def _has_grant(self, note: Row[Any]) -> bool:
        """Whether the provider still must be told; the connector deletes the grant when it has."""
        query = select(grants.c.company_id).where(grants.c.company_id == note.company_id)
        if note.connection_id:
            query = query.where(grants.c.connection_id == note.connection_id)
        with self.db.read() as tx:
            return tx.execute(query.limit(1)).first() is not None


def _is(note: Row[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        purges.c.company_id == note.company_id,
        purges.c.connection_id == note.connection_id,
    )
