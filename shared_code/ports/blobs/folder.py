"""Blobs as files of one folder."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from shared_code.errors import Retry
from shared_code.ports import files
from shared_code.ports.blobs.links import Ticket, check_ticket, make_link
from shared_code.ports.blobs.port import (
    BlobConflict,
    BlobNotFound,
    InvalidPath,
    checked_folder,
    checked_path,
    checked_prefix,
)

_STAGING = ".staging"
_LINK_KEY = ".link-key"
_STALE_SECONDS = 3_600
_ATTEMPTS = 100
_TAKEN = {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST}


class FolderBlobs:
    """The `Blobs` port on a folder: one file a blob, modes 0600 and 0700.

    A crash leaves a blob whole or absent, and at worst an unlisted temporary file, which a later
    start removes. Links are signed with a key of the folder's own, made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve()
        self._staging = self._root / _STAGING
        files.make_folder(self._staging)
        self._sweep_staging()

    def put(self, path: str, data: bytes, *, content_type: str) -> None:  # noqa: ARG002 - a file has no type
        """Store `data` under `path`; see `Blobs.put`."""
        target = self._locate(path)
        try:
            self._create(target, data)
        except FileExistsError:
            self._compare(path, data)

    def get(self, path: str) -> bytes:
        """Return the bytes under `path`; see `Blobs.get`."""
        try:
            return self._locate(path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise BlobNotFound(path) from None

    def exists(self, path: str) -> bool:
        """Tell whether there is a blob at `path`; see `Blobs.exists`."""
        return self._locate(path).is_file()

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the paths that begin with `prefix`; see `Blobs.list`."""
        folder = checked_prefix(prefix).rpartition("/")[0]
        return (path for path in self._walk(folder) if path.startswith(prefix))

    def delete(self, path: str) -> None:
        """Remove the blob at `path`; see `Blobs.delete`."""
        self._remove(path)

    def delete_prefix(self, prefix: str, *, most: int | None = None) -> int:
        """Remove the blobs below `prefix`; see `Blobs.delete_prefix`."""
        return sum(map(self._remove, [*islice(self.list(checked_folder(prefix)), most)]))

    def link(self, path: str, *, until: datetime) -> str:
        """Return a link for whoever has it; see `Blobs.link`."""
        return make_link(self._link_key(), checked_path(path), until)

    def redeem(self, path: str, ticket: Ticket, *, now: datetime) -> bytes:
        """Return the blob that a link stands for; see `Blobs.redeem`."""
        check_ticket(self._link_key(), path, ticket, now)
        return self.get(path)

    def _link_key(self) -> bytes:
        file = self._root / _LINK_KEY
        if not file.exists():
            # Of processes that make one at once, the first wins.
            with suppress(FileExistsError):
                files.create(file, secrets.token_bytes(32), staging=self._staging)
        return file.read_bytes()

    def _locate(self, path: str) -> Path:
        target = self._root / checked_path(path)
        if not target.resolve().is_relative_to(self._root):
            raise InvalidPath(path, "it leads out of the folder")
        return target

    def _create(self, target: Path, data: bytes) -> None:
        """Create the file; whoever removes an empty folder meanwhile only costs an attempt."""
        for _ in range(_ATTEMPTS):
            try:
                files.make_folder(target.parent)
                return files.create(target, data, staging=self._staging)
            except FileNotFoundError:
                files.make_folder(self._staging)
        raise Retry("The file storage is busy.", f"The folder of {target} keeps vanishing.")

    def _compare(self, path: str, data: bytes) -> None:
        """Raise unless the file at `path` holds `data`."""
        try:
            same = self._locate(path).read_bytes() == data
        except FileNotFoundError:
            raise Retry("The file storage is busy.", f"{path!r} was deleted meanwhile.") from None
        except (IsADirectoryError, NotADirectoryError):
            raise InvalidPath(path, "a blob and a folder cannot share a path") from None
        if not same:
            raise BlobConflict(path)

    def _walk(self, folder: str) -> Iterator[str]:
        """Yield the blobs below `folder` in code point order of their whole paths."""
        for name in _names(self._root / folder):
            path = f"{folder}/{name}" if folder else name
            if name.endswith("/"):
                yield from self._walk(path.rstrip("/"))
            else:
                yield path

    def _remove(self, path: str) -> bool:
        target = self._locate(path)
        try:
            target.unlink()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return False
        self._tidy(target.parent)
        return True

    def _tidy(self, folder: Path) -> None:
        """Make a removal from `folder` durable; remove it and its parents as far as empty."""
        try:
            files.sync_folder(folder)
            while folder != self._root:
                folder.rmdir()
                folder = folder.parent
        except OSError as error:
            if error.errno not in _TAKEN:
                raise

    def _sweep_staging(self) -> None:
        """Remove what crashed writers left, and nothing that a living one may still hold."""
        oldest = time.time() - _STALE_SECONDS
        for leftover in self._staging.iterdir():
            try:
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()
            except FileNotFoundError:
                continue


def _names(folder: Path) -> list[str]:
    """Return what is in `folder`; a folder's slash makes it sort as the paths below it do."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
                for entry in entries
                if not entry.name.startswith(".") and not entry.is_symlink()
            )
    except (FileNotFoundError, NotADirectoryError):
        return []
