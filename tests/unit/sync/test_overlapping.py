"""Fetching goes on while pages are mapped and written, and never too far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event, current_thread
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine

from shared_code.fetch.paging import Fields, Links
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.spec import Page
from shared_code.sync import storing
from shared_code.sync.heard import HeadersNotKeptError, Heard
from shared_code.sync.pages import read_pages
from shared_code.sync.pagework import InPlace
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.runs import RunRef, claim
from tests.support.feeds import CONTACTS, SWEEP, listed, with_resources
from tests.support.leaving import delete, purge
from tests.support.shop import COMPANY, Rig, parse
from tests.support.stores import CountingDatabase
from tests.unit.sync.test_batches import BOOKS

ALL = ("items", "customers", "suppliers")
PATIENCE = 30
"""Seconds after which a thread that should have gone on by itself is given up."""


class SlowBlobs(FolderBlobs):
    """A storage that takes a page only when it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.may_go_on = Event()
        self.may_go_on.set()

    def put(self, path: str, data: bytes, *, content_type: str) -> None:
        assert self.may_go_on.wait(PATIENCE)
        super().put(path, data, content_type=content_type)


class SlowDatabase(CountingDatabase):
    """A store that takes pages only when it is let."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.may_go_on = Event()

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        if current_thread().name.startswith("storing"):
            assert self.may_go_on.wait(PATIENCE)
        with super().write(flushed=flushed) as tx:
            yield tx


class Waited(Future[Any]):
    """Is done once somebody waits for it."""

    def __init__(self, lazy: Lazy) -> None:
        super().__init__()
        self.lazy = lazy

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - of any task
        self.lazy.catch_up(self)
        return super().result(timeout)


class Lazy:
    """An executor that does what it is given, in order, once somebody waits for it."""

    def __init__(self, *_: object, **__: object) -> None:
        self._tasks: deque[tuple[Waited, Callable[[], Any]]] = deque()

    def submit(self, do: Callable[..., Any], *args: object) -> Waited:
        self._tasks.append((Waited(self), partial(do, *args)))
        return self._tasks[-1][0]

    def catch_up(self, wanted: Waited) -> None:
        while not wanted.done():
            future, do = self._tasks.popleft()
            future.set_result(do())

    def shutdown(self) -> None:
        assert not self._tasks


@dataclass
class Slow:
    rig: Rig
    blobs: SlowBlobs
    ref: RunRef

    def commits(self) -> int:
        db = self.rig.pipeline.db
        assert isinstance(db, CountingDatabase)
        return db.commits


@pytest.fixture
def slow(rig: Rig, tmp_path: Path) -> Slow:
    """Eight contacts, three a page, whose items were read already."""
    for number in range(8):
        rig.shop.put(f"r{number}", f"Contact {number}")
    blobs = SlowBlobs(tmp_path / "blobs")
    rig.pipeline = replace(rig.pipeline, blobs=blobs, db=CountingDatabase(rig.db.engine))
    ref = claim(rig.db, COMPANY, rig.request(*ALL), until=rig.pipeline.lease_end())
    assert ref is not None
    plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, "Items")
    return Slow(rig, blobs, ref)


@pytest.fixture
def lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be kept or committed before somebody waits for it."""

    def wait(futures: Sequence[Waited]) -> None:
        for each in futures:
            each.result()

    monkeypatch.setattr(storing, "ThreadPoolExecutor", Lazy)
    monkeypatch.setattr(storing, "wait", wait)


def contacts_kept(slow: Slow) -> int:
    return sum("/Contacts/" in path for path in slow.blobs.list(""))


def test_the_next_page_is_asked_for_while_the_last_one_is_stored(slow: Slow) -> None:
    slow.rig.shop.answers = [slow.blobs.may_go_on.clear, slow.blobs.may_go_on.set]
    assert read_pages(slow.rig.pipeline, slow.ref, "Contacts").state == "over"
    publish_run(slow.rig.pipeline, slow.ref)
    assert len(slow.rig.visible("customers")) == 8


