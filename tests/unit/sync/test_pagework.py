"""What whoever fetches waits for, and what it does not."""

from __future__ import annotations

import sys
from dataclasses import replace

from shared_code.spec import Native
from shared_code.sync.pagework import InPlace, Job
from shared_code.sync.threads import SOON, take_turns_soon
from tests.support.shop import SOURCE

PAGE = b'{"rows": [{"id": "r1", "title": "One", "modified": "2029-01-01T00:00:00Z"}], "total": 1}'


def test_the_next_page_is_known_before_a_record_of_this_one_is_read() -> None:
    read: list[Native] = []

    def noted(record: Native) -> Native:
        read.append(record)
        return record

    resources = tuple(replace(each, read=noted) for each in SOURCE.resources)
    reader = InPlace(replace(SOURCE, resources=resources))
    reader.open(Job("Contacts", {"customers": 1, "suppliers": 1}, (), {"Items": []}, "f" * 64))

    listed = reader.list(PAGE)
    assert [key.id for key in listed.records] == ["r1"]
    assert read == []

    reader.map()()
    assert [record["id"] for record in read] == ["r1"]


def test_a_thread_that_was_answered_waits_for_others_no_longer_than_half_a_millisecond() -> None:
    before = sys.getswitchinterval()
    try:
        take_turns_soon()
        assert sys.getswitchinterval() <= SOON * 1.01
    finally:
        sys.setswitchinterval(before)
