"""Attachments and PDFs arrive as the provider has them, and nothing of them is kept."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import update

from functions.data_api.documents import ATTACHED, PRINTED
from local.providers.books.files import File, files_of, pdf_of
from shared_code import catalogue
from shared_code.access import ensure_client
from shared_code.capabilities import Findings
from shared_code.catalogue import XERO
from shared_code.model import DATA_TYPES
from shared_code.store.schema import companies, grants
from tests.contract.documents.conftest import COMPANY_PATH, CONNECTION_PATH, Office

LINKED_ONLY = "the company has to link"


def files(office: Office, record_id: str) -> tuple[File, ...]:
    [found] = [
        files_of(each)
        for each in [*office.documents(sale=True), *office.documents(sale=False)]
        if each.id == record_id
    ]
    return found


def told(file: File) -> dict[str, object]:
    return {
        "id": file.id,
        "name": file.name,
        "contentType": file.media_type,
        "fileSize": len(file.content),
        "includeWhenSent": file.sent_along,
    }


@pytest.mark.parametrize(
    "data_type", ["invoices", "bills", "directCosts", "directIncomes", "purchaseOrders"]
)
def test_a_documents_attachments_are_listed_described_and_downloaded(
    calm: Office, data_type: str
) -> None:
    document = next(filter(files_of, calm.held(data_type)))
    calm.publish(data_type, document.id)
    root = f"{data_type}/{document.id}/attachments"
    held = files_of(document)
    assert calm.get(root).json() == {"attachments": [told(each) for each in held]}
    for file in held:
        assert calm.get(f"{root}/{file.id}").json() == told(file)
        assert calm.get(f"{root}/{file.id}/download").content == file.content


@pytest.mark.parametrize("data_type", ["customers", "suppliers"])
def test_a_contacts_attachments_are_those_of_the_customer_and_of_the_supplier(
    calm: Office, data_type: str
) -> None:
    contact = calm.contacts()[0]
    calm.publish(data_type, contact.id)
    listed = calm.get(f"{data_type}/{contact.id}/attachments").json()["attachments"]
    assert [each["id"] for each in listed] == [each.id for each in files_of(contact)]


def test_a_record_without_attachments_has_an_empty_list(calm: Office) -> None:
    book = calm.rig.simulator.world.companies[0].book
    bare = next(each for each in book.invoices if each.kind.is_sale and not files_of(each))
    calm.publish("invoices", bare.id)
    assert calm.get(f"invoices/{bare.id}/attachments").json() == {"attachments": []}


def test_a_download_is_saved_by_a_browser_whatever_the_provider_calls_it(calm: Office) -> None:
    invoice = calm.invoice()
    file = files(calm, invoice)[0]
    answer = calm.get(f"invoices/{invoice}/attachments/{file.id}/download")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"{file.name}\"; filename*=UTF-8''{quote(file.name)}"
    )


@pytest.mark.parametrize("data_type", ["invoices", "purchaseOrders"])
@pytest.mark.parametrize("root", [COMPANY_PATH, CONNECTION_PATH])
def test_a_document_is_had_as_a_pdf_below_company_and_connection(
    calm: Office, data_type: str, root: str
) -> None:
    document = calm.held(data_type)[0]
    calm.publish(data_type, document.id)
    answer = calm.get(f"{data_type}/{document.id}/pdf", root=root)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.content == pdf_of(document)


def test_an_attachment_that_the_record_does_not_have_is_not_found(calm: Office) -> None:
    invoice = calm.invoice()
    other = files_of(calm.documents(sale=True)[1])[0].id
    for path in (f"attachments/{other}", f"attachments/{other}/download"):
        answer = calm.get(f"invoices/{invoice}/{path}")
        assert answer.status_code == 404
        assert answer.json()["error"] == f"No attachment was found with ID {other}"


def test_what_was_not_published_is_not_found_and_the_provider_is_not_asked(office: Office) -> None:
    invoice = office.invoice()
    office.publish("bills", office.documents(sale=False)[0].id)
    for path in (f"bills/{invoice}/attachments", "invoices/nobody/attachments/1/download"):
        answer = office.get(path)
        assert answer.status_code == 404
        assert "No data available for" in answer.json()["error"]
    assert office.get("suppliers/s/attachments").status_code == 409
    assert office.get("invoices/nobody/pdf", root=COMPANY_PATH).status_code == 404
    assert office.provider_calls() == []


@pytest.mark.parametrize("path", ["attachments", "attachments/x/y", "attachments/x/y/download"])
def test_an_id_with_slashes_arrives_as_it_is_and_stays_one_segment_at_the_provider(
    calm: Office, path: str
) -> None:
    calm.publish("invoices", "INV/7 & more")
    answer = calm.get(f"invoices/{quote('INV/7 & more', safe='')}/{path}")
    assert calm.functions.requests[0].url.params["record_id"] == "INV/7 & more"
    assert (answer.status_code, answer.json()["error"]) == (
        404,
        "The provider has no such document.",
    )


@pytest.mark.parametrize("record_id", ["..", ".", "../Organisation", "x?y=z", "x#y"])
def test_a_record_id_leads_nowhere_else_at_the_provider(calm: Office, record_id: str) -> None:
    _, key = ensure_client(calm.rig.db, calm.rig.vault, calm.clock, "ours")
    answer = calm.ask("attachments", key, data_type="invoices", record_id=record_id)
    assert answer.status_code == 404
    assert set(calm.provider_calls()) <= {f"/api.xro/2.0/Invoices/{record_id}/Attachments"}


def test_what_the_platform_does_not_have_is_said(
    calm: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "findings_of", lambda _: Findings((), {}))
    for data_type in ATTACHED:
        answer = calm.get(f"{DATA_TYPES[data_type].path}/1/attachments")
        assert answer.status_code == 404
        assert answer.json()["error"] == (
            f"Attachments of {data_type} not supported by platform(s) Xero"
        )
    for data_type in PRINTED:
        answer = calm.get(f"{DATA_TYPES[data_type].path}/1/pdf", root=COMPANY_PATH)
        assert answer.status_code == 404
        assert answer.json()["error"] == f"PDFs of {data_type} not supported by platform(s) Xero"


@pytest.mark.parametrize("kind", ["attachments", "attachment", "pdf"])
def test_the_connector_says_itself_what_its_provider_does_not_have(calm: Office, kind: str) -> None:
    _, key = ensure_client(calm.rig.db, calm.rig.vault, calm.clock, "ours")
    answer = calm.ask(kind, key, data_type="transfers", record_id="1")
    assert answer.status_code == 404
    assert "of transfers not supported by platform(s) Xero" in answer.json()["error"]
    assert calm.provider_calls() == []


def test_xero_has_all_documents_that_the_api_passes_on() -> None:
    assert set(XERO.attachments) == set(ATTACHED)
    assert set(XERO.pdfs) == set(PRINTED)


def test_another_clients_company_is_unknown_on_every_way(office: Office) -> None:
    invoice = office.invoice()
    _, stranger = ensure_client(office.rig.db, office.rig.vault, office.clock, "others")
    query = {"data_type": "invoices", "record_id": invoice}
    for kind in ("attachments", "attachment", "pdf"):
        assert office.ask(kind, None, **query).status_code == 401
        assert office.ask(kind, "wrong", **query).status_code == 401
        assert office.ask(kind, stranger, **query).status_code == 404
    with office.rig.db.write() as tx:
        tx.execute(update(companies).values(client_id="others"))
    assert office.get(f"invoices/{invoice}/attachments").status_code == 404
    assert office.get(f"invoices/{invoice}/pdf", root=COMPANY_PATH).status_code == 404
    assert office.provider_calls() == []


@pytest.mark.parametrize("status", ["Unlinked", "Deauthorized"])
def test_a_connection_that_is_not_linked_keeps_its_records_and_has_no_documents(
    office: Office, status: str
) -> None:
    invoice = office.invoice()
    office.rig.set_connection(status=status)
    assert office.get(f"invoices/{invoice}").status_code == 200
    for path in ("attachments", "attachments/1", "attachments/1/download", "pdf"):
        answer = office.get(f"invoices/{invoice}/{path}")
        assert answer.status_code == 409
        assert answer.json()["error"].startswith(f"The connection is {status}: {LINKED_ONLY}")
    assert office.provider_calls() == []


def test_a_grant_without_the_scope_is_told_apart_and_stays_alive(office: Office) -> None:
    invoice = office.invoice()
    with office.rig.db.write() as tx:
        tx.execute(update(grants).values(scopes="offline_access accounting.invoices.read"))
    answer = office.get(f"invoices/{invoice}/attachments")
    assert answer.status_code == 409
    assert "no access to attachments" in answer.json()["error"]
    assert office.provider_calls() == []
    assert office.rig.connection().status == "Linked"
    assert office.get(f"invoices/{invoice}/pdf").status_code == 200


def test_a_request_that_names_nothing_is_refused_by_the_connector(calm: Office) -> None:
    _, key = ensure_client(calm.rig.db, calm.rig.vault, calm.clock, "ours")
    answer = calm.ask("pdf", key, company_id="")
    assert answer.status_code == 400
    assert answer.json()["error"] == (
        "Query parameters are missing: company_id, data_type, record_id"
    )
