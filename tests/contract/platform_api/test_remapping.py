"""Re-maps over HTTP: ordered here, carried out by the connector's app, read here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, update

from shared_code.store.schema import (
    connections,
    datasets,
    pulls,
    remap_changes,
    remap_types,
    remaps,
    runs,
)
from tests.contract.platform_api.conftest import Api, ok, refused

NOW = "2030-01-01T12:00:00Z"
NOTHING_YET = {
    "progress": 0,
    "added": 0,
    "changed": 0,
    "unchanged": 0,
    "rejected": 0,
    "gone": 0,
    "withoutPage": 0,
    "samples": [],
}


class Place:
    """A company whose invoices and customers were synced."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.company_id = str(api.create_company()["id"])
        self.connection_id = str(api.link(self.company_id)["id"])
        api.sync(self.connection_id, "customers", "invoices")
        with api.platform.db.write() as tx:
            tx.execute(update(pulls).values(active=False, status="Complete"))
            tx.execute(update(runs).values(state="finished"))
            tx.execute(update(datasets).values(last_success_at=api.clock.now()))

    @property
    def path(self) -> str:
        return f"/companies/{self.company_id}/connections/{self.connection_id}/remap"

    def order(self, **body: object) -> dict[str, Any]:
        return ok(self.api.http.post(self.path, json=body), 202)

    def read(self, remap_id: str) -> dict[str, Any]:
        return ok(self.api.http.get(f"{self.path}/{remap_id}"))

    def change(self, table: Any, **values: object) -> None:  # noqa: ANN401 - any table
        with self.api.platform.db.write() as tx:
            tx.execute(
                update(table).where(table.c.connection_id == self.connection_id).values(**values)
            )


@pytest.fixture
def place(api: Api) -> Place:
    return Place(api)


def test_a_remap_is_accepted_as_a_run_with_a_pull_for_each_type(place: Place) -> None:
    ordered = place.order()
    datasets_of = {each["dataType"]: each.pop("datasetId") for each in ordered["dataTypes"]}
    assert ordered == {
        "id": ordered["id"],
        "companyId": place.company_id,
        "connectionId": place.connection_id,
        "dryRun": False,
        "status": "Queued",
        "created": NOW,
        "dataTypes": [
            {"dataType": "customers", "status": "Queued", **NOTHING_YET},
            {"dataType": "invoices", "status": "Queued", **NOTHING_YET},
        ],
    }
    active = {row.data_type: row.id for row in place.api.rows(pulls) if row.active}
    assert active == datasets_of
    [run] = [row for row in place.api.rows(runs) if row.id == ordered["id"]]
    assert (run.trigger, run.state) == ("remap", "queued")
    assert place.api.queue.sent[-1][0] == "xero-commands"
    assert place.read(ordered["id"])["id"] == ordered["id"]


def test_a_dry_run_of_some_types_holds_no_pull(place: Place) -> None:
    ordered = place.order(dataTypes=["invoices"], mappingVersion=1, dryRun=True)
    assert ordered["dataTypes"] == [{"dataType": "invoices", **NOTHING_YET}]
    assert (ordered["mappingVersion"], ordered["dryRun"]) == (1, True)
    assert not any(row.active for row in place.api.rows(pulls))
    path = f"/companies/{place.company_id}/data/queue/invoices"
    assert ok(place.api.http.post(path))["status"] == "Queued"


