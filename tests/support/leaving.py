"""The rig's connection unlinked or deleted, and purged, as the platform does it."""

from __future__ import annotations

from shared_code.connect.addresses import Addresses
from shared_code.connect.connections import PURGE_WATCH, delete_connection, unlink_connection
from shared_code.connect.purging import AGAIN, purge_deleted
from shared_code.connect.reading import find_company
from shared_code.notify.work import begin_work
from shared_code.turn import Turn
from tests.support.shop import CLIENT, Rig

ADDRESSES = Addresses("https://api.example")


def unlink(rig: Rig) -> None:
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        company = find_company(work.tx, CLIENT, rig.company)
        unlink_connection(work, company, rig.linked, ADDRESSES)


def delete(rig: Rig) -> None:
    """Delete it, and let the engine look for the first time."""
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        company = find_company(work.tx, CLIENT, rig.company)
        delete_connection(work, company, rig.linked, ADDRESSES)
    assert purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 0


def purge(rig: Rig) -> None:
    """Let the engine come to the end of it, once nobody can be writing any more."""
    rig.clock.advance(PURGE_WATCH.total_seconds())
    ended = purge_deleted(rig.db, rig.blobs, Turn(rig.clock))
    rig.clock.advance(AGAIN.total_seconds())
    assert ended + purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 1
