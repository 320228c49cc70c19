"""Checks: everything is read, to the end and no further, exactly, and the same each time."""

from __future__ import annotations

from local.conformance.company import Company
from local.conformance.comparing import amount_at, differences
from local.conformance.listening import connections
from local.conformance.world import World, declared_types
from shared_code.fetch.paging import Agreeing, Each
from shared_code.model import DATA_TYPES, DataType, encode


def assert_true(company: Company, organisation: str) -> None:
    """Hold what readers see of a company against the simulator's books."""
    truth = company.world.simulator.truth(organisation)
    for data_type in company.world.data_types:
        if data_type in truth:
            assert set(company.live(data_type)) == set(truth[data_type]), data_type


class Reading:
    """A full pass and those after it, while nothing goes wrong."""

    def test_every_type_is_read(self, world: World) -> None:
        statuses = world.settled.statuses()
        assert statuses == dict.fromkeys(world.data_types, "Complete"), world.settled.rejected()

    def test_every_record_is_read_and_none_is_rejected(self, world: World) -> None:
        assert not world.settled.rejected()
        assert_true(world.settled, world.pristine)

    def test_something_of_every_type_is_read(self, world: World) -> None:
        empty = [each for each in world.data_types if not world.settled.live(each)]
        assert not empty, "the simulator's books hold nothing of these"

    def test_every_page_of_a_list_is_read(self, world: World) -> None:
        """A book is made in several pages, wherever the connector pages at all."""
        pages = world.settled.pages()
        resources = world.connector.source.resources
        # Of single things only those are asked for that do not tie.
        assert set(pages) == {each.name for each in resources if not isinstance(each.paging, Each)}
        assert pages[world.longest.name] > 2

    def test_a_pass_ends_with_the_last_page(self, world: World) -> None:
        """No page is asked for that was there already, and none beyond the end."""
        calls = world.settled.undisturbed
        assert len(calls) == sum(world.settled.pages().values())
        for resource in world.connector.source.resources:
            # Readings are repeated there until two agree.
            if isinstance(resource.paging, Agreeing):
                continue
            asked = [each for each in calls if each.path.endswith(resource.path)]
            bodies = world.settled.bodies(resource.name)
            rows = sum(len(resource.parse(each).records) for each in bodies)
            size = getattr(resource.paging, "page_size", getattr(resource.paging, "size", 0))
            # A report may be asked for in more than one way.
            alike = [
                each for each in world.connector.source.resources if each.path == resource.path
            ]
            most = 2 + 2 * rows // size if size else len(alike)
            assert len(asked) <= most, f"{resource.name} takes {len(asked)} calls"

    def test_money_is_exact_to_the_cent(self, world: World) -> None:
        truth = world.simulator.truth(world.pristine)
        compared = 0
        for data_type in world.data_types:
            records = world.settled.live(data_type)
            for source_id, amounts in truth.get(data_type, {}).items():
                for path, expected in amounts.items():
                    found = amount_at(records[source_id], path)
                    assert found == expected, f"{path} of {data_type} {source_id}"
                    compared += 1
        assert compared, "the simulator tells no amounts"

    def test_every_record_is_valid_and_reads_back_as_it_was_written(self, world: World) -> None:
        for data_type in world.data_types:
            model = DATA_TYPES[DataType(data_type)].model
            for record in world.settled.records(data_type).values():
                again = model.model_validate(record)
                assert encode(again) == encode(record)

    def test_a_second_full_sync_gives_the_same_records_under_the_same_ids(
        self, world: World
    ) -> None:
        again = world.company()
        again.sync_first()
        assert not differences(again.contents(), world.settled.contents())

    def test_a_sync_that_finds_nothing_new_changes_nothing(self, world: World) -> None:
        company, kept = world.patient, world.patient.contents()
        since = world.last_call()
        assert set(company.sync().values()) == {"Complete"}
        assert not differences(company.contents(), kept)
        assert not [each for each, row in company.pulls().items() if row.records_modified]
        # A list by change may have to look twice at its last second.
        assert len(world.asked(since)) <= 2 * len(world.connector.source.resources)

    def test_the_catalogue_lists_what_is_declared(self, world: World) -> None:
        assert world.catalogued == declared_types(world.connector)

    def test_no_host_is_called_but_the_declared(self, world: World) -> None:
        with connections() as called:
            company = world.company(world.tenant())
            company.sync_first()
            company.unlink()
        assert called <= world.allowed
