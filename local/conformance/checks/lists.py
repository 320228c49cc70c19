"""Checks: lists that come crowded, short, empty, unsorted, or by a wrong clock lose nothing.

Nothing is lost, nothing comes twice, and what is doubtful is not published.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, ExitStack

import pytest

from local.conformance.checks.needs import needs_list, says_the_end
from local.conformance.checks.reading import assert_true
from local.conformance.checks.surviving import catch_up, edit_all
from local.conformance.comparing import differences
from local.conformance.world import PAGE, World
from shared_code.fetch.paging import ChangeCapture, ModifiedSince
from shared_code.spec import Resource

CROWD = 2 * PAGE + 10
"""Records of one instant: over the borders of two pages, wherever the first begins."""

WHOLE_PAGE = 1_000
"""More rows than a page has."""

MOST_EDITS = 60
FEW_IN_VAIN = 3
"""Edits of a kind that delete nothing, until another kind is tried."""


def is_counted(world: World, resource: Resource) -> bool:
    """Whether the provider says how many records a list has."""
    bodies = world.settled.bodies(resource.name)
    return any(resource.parse(each).total is not None for each in bodies)


class Lists:
    """What a provider's lists do that no documentation says."""

    def test_an_empty_page_with_more_to_come_is_not_the_end(self, world: World) -> None:
        resource = needs_list(
            world,
            lambda each: says_the_end(each.paging) and len(world.settled.bodies(each.name)) > 2,
            "an empty page is the end of each of this provider's lists",
        )
        company = world.fresh_company()
        with self._without_rows(world, resource, WHOLE_PAGE, after=1, times=1):
            statuses = company.sync(*resource.fed)
        second = resource.parse(world.settled.bodies(resource.name)[1])
        missing = {key.id for key, _ in resource.keyed(second)}
        for each in resource.fed:
            if statuses[each] == "Complete":
                expected = {*world.settled.records(each)} - missing
                assert expected <= {*company.records(each)}, "what follows was not read"
            else:
                assert statuses[each] in ("FetchError", "ValidationError")
                assert not company.records(each)

    @pytest.mark.parametrize(
        "at", [pytest.param("while it is read", marks=pytest.mark.long), "between two syncs"]
    )
    def test_a_second_that_holds_more_than_a_page_is_read_whole(
        self, world: World, at: str
    ) -> None:
        tenant, first = world.tenant(), at == "while it is read"
        company, before = world.company(tenant), world.simulator.truth(tenant)
        if not first:
            company.sync_first()
        crowd = {"action": "crowd", "rows": CROWD, "path": world.longest.path}
        with world.trouble(times=1, after=int(first), **crowd):
            company.drive() if first else company.sync()
        after = world.simulator.truth(tenant)
        grown = {each for each in after if len(after[each]) >= len(before[each]) + CROWD}
        if not grown & {*world.data_types}:
            pytest.skip("this connector reads nothing of what is imported")
        catch_up(company)
        assert_true(company, tenant)

    def test_records_out_of_their_order_lose_nothing(self, world: World) -> None:
        resource, company = world.longest, world.fresh_company()
        sorts = isinstance(resource.paging, ModifiedSince | ChangeCapture)
        with world.trouble(action="reverse", path=resource.path, times=None):
            statuses = company.sync(*resource.fed)
        for each in resource.fed:
            assert statuses[each] == ("FetchError" if sorts else "Complete")
            assert not sorts or not company.records(each)
        company.sync()
        assert not differences(company.contents(), world.settled.contents())

    @pytest.mark.parametrize(
        "ahead", [pytest.param(-300, id="behind"), pytest.param(300, marks=pytest.mark.long)]
    )
    def test_a_clock_that_is_off_by_minutes_loses_nothing(self, world: World, ahead: int) -> None:
        tenant = world.tenant()
        company = world.company(tenant)
        with world.trouble(action="skew", ahead=ahead):
            company.sync_first()
            edit_all(world, tenant, 300)
            company.sync()
            edit_all(world, tenant, 301)
        company.sync()
        edit_all(world, tenant, 302)
        catch_up(company)
        assert_true(company, tenant)

    def test_a_list_that_lacks_what_the_provider_counts_is_not_published(
        self, world: World
    ) -> None:
        resource = needs_list(
            world, lambda each: is_counted(world, each), "this provider counts no list"
        )
        last, company = world.settled.pages()[resource.name] - 1, world.fresh_company()
        with self._without_rows(world, resource, 1, after=last, times=None):
            statuses = company.sync(*resource.fed)
        for each in resource.fed:
            assert statuses[each] in ("ValidationError", "FetchError")
            assert "counts" in (company.pulls()[each].error_message or "")
            assert not company.records(each)

    def test_a_whole_list_that_lost_most_of_its_records_deletes_none(self, world: World) -> None:
        bounds = world.parts.pipeline.likely
        resource = needs_list(
            world,
            lambda each: (
                each.listed_whole and self._first_page(world, each) > bounds.deleted_records + 1
            ),
            "no whole list of this provider is long enough to lose too much",
        )
        company = world.company()
        company.sync_first()
        there, rows = company.all_live(), self._first_page(world, resource) - 1
        # What the list feeds beside may be so little that it may all go.
        most = max(resource.fed, key=lambda each: len(there[each]))
        for _ in range(2):
            with self._without_rows(world, resource, rows, after=0, times=None):
                statuses = company.sync(*resource.fed)
            assert company.live(most) == there[most]
        assert statuses[most] == "ValidationError"
        company.sync()
        assert set(company.sync().values()) == {"Complete"}
        assert not differences(company.all_live(), there)

    def _first_page(self, world: World, resource: Resource) -> int:
        """Records of a list's first page."""
        bodies = world.settled.bodies(resource.name)
        return len(resource.parse(bodies[0]).records) if bodies else 0

    def test_a_mass_deletion_waits_until_somebody_accepts_it(self, world: World) -> None:
        tenant = world.tenant()
        company = world.company(tenant)
        company.sync_first()
        data_type = self._delete_many(world, tenant)
        kept = company.records(data_type)
        statuses = company.sync()
        assert statuses.pop(data_type) == "ValidationError"
        assert set(statuses.values()) <= {"Complete"}
        assert "would be deleted" in company.pulls()[data_type].error_message
        assert company.records(data_type) == kept
        assert company.accept(data_type)[data_type] == "Complete"
        assert_true(company, tenant)

    def _delete_many(self, world: World, tenant: str) -> str:
        """Delete more records of a type than is likely, in the books; gives the type."""
        before, bounds = world.simulator.truth(tenant), world.parts.pipeline.likely
        for operation in world.simulator.edits():
            for seed in range(MOST_EDITS):
                if not world.simulator.edit(tenant, operation, 400 + seed):
                    break
                now = world.simulator.truth(tenant)
                lost = {each: len({*before[each]} - {*now.get(each, {})}) for each in before}
                for each in world.data_types:
                    share = int(len(before.get(each, ())) * bounds.deleted_share)
                    if lost.get(each, 0) > max(bounds.deleted_records, share):
                        return each
                if not any(lost.values()) and seed >= FEW_IN_VAIN:
                    break
        pytest.skip("the books have too few records that could be deleted at once")

    def test_ids_in_capitals_mean_the_same_records_or_others_and_never_both(
        self, world: World
    ) -> None:
        """Whether case tells records apart is the connector's to say; it holds for all of them."""
        resource, tenant = world.longest, world.tenant()
        told = {*resource.fed} & {*world.simulator.truth(tenant)}
        if not told:
            pytest.skip("the simulator does not tell the truth of what the longest list gives")
        company = world.company(tenant)
        company.sync_first()
        there = {each: company.records(each) for each in told}
        edit_all(world, tenant, 500)
        with ExitStack() as capitals:
            for path in _telling_of(world, resource):
                capitals.enter_context(world.trouble(action="capitals", path=path, times=None))
            company.sync(*resource.fed)
        truth = world.simulator.truth(tenant)
        for each, before in there.items():
            now = company.records(each)
            if {*now} - {*before} - {*truth[each]}:
                assert {name: now[name] for name in before} == before
            else:
                assert {*company.live(each)} == {*truth[each]}

    def _without_rows(
        self, world: World, resource: Resource, rows: int, **which: int | None
    ) -> AbstractContextManager[None]:
        """Let pages of a list lack their last records."""
        return world.trouble(action="withhold", rows=rows, path=resource.path, **which)


def _telling_of(world: World, resource: Resource) -> Collection[str]:
    """The paths of all lists that tell of a resource's data types, or of what is gone of them."""
    types, resources = {*resource.fed}, world.connector.source.resources
    return {each.path for each in resources if types & {*each.data_types}}
