"""Of every type, `modifiedDate` moves with the record's own changes and with nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared_code.model import DATA_TYPES, AccountingRecord, DataType, Dated, Shape
from shared_code.store.database import Database
from shared_code.store.records import Dataset, record_in
from tests.contract.store.history import deleted, made
from tests.support.records import new_dataset, published, stage, sync

pytestmark = pytest.mark.long

STAMPED = [key for key, info in DATA_TYPES.items() if info.has_modified_date]
UNSTAMPED = [key for key in DATA_TYPES if key not in STAMPED]
DELETABLE = [key for key, info in DATA_TYPES.items() if issubclass(info.model, AccountingRecord)]
FIRST, LATER = "2030-01-01T12:00:00.000000Z", "2030-01-01T12:05:00.000000Z"
ELSEWHEN = datetime(2031, 5, 6, 7, tzinfo=UTC)


def books(data_type: DataType) -> dict[str, Shape]:
    """Some records by id; one where the type is one object."""
    records = [made(data_type, number, number) for number in range(6)]
    return {record_in(each).source_id: each for each in records}


def stamps(db: Database, dataset: Dataset) -> dict[str, str]:
    """When each record was modified, by id; those of one object and of balances in order."""
    found = published(db, dataset)
    return {each.get("id", str(n)): each["modifiedDate"] for n, each in enumerate(found)}


def moved(db: Database, dataset: Dataset, changed: Shape, first: dict[str, Shape]) -> int:
    """Sync with one record changed; gives how many moved, and sees that it alone did."""
    key = record_in(changed).source_id
    sync(db, dataset, [*(first | {key: changed}).values()], minutes=5)
    # Lists come by id.
    expected = {name: LATER if name == key else FIRST for name in sorted(first)}
    found = stamps(db, dataset)
    assert list(found.values()) == list(expected.values())
    return sum(stamp == LATER for stamp in found.values())


@pytest.mark.parametrize("data_type", STAMPED)
def test_the_same_records_again_move_nothing(db: Database, data_type: DataType) -> None:
    dataset, first = new_dataset(db, data_type), books(data_type)
    sync(db, dataset, [*first.values()])
    assert set(stamps(db, dataset).values()) == {FIRST}
    again = [type(each).model_validate(each.model_dump()) for each in reversed(first.values())]
    assert not sync(db, dataset, again, minutes=5).modified
    assert set(stamps(db, dataset).values()) == {FIRST}


@pytest.mark.parametrize("data_type", STAMPED)
def test_a_moved_source_date_alone_moves_its_own_and_no_other(
    db: Database, data_type: DataType
) -> None:
    dataset, first = new_dataset(db, data_type), books(data_type)
    sync(db, dataset, [*first.values()])
    last = [*first.values()][-1]
    changed = last.model_copy(update={"source_modified_date": ELSEWHEN})
    assert moved(db, dataset, changed, first) == 1


@pytest.mark.parametrize("data_type", DELETABLE)
def test_a_deletion_and_its_end_each_move_its_own_and_no_other(
    db: Database, data_type: DataType
) -> None:
    dataset, first = new_dataset(db, data_type), books(data_type)
    key, kept = next((k, each) for k, each in first.items() if not is_deleted(each))
    sync(db, dataset, [*first.values()])
    assert moved(db, dataset, deleted(kept), first) == 1
    sync(db, dataset, [kept], minutes=9)
    found = stamps(db, dataset)
    assert found.pop(key) == "2030-01-01T12:09:00.000000Z"
    assert set(found.values()) == {FIRST}


def is_deleted(record: Shape) -> bool:
    return record_in(record).is_deleted


@pytest.mark.parametrize("data_type", STAMPED)
def test_a_change_that_was_not_published_moves_nothing(db: Database, data_type: DataType) -> None:
    dataset, first = new_dataset(db, data_type), books(data_type)
    sync(db, dataset, [*first.values()])
    before = published(db, dataset)
    stage(
        db,
        dataset,
        [each.model_copy(update={"source_modified_date": ELSEWHEN}) for each in first.values()],
    )
    assert published(db, dataset) == before


@pytest.mark.parametrize("data_type", UNSTAMPED)
def test_a_type_without_modified_dates_has_none_on_the_wire(
    db: Database, data_type: DataType
) -> None:
    assert not issubclass(DATA_TYPES[data_type].model, Dated)
    dataset = new_dataset(db, data_type)
    assert sync(db, dataset, [made(data_type, 0, 0)]).modified
    assert not sync(db, dataset, [made(data_type, 0, 0)], minutes=5).modified
    assert sync(db, dataset, [made(data_type, 0, 1)], minutes=6).modified
    (found,) = published(db, dataset)
    assert "modifiedDate" not in found
    assert "sourceModifiedDate" not in found


def test_the_contract_names_four_types_without_modified_dates() -> None:
    assert set(UNSTAMPED) == {"balanceSheet", "cashFlowStatement", "company", "profitAndLoss"}
