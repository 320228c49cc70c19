from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared_code.ports.blobs import BlobConflict, BlobNotFound, Blobs, InvalidPath

JSON = "application/json"
PATH = "raw/co-1/cn-1/000001.json.zst"
THREADS = 20


def put_all(blobs: Blobs, *paths: str) -> None:
    for path in paths:
        blobs.put(path, path.encode(), content_type=JSON)


class TestBlobs:
    def test_what_was_put_can_be_read_to_the_byte(self, blobs: Blobs) -> None:
        data = bytes(range(256)) * 4_096
        blobs.put(PATH, data, content_type=JSON)
        assert blobs.get(PATH) == data

    def test_an_empty_blob_is_a_blob(self, blobs: Blobs) -> None:
        blobs.put(PATH, b"", content_type=JSON)
        assert blobs.exists(PATH)
        assert blobs.get(PATH) == b""

    def test_the_same_bytes_may_be_put_again(self, blobs: Blobs) -> None:
        blobs.put(PATH, b"page", content_type=JSON)
        blobs.put(PATH, b"page", content_type=JSON)
        assert blobs.get(PATH) == b"page"

    def test_other_bytes_never_replace_a_blob(self, blobs: Blobs) -> None:
        blobs.put(PATH, b"page", content_type=JSON)
        with pytest.raises(BlobConflict):
            blobs.put(PATH, b"another page", content_type=JSON)
        assert blobs.get(PATH) == b"page"

    def test_of_concurrent_writers_one_wins_and_the_others_know(self, blobs: Blobs) -> None:
        def put(number: int) -> bytes | None:
            data = bytes([number]) * 100_000
            try:
                blobs.put(PATH, data, content_type=JSON)
            except BlobConflict:
                return None
            return data

        with ThreadPoolExecutor(THREADS) as pool:
            stored = [data for data in pool.map(put, range(THREADS)) if data]
        assert stored == [blobs.get(PATH)]

    def test_concurrent_writers_of_the_same_bytes_all_succeed(self, blobs: Blobs) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            writes = [
                pool.submit(blobs.put, PATH, b"page", content_type=JSON) for _ in range(THREADS)
            ]
        assert [write.exception() for write in writes] == [None] * THREADS
        assert [*blobs.list("")] == [PATH]

    def test_an_unknown_path_is_not_found(self, blobs: Blobs) -> None:
        with pytest.raises(BlobNotFound) as caught:
            blobs.get(PATH)
        assert PATH in caught.value.internal
        assert PATH not in caught.value.public
        assert not blobs.exists(PATH)

    def test_a_folder_is_not_a_blob(self, blobs: Blobs) -> None:
        put_all(blobs, PATH)
        assert not blobs.exists("raw/co-1")
        with pytest.raises(BlobNotFound):
            blobs.get("raw/co-1")

    def test_a_deleted_blob_is_gone_and_may_be_deleted_again(self, blobs: Blobs) -> None:
        put_all(blobs, PATH)
        blobs.delete(PATH)
        blobs.delete(PATH)
        assert not blobs.exists(PATH)
        assert [*blobs.list("")] == []

    def test_a_deleted_path_takes_other_bytes(self, blobs: Blobs) -> None:
        put_all(blobs, PATH)
        blobs.delete(PATH)
        blobs.put(PATH, b"another page", content_type=JSON)
        assert blobs.get(PATH) == b"another page"

    def test_deleting_what_never_was_is_fine(self, blobs: Blobs) -> None:
        blobs.delete(PATH)
        assert blobs.delete_prefix("raw/") == 0
        assert [*blobs.list("")] == []

    def test_paths_are_listed_in_code_point_order(self, blobs: Blobs) -> None:
        paths = ["B", "a-b/x", "a.b", "a/x", "a/y/z", "a0", "a=b", "a_b/x", "b"]
        put_all(blobs, *reversed(paths))
        assert [*blobs.list("")] == sorted(paths)

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            ("co-1/", ["co-1/cn-1/1", "co-1/cn-2/1"]),
            ("co-1", ["co-1/cn-1/1", "co-1/cn-2/1", "co-10/cn-1/1"]),
            ("co-1/cn-2", ["co-1/cn-2/1"]),
            ("co-1/cn-1/1", ["co-1/cn-1/1"]),
            ("co-1/cn-1/1/", []),
            ("co-1.", []),
            ("co-3/", []),
        ],
    )
    def test_a_listing_holds_what_begins_with_the_prefix(
        self, blobs: Blobs, prefix: str, found: list[str]
    ) -> None:
        put_all(blobs, "co-1/cn-1/1", "co-1/cn-2/1", "co-10/cn-1/1", "co-2/cn-1/1")
        assert [*blobs.list(prefix)] == found

    def test_a_purge_takes_all_below_the_prefix_and_nothing_else(self, blobs: Blobs) -> None:
        put_all(blobs, "co-1/a", "co-1/b/c", "co-10/a", "co-2/a")
        assert blobs.delete_prefix("co-1/") == 2
        assert [*blobs.list("")] == ["co-10/a", "co-2/a"]

    def test_a_purge_is_not_bound_to_one_page_of_a_listing(self, blobs: Blobs) -> None:
        paths = [f"co-1/{number:03}" for number in range(300)]
        with ThreadPoolExecutor(4) as pool:
            assert [*pool.map(lambda path: put_all(blobs, path), paths)] == [None] * 300
        assert [*blobs.list("co-1/")] == paths
        assert blobs.delete_prefix("co-1/") == 300
        assert [*blobs.list("")] == []

    @pytest.mark.parametrize("prefix", ["", "co-1", "co-1/a"])
    def test_a_purge_wants_whole_segments(self, blobs: Blobs, prefix: str) -> None:
        put_all(blobs, "co-1/a", "co-10/a")
        with pytest.raises(InvalidPath, match="invalid name"):
            blobs.delete_prefix(prefix)
        assert [*blobs.list("")] == ["co-1/a", "co-10/a"]

    @pytest.mark.parametrize(
        "path",
        [
            *(
                "",
                "/",
                "/etc/passwd",
                "../outside",
                "a/../../outside",
                "a/./b",
                "a//b",
                "a/",
                "a\\b",
            ),
            *(".hidden", "a/.hidden", "ends.", "a b", "a\x00b", "a\nb", "naïve", "x" * 201),
            "/".join(["x" * 100] * 10),
        ],
    )
    def test_no_path_leaves_the_rules(self, blobs: Blobs, path: str) -> None:
        for refused in (
            lambda: blobs.put(path, b"", content_type=JSON),
            lambda: blobs.get(path),
            lambda: blobs.exists(path),
            lambda: blobs.delete(path),
        ):
            with pytest.raises(InvalidPath):
                refused()

    @pytest.mark.parametrize(
        "prefix", ["/", "../", "..", "a/..", "a//", "/a", "a\\", "a b", ".", "a/./"]
    )
    def test_no_prefix_leaves_the_rules(self, blobs: Blobs, prefix: str) -> None:
        with pytest.raises(InvalidPath):
            next(blobs.list(prefix), None)
        with pytest.raises(InvalidPath):
            blobs.delete_prefix(prefix)
