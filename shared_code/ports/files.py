"""Files that survive a crash: whole or absent, private, on disk before the call returns."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_folder(folder: Path) -> None:
    """Create `folder` and its missing parents (mode 0700), each entry synced to disk.

    Raises FileExistsError where a file is in the way, and FileNotFoundError where somebody removes
    what is made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError:
        # Who made it in between may have removed it again: one look tells the three apart.
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the entries of `folder` durable: a file's own sync does not cover its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create(target: Path, data: bytes, *, staging: Path) -> None:
    """Write a file that must not exist yet; `staging` is a folder of the same file system.

    Raises FileExistsError, leaving the other's bytes alone, and FileNotFoundError where the
    target's folder is gone.
    """
    with _staged(data, staging) as temporary:
        # A link, unlike a rename, never replaces: of two writers exactly one wins.
        os.link(temporary, target)
    sync_folder(target.parent)


def replace(target: Path, data: bytes) -> None:
    """Write a file in the place of whatever stood there; readers see the old bytes or the new."""
    with _staged(data, target.parent) as temporary:
        temporary.replace(target)
    sync_folder(target.parent)


@contextmanager
def _staged(data: bytes, staging: Path) -> Iterator[Path]:
    """Hold `data` in a synced temporary file of mode 0600 whose name begins with a dot."""
    temporary = staging / f".{uuid.uuid4().hex}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
