"""What the provider said is kept as it said it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from shared_code.errors import Abort
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.raw.pages import CONTENT_TYPE, KeptPages, Place, body_of, keep, prefix

PLACE = Place("co-1", "cn-1", "run-1", "Invoices", 7, "0" * 8)


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


def test_a_kept_page_comes_back_byte_by_byte(blobs: FolderBlobs) -> None:
    page = keep(blobs, PLACE, b'{"a":1}')
    assert body_of(blobs, page.path, page.sha256) == b'{"a":1}'
    assert page.size == 7


def test_keeping_a_page_twice_changes_nothing(blobs: FolderBlobs) -> None:
    assert keep(blobs, PLACE, b"same") == keep(blobs, PLACE, b"same")
    assert len(list(blobs.list(""))) == 1


def test_another_answer_at_the_same_place_is_another_page(blobs: FolderBlobs) -> None:
    first, second = keep(blobs, PLACE, b"before"), keep(blobs, PLACE, b"after")
    assert body_of(blobs, first.path, first.sha256) == b"before"
    assert body_of(blobs, second.path, second.sha256) == b"after"


def test_pages_lie_under_their_connection(blobs: FolderBlobs) -> None:
    path = keep(blobs, PLACE, b"x").path
    assert path.startswith(prefix("co-1", "cn-1"))
    assert prefix("co-1", "cn-1").startswith(prefix("co-1"))


def test_a_damaged_page_is_found_out(blobs: FolderBlobs) -> None:
    page = keep(blobs, PLACE, b"x")
    with pytest.raises(Abort, match="damaged"):
        body_of(blobs, page.path, "0" * 64)


def test_a_page_that_cannot_be_unpacked_is_found_out_too(blobs: FolderBlobs) -> None:
    cut = zstandard.compress(b"x" * 99)[:-9], gzip.compress(b"x" * 99)[:-9]
    for number, harm in enumerate((b"none", b"\x1f\x8b\x00", b"\x28\xb5\x2f\xfd", *cut)):
        for path in (f"raw/{number}.json.zst", f"raw/{number}.json.gz"):
            blobs.put(path, harm, content_type=CONTENT_TYPE)
            with pytest.raises(Abort, match="damaged"):
                body_of(blobs, path, "0" * 64)


def test_a_page_that_an_earlier_release_kept_as_gzip_is_read(blobs: FolderBlobs) -> None:
    digest = hashlib.sha256(b"before").hexdigest()
    blobs.put("raw/1.json.gz", gzip.compress(b"before"), content_type="application/gzip")
    assert body_of(blobs, "raw/1.json.gz", digest) == b"before"


def test_a_page_that_another_release_packed_otherwise_is_the_same_page(blobs: FolderBlobs) -> None:
    path = keep(blobs, PLACE, b"same" * 1_000).path
    blobs.delete(path)
    blobs.put(path, zstandard.compress(b"same" * 1_000, 19), content_type=CONTENT_TYPE)
    assert keep(blobs, PLACE, b"same" * 1_000).path == path


def test_a_page_is_found_again_by_what_was_asked(blobs: FolderBlobs) -> None:
    keep(blobs, PLACE, b"here")
    kept = KeptPages(blobs, "co-1", "cn-1", "run-1")
    assert kept.body(PLACE) == b"here"
    assert kept.body(replace(PLACE, asked="1" * 8)) is None
    assert kept.body(replace(PLACE, sequence=8)) is None
    assert KeptPages(blobs, "co-1", "cn-1", "run-2").body(PLACE) is None
