"""Exports over HTTP: ordered, read, fetched, refused, deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared_code.exports.export import prefix
from shared_code.exports.parts import Bounds
from shared_code.model import DataType
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.store.schema import commands, companies, connections, datasets, exports
from tests.support.clock import NOON
from tests.support.exporting import Desk
from tests.support.records import invoice, new_company, sync

MOMENT = "2030-01-01T12:00:00Z"


def error(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["statusCode"] == answer.status_code
    return answer.status_code, body["error"]


def invoices(count: int) -> list[Any]:
    return [invoice(f"i-{number:05d}") for number in range(count)]


def refused(desk: Desk, **body: object) -> tuple[int, str]:
    answer = desk.platform_api.post(desk.path, json={"dataType": "invoices", **body})
    assert not desk.rows(exports)
    return error(answer)


def test_an_export_is_accepted_with_its_document_and_a_command(desk: Desk) -> None:
    desk.synced(invoice("a"))
    ordered = desk.order(query="amountDue>0", asOf=MOMENT)
    assert ordered == {
        "id": ordered["id"],
        "companyId": desk.company_id,
        "connectionId": desk.connection_id,
        "dataType": "invoices",
        "query": "amountDue>0",
        "asOf": MOMENT,
        "status": "Queued",
        "progress": 0,
        "records": 0,
        "created": MOMENT,
    }
    assert desk.read(ordered["id"]) == ordered
    [command] = desk.rows(commands)
    assert (command.platform, command.kind) == ("data_api", "export")
    assert desk.command() == command.id


def test_a_complete_export_holds_every_record_as_the_list_shows_it(desk: Desk) -> None:
    desk.synced(*invoices(25))
    export = desk.export(bounds=Bounds(records=10, keys=4))
    assert (export["status"], export["progress"], export["records"]) == ("Complete", 100, 25)
    assert (export["completed"], export["published"]) == (MOMENT, MOMENT)
    assert export["expires"] == "2030-01-02T12:00:00Z"
    assert [part["records"] for part in export["parts"]] == [10, 10, 5]
    path = f"/companies/{desk.company_id}/data/invoices?pageSize=100"
    listed = desk.data_api.get(path).content
    fetched = [line for part in export["parts"] for line in desk.fetch(part)]
    assert b'"results":[' + b",".join(fetched) + b"]}" in listed


def test_an_export_holds_what_its_query_asks_for(desk: Desk) -> None:
    desk.synced(invoice("a", "1.00"), invoice("b", "2.00"), invoice("c", "3.00"))
    export = desk.export(query="totalAmount>1 && id!=c")
    [part] = export["parts"]
    assert [json.loads(line)["id"] for line in desk.fetch(part)] == ["b"]


def test_an_export_of_a_moment_holds_what_was_published_then(desk: Desk) -> None:
    dataset = desk.synced(invoice("a", "1.00"))
    sync(desk.db, dataset, [invoice("a", "2.00"), invoice("b")], minutes=10)
    export = desk.export(asOf="2030-01-01T12:05:00Z")
    [part] = export["parts"]
    [record] = [json.loads(line) for line in desk.fetch(part)]
    assert (record["id"], record["totalAmount"]) == ("a", 1.0)
    assert export["published"] == MOMENT


def test_what_is_published_while_an_export_runs_is_not_in_it(desk: Desk) -> None:
    dataset = desk.synced(*invoices(6))
    ordered, ref = desk.order(), desk.claim()
    exporter = desk.exporter(Bounds(records=2))
    assert exporter._advance(ref) is False
    sync(desk.db, dataset, [invoice("i-00004", "9.99"), invoice("i-00009")], minutes=1)
    assert exporter.work(ref) == "over"
    export = desk.read(ordered["id"])
    records = [json.loads(line) for part in export["parts"] for line in desk.fetch(part)]
    assert [each["id"] for each in records] == [f"i-{number:05d}" for number in range(6)]
    assert {each["totalAmount"] for each in records} == {120.0}


def test_an_export_of_nothing_is_complete_without_parts(desk: Desk) -> None:
    desk.synced()
    export = desk.export()
    assert (export["status"], export["records"], export["parts"]) == ("Complete", 0, [])


def test_a_type_that_is_one_object_is_one_line(desk: Desk) -> None:
    desk.synced(CompanyInfo(company_name="Acme"), data_type="company")
    [part] = desk.export("company")["parts"]
    assert desk.fetch(part) == [b'{"companyName":"Acme"}']


def test_progress_shows_while_an_export_runs(desk: Desk) -> None:
    desk.synced(*invoices(10))
    ordered, ref = desk.order(), desk.claim()
    desk.exporter(Bounds(records=3))._advance(ref)
    running = desk.read(ordered["id"])
    assert (running["status"], running["progress"], running["records"]) == ("Running", 30, 3)
    assert "parts" not in running


def test_links_are_made_anew_at_every_read_and_end_after_a_quarter_of_an_hour(desk: Desk) -> None:
    desk.synced(invoice("a"))
    first = desk.export()
    [part] = first["parts"]
    desk.clock.advance(15 * 60 - 1)
    assert desk.fetch(part)
    desk.clock.advance(1)
    assert error(desk.anybody.get(part["href"])) == (
        403,
        "The link is not valid or has expired. Read the export again for new ones",
    )
    [again] = desk.read(first["id"])["parts"]
    assert desk.fetch(again)


def test_a_link_ends_with_its_export(desk: Desk) -> None:
    desk.synced(invoice("a"))
    export = desk.export()
    desk.clock.advance(24 * 3600 - 60)
    [part] = desk.read(export["id"])["parts"]
    desk.clock.advance(60)
    assert desk.anybody.get(part["href"]).status_code == 403
    expired = desk.read(export["id"])
    assert expired["status"] == "Expired"
    assert "parts" not in expired


def test_a_good_link_to_a_file_that_was_removed_is_not_found(desk: Desk) -> None:
    desk.synced(invoice("a"))
    [part] = desk.export()["parts"]
    [path] = desk.blobs.list(prefix(desk.company_id))
    desk.blobs.delete(path)
    assert error(desk.anybody.get(part["href"])) == (404, "The file is no longer kept")


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("signature=", "signature=0"),
        lambda url: url.replace("expires=", "expires=9"),
        lambda url: url.replace("000001", "000002"),
        lambda url: url.partition("?")[0],
        lambda url: url.partition("&")[0],
    ],
)
def test_a_link_that_was_changed_is_refused(desk: Desk, change: Any) -> None:  # noqa: ANN401
    desk.synced(*invoices(2))
    export = desk.export(bounds=Bounds(records=1))
    href = export["parts"][0]["href"]
    assert error(desk.anybody.get(change(href)))[0] == 403


def test_exports_are_listed_in_pages_the_latest_first(desk: Desk) -> None:
    desk.synced(invoice("a"))
    desk.synced(data_type="items")
    ids = []
    for data_type in ("invoices", "items", "invoices"):
        desk.clock.advance(1)
        ids.append(desk.export(data_type)["id"])
    body = desk.data_api.get(f"{desk.path}?pageSize=2").json()
    assert [each["id"] for each in body["results"]] == [ids[2], ids[1]]
    assert body["totalResults"] == 3
    assert body["_links"]["next"]["href"] == f"{desk.path}?page=2&pageSize=2"
    assert not any("parts" in each for each in body["results"])
    chosen = "query=dataType%3Dinvoices%26%26records%3E0&orderBy=created"
    body = desk.data_api.get(f"{desk.path}?{chosen}").json()
    assert [each["id"] for each in body["results"]] == [ids[0], ids[2]]


def test_an_unknown_type_is_refused_with_those_that_there_are(desk: Desk) -> None:
    status, sentence = refused(desk, dataType="invoicez")
    assert status == 400
    assert sentence.startswith("dataType: invoicez is no data type. Allowed are ")
    assert all(each in sentence for each in DataType)


def test_a_type_is_named_in_any_case(desk: Desk) -> None:
    desk.synced(invoice("a"))
    assert desk.order("INVOICES")["dataType"] == "invoices"


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 409, "The data set has not been requested."),
        (
            {"dataType": "salesOrders"},
            404,
            "Datatype salesOrders not supported by platform(s) Xero",
        ),
        ({"query": "nonsense=1"}, 400, "nonsense"),
        ({"query": "amountDue>"}, 400, "query"),
        ({"query": "id=\0"}, 400, "U+0000"),
        ({"asOf": "yesterday"}, 400, "asOf"),
        ({"dataType": None}, 400, "dataType"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    desk: Desk, body: dict[str, object], status: int, sentence: str
) -> None:
    found, said = refused(desk, **body)
    assert found == status
    assert sentence in said


def test_a_connection_has_two_exports_under_way_at_most(desk: Desk) -> None:
    desk.synced(invoice("a"))
    first, _ = desk.order(), desk.order()
    answer = desk.platform_api.post(desk.path, json={"dataType": "invoices"})
    assert error(answer) == (
        409,
        (
            "The connection has 2 exports under way, at most 2 are allowed. "
            "Wait until one is complete, or delete one"
        ),
    )
    assert desk.platform_api.delete(f"{desk.path}/{first['id']}").status_code == 204
    assert desk.order()["status"] == "Queued"


@pytest.mark.parametrize(
    ("moment", "status", "sentence"),
    [
        ("2029-01-01", 409, "The data set has not been requested at that time."),
        ("2030-01-01T12:05:00Z", 404, "What invoices were at that time is no longer kept."),
    ],
)
def test_a_moment_that_cannot_be_read_is_refused_as_lists_refuse_it(
    desk: Desk, moment: str, status: int, sentence: str
) -> None:
    dataset = desk.synced(invoice("a"))
    sync(desk.db, dataset, [invoice("a", "2.00")], minutes=10)
    desk.change(datasets, retained_from=2)
    said = refused(desk, asOf=moment)
    assert (said[0], said[1][: len(sentence)]) == (status, sentence)
    lists = f"/companies/{desk.company_id}/connections/{desk.connection_id}/data"
    assert error(desk.data_api.get(f"{lists}/invoices?asOf={moment}")) == said


def test_what_was_found_empty_is_exported_as_of_any_moment(desk: Desk) -> None:
    desk.synced()
    export = desk.export(asOf="2029-01-01")
    assert (export["status"], export["records"]) == ("Complete", 0)


def test_versions_let_go_while_an_export_runs_end_it_by_name(desk: Desk) -> None:
    desk.synced(*invoices(4))
    ordered, ref = desk.order(), desk.claim()
    exporter = desk.exporter(Bounds(records=2))
    exporter._advance(ref)
    desk.change(datasets, retained_from=2)
    assert exporter.work(ref) == "over"
    export = desk.read(ordered["id"])
    assert export["status"] == "Failed"
    assert "no longer kept" in export["errorMessage"]


def test_another_clients_exports_are_as_unknown_as_none(desk: Desk) -> None:
    desk.synced(invoice("a"))
    export = desk.export()
    other = {"Authorization": "Basic other"}
    gone = (404, f"No company was found with ID {desk.company_id}")
    one = f"{desk.path}/{export['id']}"
    body = {"dataType": "invoices"}
    assert error(desk.data_api.get(one, headers=other)) == gone
    assert error(desk.data_api.get(desk.path, headers=other)) == gone
    assert error(desk.platform_api.post(desk.path, json=body, headers=other)) == gone
    assert error(desk.platform_api.delete(one, headers=other)) == gone


def test_an_export_is_not_found_under_another_connection(desk: Desk) -> None:
    desk.synced(invoice("a"))
    export = desk.export()
    company_id = new_company(desk.db)
    path = desk.path.replace(desk.company_id, company_id)
    assert error(desk.data_api.get(f"{path}/{export['id']}"))[0] == 404
    assert error(desk.data_api.get(f"{desk.path}/x")) == (404, "No export was found with ID x")
    assert error(desk.platform_api.delete(f"{desk.path}/x"))[0] == 404


@pytest.mark.parametrize("table", [companies, connections])
def test_the_exports_of_what_is_deleted_are_gone_and_stop(desk: Desk, table: Any) -> None:  # noqa: ANN401
    desk.synced(*invoices(4))
    ordered, ref = desk.order(), desk.claim()
    exporter = desk.exporter(Bounds(records=2))
    exporter._advance(ref)
    path = desk.path.removesuffix("/data/exports")
    gone = path if table is connections else f"/companies/{desk.company_id}"
    assert desk.platform_api.delete(gone).is_success
    assert exporter.work(ref) == "lost"
    assert desk.data_api.get(f"{desk.path}/{ordered['id']}").status_code == 404
    assert error(desk.platform_api.post(desk.path, json={"dataType": "invoices"}))[0] == 404


def test_a_deleted_export_is_hidden_at_once_and_stops(desk: Desk) -> None:
    desk.synced(*invoices(4))
    ordered, ref = desk.order(), desk.claim()
    exporter = desk.exporter(Bounds(records=2))
    exporter._advance(ref)
    one = f"{desk.path}/{ordered['id']}"
    assert desk.platform_api.delete(one).status_code == 204
    assert error(desk.data_api.get(one))[0] == 404
    assert desk.data_api.get(desk.path).json()["totalResults"] == 0
    assert exporter.work(ref) == "lost"
    assert error(desk.platform_api.delete(one))[0] == 404


def test_an_unlinked_connection_can_still_be_exported(desk: Desk) -> None:
    desk.synced(invoice("a"))
    desk.change(connections, status="Unlinked")
    assert desk.export()["status"] == "Complete"


def test_an_export_expires_a_day_after_it_is_complete(desk: Desk) -> None:
    desk.synced(invoice("a"))
    desk.order()
    desk.clock.advance(3600)
    desk.carry_out()
    [row] = desk.rows(exports)
    assert row.expires_at == NOON + timedelta(hours=25)
