"""Why a sync was held back, and the word that it is right all the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, update

from shared_code.store.schema import api_keys, connections, pulls, rejects, runs, suspicions
from shared_code.suspicion import Kind, Suspicion
from shared_code.sync.suspects import keep_suspicion
from tests.contract.platform_api.conftest import Api, ok, refused

FOUND = [
    Suspicion(Kind.DELETIONS, 2_000, 5_000, 1_250),
    Suspicion(Kind.COUNT, 3_000, 3_010, 3, "Invoices"),
]


@dataclass
class Suspect:
    """A company whose invoices were held back."""

    api: Api
    company_id: str
    connection_id: str
    pull_id: str

    @property
    def path(self) -> str:
        return f"/companies/{self.company_id}/sync/{self.pull_id}"

    def end(self) -> None:
        """End what is under way."""
        with self.api.platform.db.write() as tx:
            tx.execute(update(pulls).where(pulls.c.active).values(active=False, status="Complete"))


@pytest.fixture
def suspect(api: Api) -> Suspect:
    company_id = api.create_company()["id"]
    connection_id = api.link(company_id)["id"]
    [pull_id] = api.sync(connection_id, "invoices")
    with api.platform.work() as work:
        ended = {"active": False, "status": "ValidationError", "error_message": "It looks wrong"}
        changed = update(pulls).where(pulls.c.id == pull_id).values(**ended).returning(pulls)
        pull = work.tx.execute(changed).one()
        keep_suspicion(work, pull, FOUND)
        of_run = {"company_id": company_id, "run_id": pull.run_id, "data_type": "invoices"}
        where = {"connection_id": connection_id, "platform": "xero", "resource": "Invoices"}
        work.tx.execute(
            insert(rejects).values(
                **of_run, **where, sequence=0, source_id="i-7", reason="The date is none"
            )
        )
    return Suspect(api, company_id, connection_id, pull_id)


def test_the_validation_says_why_and_what_was_left_out(suspect: Suspect) -> None:
    assert ok(suspect.api.http.get(f"{suspect.path}/validation")) == {
        "errors": [
            {
                "itemId": "invoices",
                "message": "2,000 of 5,000 records would be deleted, where 1,250 may",
                "ruleId": "MassDeletion",
                "validatorName": "Causeway",
            },
            {
                "itemId": "Invoices",
                "message": "Invoices listed 3,000 records where the provider counts 3,010, which"
                " may differ by 3",
                "ruleId": "CountMismatch",
                "validatorName": "Causeway",
            },
        ],
        "warnings": [
            {
                "itemId": "i-7",
                "message": "The date is none",
                "ruleId": "Rejected",
                "validatorName": "Causeway",
            }
        ],
    }


def test_a_sync_without_fault_has_an_empty_validation(api: Api) -> None:
    company_id = api.create_company()["id"]
    [pull_id] = api.sync(api.link(company_id)["id"], "bills")
    path = f"/companies/{company_id}/sync/{pull_id}/validation"
    assert ok(api.http.get(path)) == {"errors": [], "warnings": []}


def test_an_acceptance_says_what_was_accepted_when_and_by_which_key(suspect: Suspect) -> None:
    api = suspect.api
    accepted = ok(api.http.post(f"{suspect.path}/acceptance"), 202)
    new, key_id = accepted.pop("publishedBy"), accepted.pop("acceptedBy")
    [key] = [row for row in api.rows(api_keys) if row.id == key_id]
    assert key.key_hash == hashlib.sha256(api.key.encode()).digest()
    assert accepted == {
        "companyId": suspect.company_id,
        "connectionId": suspect.connection_id,
        "dataType": "invoices",
        "datasetId": suspect.pull_id,
        "found": "2030-01-01T12:00:00Z",
        "accepted": "2030-01-01T12:00:00Z",
        "findings": [
            {
                "kind": "MassDeletion",
                "message": "2,000 of 5,000 records would be deleted, where 1,250 may",
                "seen": 2_000,
                "against": 5_000,
                "bound": 1_250,
            },
            {
                "kind": "CountMismatch",
                "message": "Invoices listed 3,000 records where the provider counts 3,010, which"
                " may differ by 3",
                "seen": 3_000,
                "against": 3_010,
                "bound": 3,
                "resource": "Invoices",
            },
        ],
    }
    [row] = api.rows(suspicions)
    assert row.accepted_pull_id == new
    status = ok(api.http.get(f"/companies/{suspect.company_id}/dataStatus"))["invoices"]
    assert (status["currentStatus"], status["latestSyncId"]) == ("Queued", new)
    assert [row.trigger for row in api.rows(runs)].count("acceptance") == 1
    queue, text = api.queue.sent[-1]
    assert queue == "xero-commands"
    assert json.loads(text)["command"]


def test_accepting_again_gives_the_same_acceptance(suspect: Suspect) -> None:
    first = ok(suspect.api.http.post(f"{suspect.path}/acceptance"), 202)
    suspect.api.clock.advance(60)
    assert ok(suspect.api.http.post(f"{suspect.path}/acceptance"), 202) == first
    assert [row.trigger for row in suspect.api.rows(runs)].count("acceptance") == 1


def test_what_was_not_suspect_cannot_be_accepted(api: Api) -> None:
    company_id = api.create_company()["id"]
    [pull_id] = api.sync(api.link(company_id)["id"], "bills")
    sentence = refused(api.http.post(f"/companies/{company_id}/sync/{pull_id}/acceptance"), 409)
    assert sentence == f"Sync {pull_id} is Queued: only one that was suspect can be accepted"


def test_a_sync_that_another_has_followed_cannot_be_accepted(suspect: Suspect) -> None:
    [newer] = suspect.api.sync(suspect.connection_id, "invoices")
    for _ in ("while it is under way", "and when it has ended"):
        sentence = refused(suspect.api.http.post(f"{suspect.path}/acceptance"), 409)
        assert sentence.endswith(f"invoices was asked for again since, by sync {newer}")
        suspect.end()


def test_nothing_is_accepted_on_a_connection_that_is_not_linked(suspect: Suspect) -> None:
    suspect.api.change(connections, suspect.connection_id, status="Unlinked")
    sentence = refused(suspect.api.http.post(f"{suspect.path}/acceptance"), 409)
    assert sentence.startswith("Only Linked connections can be synced")
    assert suspect.api.rows(suspicions)[0].accepted_at is None


@pytest.mark.parametrize(("method", "what"), [("GET", "validation"), ("POST", "acceptance")])
def test_unknown_syncs_and_those_of_others_are_a_404(
    suspect: Suspect, method: str, what: str
) -> None:
    root = f"/companies/{suspect.company_id}/sync"
    answer = suspect.api.http.request(method, f"{root}/nothing/{what}")
    assert refused(answer, 404) == "No pull operation was found with ID nothing"
    assert refused(suspect.api.other.request(method, f"{suspect.path}/{what}"), 404)
    neighbour: dict[str, Any] = suspect.api.create_company("Neighbour")
    elsewhere = f"/companies/{neighbour['id']}/sync/{suspect.pull_id}/{what}"
    assert refused(suspect.api.http.request(method, elsewhere), 404)
    suspect.api.change(connections, suspect.connection_id, deleted_at=suspect.api.clock.now())
    assert refused(suspect.api.http.request(method, f"{suspect.path}/{what}"), 404)
