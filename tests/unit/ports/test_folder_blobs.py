from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared_code.ports.blobs import BlobConflict, BlobNotFound, InvalidPath
from shared_code.ports.blobs.folder import FolderBlobs

ROOT = Path(__file__).resolve().parents[3]
PATH = "raw/co-1/cn-1/000001.json.zst"
TEXT = "text/plain"
HOURS = 3_600
WRITERS = 20
PAGE = 200_000


def content(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest() * (PAGE // 32)


def put_in_own_process(folder: Path, number: int) -> int | None:
    try:
        FolderBlobs(folder).put(PATH, content(number), content_type=TEXT)
    except BlobConflict:
        return None
    return number


def modes(folder: Path) -> dict[str, int]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: path.stat().st_mode & 0o777 for name, path in found.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "blobs"


@pytest.fixture
def blobs(folder: Path) -> FolderBlobs:
    return FolderBlobs(folder)


def test_nobody_else_can_read_a_blob(folder: Path, blobs: FolderBlobs) -> None:
    blobs.put("a/b", b"page", content_type=TEXT)
    assert modes(folder) == {".staging": 0o700, "a": 0o700, "a/b": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_writer_that_is_killed_leaves_whole_blobs_and_all_it_acknowledged(folder: Path) -> None:
    script = """
import sys
from pathlib import Path
from shared_code.ports.blobs.folder import FolderBlobs
from tests.unit.ports.test_folder_blobs import content
blobs = FolderBlobs(Path(sys.argv[1]))
for number in range(1_000_000):
    blobs.put(f"raw/{number}", content(number), content_type="text/plain")
    print(number, flush=True)
"""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, str(folder)],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout
        acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        acknowledged += map(int, writer.stdout.read().split())
    blobs = FolderBlobs(folder)
    found = sorted(int(path.removeprefix("raw/")) for path in blobs.list(""))
    assert set(acknowledged) <= set(found)
    assert [blobs.get(f"raw/{number}") == content(number) for number in found] == [True] * len(
        found
    )


def test_what_a_crashed_writer_left_is_never_listed_and_removed_in_time(
    folder: Path, blobs: FolderBlobs
) -> None:
    leftover = folder / ".staging" / ".half.tmp"
    leftover.write_bytes(b"ha")
    blobs.put(PATH, b"page", content_type=TEXT)
    assert [*FolderBlobs(folder).list("")] == [PATH]
    assert leftover.exists()
    old = leftover.stat().st_mtime - 2 * HOURS
    os.utime(leftover, (old, old))
    assert [*FolderBlobs(folder).list("")] == [PATH]
    assert not leftover.exists()


def test_a_finished_write_leaves_nothing_in_staging(folder: Path, blobs: FolderBlobs) -> None:
    blobs.put(PATH, b"page", content_type=TEXT)
    with pytest.raises(BlobConflict):
        blobs.put(PATH, b"another page", content_type=TEXT)
    assert [*(folder / ".staging").iterdir()] == []


def test_of_concurrent_processes_one_wins(folder: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        stored = [*pool.map(put_in_own_process, [folder] * WRITERS, range(WRITERS))]
    (winner,) = (number for number in stored if number is not None)
    assert FolderBlobs(folder).get(PATH) == content(winner)


def test_folders_that_empty_under_a_writer_do_not_disturb_it(blobs: FolderBlobs) -> None:
    def write_and_remove(number: int) -> bool:
        path = f"raw/co-1/{number}"
        for _ in range(25):
            blobs.put(path, b"page", content_type=TEXT)
            blobs.delete(path)
        blobs.put(path, b"page", content_type=TEXT)
        return blobs.exists(path)

    with ThreadPoolExecutor(WRITERS) as pool:
        assert all(pool.map(write_and_remove, range(WRITERS)))
    assert blobs.delete_prefix("raw/") == WRITERS


def test_a_folder_that_is_removed_under_its_feet_is_made_again(
    folder: Path, blobs: FolderBlobs
) -> None:
    blobs.put(PATH, b"page", content_type=TEXT)
    shutil.rmtree(folder)
    assert [*blobs.list("")] == []
    blobs.put(PATH, b"another page", content_type=TEXT)
    assert blobs.get(PATH) == b"another page"


def test_concurrent_purges_count_each_blob_once(folder: Path, blobs: FolderBlobs) -> None:
    for number in range(50):
        blobs.put(f"co-1/{number % 5}/{number}", b"page", content_type=TEXT)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(blobs.delete_prefix, ["co-1/"] * 8)) == 50
    assert [path.name for path in folder.iterdir()] == [".staging"]


def test_emptied_folders_are_tidied_up_to_the_first_that_is_not(
    folder: Path, blobs: FolderBlobs
) -> None:
    blobs.put("co-1/a/b/c", b"page", content_type=TEXT)
    blobs.put("co-1/d", b"page", content_type=TEXT)
    blobs.delete("co-1/a/b/c")
    assert modes(folder).keys() == {".staging", "co-1", "co-1/d"}


def test_a_blob_and_a_folder_cannot_share_a_path(blobs: FolderBlobs) -> None:
    blobs.put("a/b", b"page", content_type=TEXT)
    for path in ("a", "a/b/c", "a/b/c/d"):
        with pytest.raises(InvalidPath) as caught:
            blobs.put(path, b"page", content_type=TEXT)
        assert "a blob and a folder cannot share a path" in caught.value.internal
        blobs.delete(path)
    assert [*blobs.list("")] == ["a/b"]


def test_no_symbolic_link_leads_out(tmp_path: Path, folder: Path, blobs: FolderBlobs) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(outside)
    for refused in (
        lambda: blobs.get("link/secret"),
        lambda: blobs.put("link/new", b"", content_type=TEXT),
        lambda: blobs.delete("link/secret"),
    ):
        with pytest.raises(InvalidPath):
            refused()
    assert [*blobs.list("")] == []
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_blobs_survive_reopening_under_another_name_of_the_folder(
    tmp_path: Path, folder: Path, blobs: FolderBlobs
) -> None:
    blobs.put(PATH, b"page", content_type=TEXT)
    (tmp_path / "alias").symlink_to(folder)
    assert FolderBlobs(tmp_path / "alias").get(PATH) == b"page"
    with pytest.raises(BlobNotFound):
        FolderBlobs(tmp_path / "elsewhere").get(PATH)
