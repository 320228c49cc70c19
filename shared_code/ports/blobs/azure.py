"""Blobs in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Self

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import HttpResponse
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings

from shared_code.ports import _azure
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


class AzureBlobs:
    """The `Blobs` port on one container, which the first write creates if it is missing."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

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
        return cls(service.get_container_client(settings.container))

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

    def delete_prefix(self, prefix: str) -> int:
        """Remove every blob below `prefix`; see `Blobs.delete_prefix`."""
        return sum(map(self._delete_batch, self._pages(checked_folder(prefix))))

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
