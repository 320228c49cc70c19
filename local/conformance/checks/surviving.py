"""Checks: nothing is lost to crashes, or to people who go on working while their books are read."""

from __future__ import annotations

from itertools import cycle, islice

import pytest

from local.conformance.checks.custody import token
from local.conformance.checks.reading import assert_true
from local.conformance.company import Company, Records, is_deleted
from local.conformance.comparing import differences, own_differences
from local.conformance.store import Cut
from local.conformance.world import World
from shared_code.model import DATA_TYPES, DataType
from shared_code.sync import storing

PASSES = 3
"""Syncs after an edit, until all that it did shows: absence is proven by two lists."""

ROUNDS = 3
EDITS_DURING_A_PASS, EDITS_AT_A_COMMIT = 30, 2


def edit_all(world: World, organisation: str, seed: int) -> None:
    """Make every kind of edit that the simulator knows, deletions too."""
    for operation in world.simulator.edits():
        world.simulator.edit(organisation, operation, seed)


def catch_up(company: Company) -> None:
    """Sync until what was edited shows."""
    for _ in range(PASSES):
        assert set(company.sync().values()) == {"Complete"}


def _shows_gone(data_type: str, records: Records, name: str) -> bool:
    """Whether a record is marked as deleted or, where its type has no mark, shown no more."""
    if DATA_TYPES[DataType(data_type)].has_metadata:
        return is_deleted(records[name])
    return name not in records


class Surviving:
    """Kills and edits."""

    @pytest.fixture
    def page_by_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have small pages committed one by one, and not together."""
        monkeypatch.setattr(storing, "ENOUGH_PAGES", 1)

    @pytest.mark.usefixtures("page_by_page")
    def test_a_sync_that_is_killed_at_every_page_gives_the_same_records(self, world: World) -> None:
        """The power goes before and after each page's commit, and costs two pages at most."""
        undisturbed = len(world.settled.undisturbed)
        company, since, kills = world.company(), world.last_call(), 0
        for point in cycle((3, 4)):
            # Leases that lapse take longer than tokens live, and it is pages that are to be hit.
            token(company)
            try:
                company.drive(cut_at=point)
                break
            except Cut:
                kills += 1
            assert kills <= 8 * undisturbed + 20, "killed syncs do not get on"
        assert kills > undisturbed
        assert not differences(company.contents(), world.settled.contents())
        assert len(world.asked(since)) <= undisturbed + 2 * kills

    @pytest.mark.parametrize("share", [0.3, 0.7])
    def test_a_kill_costs_at_most_two_pages(self, world: World, share: float) -> None:
        self._killed_once(world, int(self._points(world) * share))

    @pytest.mark.long
    def test_a_kill_at_any_commit_costs_at_most_two_pages(self, world: World) -> None:
        for point in range(1, self._points(world) + 1):
            self._killed_once(world, point)

    def _points(self, world: World) -> int:
        company = world.company()
        company.sync_first()
        return company.points

    def _killed_once(self, world: World, point: int) -> None:
        company, since = world.company(), world.last_call()
        with pytest.raises(Cut):
            company.drive(cut_at=point)
        company.drive()
        assert not differences(company.contents(), world.settled.contents())
        assert len(world.asked(since)) <= len(world.settled.undisturbed) + 2

    def test_incremental_syncs_give_what_a_full_one_gives(self, world: World) -> None:
        organisation = world.tenant()
        company = world.company(organisation)
        company.sync_first()
        for seed in range(ROUNDS):
            edit_all(world, organisation, seed)
            company.sync()
        catch_up(company)
        fresh = world.company(organisation)
        fresh.sync_first()
        assert not own_differences(company.all_live(), fresh.all_live())
        assert_true(company, organisation)

    @pytest.mark.usefixtures("page_by_page")
    def test_a_full_pass_loses_nothing_while_the_books_are_edited(self, world: World) -> None:
        organisation = world.tenant()
        company = world.company(organisation)
        kinds, left = cycle(world.simulator.edits()), iter(range(100, 100 + EDITS_DURING_A_PASS))

        def edit() -> None:
            for seed in islice(left, EDITS_AT_A_COMMIT):
                world.simulator.edit(organisation, next(kinds), seed)

        world.db.committed = edit
        try:
            company.sync_first()
        finally:
            world.db.committed = lambda: None
        assert next(left, None) is None, "the pass was over before the edits were"
        catch_up(company)
        assert_true(company, organisation)
        fresh = world.company(organisation)
        fresh.sync_first()
        assert not own_differences(company.all_live(), fresh.all_live())

    def test_what_is_deleted_shows_as_deleted_and_nothing_else_vanishes(self, world: World) -> None:
        gone = world.observed.gone
        assert gone, "the simulator deletes nothing"
        for data_type, ids in gone.items():
            records = world.observed.company.records(data_type)
            assert {name for name in ids if _shows_gone(data_type, records, name)} == ids, data_type
        assert_true(world.observed.company, world.observed.organisation)

    def test_every_way_of_deleting_that_is_declared_was_seen_at_work(self, world: World) -> None:
        """What tells of deletions is declared for a type: then one has to show."""
        source = world.connector.source
        declared = {each for resource in source.resources for each in resource.deletes}
        assert declared <= {*world.observed.gone}