@pytest.mark.usefixtures("lazy")
def test_no_third_page_is_asked_for_before_the_first_is_kept(slow: Slow) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(contacts_kept(slow))

    slow.rig.shop.answers = [look, look, look, look]
    read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    assert len(seen) == 4
    assert all(kept >= asked - 1 for asked, kept in enumerate(seen))


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "ENOUGH_PAGES", 1)


@pytest.mark.usefixtures("one_by_one")
def test_pages_that_are_kept_need_not_be_committed_before_the_next_is_asked_for(slow: Slow) -> None:
    db = SlowDatabase(slow.rig.db.engine)
    slow.rig.shop.answers = [lambda: None, lambda: None, db.may_go_on.set]
    assert read_pages(replace(slow.rig.pipeline, db=db), slow.ref, "Contacts").state == "over"
    publish_run(slow.rig.pipeline, slow.ref)
    assert len(slow.rig.visible("customers")) == 8


@pytest.mark.usefixtures("one_by_one", "lazy")
def test_no_page_is_asked_for_while_too_many_wait_for_their_commit(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InPlace, "most_ahead", 1)
    committed: list[int] = []

    def look() -> None:
        rows = slow.rig.rows("select 1 from raw_pages where resource = 'Contacts'")
        committed.append(len(rows))

    slow.rig.shop.answers = [look, look, look, look]
    read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    assert len(committed) == 4
    assert all(count >= asked - 1 for asked, count in enumerate(committed))


@pytest.mark.usefixtures("one_by_one", "lazy")
def test_a_list_of_which_nothing_is_asked_waits_for_no_commit(rig: Rig) -> None:
    committed: list[int] = []

    def look(body: bytes) -> Page:
        committed.append(len(rig.rows("select 1 from raw_pages")))
        return parse(body)

    with_resources(rig, replace(CONTACTS, lookups=()), BOOKS, replace(SWEEP, parse=look))
    rig.shop.put("r0", "Contact")
    rig.shop.paths["/ids"] = [listed("r0")]
    ref = claim(rig.db, COMPANY, rig.request(*ALL), until=rig.pipeline.lease_end())
    assert ref is not None
    plan(rig.pipeline, ref)
    # What the books are held against is not fetched any more.
    rig.change("update pulls set active = false where data_type = 'items'")
    names = ("Contacts", "Books", "ContactIds")
    assert read_pages(rig.pipeline, ref, *names).state == "over"
    assert committed == [0]
    assert rig.rows("select state from run_resources") == [("read",)] * 3


@pytest.mark.usefixtures("one_by_one")
def test_a_company_deleted_while_pages_wait_for_their_commit_leaves_none_behind(slow: Slow) -> None:
    db = SlowDatabase(slow.rig.db.engine)

    def delete_and_go_on() -> None:
        delete(slow.rig)
        db.may_go_on.set()

    slow.rig.shop.answers = [lambda: None, lambda: None, delete_and_go_on]
    assert read_pages(replace(slow.rig.pipeline, db=db), slow.ref, "Contacts").state == "lost"
    purge(slow.rig)
    assert contacts_kept(slow) == 0


def test_pages_that_are_small_are_committed_together(slow: Slow) -> None:
    before = slow.commits()
    read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    # All four of them are in it.
    assert slow.commits() == before + 1


def test_pages_that_were_kept_and_not_committed_are_not_asked_for_again(slow: Slow) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    slow.rig.shop.calls.clear()
    slow.rig.shop.answers = [lambda: None, lambda: None, lambda: None, die]
    with pytest.raises(KeyboardInterrupt):
        read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    assert slow.rig.rows("select 1 from raw_pages where resource = 'Contacts'") == []
    assert read_pages(slow.rig.pipeline, slow.ref, "Contacts").state == "over"
    publish_run(slow.rig.pipeline, slow.ref)
    assert len(slow.rig.visible("customers")) == 8
    assert len(slow.rig.shop.calls) == 5
    assert contacts_kept(slow) == 4


