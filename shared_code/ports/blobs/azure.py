"""Blobs in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Self

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import HttpResponse
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContentSettings,
    UserDelegationKey,
    generate_blob_sas,
)

from shared_code.errors import Abort
from shared_code.ports import _azure
from shared_code.ports.blobs.links import LinkRefused, Ticket
from shared_code.ports.blobs.port import (
    BlobConflict,
    BlobNotFound,
    checked_folder,
    checked_path,
    checked_prefix,
)
from shared_code.ports.settings import BlobSettings

_BATCH = 256
"""Blobs that one batch request may delete."""

_HOUR = timedelta(hours=1)
"""What a key that signs links lasts beyond the link, so that many links need one key."""


class AzureBlobs:
    """The `Blobs` port on one container, which the first write creates if it is missing.

    Links are signed with the account's key where the connection string holds it, else with a key
    that `service` gives to the app's identity.
    """

    def __init__(
        self, container: ContainerClient, service: BlobServiceClient | None = None
    ) -> None:
        self._container = container
        self._service = service
        self._delegated: tuple[datetime, UserDelegationKey] | None = None

    @classmethod
    def from_settings(
        cls,
        settings: BlobSettings,
        *,
        credential: TokenCredential | None = None,
        transport: _azure.Transport | None = None,
    ) -> Self:
        """Connect by connection string, else as the app's identity; raises `MissingSetting`."""
        service = _azure.storage_service(
            BlobServiceClient, settings, credential=credential, transport=transport
        )
        return cls(service.get_container_client(settings.container), service)

    def close(self) -> None:
        """Let go of the connections."""
        self._container.close()

    def put(self, path: str, data: bytes, *, content_type: str) -> None:
        """Store `data` under `path`; see `Blobs.put`."""
        with _errors():
            try:
                self._create(checked_path(path), data, ContentSettings(content_type=content_type))
            except ResourceExistsError as error:
                if _azure.error_code(error) != "BlobAlreadyExists":
                    raise
                # Our own attempt may have succeeded before its answer was lost.
                if self.get(path) != data:
                    raise BlobConflict(path) from None

    def get(self, path: str) -> bytes:
        """Return the bytes under `path`; see `Blobs.get`."""
        with _errors():
            try:
                return self._container.download_blob(checked_path(path)).readall()
            except ResourceNotFoundError:
                raise BlobNotFound(path) from None

    def exists(self, path: str) -> bool:
        """Tell whether there is a blob at `path`; see `Blobs.exists`."""
        with _errors():
            return self._container.get_blob_client(checked_path(path)).exists()

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the paths that begin with `prefix`; see `Blobs.list`."""
        return (path for page in self._pages(checked_prefix(prefix)) for path in page)

    def delete(self, path: str) -> None:
        """Remove the blob at `path`; see `Blobs.delete`."""
        with _errors(), suppress(ResourceNotFoundError):
            self._container.delete_blob(checked_path(path), delete_snapshots="include")

    def delete_prefix(self, prefix: str, *, most: int | None = None) -> int:
        """Remove the blobs below `prefix`; see `Blobs.delete_prefix`."""
        batches = None if most is None else ceil(most / _BATCH)
        pages = islice(self._pages(checked_folder(prefix)), batches)
        return sum(map(self._delete_batch, pages))

    def link(self, path: str, *, until: datetime) -> str:
        """Return a URL with a shared access signature; see `Blobs.link`."""
        blob = self._container.get_blob_client(checked_path(path))
        # The credential of a connection string; an identity has no key of its own.
        account_key = getattr(blob.credential, "account_key", None)
        token = generate_blob_sas(
            str(blob.account_name),
            blob.container_name,
            blob.blob_name,
            account_key=account_key,
            user_delegation_key=None if account_key else self._delegated_key(until),
            permission=BlobSasPermissions(read=True),
            expiry=until,
        )
        return f"{blob.url}?{token}"

    def redeem(self, path: str, ticket: Ticket, *, now: datetime) -> bytes:
        """Refuse: links lead to the storage account; see `Blobs.redeem`."""
        del path, ticket, now
        raise LinkRefused

    def _delegated_key(self, until: datetime) -> UserDelegationKey:
        """Ask for a key in the identity's name, or take the last one if it lasts until then."""
        if self._delegated is None or self._delegated[0] < until:
            if self._service is None:
                raise Abort("Blob storage cannot make links.", "no service client was given")
            end = until + _HOUR
            with _errors():
                key = self._service.get_user_delegation_key(until - _HOUR, end)
            self._delegated = end, key
        return self._delegated[1]

    def _create(self, path: str, data: bytes, settings: ContentSettings) -> None:
        """Upload on condition that nothing is there."""
        try:
            self._container.upload_blob(path, data, overwrite=False, content_settings=settings)
        except ResourceNotFoundError:
            with _azure.created_if_missing():
                self._container.create_container()
            self._container.upload_blob(path, data, overwrite=False, content_settings=settings)

    def _pages(self, prefix: str) -> Iterator[Iterable[str]]:
        with _errors(), suppress(ResourceNotFoundError):
            yield from self._container.list_blob_names(
                name_starts_with=prefix, results_per_page=_BATCH
            ).by_page()

    def _delete_batch(self, paths: Iterable[str]) -> int:
        """Remove the blobs of one page of a listing; others may have removed some meanwhile."""
        with _errors():
            answers = self._container.delete_blobs(
                *paths, delete_snapshots="include", raise_on_any_failure=False
            )
            return sum(map(_was_deleted, answers))


def _was_deleted(answer: HttpResponse) -> bool:
    if answer.status_code not in {202, 404}:
        raise HttpResponseError(response=answer)
    return answer.status_code == 202


def _errors() -> AbstractContextManager[None]:
    return _azure.translated_errors("Blob storage")
