"""The rig's connection unlinked or deleted, as the platform does it."""

from __future__ import annotations

from shared_code.connect.addresses import Addresses
from shared_code.connect.connections import delete_connection, unlink_connection
from shared_code.connect.reading import find_company
from shared_code.notify.work import begin_work
from tests.support.shop import CLIENT, Rig

ADDRESSES = Addresses("https://api.example")


def unlink(rig: Rig) -> None:
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        company = find_company(work.tx, CLIENT, rig.company)
        unlink_connection(work, company, rig.linked, ADDRESSES)


def delete(rig: Rig) -> None:
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        company = find_company(work.tx, CLIENT, rig.company)
        delete_connection(work, company, rig.linked, ADDRESSES)
