"""Whatever runs do, readers see what a plain dictionary per generation would hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared_code.model import decode
from shared_code.store.database import Database
from shared_code.store.records import (
    Snapshot,
    get,
    latest,
    prepare,
    publish,
    record_in,
    sweep,
    write,
)
from tests.support.records import NOON, ORIGIN, invoice, new_dataset, published

_IDS = st.sampled_from(["a", "b", "c", "d"])
_TOTALS = st.sampled_from(["1.00", "2.00"])
_PAGES = st.lists(st.tuples(_IDS, _TOTALS), max_size=4)


@dataclass
class Generation:
    """Published so many minutes after noon."""

    minutes: int
    totals: dict[str, str]


class Versions(RuleBasedStateMachine):
    """A dataset beside its model: totals by id, and when each last changed."""

    db: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.dataset = new_dataset(self.db)
        self.shown: dict[str, tuple[str, datetime]] = {}
        self.retained = {0: Generation(0, {})}
        self.generation = 0
        self.staged: dict[str, str] = {}
        self.minutes = 0

    @rule(page=_PAGES)
    def write_a_page(self, page: list[tuple[str, str]]) -> None:
        rows = [record_in(invoice(source_id, total)) for source_id, total in page]
        with self.db.write() as tx:
            write(tx, self.dataset, generation=self.generation + 1, records=rows, origin=ORIGIN)
        self.staged |= dict(page)

    @rule(limit=st.integers(1, 5))
    def abandon_the_run_and_begin_another(self, limit: int) -> None:
        ready = False
        while not ready:
            with self.db.write() as tx:
                ready = prepare(tx, self.dataset, limit=limit)
        self.staged = {}

    @rule()
    def publish_the_run(self) -> None:
        self.minutes += 1
        now = NOON + timedelta(minutes=self.minutes)
        changed = {
            source_id: (total, now)
            for source_id, total in self.staged.items()
            if source_id not in self.shown or self.shown[source_id][0] != total
        }
        self.shown |= changed
        self.staged = {}
        with self.db.write() as tx:
            result = publish(tx, self.dataset, pull_id="p", now=now)
        assert result.modified == bool(changed)
        if changed:
            self.generation += 1
            totals = {source_id: total for source_id, (total, _) in self.shown.items()}
            self.retained[self.generation] = Generation(self.minutes, totals)
        assert (result.generation, result.count) == (self.generation, len(self.shown))

    @rule(ago=st.integers(0, 3))
    def sweep_what_was_superseded(self, ago: int) -> None:
        minutes = self.minutes - ago
        with self.db.write() as tx:
            while sweep(tx, "invoices", before=NOON + timedelta(minutes=minutes), limit=2):
                pass
        visible_then = max((n for n, g in self.retained.items() if g.minutes <= minutes), default=0)
        self.retained = {n: g for n, g in self.retained.items() if n >= visible_then}

    @invariant()
    def readers_see_the_model(self) -> None:
        found = {
            each["id"]: (str(each["totalAmount"]), datetime.fromisoformat(each["modifiedDate"]))
            for each in published(self.db, self.dataset)
        }
        assert found == self.shown

    @invariant()
    def every_retained_generation_can_be_read(self) -> None:
        with self.db.read() as tx:
            assert (latest(tx, self.dataset) is None) == (self.minutes == 0)
            for number, generation in self.retained.items():
                totals = generation.totals
                snapshot = Snapshot(self.dataset, number, len(totals))
                for source_id in "abcd":
                    found = get(tx, snapshot, source_id)
                    total = str(decode(found)["totalAmount"]) if found else None
                    assert total == totals.get(source_id)


def test_versions_behave_like_a_dictionary_per_generation(db: Database) -> None:
    class OnThisStore(Versions):
        pass

    OnThisStore.db = db
    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
