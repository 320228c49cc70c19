"""A store that lost its power forgets its last pages, and whoever drives the run does not notice.

What comes next finds them gone, and has them read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from shared_code.remap.job import driver_of
from shared_code.store.schema import raw_pages, run_resources
from shared_code.sync import storing
from shared_code.sync.pages import read_pages
from shared_code.sync.pagework import InPlace
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.reading import PagesLost
from shared_code.sync.runs import RunRef, claim
from tests.support.rigs import on_both
from tests.support.shop import COMPANY, Rig

TYPES = ("items", "customers", "suppliers")


@pytest.fixture
def ref(rig: Rig) -> RunRef:
    """A run that is planned."""
    rig.shop.items = {"r1": "Widget"}
    for number in range(7):
        rig.shop.put(f"r{number}", f"Contact {number}")
    found = claim(rig.db, COMPANY, rig.request(*TYPES), until=rig.pipeline.lease_end())
    assert found is not None
    plan(rig.pipeline, found)
    return found


def planned(rig: Rig, name: str) -> Mapping[str, Any]:
    with rig.db.read() as tx:
        mine = run_resources.c.resource == name
        return tx.execute(select(run_resources).where(mine)).one()._asdict()


def lose(rig: Rig, row: Mapping[str, Any]) -> None:
    """Let the store be as it was when the resource was planned."""
    name = row["resource"]
    with rig.db.write() as tx:
        # In this order: who commits a page meanwhile waits, and finds the row as it was.
        tx.execute(update(run_resources).where(run_resources.c.resource == name).values(**row))
        tx.execute(delete(raw_pages).where(raw_pages.c.resource == name))


def ends_well(rig: Rig, ref: RunRef) -> None:
    assert driver_of(rig.pipeline).drive(ref).state == "over"
    assert rig.statuses() == dict.fromkeys(TYPES, "Complete")
    assert rig.visible("customers")["r1"]["contactName"] == "Widget"
    assert len(rig.visible("customers")) == 7
    # They were kept.
    assert Counter(rig.shop.calls)["/items"] == 1


@on_both
def test_a_publish_ends_no_type_whose_pages_are_gone(rig: Rig, ref: RunRef) -> None:
    read_pages(rig.pipeline, ref, "Items")
    before = planned(rig, "Contacts")
    read_pages(rig.pipeline, ref, "Contacts")
    lose(rig, before)
    with pytest.raises(PagesLost, match="Contacts"):
        publish_run(rig.pipeline, ref)
    assert not rig.visible("items")
    ends_well(rig, ref)


@on_both
def test_a_lookup_whose_pages_are_gone_is_read_again(rig: Rig, ref: RunRef) -> None:
    before = planned(rig, "Items")
    read_pages(rig.pipeline, ref, "Items")
    lose(rig, before)
    with pytest.raises(PagesLost, match="Items"):
        read_pages(rig.pipeline, ref, "Contacts")
    ends_well(rig, ref)


@on_both
def test_pages_that_are_gone_before_the_next_is_committed_are_read_again_at_once(
    rig: Rig, ref: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store restarts while its client goes on."""
    monkeypatch.setattr(storing, "ENOUGH_PAGES", 1)
    monkeypatch.setattr(InPlace, "most_ahead", 1)
    before = planned(rig, "Contacts")
    rig.shop.answers = [*[lambda: None] * 3, lambda: lose(rig, before)]
    assert driver_of(rig.pipeline).drive(ref).state == "more"
    assert rig.shop.answers == []
    ends_well(rig, ref)