def test_a_kept_page_that_the_connector_cannot_read_any_more_is_asked_for_again(slow: Slow) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    def stricter(body: bytes) -> Page:
        page = parse(body)
        if page.total != 1:
            raise ValueError("expected one record that is left")
        return page

    slow.rig.shop.answers = [lambda: None, die]
    with pytest.raises(KeyboardInterrupt):
        read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    items, contacts = slow.rig.pipeline.source.resources
    with_resources(slow.rig, items, replace(contacts, parse=stricter))
    only = {"rows": [*slow.rig.shop.contacts.values()][:1], "total": 1}
    slow.rig.shop.answers = [httpx.Response(200, json=only)]
    assert read_pages(slow.rig.pipeline, slow.ref, "Contacts").state == "over"
    publish_run(slow.rig.pipeline, slow.ref)
    assert set(slow.rig.visible("customers")) == {"r0"}


def test_a_page_that_was_kept_in_another_place_of_the_list_is_asked_for_again(slow: Slow) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    slow.rig.shop.answers = [lambda: None, lambda: None, die]
    with pytest.raises(KeyboardInterrupt):
        read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    # Whoever reads now begins elsewhere, and must not take what followed another page.
    slow.rig.change(
        "update run_resources set cursor = :elsewhere where resource = 'Contacts'",
        elsewhere='{"since": "2029-01-01T00:00:02Z"}',
    )
    slow.rig.shop.calls.clear()
    read_pages(slow.rig.pipeline, slow.ref, "Contacts")
    assert len(slow.rig.shop.calls) == 4


def test_what_cannot_be_kept_is_not_counted_and_nothing_after_it(slow: Slow) -> None:
    class Full(FolderBlobs):
        def put(self, path: str, data: bytes, *, content_type: str) -> None:
            if "/Contacts/000001" in path:
                raise OSError("the disk is full")
            super().put(path, data, content_type=content_type)

    full = replace(slow.rig.pipeline, blobs=Full(slow.blobs._root))
    with pytest.raises(OSError, match="full"):
        read_pages(full, slow.ref, "Contacts")
    assert slow.rig.rows("select 1 from raw_pages where resource = 'Contacts'") == []
    assert read_pages(slow.rig.pipeline, slow.ref, "Contacts").state == "over"
    publish_run(slow.rig.pipeline, slow.ref)
    assert len(slow.rig.visible("customers")) == 8


@pytest.mark.usefixtures("lazy")
def test_no_third_page_is_asked_for_before_one_is_committed_whose_headers_tell_the_next(
    slow: Slow,
) -> None:
    committed: list[int] = []

    def look(body: bytes) -> Page:
        committed.append(len(slow.rig.rows("select 1 from raw_pages where resource = 'Contacts'")))
        return parse(body)

    items, contacts = slow.rig.pipeline.source.resources
    linked = replace(contacts, paging=Links(Fields({}), 1), parse=look)
    with_resources(slow.rig, items, linked)
    for number, row in enumerate(slow.rig.shop.contacts.values()):
        header = {"Link": f'</contacts?after={number}>; rel="next"'} if number < 7 else {}
        body = {"rows": [row], "total": None}
        slow.rig.shop.answers.append(httpx.Response(200, json=body, headers=header))
    assert read_pages(slow.rig.pipeline, slow.ref, "Contacts").state == "over"
    assert len(committed) == 8
    assert all(count >= asked - 1 for asked, count in enumerate(committed))


def test_headers_notice_who_goes_by_them_and_those_of_kept_pages_are_gone() -> None:
    heard = [Heard({"X-Pages": "3"}), Heard({"X-Pages": "4"})]
    assert heard[1].get("X-Pages") == "4"
    assert [each.were_read for each in heard] == [False, True]
    with pytest.raises(HeadersNotKeptError):
        Heard(None).get("X-Pages")
    assert [*Heard({"a": "b"}).items()] == [("a", "b")]