def test_what_was_found_is_shown_with_counts_and_samples(place: Place) -> None:
    remap_id = place.order(dataTypes=["customers"], dryRun=True)["id"]
    owner = {"company_id": place.company_id, "connection_id": place.connection_id}
    of_type = {**owner, "run_id": remap_id, "platform": "xero", "data_type": "customers"}
    counts = {"added": 1, "changed": 2, "unchanged": 3, "covered": 5, "suspicions": ["Many"]}
    change = {"property": "phone", "before": '"1"', "after": '"2"'}
    with place.api.platform.db.write() as tx:
        tx.execute(
            insert(remap_types).values(
                **of_type,
                position=0,
                state="over",
                generation=1,
                total=9,
                cursor={},
                pages=2,
                pages_done=2,
                counts=counts,
            )
        )
        samples = [("c1", "changed", {"changes": [change]}), ("c2", "rejected", {"reason": "No"})]
        tx.execute(
            insert(remap_changes),
            [
                {**of_type, "source_id": key, "kind": kind, "detail": detail}
                for key, kind, detail in samples
            ],
        )
    assert place.read(remap_id)["status"] == "Running"
    place.change(runs, state="finished", finished_at=place.api.clock.now())
    place.change(remaps, completed_at=place.api.clock.now(), mapping_version=1)
    found = place.read(remap_id)
    assert (found["status"], found["completed"], found["mappingVersion"]) == ("Complete", NOW, 1)
    assert found["dataTypes"] == [
        {
            "dataType": "customers",
            "progress": 100,
            "added": 1,
            "changed": 2,
            "unchanged": 3,
            "rejected": 0,
            "gone": 0,
            "withoutPage": 4,
            "suspicions": ["Many"],
            "samples": [
                {"id": "c1", "kind": "changed", "changes": [change]},
                {"id": "c2", "kind": "rejected", "reason": "No"},
            ],
        }
    ]


def test_a_remap_that_was_cut_short_has_failed(place: Place) -> None:
    remap_id = place.order(dryRun=True)["id"]
    place.change(runs, state="finished", finished_at=place.api.clock.now())
    found = place.read(remap_id)
    assert (found["status"], found["errorMessage"]) == (
        "Failed",
        "The re-map was stopped before its end",
    )


def test_one_remap_of_a_connection_at_a_time(place: Place) -> None:
    first = place.order(dryRun=True)["id"]
    sentence = refused(place.api.http.post(place.path, json={}), 409)
    assert sentence == f"Re-map {first} of this connection is still in progress"


def test_a_type_that_is_being_synced_is_a_409(place: Place) -> None:
    place.api.sync(place.connection_id, "invoices")
    answer = place.api.http.post(place.path, json={"dataTypes": ["customers", "invoices"]})
    assert refused(answer, 409).startswith("Cannot queue invoices sync")
    assert place.api.rows(remaps) == []


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"dataTypes": ["nothing"]}, 400, "dataTypes: nothing is no data type. Allowed are"),
        ({"dataTypes": []}, 400, "dataTypes"),
        ({"mappingVersion": 0}, 400, "mappingVersion"),
        ({"dryRun": "perhaps"}, 400, "dryRun"),
        ({"dataTypes": ["banking-accounts"]}, 404, "Datatype banking-accounts not supported"),
        ({"dataTypes": ["bills"]}, 409, "The data set has not been requested: bills"),
    ],
)
def test_what_cannot_be_mapped_again_is_refused(
    place: Place, body: dict[str, Any], status: int, sentence: str
) -> None:
    assert sentence in refused(place.api.http.post(place.path, json=body), status)
    assert place.api.rows(remaps) == []


def test_a_connection_that_is_not_linked_is_a_409(place: Place) -> None:
    place.api.change(connections, place.connection_id, status="Unlinked")
    assert refused(place.api.http.post(place.path), 409).startswith("Only Linked connections")


def test_remaps_of_others_and_unknown_ones_are_a_404(place: Place) -> None:
    remap_id = place.order(dryRun=True)["id"]
    assert refused(place.api.other.get(f"{place.path}/{remap_id}"), 404)
    assert refused(place.api.other.post(place.path, json={}), 404)
    sentence = refused(place.api.http.get(f"{place.path}/nothing"), 404)
    assert sentence == "No re-map was found with ID nothing"
    sister = place.api.link(place.company_id)["id"]
    elsewhere = f"/companies/{place.company_id}/connections/{sister}/remap/{remap_id}"
    assert refused(place.api.http.get(elsewhere), 404)
