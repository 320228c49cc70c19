"""Attachments and PDFs of records: looked up here, and answered by the connector's app."""

# Annotations are not deferred here: FastAPI could not look up what those of a closure name.
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic.alias_generators import to_snake
from starlette.requests import Request

from functions.data_api.places import OF_COMPANY, OF_CONNECTION, Place
from functions.data_api.records import Records, json_response
from functions.data_api.scope import Scope, company_scope, connection_scope, find_connection
from shared_code.documents import DocumentKind, DocumentRequest
from shared_code.errors import Conflict, NotFound
from shared_code.model import DATA_TYPES, DataType, DataTypeInfo, decode, encode
from shared_code.model.accounting.attachment import Attachment, AttachmentsDataset
from shared_code.serve import router
from shared_code.serve.connectors import Connectors, Document

ATTACHED = (
    DataType.BILLS,
    DataType.CUSTOMERS,
    DataType.SUPPLIERS,
    DataType.DIRECT_COSTS,
    DataType.DIRECT_INCOMES,
    DataType.INVOICES,
    DataType.PURCHASE_ORDERS,
)
"""Types whose records may have attachments."""

PRINTED = (DataType.INVOICES, DataType.PURCHASE_ORDERS)
"""Types whose records may be had as PDFs."""

_DESCRIPTION = (
    "As the platform has it at this moment. 404 for a record that was not synced; 409 if nothing "
    "of its type was, and while the connection is not linked."
)
_ID = "The source's own id."
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and where it looks."""

    request: Request
    scope: Scope


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents of the records of one type."""

    records: Records
    connectors: Connectors
    info: DataTypeInfo

    def get(self, asked: Asked, kind: DocumentKind, record_id: str, part: str = "") -> Document:
        """Get what belongs to a published record; `part` is an attachment's id.

        `NotFound` where there is no such record or its platform has no such documents.
        """
        with self.records.db.read() as tx:
            connection = find_connection(tx, asked.scope)
        if connection is None:
            raise Conflict("The data set has not been requested.")
        self._check_support(connection.platform, kind)
        self.records.one(replace(asked.scope, connection_id=connection.id), self.info, record_id)
        owner = (connection.company_id, connection.id)
        wanted = DocumentRequest(*owner, self.info.data_type, record_id, part)
        return self.connectors.get(connection.platform, kind, wanted, asked.request)

    def _check_support(self, platform: str, kind: DocumentKind) -> None:
        integration = self.records.snapshots.integration(platform)
        printed = kind is DocumentKind.PDF
        if self.info.data_type not in (integration.pdfs if printed else integration.attachments):
            what = f"{'PDFs' if printed else 'Attachments'} of {self.info.data_type}"
            raise NotFound(f"{what} not supported by platform(s) {integration.name}")

    def find(self, asked: Asked, record_id: str, part: str) -> dict[str, Any]:
        """Describe one attachment of a record."""
        listed = decode(self.get(asked, DocumentKind.ATTACHMENTS, record_id).content)
        for each in listed["attachments"]:
            if each["id"] == part:
                found: dict[str, Any] = each
                return found
        raise NotFound(f"No attachment was found with ID {part}")


def documents_router(records: Records, connectors: Connectors) -> APIRouter:
    """Make the routes; they come before those of records, whose ids may hold slashes."""
    api = router(tags=["Attachments"])
    for data_type in ATTACHED:
        _add_attachments(api, Documents(records, connectors, DATA_TYPES[data_type]))
    for data_type in PRINTED:
        documents = Documents(records, connectors, DATA_TYPES[data_type])
        _add_pdf(api, documents, OF_COMPANY, company_scope)
        _add_pdf(api, documents, OF_CONNECTION, connection_scope)
    return api


def _add_attachments(api: APIRouter, documents: Documents) -> None:
    asking = Annotated[Asked, Depends(_asker(connection_scope))]
    named = Annotated[str, Path(alias=_id_name(documents.info), description=_ID)]
    part_named = Annotated[str, Path(alias="attachmentId", description="The attachment's own id.")]

    def download(asked: asking, record: named, part: part_named) -> Response:
        return _file(documents, DocumentKind.ATTACHMENT, asked, record, part)

    def get_one(asked: asking, record: named, part: part_named) -> Response:
        return json_response(encode(documents.find(asked, record, part)))

    def get_all(asked: asking, record: named) -> Response:
        listed = documents.get(asked, DocumentKind.ATTACHMENTS, record)
        return json_response(listed.content)

    of_one = f"{_name(documents.info)} attachment"
    root = _below(OF_CONNECTION, documents.info, "attachments")
    single = f"{root}/{{attachmentId:path}}"
    # What lies below an attachment comes before it.
    told = _told(f"download {of_one}", content=DocumentKind.ATTACHMENT)
    api.add_api_route(f"{single}/download", download, **told)
    api.add_api_route(single, get_one, **_told(f"get {of_one}", model=Attachment))
    api.add_api_route(root, get_all, **_told(f"list {of_one}s", model=AttachmentsDataset))


def _add_pdf(
    api: APIRouter, documents: Documents, place: Place, find: Callable[..., Awaitable[Scope]]
) -> None:
    asking = Annotated[Asked, Depends(_asker(find))]
    named = Annotated[str, Path(alias=_id_name(documents.info), description=_ID)]

    def get_pdf(asked: asking, record: named) -> Response:
        return _file(documents, DocumentKind.PDF, asked, record)

    name = f"download {place.mark.replace('-', ' ')}{_name(documents.info)} pdf"
    told = _told(name, content=DocumentKind.PDF)
    api.add_api_route(_below(place, documents.info, "pdf"), get_pdf, **told)


def _asker(find: Callable[..., Awaitable[Scope]]) -> Callable[..., Asked]:
    scoped = Annotated[Scope, Depends(find)]

    def asked(request: Request, scope: scoped) -> Asked:
        return Asked(request, scope)

    return asked


def _name(info: DataTypeInfo) -> str:
    return to_snake(info.model.__name__).replace("_", " ")


def _id_name(info: DataTypeInfo) -> str:
    model = info.model.__name__
    return f"{model[0].lower()}{model[1:]}Id"


def _below(place: Place, info: DataTypeInfo, what: str) -> str:
    return f"{place.root}/{info.path}/{{{_id_name(info)}:path}}/{what}"


# What FastAPI takes for the documentation: each of its own type.
def _told(
    summary: str, *, model: object = None, content: DocumentKind | None = None
) -> dict[str, Any]:
    answer = {"content": {content.content_type: _BINARY}} if content else {"model": model}
    return {
        "operation_id": summary.replace(" ", "-"),
        "summary": summary.capitalize(),
        "description": _DESCRIPTION,
        "responses": {200: answer},
        **({"response_class": Response} if content else {}),
    }


def _file(
    documents: Documents, kind: DocumentKind, asked: Asked, record: str, part: str = ""
) -> Response:
    """Answer with a file that a browser saves, and neither shows nor guesses the type of."""
    found = documents.get(asked, kind, record, part)
    headers = {
        "Content-Disposition": found.disposition or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.content, media_type=kind.content_type, headers=headers)
