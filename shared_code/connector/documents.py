"""Attachments and PDFs, fetched from the provider while the client waits.

A client waits for the answer, so nothing is tried twice here: trouble is told at once, and how long
it may last. Whose grant is refused for good is deauthorised, as by a sync.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import structlog
from sqlalchemy import Row

from shared_code.access import Principal
from shared_code.connect import reading
from shared_code.connector.declaration import Connector
from shared_code.custody.custodian import Custodian
from shared_code.documents import MAX_BYTES, DocumentRequest, DocumentTooLarge
from shared_code.errors import Abort, Conflict, NotFound, Reauthorise, Retry, Skip
from shared_code.fetch.egress import AnswerTooLarge
from shared_code.fetch.paging import Ask
from shared_code.fetch.provider import NotThere, Provider
from shared_code.model.accounting.attachment import Attachment
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.spec import Call, Documents
from shared_code.store.database import Database
from shared_code.sync.requests import lock_connection

_PDF = b"%PDF-"
_PDF_WITHIN = 1024
_LONGEST_STEM, _LONGEST_ENDING = 100, 10
_NOT_IN_NAMES = re.compile(r"[^\w .()-]")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """A document as it is passed on; `name` is safe to keep under."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads the documents of one connector's provider; `Conflict` where the grant does not do."""

    db: Database
    queue: Queue
    clock: Clock
    connector: Connector
    custodian: Custodian
    provider_for: Callable[[Row[Any]], Provider]

    def attachments(self, caller: Principal, asked: DocumentRequest) -> Sequence[Attachment]:
        """List the attachments of a record."""
        listing = self._call(asked, self._documents.attachments, "Attachments")
        connection = self._attachable(caller, asked)
        with self._translated(connection):
            return self._listed(self.provider_for(connection), listing)

    def attachment(self, caller: Principal, asked: DocumentRequest) -> File:
        """Download one of a record's attachments."""
        listing = self._call(asked, self._documents.attachments, "Attachments")
        connection = self._attachable(caller, asked)
        with self._translated(connection):
            provider = self.provider_for(connection)
            found = _find(self._listed(provider, listing), asked)
            answer = self._get(provider, self._documents.download(listing, found))
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html") and found.content_type != "text/html":
            raise Retry("The provider's answer could not be read", "a page came for a file")
        return File(safe_name(found.name or found.id), answer.content)

    def pdf(self, caller: Principal, asked: DocumentRequest) -> File:
        """Get a record as a PDF."""
        call = self._call(asked, self._documents.pdfs, "PDFs")
        connection = self._linked(caller, asked)
        with self._translated(connection):
            content = self._get(self.provider_for(connection), call).content
        if _PDF not in content[:_PDF_WITHIN]:
            raise Retry("The provider's answer could not be read", "what came is no PDF")
        return File(safe_name(f"{asked.record_id}.pdf"), content)

    @property
    def _documents(self) -> Documents:
        return self.connector.documents or Documents({}, lambda _: (), lambda call, _: call, {})

    def _call(
        self, asked: DocumentRequest, known: Mapping[str, Callable[[str], Call]], what: str
    ) -> Call:
        make = known.get(asked.data_type)
        if make is None:
            name = self.connector.source.integration.name
            raise NotFound(f"{what} of {asked.data_type} not supported by platform(s) {name}")
        return make(segment(asked.record_id))

    def _linked(self, caller: Principal, asked: DocumentRequest) -> Row[Any]:
        with self.db.read() as tx:
            company = reading.find_company(tx, caller.client_id, asked.company_id)
            connection = reading.find_connection(tx, company, asked.connection_id)
        if connection.platform != self.connector.platform:
            raise NotFound(f"Data connection {asked.connection_id} not found")
        if connection.status != "Linked":
            raise Conflict(
                f"The connection is {connection.status}: the company has to link it first."
            )
        return connection

    def _attachable(self, caller: Principal, asked: DocumentRequest) -> Row[Any]:
        """A linked connection whose grant lets attachments be read.

        Asked without that, some providers answer as if the grant were dead.
        """
        connection, needed = self._linked(caller, asked), self._documents.scopes
        granted = self.custodian.scopes(connection.company_id, connection.id)
        if needed and not needed & granted:
            raise Conflict(
                "The company granted no access to attachments: it has to link the connection again."
            )
        return connection

    def _listed(self, provider: Provider, listing: Call) -> Sequence[Attachment]:
        try:
            return self._documents.parse(self._get(provider, listing).content)
        except ValueError as error:
            raise Retry("The provider's answer could not be read", str(error)) from error

    def _get(self, provider: Provider, call: Call) -> httpx.Response:
        return provider.get(
            self.connector.source.base_url + call.path, Ask(call.params, call.headers)
        )

    @contextmanager
    def _translated(self, connection: Row[Any]) -> Iterator[None]:
        """Turn what the provider's answer means for a sync into what it means for a client."""
        try:
            yield
        except NotThere as refusal:
            raise NotFound("The provider has no such document.", refusal.internal) from refusal
        except AnswerTooLarge as refusal:
            raise DocumentTooLarge from refusal
        except Reauthorise as refusal:
            self._lose_access(connection, refusal)
            raise Conflict(
                f"{refusal.public}: the company has to link the connection again.",
                refusal.internal,
            ) from refusal
        except (Skip, Abort) as refusal:
            _log.warning("document refused", reason=refusal.internal)
            raise Conflict(f"{refusal.public}.", refusal.internal) from refusal

    def _lose_access(self, connection: Row[Any], refusal: Reauthorise) -> None:
        """Deauthorise the connection, unless it was linked anew meanwhile."""
        owner = (connection.company_id, connection.id)
        with begin_work(self.db, self.queue, self.clock) as work:
            current = lock_connection(work.tx, *owner)
            if current is not None and current.epoch == connection.epoch:
                self.custodian.lose_access(work, *owner, refusal.public)


def segment(record_id: str) -> str:
    """Write an id as one segment of a path; `NotFound` for one that would lead elsewhere."""
    if record_id in {".", ".."}:
        raise NotFound(f"No data available for ID {record_id}")
    return quote(record_id, safe="")


def safe_name(name: str) -> str:
    """Make a file's name that no system reads as a path, an order of reading, or a command."""
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = _NOT_IN_NAMES.sub("_", last).strip(" .").rpartition(".")
    stem, ending = (stem, ending) if dot else (ending, "")
    kept = f"{stem[:_LONGEST_STEM].strip()}{dot}{ending[:_LONGEST_ENDING].strip()}"
    return kept.strip(" .") or "document"


def _find(found: Sequence[Attachment], asked: DocumentRequest) -> Attachment:
    for each in found:
        if each.id == asked.attachment_id:
            if each.file_size is not None and each.file_size > MAX_BYTES:
                raise DocumentTooLarge
            return each
    raise NotFound(f"No attachment was found with ID {asked.attachment_id}")
